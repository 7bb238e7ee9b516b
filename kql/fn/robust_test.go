package fn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/azflow/azflow/kql/types"
)

// samples are values of each type, awkward ones among them.
func samples(t types.Type) []types.Value {
	switch t {
	case types.Bool:
		return []types.Value{nil, true, false}
	case types.Int:
		return []types.Value{nil, int32(0), int32(-1), int32(math.MaxInt32)}
	case types.Long:
		return []types.Value{nil, int64(0), int64(1), int64(-3), int64(math.MaxInt64), int64(math.MinInt64)}
	case types.Real:
		return []types.Value{nil, 0.0, -1.5, math.NaN(), math.Inf(1), 1e308}
	case types.String:
		return []types.Value{"", "a", "10.0.0.1/8", "{\"a\":[1]}", "year", "(", "é\xff"}
	case types.DateTime:
		return []types.Value{nil, types.Instant(0), types.Instant(types.MaxInstant)}
	case types.TimeSpan:
		return []types.Value{nil, types.Interval(0), types.Interval(math.MinInt64), types.Interval(types.TicksPerDay)}
	case types.GUID:
		return []types.Value{nil, types.UUID{}}
	case types.Decimal:
		return []types.Value{nil, types.NewDecimal(0), types.NewDecimal(-7)}
	}
	return []types.Value{nil, int64(3), "s", 2.5, []types.Value{}, []types.Value{nil, int64(1), "x", 2.5}, bagOf("a", bagOf("b", nil)), bagOf()}
}

func allTypes() []types.Type {
	return []types.Type{types.Bool, types.Int, types.Long, types.Real, types.String, types.DateTime, types.TimeSpan, types.GUID, types.Decimal, types.Dynamic}
}

// vectors makes arguments of types that the parameters accept.
func vectors(r *rand.Rand, s *Sig, n int) []*types.Vector {
	var args []*types.Vector
	for i := range s.Params {
		p := &s.Params[i]
		for range p.Min + r.IntN(min(p.Max-p.Min, 2)+1) {
			var fit []types.Type
			for _, t := range allTypes() {
				if p.accepts(t) > 0 {
					fit = append(fit, t)
				}
			}
			t := fit[r.IntN(len(fit))]
			values := samples(t)
			v := types.NewVector(t, n)
			for k := range n {
				v.SetValue(k, values[r.IntN(len(values))])
			}
			if p.Const || r.IntN(3) == 0 {
				v = types.Constant(t, values[r.IntN(len(values))])
			}
			args = append(args, v)
		}
	}
	return args
}

func TestKernelsStandAnyArgumentsTheyAccept(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for _, f := range Scalars() {
		if f.Kernel == nil {
			continue
		}
		for i := range f.Sigs {
			for round := range 25 {
				n := round % 4
				args := vectors(r, &f.Sigs[i], n)
				ts, consts := make([]types.Type, len(args)), make([]types.Value, len(args))
				for k, a := range args {
					ts[k] = a.Type
				}
				m, bad := Resolve(f.Sigs, ts, consts, f.Operator)
				if bad != nil {
					continue
				}
				ret := m.Ret
				if ret == types.Unknown {
					ret = types.Dynamic
				}
				out := &types.Vector{Type: ret}
				if err := run(f, args, n, out); err != nil {
					t.Errorf("%s%v: %v", f.Name, ts, err)
					break
				}
			}
		}
	}
}

// run calls a kernel; panics are errors, errors are answers.
func run(f *Func, args []*types.Vector, n int, out *types.Vector) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if kernelErr := f.Kernel(&Ctx{Rand: rand.New(rand.NewPCG(1, 1))}, args, n, out); kernelErr != nil {
		return nil
	}
	if got := out.Slots(); got != n && !(out.Const && got == 1) {
		return fmt.Errorf("%d rows, want %d", got, n)
	}
	for i := range n {
		out.Value(i)
	}
	return nil
}

func TestAggregatesStandAnyArgumentsTheyAccept(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for _, a := range Aggregates() {
		for i := range a.Sigs {
			for range 25 {
				args := vectors(r, &a.Sigs[i], 3)
				ts, consts := make([]types.Type, len(args)), make([]*types.Vector, len(args))
				for k, v := range args {
					ts[k] = v.Type
					if v.Const {
						consts[k] = v
					}
				}
				if _, bad := Resolve(a.Sigs, ts, make([]types.Value, len(args)), false); bad != nil {
					continue
				}
				func() {
					defer func() {
						if p := recover(); p != nil {
							t.Errorf("%s%v: panic: %v", a.Name, ts, p)
						}
					}()
					empty, s := a.New(consts, ts), a.New(consts, ts)
					for k := range 3 {
						if err := s.Add(args, k); err != nil {
							return
						}
					}
					s.Result()
					empty.Result()
				}()
			}
		}
	}
}

// has, by the rule of its documentation: the needle with no letter or digit
// next to an end of it that is one.
func hasByPattern(s, needle string) bool {
	alnum := regexp.MustCompile(`^[\p{L}\p{Nd}]`)
	pattern := regexp.QuoteMeta(needle)
	if alnum.MatchString(needle) {
		pattern = `(?:^|[^\p{L}\p{Nd}])` + pattern
	}
	if regexp.MustCompile(`[\p{L}\p{Nd}]$`).MatchString(needle) {
		pattern += `(?:[^\p{L}\p{Nd}]|$)`
	}
	return regexp.MustCompile("(?i)" + pattern).MatchString(s)
}

func TestHasFindsTermsAsAPatternDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	words := []string{"a", "B", "ab", "é", "É", "1", " ", "-", "_", "."}
	text := func(n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteString(words[r.IntN(len(words))])
		}
		return b.String()
	}
	for range 3000 {
		s, needle := text(7), text(4)
		if needle == "" {
			continue
		}
		if got, want := hasTerm(s, needle), hasByPattern(s, needle); got != want {
			t.Fatalf("%q has %q = %v, want %v", s, needle, got, want)
		}
	}
}

func FuzzParseIPv4(f *testing.F) {
	for _, s := range []string{"10.0.0.1", "255.255.255.255/32", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "01.2.3.4", " 1.2.3.4 ", "1..3.4", "256.1.1.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		addr, prefix, ok := ParseIPv4(s)
		want, err := netip.ParseAddr(s)
		if err == nil && want.Is4() {
			b := want.As4()
			if !ok || prefix != 32 || addr != uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3]) {
				t.Errorf("ParseIPv4(%q) = %x/%d, %v; want %v", s, addr, prefix, ok, want)
			}
		}
		if ok && (prefix < 0 || prefix > 32 || strings.Count(s, ".") != 3) {
			t.Errorf("ParseIPv4(%q) = %x/%d", s, addr, prefix)
		}
	})
}
