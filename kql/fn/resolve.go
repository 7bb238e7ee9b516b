package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// A Mismatch says why arguments fit no signature. Code is Kusto's; Arg is the
// number of the argument at fault, or -1 for the call as a whole.
type Mismatch struct {
	Code string
	Arg  int
	// Param is the parameter that Arg did not fit; nil if Arg is -1.
	Param *Param
	// Min and Max are the numbers of arguments that were possible, where their
	// number is at fault (Code is "").
	Min, Max int
}

// Error implements error.
func (m *Mismatch) Error() string {
	if m.Code == "" {
		return "wrong number of arguments"
	}
	return "arguments do not fit (" + m.Code + ")"
}

// A Match is a signature that fits.
type Match struct {
	Sig *Sig
	// Ret is the type of the result; Unknown for several columns and for what the
	// binder answers.
	Ret types.Type
	// Params are the parameters of the arguments, one each.
	Params []*Param
}

// Resolve finds the signature of sigs that fits arguments of the given types.
// consts holds the values of the constant arguments, nil for the others; a
// typeof(t) argument is the string constant t. Unknown types fit everything.
// operator changes the fault that is reported, as Kusto does.
func Resolve(sigs []Sig, args []types.Type, consts []types.Value, operator bool) (Match, *Mismatch) {
	type candidate struct {
		sig    *Sig
		params []*Param
		fits   int
		score  int
	}
	var best []candidate
	for i := range sigs {
		s := &sigs[i]
		params := s.assign(args)
		if params == nil {
			continue
		}
		c := candidate{sig: s, params: params}
		for j, t := range args {
			if n := params[j].accepts(t); n > 0 {
				c.fits++
				c.score += n
			}
		}
		switch {
		case len(best) == 0 || c.fits > best[0].fits || c.fits == best[0].fits && c.score > best[0].score:
			best = append(best[:0], c)
		case c.fits == best[0].fits && c.score == best[0].score && c.fits < len(args):
			best = append(best, c)
		}
	}
	if len(best) == 0 {
		m := &Mismatch{Arg: -1, Min: Unbounded}
		for i := range sigs {
			m.Min, m.Max = min(m.Min, sigs[i].MinArgs()), max(m.Max, sigs[i].MaxArgs())
		}
		return Match{}, m
	}
	b := best[0]
	if b.fits < len(args) {
		if operator {
			return Match{}, &Mismatch{Code: "KS106", Arg: -1}
		}
		if len(best) > 1 {
			return Match{}, &Mismatch{Code: "KS127", Arg: -1}
		}
		for j, t := range args {
			if b.params[j].accepts(t) == 0 {
				return Match{}, &Mismatch{Code: b.params[j].fault(len(sigs)), Arg: j, Param: b.params[j]}
			}
		}
	}
	common, ok := commonType(b.params, args)
	if !ok {
		for j, t := range args {
			if t == types.Dynamic {
				return Match{}, &Mismatch{Code: "KS141", Arg: j, Param: b.params[j]}
			}
		}
		return Match{}, &Mismatch{Code: "KS232", Arg: -1}
	}
	return Match{Sig: b.sig, Params: b.params, Ret: b.sig.Ret.of(b.params, args, consts, common)}, nil
}

// assign returns the parameter of each argument, or nil if their number is wrong.
func (s *Sig) assign(args []types.Type) []*Param {
	n := len(args)
	if n < s.MinArgs() || n > s.MaxArgs() {
		return nil
	}
	// A signature has at most one group of repeating parameters.
	from, to := len(s.Params), len(s.Params)
	for i := range s.Params {
		if s.Params[i].Max > 1 {
			from, to = min(from, i), i+1
			for to < len(s.Params) && s.Params[to].Max > 1 {
				to++
			}
			break
		}
	}
	out := make([]*Param, 0, n)
	if from == to {
		for i := range n {
			out = append(out, &s.Params[i])
		}
		return out
	}
	tail := s.Params[to:]
	trailing := 0
	for i := range tail {
		if tail[i].Min > 0 || n > from+trailing+s.Params[from].Min && tail[i].accepts(args[n-1]) > 1 {
			trailing++
		}
	}
	middle := n - from - trailing
	if middle < 0 || middle%(to-from) != 0 {
		return nil
	}
	for i := range from {
		out = append(out, &s.Params[i])
	}
	for i := range middle {
		out = append(out, &s.Params[from+i%(to-from)])
	}
	for i := range trailing {
		out = append(out, &tail[i])
	}
	return out
}

