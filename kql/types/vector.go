package types

import "math/bits"

// A Bitmap holds one bit per row; a nil Bitmap is all zeros.
type Bitmap []uint64

// Get returns bit i.
func (b Bitmap) Get(i int) bool { return b != nil && b[i>>6]>>(uint(i)&63)&1 != 0 }

// Set sets bit i; b must be long enough.
func (b Bitmap) Set(i int) { b[i>>6] |= 1 << (uint(i) & 63) }

// Any reports whether one of the bits is set.
func (b Bitmap) Any() bool {
	for _, w := range b {
		if w != 0 {
			return true
		}
	}
	return false
}

// Count returns the number of set bits.
func (b Bitmap) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// A Vector is a column of values of one type. Exactly the slice that belongs to
// Type is used; the others are nil. A row whose bit in Nulls is set is null and
// its slot in the slice is the zero value. Strings are never null. A null
// dynamic is both nil in Values and set in Nulls, once the vector is built.
//
// A constant vector (Const) has one slot, which stands for every row.
type Vector struct {
	Type  Type
	Const bool
	Nulls Bitmap

	Bools     []bool
	Ints      []int32
	Longs     []int64
	Reals     []float64
	Strings   []string
	Instants  []Instant
	Intervals []Interval
	UUIDs     []UUID
	Decimals  []DecimalValue
	Values    []Value
}

// NewVector returns a vector of n rows of type t, none of them null and all of
// them zero.
func NewVector(t Type, n int) *Vector {
	v := &Vector{Type: t}
	v.Resize(n)
	return v
}

// Constant returns a vector in which every row is x, a value of type t.
func Constant(t Type, x Value) *Vector {
	v := NewVector(t, 1)
	v.Const = true
	v.SetValue(0, x)
	return v
}

// FromValues returns the vector of the given values of type t.
func FromValues(t Type, values []Value) *Vector {
	v := NewVector(t, len(values))
	for i, x := range values {
		v.SetValue(i, x)
	}
	return v
}

// Resize makes v a vector of n zero rows of its type, none null, and reuses its
// memory where it can.
func (v *Vector) Resize(n int) {
	v.Const = false
	v.Nulls = nil
	switch v.Type {
	case Bool:
		v.Bools = resize(v.Bools, n)
	case Int:
		v.Ints = resize(v.Ints, n)
	case Long:
		v.Longs = resize(v.Longs, n)
	case Real:
		v.Reals = resize(v.Reals, n)
	case String:
		v.Strings = resize(v.Strings, n)
	case DateTime:
		v.Instants = resize(v.Instants, n)
	case TimeSpan:
		v.Intervals = resize(v.Intervals, n)
	case GUID:
		v.UUIDs = resize(v.UUIDs, n)
	case Decimal:
		v.Decimals = resize(v.Decimals, n)
	default:
		v.Values = resize(v.Values, n)
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// Slots returns the number of slots: 1 for a constant vector, else the rows.
func (v *Vector) Slots() int {
	switch v.Type {
	case Bool:
		return len(v.Bools)
	case Int:
		return len(v.Ints)
	case Long:
		return len(v.Longs)
	case Real:
		return len(v.Reals)
	case String:
		return len(v.Strings)
	case DateTime:
		return len(v.Instants)
	case TimeSpan:
		return len(v.Intervals)
	case GUID:
		return len(v.UUIDs)
	case Decimal:
		return len(v.Decimals)
	}
	return len(v.Values)
}

// Slot returns the slot of row i.
func (v *Vector) Slot(i int) int {
	if v.Const {
		return 0
	}
	return i
}

// IsNull reports whether row i is null.
func (v *Vector) IsNull(i int) bool { return v.Nulls != nil && v.Nulls.Get(v.Slot(i)) }

// SetNull makes slot i null; in a string vector it becomes ”.
func (v *Vector) SetNull(i int) {
	if v.Type == String {
		v.Strings[i] = ""
		return
	}
	if v.Nulls == nil {
		v.Nulls = make(Bitmap, (v.Slots()+63)/64)
	}
	v.Nulls.Set(i)
	if v.Values != nil {
		v.Values[i] = nil
	}
}

// Value returns row i, boxed.
func (v *Vector) Value(i int) Value {
	i = v.Slot(i)
	if v.Nulls.Get(i) {
		return nil
	}
	switch v.Type {
	case Bool:
		return v.Bools[i]
	case Int:
		return v.Ints[i]
	case Long:
		return v.Longs[i]
	case Real:
		return v.Reals[i]
	case String:
		return v.Strings[i]
	case DateTime:
		return v.Instants[i]
	case TimeSpan:
		return v.Intervals[i]
	case GUID:
		return v.UUIDs[i]
	case Decimal:
		return v.Decimals[i]
	}
	return v.Values[i]
}

// SetValue sets slot i to x, which is nil or the Go form of the vector's type.
func (v *Vector) SetValue(i int, x Value) {
	if x == nil {
		v.SetNull(i)
		return
	}
	switch v.Type {
	case Bool:
		v.Bools[i] = x.(bool)
	case Int:
		v.Ints[i] = x.(int32)
	case Long:
		v.Longs[i] = x.(int64)
	case Real:
		v.Reals[i] = x.(float64)
	case String:
		v.Strings[i] = x.(string)
	case DateTime:
		v.Instants[i] = x.(Instant)
	case TimeSpan:
		v.Intervals[i] = x.(Interval)
	case GUID:
		v.UUIDs[i] = x.(UUID)
	case Decimal:
		v.Decimals[i] = x.(DecimalValue)
	default:
		v.Values[i] = x
	}
}

// Select returns the rows of v at the given indexes; -1 stands for a null row
// (” in a string vector). The result shares no slot with v.
func (v *Vector) Select(rows []int) *Vector {
	out := NewVector(v.Type, len(rows))
	for i, r := range rows {
		if r < 0 || v.IsNull(r) {
			out.SetNull(i)
			continue
		}
		s := v.Slot(r)
		switch v.Type {
		case Bool:
			out.Bools[i] = v.Bools[s]
		case Int:
			out.Ints[i] = v.Ints[s]
		case Long:
			out.Longs[i] = v.Longs[s]
		case Real:
			out.Reals[i] = v.Reals[s]
		case String:
			out.Strings[i] = v.Strings[s]
		case DateTime:
			out.Instants[i] = v.Instants[s]
		case TimeSpan:
			out.Intervals[i] = v.Intervals[s]
		case GUID:
			out.UUIDs[i] = v.UUIDs[s]
		case Decimal:
			out.Decimals[i] = v.Decimals[s]
		default:
			out.Values[i] = v.Values[s]
		}
	}
	return out
}
