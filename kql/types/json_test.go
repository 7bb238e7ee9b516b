package types

import (
	"encoding/json"
	"testing"
)

func TestJSONKeepsOrderAndKindsOfNumbers(t *testing.T) {
	for text, want := range map[string]string{
		`{"b":1,"a":[1.0,2.5,-3]}`: `{"b":1,"a":[1.0,2.5,-3]}`,
		` [ true , null , "x" ] `:  `[true,null,"x"]`,
		`"\u00e9\n\ud83d\ude00"`:   `"é\n😀"`,
		`{"a":1,"a":2}`:            `{"a":2}`,
		`9223372036854775807`:      `9223372036854775807`,
		`9223372036854775808`:      `9.223372036854775808e+18`,
		`1e3`:                      `1000.0`,
	} {
		v, ok := ParseJSON(text)
		if !ok {
			t.Errorf("%s is not read", text)
			continue
		}
		got := string(AppendJSON(nil, v))
		w, _ := ParseJSON(want)
		if got != want && !(Equal(v, w) && got == string(AppendJSON(nil, w))) {
			t.Errorf("%s comes back as %s, want %s", text, got, want)
		}
	}
}

func TestWhatIsNotJSONIsRefused(t *testing.T) {
	for _, text := range []string{"", "abc", "{", `{"a"}`, "[1,]", "01", "1.", ".5", "+1", `"a` + "\t" + `b"`, `"\x"`, "nul", "1 2", "NaN", "[1]]"} {
		if v, ok := ParseJSON(text); ok {
			t.Errorf("%q is read as %v", text, v)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x",null,true]}`, `"é"`, `-0`, `1e400`, `[[[]]]`, `{"":{}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := ParseJSON(s)
		if ok != json.Valid([]byte(s)) && len(s) < 500 {
			t.Fatalf("ParseJSON(%q) = %v, the standard library says %v", s, ok, !ok)
		}
		if !ok {
			return
		}
		text := AppendJSON(nil, v)
		back, ok := ParseJSON(string(text))
		if !ok || string(AppendJSON(nil, back)) != string(text) {
			t.Fatalf("%q is written as %s, which is read as %v", s, text, back)
		}
	})
}

func TestEqualAndKeyAgree(t *testing.T) {
	bag := func(kv ...Value) *Bag {
		b := NewBag(2)
		for i := 0; i < len(kv); i += 2 {
			b.Set(kv[i].(string), kv[i+1])
		}
		return b
	}
	half, _ := ParseDecimal("0.50")
	values := []Value{
		nil, true, false, int32(1), int64(1), 1.0, NewDecimal(1), 0.5, half, "1", "", Instant(1), Interval(1),
		UUID{1},
		[]Value{int64(1)},
		[]Value{1.0},
		[]Value{},
		bag("a", int64(1), "b", nil), bag("b", nil, "a", 1.0), bag(),
	}
	for _, a := range values {
		for _, b := range values {
			equal := Equal(a, b)
			if keys := string(AppendKey(nil, a)) == string(AppendKey(nil, b)); keys != equal && !IsNumber(a) {
				t.Errorf("Equal(%v, %v) = %v, their keys say %v", a, b, equal, keys)
			}
			if a != nil && b != nil && (Compare(a, b) == 0) != (Compare(b, a) == 0) {
				t.Errorf("Compare(%v, %v) is not symmetric", a, b)
			}
		}
	}
}
