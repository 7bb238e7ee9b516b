//go:build cgo

package duckdb

/*
#include <stdint.h>

extern void azflowCall(void *info, void *chunk, void *out);
extern void azflowForget(void *function);

static void *azflow_call(void)   { return (void *)azflowCall; }
static void *azflow_forget(void) { return (void *)azflowForget; }
static void *azflow_pointer(uintptr_t h) { return (void *)h; }
*/
import "C"

import (
	"fmt"
	"runtime/cgo"
	"runtime/debug"
	"sync"
	"unsafe"

	mapping "github.com/duckdb/duckdb-go-bindings"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// function is a kernel as DuckDB calls it: on vectors of up to 2048 rows, from
// several threads at once.
type function struct {
	sqlgen.Call
	kernel fn.Kernel // nil for a list function
	list   func(types.Value) []types.Value
	frames sync.Pool // of *frame
}

// frame is what one call of a function works with.
type frame struct {
	ctx  *fn.Ctx
	args []*types.Vector
	out  types.Vector
}

// register makes a function known to DuckDB, once.
func (e *Engine) register(c sqlgen.Call) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || e.functions[c.Name] {
		return nil // a closed engine says so when it is asked for a connection
	}
	f := &function{Call: c}
	volatile := false
	result := mapping.CreateLogicalType(engineType(c.Ret))
	switch c.Func {
	case sqlgen.ToJSON:
		f.kernel = toJSON
	case sqlgen.Elements, sqlgen.Entries:
		f.list = elements
		if c.Func == sqlgen.Entries {
			f.list = entries
		}
		child := result
		result = mapping.CreateListType(child)
		mapping.DestroyLogicalType(&child)
	default:
		k, ok := fn.LookupScalar(c.Func)
		if !ok || k.Kernel == nil {
			return fmt.Errorf("no function %s", c.Func)
		}
		f.kernel, volatile = k.Kernel, k.Volatile
	}
	defer mapping.DestroyLogicalType(&result)
	f.frames.New = func() any {
		fr := &frame{ctx: e.cfg.Context(), out: types.Vector{Type: c.Ret}}
		for _, t := range c.Args {
			fr.args = append(fr.args, &types.Vector{Type: t})
		}
		return fr
	}
	s := mapping.CreateScalarFunction()
	defer mapping.DestroyScalarFunction(&s)
	mapping.ScalarFunctionSetName(s, c.Name)
	for _, t := range c.Args {
		l := mapping.CreateLogicalType(engineType(t))
		mapping.ScalarFunctionAddParameter(s, l)
		mapping.DestroyLogicalType(&l)
	}
	mapping.ScalarFunctionSetReturnType(s, result)
	mapping.ScalarFunctionSetSpecialHandling(s) // functions see nulls
	if volatile {
		mapping.ScalarFunctionSetVolatile(s)
	}
	h := cgo.NewHandle(f)
	mapping.ScalarFunctionSetExtraInfo(s, C.azflow_pointer(C.uintptr_t(h)), C.azflow_forget())
	mapping.ScalarFunctionSetFunction(s, C.azflow_call())
	if mapping.RegisterScalarFunction(e.control, s) == mapping.StateError {
		return fmt.Errorf("duckdb: function %s cannot be registered", c.Name)
	}
	e.functions[c.Name] = true
	return nil
}

// engineType is the type of a function's argument or result.
func engineType(t types.Type) mapping.Type {
	switch t {
	case types.Bool:
		return mapping.TypeBoolean
	case types.Int:
		return mapping.TypeInteger
	case types.Long, types.DateTime, types.TimeSpan:
		return mapping.TypeBigInt
	case types.Real:
		return mapping.TypeDouble
	}
	return mapping.TypeVarchar
}

//export azflowForget
func azflowForget(p unsafe.Pointer) { cgo.Handle(uintptr(p)).Delete() }

