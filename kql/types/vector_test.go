package types

import "testing"

func TestVectorKeepsValuesAndNulls(t *testing.T) {
	dec, _ := ParseDecimal("1.50")
	for typ, x := range map[Type]Value{
		Bool: true, DateTime: Instant(5), Decimal: dec, Dynamic: "text", GUID: UUID{1}, Int: int32(7),
		Long: int64(8), Real: 1.5, String: "s", TimeSpan: Interval(9),
	} {
		v := FromValues(typ, []Value{x, nil, x})
		if v.Value(0) != x || v.Value(2) != x {
			t.Errorf("%s: got %v and %v, want %v", typ, v.Value(0), v.Value(2), x)
		}
		if typ == String {
			if v.Value(1) != "" || v.IsNull(1) {
				t.Errorf("a null string must be ''")
			}
		} else if v.Value(1) != nil || !v.IsNull(1) || v.IsNull(0) {
			t.Errorf("%s: row 1 alone must be null", typ)
		}
		s := v.Select([]int{2, -1})
		if s.Slots() != 2 || s.Value(0) != x {
			t.Errorf("%s: Select gave %v", typ, s.Value(0))
		}
	}
}

func TestConstantVectorAnswersForEveryRow(t *testing.T) {
	v := Constant(Long, int64(3))
	if v.Value(0) != int64(3) || v.Value(99) != int64(3) {
		t.Errorf("got %v, %v", v.Value(0), v.Value(99))
	}
	if !Constant(Long, nil).IsNull(1000) {
		t.Error("a constant null must be null in every row")
	}
}

func TestResizeForgetsOldRows(t *testing.T) {
	v := FromValues(Long, []Value{int64(1), nil})
	v.Resize(2)
	if v.Value(0) != int64(0) || v.Value(1) != int64(0) {
		t.Errorf("got %v, %v; want 0, 0", v.Value(0), v.Value(1))
	}
}

func TestDecimalArithmetic(t *testing.T) {
	d := func(s string) DecimalValue {
		v, ok := ParseDecimal(s)
		if !ok {
			t.Fatalf("%q is not a decimal", s)
		}
		return v
	}
	if q, ok := d("1").Quo(d("3")); !ok || q.String() != "0.3333333333333333333333333333333333" {
		t.Errorf("1/3 = %s, %v; want 34 digits", q, ok)
	}
	if _, ok := d("1").Quo(d("0")); ok {
		t.Error("1/0 must not be ok")
	}
	if m, _ := d("-7").Mod(d("3")); m.Cmp(d("2")) != 0 {
		t.Errorf("-7 mod 3 = %s, want 2", m)
	}
	if r := d("2.345").Round(2); r.String() != "2.35" {
		t.Errorf("got %s, want 2.35", r)
	}
	if r := d("-2.5").Round(0); r.String() != "-3" {
		t.Errorf("got %s, want -3", r)
	}
	if n, ok := d("-3.99").Long(); !ok || n != -3 {
		t.Errorf("got %d, want -3", n)
	}
	if (DecimalValue{}).String() != "0" {
		t.Error("the zero value must be 0")
	}
	for _, bad := range []string{"", "abc", "inf", "0x1F", "1_000"} {
		if _, ok := ParseDecimal(bad); ok {
			t.Errorf("%q must not be a decimal", bad)
		}
	}
}
