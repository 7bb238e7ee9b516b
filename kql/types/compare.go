package types

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"
)

// Compare orders two values of one type that are not null: -1, 0 or +1. NaN is
// below all other numbers. Values inside dynamic compare across int64, float64
// and decimal by number, otherwise by kind and then by text.
func Compare(a, b Value) int {
	switch x := a.(type) {
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(b2i(x), b2i(y))
		}
	case int32:
		if y, ok := b.(int32); ok {
			return cmp.Compare(x, y)
		}
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y)
		}
	case float64:
		if y, ok := b.(float64); ok {
			return cmp.Compare(x, y)
		}
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y)
		}
	case Instant:
		if y, ok := b.(Instant); ok {
			return cmp.Compare(x, y)
		}
	case Interval:
		if y, ok := b.(Interval); ok {
			return cmp.Compare(x, y)
		}
	case UUID:
		if y, ok := b.(UUID); ok {
			return strings.Compare(string(x[:]), string(y[:]))
		}
	case DecimalValue:
		if y, ok := b.(DecimalValue); ok {
			return x.Cmp(y)
		}
	}
	if IsNumber(a) && IsNumber(b) {
		return CompareNumbers(a, b)
	}
	if ka, kb := kindRank(a), kindRank(b); ka != kb {
		return cmp.Compare(ka, kb)
	}
	return strings.Compare(string(AppendJSON(nil, a)), string(AppendJSON(nil, b)))
}

func kindRank(v Value) int {
	switch v.(type) {
	case nil:
		return 0
	case bool:
		return 1
	case int32, int64, float64, DecimalValue:
		return 2
	case Instant:
		return 3
	case Interval:
		return 4
	case UUID:
		return 5
	case string:
		return 6
	case []Value:
		return 7
	}
	return 8
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// IsNumber reports whether v is a number of any type.
func IsNumber(v Value) bool {
	switch v.(type) {
	case int32, int64, float64, DecimalValue:
		return true
	}
	return false
}

// CompareNumbers compares two numbers of any types by their value.
func CompareNumbers(a, b Value) int {
	da, isDA := a.(DecimalValue)
	db, isDB := b.(DecimalValue)
	if isDA || isDB {
		if !isDA {
			da = decimalOf(a)
		}
		if !isDB {
			db = decimalOf(b)
		}
		return da.Cmp(db)
	}
	fa, isFA := a.(float64)
	fb, isFB := b.(float64)
	ia, ib := int64Of(a), int64Of(b)
	switch {
	case isFA && isFB:
		return cmp.Compare(fa, fb)
	case isFA:
		return -compareIntReal(ib, fa)
	case isFB:
		return compareIntReal(ia, fb)
	}
	return cmp.Compare(ia, ib)
}

func int64Of(v Value) int64 {
	switch x := v.(type) {
	case int32:
		return int64(x)
	case int64:
		return x
	}
	return 0
}

func decimalOf(v Value) DecimalValue {
	if f, ok := v.(float64); ok {
		d, _ := DecimalFromReal(f)
		return d
	}
	return NewDecimal(int64Of(v))
}

// compareIntReal compares without the rounding of a conversion to float64.
func compareIntReal(i int64, f float64) int {
	switch {
	case math.IsNaN(f), f < -(1 << 63):
		return 1
	case f >= 1<<63:
		return -1
	}
	if c := cmp.Compare(i, int64(f)); c != 0 {
		return c
	}
	return cmp.Compare(0, f-math.Trunc(f))
}

// Equal reports whether two values, dynamic ones included, are the same: bags
// regardless of the order of keys, numbers by value.
func Equal(a, b Value) bool {
	switch x := a.(type) {
	case []Value:
		y, ok := b.([]Value)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case *Bag:
		y, ok := b.(*Bag)
		if !ok || x.Len() != y.Len() {
			return false
		}
		for k, v := range x.values {
			w, ok := y.values[k]
			if !ok || !Equal(v, w) {
				return false
			}
		}
		return true
	case nil:
		return b == nil
	}
	if b == nil {
		return false
	}
	if IsNumber(a) && IsNumber(b) {
		return CompareNumbers(a, b) == 0
	}
	return kindRank(a) == kindRank(b) && Compare(a, b) == 0
}

// AppendKey appends bytes that are equal exactly for values that are Equal, for
// use as the key of a map. NaN equals NaN and null equals null.
func AppendKey(b []byte, v Value) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, 0)
	case bool:
		return append(b, 1, byte(b2i(x)))
	case int32:
		return appendUint(append(b, 2), uint64(int64(x)))
	case int64:
		return appendUint(append(b, 2), uint64(x))
	case float64:
		if x == math.Trunc(x) && x >= -(1<<63) && x < 1<<63 {
			return appendUint(append(b, 2), uint64(int64(x)))
		}
		if math.IsNaN(x) {
			x = math.NaN()
		}
		return appendUint(append(b, 3), math.Float64bits(x))
	case string:
		return append(appendUint(append(b, 4), uint64(len(x))), x...)
	case Instant:
		return appendUint(append(b, 5), uint64(x))
	case Interval:
		return appendUint(append(b, 6), uint64(x))
	case UUID:
		return append(append(b, 7), x[:]...)
	case DecimalValue:
		if n, ok := x.Long(); ok && x.Cmp(NewDecimal(n)) == 0 {
			return appendUint(append(b, 2), uint64(n))
		}
		s := x.Reduced().String()
		return append(appendUint(append(b, 8), uint64(len(s))), s...)
	case []Value:
		b = appendUint(append(b, 9), uint64(len(x)))
		for _, e := range x {
			b = AppendKey(b, e)
		}
		return b
	case *Bag:
		sorted := SortKeys(x).(*Bag)
		b = appendUint(append(b, 10), uint64(len(sorted.keys)))
		for _, k := range sorted.keys {
			b = AppendKey(b, k)
			b = AppendKey(b, sorted.values[k])
		}
	}
	return b
}

func appendUint(b []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(b, n) }
