package fn

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/types"
)

// Case is folded one character at a time (Unicode simple folding): 'É' is 'é',
// but 'ß' is not "SS" (emulator).

// foldCase returns s with every character replaced by the least of those that
// differ from it in case alone.
func foldCase(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'a' && c <= 'z' {
			return strings.Map(foldRune, s)
		}
	}
	return s
}

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

// isTermRune reports whether r belongs to a term: terms are runs of letters
// and digits.
func isTermRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// hasTerm reports whether needle occurs in s with term boundaries: before it if
// its first character belongs to a term and start is asked for, and after it
// likewise. Both are already folded, if case does not matter.
func hasTerm(s, needle string, start, end bool) bool {
	if needle == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(needle)
	last, _ := utf8.DecodeLastRuneInString(needle)
	start, end = start && isTermRune(first), end && isTermRune(last)
	for from := 0; ; {
		i := strings.Index(s[from:], needle)
		if i < 0 {
			return false
		}
		i += from
		ok := true
		if start && i > 0 {
			r, _ := utf8.DecodeLastRuneInString(s[:i])
			ok = !isTermRune(r)
		}
		if after := i + len(needle); ok && end && after < len(s) {
			r, _ := utf8.DecodeRuneInString(s[after:])
			ok = !isTermRune(r)
		}
		if ok {
			return true
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		from = i + size
	}
}

// textOperator is an operator on two strings, and its negation. test gets both
// sides folded if fold is set.
type textOperator struct {
	name, doc string
	fold      bool
	test      func(s, t string) bool
}

// textOperators are the operators on two strings, but for "matches regex".
func textOperators() []textOperator {
	term := func(start, end bool) func(s, t string) bool {
		return func(s, t string) bool { return hasTerm(s, t, start, end) }
	}
	return []textOperator{
		{"=~", "equals another, case aside", true, func(s, t string) bool { return s == t }},
		{"has", "has a term, case aside", true, term(true, true)},
		{"has_cs", "has a term", false, term(true, true)},
		{"hasprefix", "has a term with a prefix, case aside", true, term(true, false)},
		{"hasprefix_cs", "has a term with a prefix", false, term(true, false)},
		{"hassuffix", "has a term with a suffix, case aside", true, term(false, true)},
		{"hassuffix_cs", "has a term with a suffix", false, term(false, true)},
		{"contains", "contains another, case aside", true, strings.Contains},
		{"contains_cs", "contains another", false, strings.Contains},
		{"startswith", "starts with another, case aside", true, strings.HasPrefix},
		{"startswith_cs", "starts with another", false, strings.HasPrefix},
		{"endswith", "ends with another, case aside", true, strings.HasSuffix},
		{"endswith_cs", "ends with another", false, strings.HasSuffix},
	}
}

func (o textOperator) kernel(negate bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		s, t := read[string](args[0]), read[string](args[1])
		needle, folded := "", false
		if args[1].Const && n > 0 {
			needle, _ = t.at(0)
			if o.fold {
				needle = foldCase(needle)
			}
			folded = true
		}
		write(out, n, func(i int) (bool, bool) {
			x, _ := s.at(i)
			y := needle
			if !folded {
				if y, _ = t.at(i); o.fold {
					y = foldCase(y)
				}
			}
			if o.fold {
				x = foldCase(x)
			}
			return o.test(x, y) != negate, true
		})
		return nil
	}
}

var matchesKernel Kernel = func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	s, p := read[string](args[0]), read[string](args[1])
	var failed error
	write(out, n, func(i int) (bool, bool) {
		x, _ := s.at(i)
		pattern, _ := p.at(i)
		re, err := ctx.regexp(pattern)
		if err != nil {
			failed = err
			return false, false
		}
		return re.MatchString(x), true
	})
	return failed
}

// hasListKernel is has_any and has_all. Arrays among the terms stand for what
// they hold.
func hasListKernel(all bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		s := read[string](args[0])
		constant := true
		for _, a := range args[1:] {
			constant = constant && a.Const
		}
		var terms []string
		gather := func(i int) {
			terms = terms[:0]
			for _, a := range args[1:] {
				for _, e := range elements(a.Value(i), a.Type) {
					terms = append(terms, foldCase(types.Text(e, a.Type)))
				}
			}
		}
		if constant && n > 0 {
			gather(0)
		}
		write(out, n, func(i int) (bool, bool) {
			if !constant {
				gather(i)
			}
			x, _ := s.at(i)
			x = foldCase(x)
			for _, t := range terms {
				if hasTerm(x, t, true, true) != all {
					return !all, true
				}
			}
			return all, true
		})
		return nil
	}
}
