package types

import (
	"math"
	"strconv"
	"testing"
)

// What tostring() gives; the first is from the emulator.
func TestTextOfReals(t *testing.T) {
	sum := 0.1
	sum += 0.2
	for x, want := range map[float64]string{
		sum: "0.30000000000000007", 1.0 / 3: "0.3333333333333333", 1: "1.0", -0.5: "-0.5", 1e11: "100000000000.0",
		math.Inf(1): "inf", math.Inf(-1): "-inf", math.Copysign(0, -1): "-0.0", 123456.789: "123456.789", 2.718281828459045: "2.718281828459045",
	} {
		if got := Text(x, Real); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}

func FuzzTextOfRealsReadsBack(f *testing.F) {
	for _, x := range []float64{0.1, 1e300, 5e-324, math.MaxFloat64, -1.7976931348623155e308, 1e16, 9007199254740993, 1e-5, 0.30000000000000004} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return
		}
		if y, err := strconv.ParseFloat(Text(x, Real), 64); err != nil || y != x {
			t.Errorf("%v is written %s, which reads %v, %v", x, Text(x, Real), y, err)
		}
	})
}
