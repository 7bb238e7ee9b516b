package types

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// DecimalDigits is the precision of a KQL decimal.
// MS Learn: "The decimal data type".
const DecimalDigits = 34

// DecimalValue is an immutable decimal number of at most 34 digits. The zero
// value is 0.
type DecimalValue struct{ d *apd.Decimal }

func decimalContext() *apd.Context {
	c := apd.BaseContext.WithPrecision(DecimalDigits)
	c.Rounding = apd.RoundHalfEven
	return c
}

func (d DecimalValue) apd() *apd.Decimal {
	if d.d == nil {
		return new(apd.Decimal)
	}
	return d.d
}

// NewDecimal returns n as a decimal.
func NewDecimal(n int64) DecimalValue { return DecimalValue{apd.New(n, 0)} }

// ParseDecimal reads a decimal such as "1.50", "-3" or "1e-3"; it has no
// infinities.
func ParseDecimal(s string) (DecimalValue, bool) {
	if s == "" || strings.ContainsAny(s, "_xXpPnN ") {
		return DecimalValue{}, false
	}
	d, _, err := apd.NewFromString(s)
	if err != nil || d.Form != apd.Finite {
		return DecimalValue{}, false
	}
	out := new(apd.Decimal)
	if _, err := decimalContext().Round(out, d); err != nil {
		return DecimalValue{}, false
	}
	return DecimalValue{out}, true
}

// DecimalFromReal returns x as a decimal by its shortest decimal form; not ok
// for NaN and the infinities.
func DecimalFromReal(x float64) (DecimalValue, bool) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return DecimalValue{}, false
	}
	return ParseDecimal(strconv.FormatFloat(x, 'g', -1, 64))
}

// String writes d without an exponent, its trailing zeros kept.
func (d DecimalValue) String() string { return d.apd().Text('f') }

// Real returns the nearest float64.
func (d DecimalValue) Real() float64 {
	x, err := strconv.ParseFloat(d.apd().String(), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// Long returns d cut towards zero, and whether it fits.
func (d DecimalValue) Long() (int64, bool) {
	var whole apd.Decimal
	d.apd().Modf(&whole, nil)
	n, err := whole.Int64()
	return n, err == nil
}

// Cmp compares d and e: -1, 0 or +1.
func (d DecimalValue) Cmp(e DecimalValue) int { return d.apd().Cmp(e.apd()) }

// Sign returns -1, 0 or +1.
func (d DecimalValue) Sign() int { return d.apd().Sign() }

// Neg returns -d.
func (d DecimalValue) Neg() DecimalValue { return DecimalValue{new(apd.Decimal).Neg(d.apd())} }

// Abs returns |d|.
func (d DecimalValue) Abs() DecimalValue { return DecimalValue{new(apd.Decimal).Abs(d.apd())} }

// Add returns d+e; not ok if it overflows.
func (d DecimalValue) Add(e DecimalValue) (DecimalValue, bool) {
	out := new(apd.Decimal)
	_, err := decimalContext().Add(out, d.apd(), e.apd())
	return DecimalValue{out}, err == nil
}

// Sub returns d-e; not ok if it overflows.
func (d DecimalValue) Sub(e DecimalValue) (DecimalValue, bool) { return d.Add(e.Neg()) }

// Mul returns d·e; not ok if it overflows.
func (d DecimalValue) Mul(e DecimalValue) (DecimalValue, bool) {
	out := new(apd.Decimal)
	_, err := decimalContext().Mul(out, d.apd(), e.apd())
	return DecimalValue{out}, err == nil
}

// Quo returns d/e; not ok if e is 0.
func (d DecimalValue) Quo(e DecimalValue) (DecimalValue, bool) {
	out := new(apd.Decimal)
	_, err := decimalContext().Quo(out, d.apd(), e.apd())
	return DecimalValue{out}, err == nil
}

// Mod returns d-e·floor(d/e) taken so that it is never negative; not ok if e is 0.
func (d DecimalValue) Mod(e DecimalValue) (DecimalValue, bool) {
	out := new(apd.Decimal)
	if _, err := decimalContext().Rem(out, d.apd(), e.apd()); err != nil {
		return DecimalValue{}, false
	}
	r := DecimalValue{out}
	if r.Sign() < 0 {
		return r.Add(e.Abs())
	}
	return r, true
}

// Floor returns the greatest whole number that is not above d.
func (d DecimalValue) Floor() DecimalValue {
	out := new(apd.Decimal)
	if _, err := decimalContext().Floor(out, d.apd()); err != nil {
		return d
	}
	return DecimalValue{out}
}

// Ceil returns the least whole number that is not below d.
func (d DecimalValue) Ceil() DecimalValue {
	out := new(apd.Decimal)
	if _, err := decimalContext().Ceil(out, d.apd()); err != nil {
		return d
	}
	return DecimalValue{out}
}

// Round returns d with at most places digits after the point (before it, if
// places is negative), halves rounded away from zero.
func (d DecimalValue) Round(places int) DecimalValue {
	if int(d.apd().Exponent) >= -places {
		return d
	}
	c := decimalContext()
	c.Rounding = apd.RoundHalfUp
	out := new(apd.Decimal)
	if _, err := c.Quantize(out, d.apd(), int32(-places)); err != nil {
		return d
	}
	return DecimalValue{out}
}

// Reduced returns d without trailing zeros, so that equal decimals print alike.
func (d DecimalValue) Reduced() DecimalValue {
	out, _ := new(apd.Decimal).Reduce(d.apd())
	return DecimalValue{out}
}
