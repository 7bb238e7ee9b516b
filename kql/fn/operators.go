package fn

import (
	"slices"

	"github.com/azflow/azflow/kql/types"
)

// operators returns the operators and what plans call besides the functions
// that a query can name. Which operands go together: Microsoft's binder, asked
// for every pair of types.
func operators() []Func {
	exact := func(name string, t ...types.Type) Param { return Param{Name: name, Types: t, Min: 1, Max: 1} }
	kind := func(name string, k Kind) Param { return Param{Name: name, Kind: k, Min: 1, Max: 1} }
	two := func(r Return, l, right Param) Sig { return Sig{Params: []Param{l, right}, Ret: r} }
	var (
		num      = func(n string) Param { return kind(n, Number) }
		dyn      = func(n string) Param { return exact(n, types.Dynamic) }
		date     = func(n string) Param { return exact(n, types.DateTime) }
		span     = func(n string) Param { return exact(n, types.TimeSpan) }
		dateSpan = func(n string) Param { return exact(n, types.DateTime, types.TimeSpan) }
		widest   = Return{Rule: WidestLong}
		first    = Return{Rule: FirstArg}
		second   = Return{Rule: SecondArg}
		boolean  = Return{Type: types.Bool}
		real     = Return{Type: types.Real}
		datetime = Return{Type: types.DateTime}
		timespan = Return{Type: types.TimeSpan}
		dynamic  = Return{Type: types.Dynamic}
	)
	numeric := func(more ...Sig) []Sig {
		return slices.Concat([]Sig{
			two(widest, num("x"), num("y")), two(widest, num("x"), dyn("y")), two(widest, dyn("x"), num("y")), two(dynamic, dyn("x"), dyn("y")),
		}, more)
	}
	equality := []Sig{two(boolean, kind("x", Scalar), kind("y", Scalar))}
	order := []Sig{
		two(boolean, kind("x", NumberOrBool), kind("y", NumberOrBool)),
		two(boolean, num("x"), dyn("y")), two(boolean, dyn("x"), num("y")), two(boolean, dyn("x"), dyn("y")),
		two(boolean, date("x"), date("y")), two(boolean, span("x"), span("y")),
	}
	text := []Sig{two(boolean, kind("x", StringOrDynamic), kind("y", StringOrDynamic))}
	logic := []Sig{two(boolean, exact("x", types.Bool, types.Dynamic), exact("y", types.Bool, types.Dynamic))}
	among := func(k Kind) []Sig {
		return []Sig{{Params: []Param{kind("x", k), {Name: "element", Kind: Scalar, Min: 0, Max: Unbounded}}, Ret: boolean}}
	}
	three := func(x, lo, hi Param) Sig { return Sig{Params: []Param{x, lo, hi}, Ret: boolean} }
	between := []Sig{
		three(num("x"), num("lo"), num("hi")), three(num("x"), dyn("lo"), dyn("hi")), three(dyn("x"), num("lo"), num("hi")),
		three(date("x"), date("lo"), dateSpan("hi")), three(span("x"), span("lo"), span("hi")),
	}

	fs := []Func{
		{Name: "+", Doc: "Adds.", Kernel: addKernel, Sigs: numeric(
			two(datetime, date("x"), dateSpan("y")), two(datetime, span("x"), date("y")), two(timespan, span("x"), span("y")),
			two(first, dateSpan("x"), dyn("y")), two(second, dyn("x"), dateSpan("y")))},
		{Name: "-", Doc: "Subtracts.", Kernel: subKernel, Sigs: numeric(
			two(timespan, date("x"), date("y")), two(datetime, date("x"), span("y")), two(datetime, span("x"), date("y")), two(timespan, span("x"), span("y")),
			two(timespan, dateSpan("x"), dyn("y")), two(timespan, dyn("x"), dateSpan("y")))},
		{Name: "*", Doc: "Multiplies; a product of longs wraps around.", Kernel: mulKernel, Sigs: numeric(
			two(first, dateSpan("x"), num("y")), two(second, num("x"), dateSpan("y")), two(timespan, span("x"), span("y")))},
		{Name: "/", Doc: "Divides; a quotient of whole numbers is cut towards zero, and null if the divisor is 0.", Kernel: divKernel, Sigs: numeric(
			two(real, date("x"), dateSpan("y")), two(real, span("x"), span("y")), two(first, dateSpan("x"), num("y")))},
		{Name: "%", Doc: "Returns the remainder, never negative.", Kernel: modKernel, Sigs: numeric(
			two(timespan, date("x"), dateSpan("y")), two(timespan, span("x"), span("y")), two(first, dateSpan("x"), num("y")))},
		{Name: "neg", Doc: "Negates.", Kernel: negKernel, Sigs: []Sig{
			{Params: []Param{kind("x", Summable)}, Ret: Return{Rule: FirstArgPromoted}}, {Params: []Param{dyn("x")}, Ret: dynamic},
		}},
		{Name: "==", Doc: "Compares for equality.", Kernel: eqKernel(false), Sigs: equality},
		{Name: "!=", Doc: "Compares for inequality.", Kernel: eqKernel(true), Sigs: equality},
		{Name: "<", Doc: "Compares for order.", Kernel: orderKernel(func(c int) bool { return c < 0 }), Sigs: order},
		{Name: "<=", Doc: "Compares for order.", Kernel: orderKernel(func(c int) bool { return c <= 0 }), Sigs: order},
		{Name: ">", Doc: "Compares for order.", Kernel: orderKernel(func(c int) bool { return c > 0 }), Sigs: order},
		{Name: ">=", Doc: "Compares for order.", Kernel: orderKernel(func(c int) bool { return c >= 0 }), Sigs: order},
		{Name: "and", Doc: "Holds if both operands do.", Kernel: andKernel, Sigs: logic},
		{Name: "or", Doc: "Holds if one of the operands does.", Kernel: orKernel, Sigs: logic},
		{Name: "in", Doc: "Reports whether a value is among others.", Kernel: inKernel(false, false), Sigs: among(Scalar)},
		{Name: "!in", Doc: "Reports whether a value is not among others.", Kernel: inKernel(true, false), Sigs: among(Scalar)},
		{Name: "in~", Doc: "Reports whether a string is among others, case aside.", Kernel: inKernel(false, true), Sigs: among(StringOrDynamic)},
		{Name: "!in~", Doc: "Reports whether a string is not among others, case aside.", Kernel: inKernel(true, true), Sigs: among(StringOrDynamic)},
		{Name: "has_any", Doc: "Reports whether a string has one of several terms.", Kernel: hasListKernel(false), Sigs: among(StringOrDynamic)},
		{Name: "has_all", Doc: "Reports whether a string has all of several terms.", Kernel: hasListKernel(true), Sigs: among(StringOrDynamic)},
		{Name: "between", Doc: "Reports whether a value lies in a range, its ends included.", Kernel: betweenKernel(false), Sigs: between},
		{Name: "!between", Doc: "Reports whether a value lies outside a range.", Kernel: betweenKernel(true), Sigs: between},
		{Name: "_member", Doc: "Returns a property of a dynamic value.", Kernel: memberKernel, Sigs: []Sig{two(dynamic, dyn("x"), exact("name", types.String))}},
		{Name: "_index", Doc: "Returns an element of a dynamic array, or a property of a bag.", Kernel: indexKernel, Sigs: []Sig{two(dynamic, dyn("x"), exact("index", types.Long, types.String))}},
		{
			Name: "_column", Doc: "Returns one column of a function that returns several.", Kernel: columnKernel,
			Sigs: []Sig{two(Return{}, dyn("columns"), exact("number", types.Long))},
		},
	}
	for _, s := range textOperators() {
		for _, negated := range []bool{false, true} {
			name, doc := s.name, "Reports whether a string "+s.doc+"."
			if negated {
				name, doc = "!"+s.name, "Reports whether it does not hold that a string "+s.doc+"."
				if s.name == "=~" {
					name = "!~"
				}
			}
			fs = append(fs, Func{Name: name, Doc: doc, Kernel: s.kernel(negated), Sigs: text})
		}
	}
	fs = append(fs, Func{Name: "matches regex", Doc: "Reports whether a string matches a regular expression.", Kernel: matchesKernel, Sigs: text})
	for i := range fs {
		fs[i].Operator = true
	}
	return fs
}