// accepts returns how well p takes an argument of type t; 0 is not at all.
func (p *Param) accepts(t types.Type) int {
	if t == types.Unknown {
		return 1
	}
	yes := func(b bool) int {
		if b {
			return 2
		}
		return 0
	}
	numeric, dynamic := t.IsNumeric(), t == types.Dynamic
	switch p.Kind {
	case Exact:
		for _, want := range p.Types {
			if t == want {
				return 4
			}
		}
		for _, want := range p.Types {
			if widens(t, want) {
				return 3
			}
		}
		return 0
	case Integer:
		return yes(t.IsInteger()) + yes(t.IsInteger())/2
	case Number, CommonNumber:
		return yes(numeric)
	case NumberOrBool:
		return yes(numeric || t == types.Bool)
	case Summable, CommonSummable:
		return yes(numeric || t == types.DateTime || t == types.TimeSpan)
	case Orderable, CommonOrderable:
		return yes(!dynamic && t != types.GUID)
	case NotDynamic:
		return yes(!dynamic)
	case NotRealOrBool:
		return yes(t != types.Real && t != types.Bool)
	case StringOrDynamic, StringOrArray:
		return yes(dynamic || t == types.String)
	case IntegerOrArray:
		return yes(dynamic || t.IsInteger())
	case Array, Bag:
		return yes(dynamic)
	case TypeLiteral:
		return yes(t == types.String)
	case Tabular:
		return 0
	}
	return 1
}

// widens reports whether an argument of type t may stand for a parameter of
// another type. Microsoft's binder: int for long, whole numbers for real, and
// dynamic for string.
func widens(t, to types.Type) bool {
	switch to {
	case types.Long:
		return t == types.Int
	case types.Real:
		return t.IsInteger()
	case types.String:
		return t == types.Dynamic
	}
	return false
}

// fault is Kusto's code for an argument that p does not accept, in a function
// of n signatures.
func (p *Param) fault(n int) string {
	switch p.Kind {
	case Exact:
		if n > 1 {
			return "KS127"
		}
		return "KS107"
	case NotDynamic, NotRealOrBool:
		return "KS116"
	case Integer:
		return "KS134"
	case IntegerOrArray:
		return "KS136"
	case Number, NumberOrBool, CommonNumber:
		return "KS137"
	case Summable, CommonSummable:
		return "KS138"
	case StringOrDynamic:
		return "KS141"
	case Orderable, CommonOrderable:
		return "KS206"
	case StringOrArray:
		return "KS233"
	case Array:
		return "KS234"
	case Bag:
		return "KS235"
	}
	return "KS107"
}

// commonType returns the type that the common parameters share; Unknown if
// there are none, and not ok if they have none in common.
func commonType(params []*Param, args []types.Type) (types.Type, bool) {
	common, mixes := types.Unknown, false
	for i, p := range params {
		switch p.Kind {
		case CommonScalarOrDynamic:
			mixes = true
		case CommonScalar, CommonOrderable, CommonNumber, CommonSummable:
		default:
			continue
		}
		t := args[i]
		switch {
		case common == types.Unknown || common == t:
			common = t
		case t == types.Unknown:
		case common.IsNumeric() && t.IsNumeric():
			common = Widen(common, t)
		case mixes && t == types.Dynamic:
		case mixes && common == types.Dynamic:
			common = t
		case mixes:
			return types.Dynamic, true
		default:
			return types.Unknown, false
		}
	}
	return common, true
}

// Widen returns the wider of two numeric types: int < long < real < decimal.
func Widen(a, b types.Type) types.Type {
	if rank(a) >= rank(b) {
		return a
	}
	return b
}

func rank(t types.Type) int {
	switch t {
	case types.Int:
		return 1
	case types.Long:
		return 2
	case types.Real:
		return 3
	case types.Decimal:
		return 4
	}
	return 0
}

// of returns the type of a result.
func (r Return) of(params []*Param, args []types.Type, consts []types.Value, common types.Type) types.Type {
	first := types.Unknown
	if len(args) > 0 {
		first = args[0]
	}
	switch r.Rule {
	case Fixed:
		return r.Type
	case FirstArg:
		return first
	case SecondArg:
		if len(args) > 1 {
			return args[1]
		}
	case FirstArgPromoted:
		if first == types.Int {
			return types.Long
		}
		return first
	case Common, CommonNonDynamic:
		return common
	case Widest, WidestLong:
		t := types.Int
		if r.Rule == WidestLong {
			t = types.Long
		}
		for _, a := range args {
			if a == types.Unknown {
				return types.Unknown
			}
			if a.IsNumeric() {
				t = Widen(t, a)
			} else if a != types.Dynamic {
				return a
			}
		}
		return t
	case TypeArg:
		for i, p := range params {
			if p.Kind == TypeLiteral && i < len(consts) {
				name, _ := consts[i].(string)
				t, _ := types.Parse(name)
				return t
			}
		}
	case PercentileType:
		switch first {
		case types.Int:
			return types.Long
		case types.Decimal:
			return types.Real
		}
		return first
	case TimeDiff:
		if len(consts) > 0 && consts[0] == "week" {
			return types.Real
		}
		return types.Long
	}
	return types.Unknown
}
