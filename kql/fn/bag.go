package fn

import (
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// onBag makes a kernel of a function of a bag that is null for all else.
func onBag(f func(b *types.Bag, r *row) types.Value) Kernel {
	return lax(func(r *row) types.Value {
		b, ok := r.args[0].(*types.Bag)
		if !ok {
			return nil
		}
		return f(b, r)
	}, types.Dynamic)
}

var bagKeysKernel = onBag(func(b *types.Bag, _ *row) types.Value { return stringArray(b.Keys()) })

var bagPackKernel = lax(func(r *row) types.Value {
	b := types.NewBag(len(r.args) / 2)
	for i := 0; i+1 < len(r.args); i += 2 {
		b.Set(types.Text(r.args[i], types.Dynamic), r.args[i+1])
	}
	return b
}, types.Dynamic)

// packAllKernel makes a bag of names and values in turn, which the binder puts
// behind the first argument; that one says whether nulls and empty strings are
// left out.
var packAllKernel = lax(func(r *row) types.Value {
	b := types.NewBag(len(r.args) / 2)
	skip := len(r.args) > 0 && r.bool(0, false)
	for i := 1; i+1 < len(r.args); i += 2 {
		if !skip || !isEmpty(r.args[i+1]) {
			b.Set(types.Text(r.args[i], types.Dynamic), r.args[i+1])
		}
	}
	return b
}, types.Dynamic)

// bagMergeKernel keeps the value of the first bag that has a key.
var bagMergeKernel = lax(func(r *row) types.Value {
	out, any := types.NewBag(8), false
	for _, a := range r.args {
		if b, ok := a.(*types.Bag); ok {
			any = true
			mergeBag(out, b)
		}
	}
	if !any {
		return nil
	}
	return out
}, types.Dynamic)

func mergeBag(into, b *types.Bag) {
	for _, k := range b.Keys() {
		if _, taken := into.Get(k); !taken {
			v, _ := b.Get(k)
			into.Set(k, v)
		}
	}
}

// keyPath reads a key, or a path that starts with $.
func keyPath(s string) []types.Value {
	if strings.HasPrefix(s, "$") {
		if p, ok := jsonPath(s); ok && len(p) > 0 {
			return p
		}
	}
	return []types.Value{s}
}

var bagHasKeyKernel = onBag(func(b *types.Bag, r *row) types.Value {
	path := keyPath(types.Text(r.args[1], types.Dynamic))
	parent, ok := follow(b, path[:len(path)-1]).(*types.Bag)
	if !ok {
		return false
	}
	last, ok := path[len(path)-1].(string)
	if ok {
		_, ok = parent.Get(last)
	}
	return ok
})

// withKey returns v with the property at the end of a path set, or removed.
func withKey(v types.Value, path []types.Value, x types.Value, remove bool) types.Value {
	key, ok := path[0].(string)
	b, isBag := v.(*types.Bag)
	if !ok || !isBag && (remove || v != nil) {
		return v
	}
	out := types.NewBag(4)
	found := false
	if isBag {
		for _, k := range b.Keys() {
			old, _ := b.Get(k)
			if k == key {
				found = true
				if len(path) > 1 {
					old = withKey(old, path[1:], x, remove)
				} else if remove {
					continue
				} else {
					old = x
				}
			}
			out.Set(k, old)
		}
	}
	if !found && !remove {
		if len(path) > 1 {
			x = withKey(nil, path[1:], x, false)
		}
		out.Set(key, x)
	}
	return out
}

var bagRemoveKeysKernel = onBag(func(b *types.Bag, r *row) types.Value {
	keys, ok := array(r.args[1])
	if !ok {
		return b
	}
	var v types.Value = b
	for _, k := range keys {
		v = withKey(v, keyPath(types.Text(k, types.Dynamic)), nil, true)
	}
	return v
})

var bagSetKeyKernel = onBag(func(b *types.Bag, r *row) types.Value {
	return withKey(b, keyPath(types.Text(r.args[1], types.Dynamic)), r.args[2], false)
})

// bagZipKernel passes over keys that are no strings.
var bagZipKernel = onArray(func(keys []types.Value, r *row) types.Value {
	out := types.NewBag(len(keys))
	for i, k := range keys {
		if name, ok := k.(string); ok {
			out.Set(name, Element(r.args[1], int64(i)))
		}
	}
	return out
})

// treepathKernel lists the paths of all properties; elements of arrays share [0].
var treepathKernel = lax(func(r *row) types.Value {
	s := newSet()
	var walk func(prefix string, v types.Value)
	walk = func(prefix string, v types.Value) {
		switch x := v.(type) {
		case *types.Bag:
			for _, k := range x.Keys() {
				e, _ := x.Get(k)
				p := prefix + "['" + k + "']"
				s.add(p)
				walk(p, e)
			}
		case []types.Value:
			for _, e := range x {
				p := prefix + "[0]"
				s.add(p)
				walk(p, e)
			}
		}
	}
	walk("", r.args[0])
	return s.list
}, types.Dynamic)
