package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// Member returns the property of a dynamic value; nil where there is none.
func Member(v types.Value, name string) types.Value {
	if b, ok := v.(*types.Bag); ok {
		m, _ := b.Get(name)
		return m
	}
	return nil
}

// Element returns an element of a dynamic array; a negative index counts from
// the end. nil where there is none.
func Element(v types.Value, i int64) types.Value {
	list, ok := v.([]types.Value)
	if i < 0 {
		i += int64(len(list))
	}
	if !ok || i < 0 || i >= int64(len(list)) {
		return nil
	}
	return list[i]
}

var memberKernel = lax(func(r *row) types.Value { return Member(r.args[0], r.text(1)) }, types.Dynamic, types.String)

var indexKernel = lax(func(r *row) types.Value {
	switch i := r.args[1].(type) {
	case string:
		return Member(r.args[0], i)
	case int64:
		return Element(r.args[0], i)
	case int32:
		return Element(r.args[0], int64(i))
	}
	return nil
}, types.Dynamic, types.Unknown)

var columnKernel = lax(func(r *row) types.Value { return Element(r.args[0], r.long(1, 0)) }, types.Dynamic, types.Long)
