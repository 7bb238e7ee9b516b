package fn

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// A Kernel computes n rows of a function into out, whose Type is set and whose
// memory may be reused. Kernels accept arguments of other types than they
// prefer and convert them as KQL does; they keep no reference to args or out.
type Kernel func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error

// Ctx is what kernels know besides their arguments. One Ctx serves one
// goroutine. The zero value is ready to use.
type Ctx struct {
	Now  types.Instant
	Rand *rand.Rand // nil: rand() and new_guid() return an error
	// GeoIP answers geo_info_from_ip_address; nil knows no address.
	GeoIP func(ip string) *types.Bag

	regexps map[string]*regexp.Regexp
}

// data returns the slice of v that holds elements of type T.
func data[T any](v *types.Vector) []T {
	for _, s := range [...]any{&v.Strings, &v.Longs, &v.Bools, &v.Reals, &v.Instants, &v.Intervals, &v.Ints, &v.UUIDs, &v.Decimals, &v.Values} {
		if p, ok := s.(*[]T); ok {
			return *p
		}
	}
	return nil
}

// typeOf returns the KQL type that Go holds as T.
func typeOf[T any]() types.Type {
	switch any((*T)(nil)).(type) {
	case *string:
		return types.String
	case *int64:
		return types.Long
	case *bool:
		return types.Bool
	case *float64:
		return types.Real
	case *types.Instant:
		return types.DateTime
	case *types.Interval:
		return types.TimeSpan
	case *int32:
		return types.Int
	case *types.UUID:
		return types.GUID
	case *types.DecimalValue:
		return types.Decimal
	}
	return types.Dynamic
}

// column is a vector read as elements of one Go type.
type column[T any] struct {
	cells []T
	nulls types.Bitmap
	mask  int // 0 for a constant, else -1: row & mask is the slot
}

func read[T any](v *types.Vector) column[T] {
	v = Convert(v, typeOf[T]())
	c := column[T]{cells: data[T](v), nulls: v.Nulls, mask: -1}
	if v.Const {
		c.mask = 0
	}
	return c
}

func (c *column[T]) at(i int) (T, bool) {
	i &= c.mask
	return c.cells[i], c.nulls == nil || !c.nulls.Get(i)
}

// write fills out with n rows of f; not ok is null. Where out has another type
// than R, the result is converted.
func write[R any](out *types.Vector, n int, f func(i int) (R, bool)) {
	dst := out
	if out.Type != typeOf[R]() {
		dst = &types.Vector{Type: typeOf[R]()}
	}
	dst.Resize(n)
	cells := data[R](dst)
	for i := range n {
		r, ok := f(i)
		if !ok {
			dst.SetNull(i)
			continue
		}
		cells[i] = r
		if dst.Type == types.Dynamic && any(r) == nil {
			dst.SetNull(i)
		}
	}
	if dst != out {
		*out = *Convert(dst, out.Type)
	}
}

// map1 makes a kernel of a function that knows no null; not ok is null.
func map1[A, R any](f func(A) (R, bool)) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a := read[A](args[0])
		write(out, n, func(i int) (R, bool) {
			x, ok := a.at(i)
			if !ok {
				var zero R
				return zero, false
			}
			return f(x)
		})
		return nil
	}
}

// map2 is map1 for two arguments.
func map2[A, B, R any](f func(A, B) (R, bool)) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a, b := read[A](args[0]), read[B](args[1])
		write(out, n, func(i int) (R, bool) {
			x, okX := a.at(i)
			y, okY := b.at(i)
			if !okX || !okY {
				var zero R
				return zero, false
			}
			return f(x, y)
		})
		return nil
	}
}

// map3 is map1 for three arguments.
func map3[A, B, C, R any](f func(A, B, C) (R, bool)) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a, b, c := read[A](args[0]), read[B](args[1]), read[C](args[2])
		write(out, n, func(i int) (R, bool) {
			x, okX := a.at(i)
			y, okY := b.at(i)
			z, okZ := c.at(i)
			if !okX || !okY || !okZ {
				var zero R
				return zero, false
			}
			return f(x, y, z)
		})
		return nil
	}
}

// always makes a total function of one argument fit for map1.
func always[A, R any](f func(A) R) Kernel {
	return map1(func(a A) (R, bool) { return f(a), true })
}

// always2 makes a total function of two arguments fit for map2.
func always2[A, B, R any](f func(A, B) R) Kernel {
	return map2(func(a A, b B) (R, bool) { return f(a, b), true })
}

// row is one row of the arguments of a rowwise kernel, each converted to the
// type that the kernel wants.
type row struct {
	ctx   *Ctx
	args  []types.Value
	types []types.Type // of the arguments as they came
}

// has reports whether argument i was given and is not null.
func (r *row) has(i int) bool { return i < len(r.args) && r.args[i] != nil }

func (r *row) text(i int) string {
	s, _ := r.args[i].(string)
	return s
}

// long returns argument i, or def if it is missing or null.
func (r *row) long(i int, def int64) int64 {
	if i < len(r.args) {
		if n, ok := r.args[i].(int64); ok {
			return n
		}
	}
	return def
}

func (r *row) real(i int, def float64) float64 {
	if i < len(r.args) {
		if x, ok := r.args[i].(float64); ok {
			return x
		}
	}
	return def
}

func (r *row) bool(i int, def bool) bool {
	if i < len(r.args) {
		if b, ok := r.args[i].(bool); ok {
			return b
		}
	}
	return def
}

// rowwise makes a kernel of a function over boxed values. want lists the types
// of the arguments (Unknown: as they come); the last one stands for all further
// arguments. Nulls are passed on to f.
func rowwise(f func(r *row) (types.Value, error), want ...types.Type) Kernel {
	return func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		in := make([]*types.Vector, len(args))
		r := &row{ctx: ctx, args: make([]types.Value, len(args)), types: make([]types.Type, len(args))}
		for i, a := range args {
			r.types[i] = a.Type
			in[i] = a
			if len(want) > 0 {
				if t := want[min(i, len(want)-1)]; t != types.Unknown {
					in[i] = Convert(a, t)
				}
			}
		}
		out.Resize(n)
		for i := range n {
			for j, a := range in {
				r.args[j] = a.Value(i)
			}
			v, err := f(r)
			if err != nil {
				return err
			}
			if v != nil && out.Type != types.Dynamic {
				v = Cast(v, types.Dynamic, out.Type)
			}
			out.SetValue(i, v)
		}
		return nil
	}
}

// strict is rowwise for functions that are null where an argument is.
func strict(f func(r *row) types.Value, want ...types.Type) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		for _, a := range r.args {
			if a == nil {
				return nil, nil
			}
		}
		return f(r), nil
	}, want...)
}

// lax is rowwise for functions that handle nulls and cannot fail.
func lax(f func(r *row) types.Value, want ...types.Type) Kernel {
	return rowwise(func(r *row) (types.Value, error) { return f(r), nil }, want...)
}

// regexp returns a compiled pattern; each pattern is compiled once.
func (c *Ctx) regexp(pattern string) (*regexp.Regexp, error) {
	if re, ok := c.regexps[pattern]; ok {
		return re, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	if c.regexps == nil || len(c.regexps) > 1000 {
		c.regexps = map[string]*regexp.Regexp{}
	}
	c.regexps[strings.Clone(pattern)] = re
	return re, nil
}