// azflowCall is what DuckDB calls. Nothing may panic through it into C.
//
//export azflowCall
func azflowCall(info, chunk, out unsafe.Pointer) {
	in := mapping.FunctionInfo{Ptr: info}
	defer func() {
		if r := recover(); r != nil {
			mapping.ScalarFunctionSetError(in, fmt.Sprintf("a function failed, please report this: %v\n%s", r, debug.Stack()))
		}
	}()
	f := cgo.Handle(uintptr(mapping.ScalarFunctionGetExtraInfo(in))).Value().(*function)
	if err := f.call(mapping.DataChunk{Ptr: chunk}, mapping.Vector{Ptr: out}); err != nil {
		mapping.ScalarFunctionSetError(in, f.Func+": "+err.Error())
	}
}

func (f *function) call(chunk mapping.DataChunk, out mapping.Vector) error {
	n := int(mapping.DataChunkGetSize(chunk))
	fr := f.frames.Get().(*frame)
	for i, v := range fr.args {
		rows := n
		if f.Const[i] {
			rows = min(n, 1)
		}
		if err := load(mapping.DataChunkGetVector(chunk, mapping.IdxT(i)), v, rows, physical.Of(v.Type), false); err != nil {
			return err
		}
		v.Const = f.Const[i]
	}
	var err error
	if f.list != nil {
		err = f.lists(fr, out, n)
	} else {
		fr.out.Type = f.Ret
		fr.out.Resize(n)
		if err = f.kernel(fr.ctx, fr.args, n, &fr.out); err == nil {
			err = keep(out, &fr.out, n)
		}
	}
	for _, v := range fr.args { // they point into DuckDB's memory
		*v = types.Vector{Type: v.Type, Strings: v.Strings[:0]}
	}
	f.frames.Put(fr)
	return err
}

// entry is DuckDB's duckdb_list_entry.
type entry struct{ offset, length uint64 }

// lists writes for each row a list of JSON texts.
func (f *function) lists(fr *frame, out mapping.Vector, n int) error {
	at := column[entry](out, n)
	var all []string
	var null types.Bitmap
	var empty []int
	for i := range n {
		vs := f.list(fr.args[0].Value(i))
		at[i] = entry{uint64(len(all)), uint64(len(vs))}
		for _, x := range vs {
			if x == nil {
				empty = append(empty, len(all))
			}
			all = append(all, written(x))
		}
	}
	if len(empty) > 0 {
		null = make(types.Bitmap, (len(all)+63)/64)
		for _, i := range empty {
			null.Set(i)
		}
	}
	if mapping.ListVectorReserve(out, mapping.IdxT(len(all))) == mapping.StateError ||
		mapping.ListVectorSetSize(out, mapping.IdxT(len(all))) == mapping.StateError {
		return fmt.Errorf("no memory for %d elements", len(all))
	}
	child := mapping.ListVectorGetChild(out)
	if len(all) == 0 {
		return nil
	}
	if err := keepTexts(child, all); err != nil {
		return err
	}
	keepNulls(child, null, len(all))
	return nil
}

// elements is sqlgen.Elements.
func elements(x types.Value) []types.Value {
	switch x := x.(type) {
	case []types.Value:
		return x
	case *types.Bag:
		out := make([]types.Value, 0, x.Len())
		for _, k := range x.Keys() {
			v, _ := x.Get(k)
			b := types.NewBag(1)
			b.Set(k, v)
			out = append(out, b)
		}
		return out
	}
	return []types.Value{x}
}

// entries is sqlgen.Entries.
func entries(x types.Value) []types.Value {
	b, ok := x.(*types.Bag)
	if !ok {
		return elements(x)
	}
	out := make([]types.Value, 0, b.Len())
	for _, k := range b.Keys() {
		v, _ := b.Get(k)
		out = append(out, []types.Value{k, v})
	}
	return out
}

// toJSON is sqlgen.ToJSON: the dynamic that a value of any type is.
func toJSON(_ *fn.Ctx, args []*types.Vector, n int, out *types.Vector) error {
	a := args[0]
	for i := range n {
		switch x := a.Value(i).(type) {
		case nil:
			out.SetNull(i)
		case int32:
			out.Values[i] = int64(x)
		default:
			out.Values[i] = x
		}
	}
	return nil
}
