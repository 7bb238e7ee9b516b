package fn

import (
	"regexp"
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

// sought is a text to look for. With fold, case does not matter: an ASCII text
// is compared letter by letter, any other after folding both sides.
type sought struct {
	text        string
	fold, ascii bool
}

func seek(t string, fold bool) sought {
	n := sought{text: t, fold: fold, ascii: isASCII(t)}
	if fold {
		n.text = foldCase(t)
	}
	return n
}

// subject returns s as the other methods want it.
func (n *sought) subject(s string) string {
	if n.fold && !n.ascii {
		return foldCase(s)
	}
	return s
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// sameASCII reports whether a is b, which is folded, case aside.
func sameASCII(a, b string) bool {
	for i := range len(a) {
		if upper(a[i]) != b[i] {
			return false
		}
	}
	return true
}

// index returns where n is first found in a subject, or -1.
func (n *sought) index(s string) int {
	if !n.fold || !n.ascii {
		return strings.Index(s, n.text)
	}
	if n.text == "" {
		return 0
	}
	first := n.text[0]
	for i := 0; i+len(n.text) <= len(s); i++ {
		if upper(s[i]) == first && sameASCII(s[i+1:i+len(n.text)], n.text[1:]) {
			return i
		}
	}
	return -1
}

// at reports whether n stands in a subject at i.
func (n *sought) at(s string, i int) bool {
	if i < 0 || i+len(n.text) > len(s) {
		return false
	}
	part := s[i : i+len(n.text)]
	if n.fold && n.ascii {
		return sameASCII(part, n.text)
	}
	return part == n.text
}

// term reports whether n stands in a subject with term boundaries: before it if
// its first character belongs to a term and start is asked for, and after it
// likewise.
func (n *sought) term(s string, start, end bool) bool {
	if n.text == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(n.text)
	last, _ := utf8.DecodeLastRuneInString(n.text)
	start, end = start && isTermRune(first), end && isTermRune(last)
	for from := 0; ; {
		i := n.index(s[from:])
		if i < 0 {
			return false
		}
		i += from
		ok := true
		if start && i > 0 {
			r, _ := utf8.DecodeLastRuneInString(s[:i])
			ok = !isTermRune(r)
		}
		if after := i + len(n.text); ok && end && after < len(s) {
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

// hasTerm is the operator has.
func hasTerm(s, t string) bool {
	n := seek(t, true)
	return n.term(n.subject(s), true, true)
}

// textOperator is an operator on two strings, and its negation.
type textOperator struct {
	name, doc string
	fold      bool
	test      func(n *sought, s string) bool
}

// textOperators are the operators on two strings, but for "matches regex".
func textOperators() []textOperator {
	term := func(start, end bool) func(n *sought, s string) bool {
		return func(n *sought, s string) bool { return n.term(s, start, end) }
	}
	contains := func(n *sought, s string) bool { return n.index(s) >= 0 }
	prefix := func(n *sought, s string) bool { return n.at(s, 0) }
	suffix := func(n *sought, s string) bool { return n.at(s, len(s)-len(n.text)) }
	return []textOperator{
		{"=~", "equals another, case aside", true, func(n *sought, s string) bool { return len(s) == len(n.text) && n.at(s, 0) }},
		{"has", "has a term, case aside", true, term(true, true)},
		{"has_cs", "has a term", false, term(true, true)},
		{"hasprefix", "has a term with a prefix, case aside", true, term(true, false)},
		{"hasprefix_cs", "has a term with a prefix", false, term(true, false)},
		{"hassuffix", "has a term with a suffix, case aside", true, term(false, true)},
		{"hassuffix_cs", "has a term with a suffix", false, term(false, true)},
		{"contains", "contains another, case aside", true, contains},
		{"contains_cs", "contains another", false, contains},
		{"startswith", "starts with another, case aside", true, prefix},
		{"startswith_cs", "starts with another", false, prefix},
		{"endswith", "ends with another, case aside", true, suffix},
		{"endswith_cs", "ends with another", false, suffix},
	}
}

func (o textOperator) kernel(negate bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		s, t := read[string](args[0]), read[string](args[1])
		var needle sought
		constant := args[1].Const && n > 0
		if constant {
			text, _ := t.at(0)
			needle = seek(text, o.fold)
		}
		write(out, n, func(i int) (bool, bool) {
			x, _ := s.at(i)
			if !constant {
				text, _ := t.at(i)
				needle = seek(text, o.fold)
			}
			return o.test(&needle, needle.subject(x)) != negate, true
		})
		return nil
	}
}

var matchesKernel Kernel = func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	s, p := read[string](args[0]), read[string](args[1])
	var failed error
	var last string
	var re *regexp.Regexp
	write(out, n, func(i int) (bool, bool) {
		x, _ := s.at(i)
		pattern, _ := p.at(i)
		if re == nil || pattern != last {
			var err error
			if re, err = ctx.regexp(pattern); err != nil {
				failed = err
				return false, false
			}
			last = pattern
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
		var terms []sought
		gather := func(i int) {
			terms = terms[:0]
			for _, a := range args[1:] {
				for _, e := range elements(a.Value(i), a.Type) {
					terms = append(terms, seek(types.Text(e, a.Type), true))
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
			for k := range terms {
				if terms[k].term(terms[k].subject(x), true, true) != all {
					return !all, true
				}
			}
			return all, true
		})
		return nil
	}
}
