package eval

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// ParsePattern returns the regular expression that a parse operator matches,
// and for each capture the number of its group. Texts are literal, or regular
// expressions with kind regex, where captures are greedy unless the flag U is
// set. The pattern covers the whole text; the last capture takes what is left.
// MS Learn: "parse operator"; emulator.
func ParsePattern(x *plan.Parse) (pattern string, captures []int) {
	isRegex := x.Kind == "regex"
	var b strings.Builder
	if isRegex {
		b.WriteString("^")
	} else {
		b.WriteString("(?s)^")
	}
	if x.Flags != "" {
		b.WriteString("(?" + x.Flags + ")")
	}
	any := ".*?"
	if isRegex {
		any = ".*"
	}
	group := 0
	for i, p := range x.Parts {
		last := i == len(x.Parts)-1
		switch {
		case p.Capture != nil:
			group++
			captures = append(captures, group)
			t := p.Capture.Type
			if x.Kind == "relaxed" && !last && !x.Parts[i+1].Star {
				t = types.String // what does not fit its type is null
			}
			b.WriteString("(" + capturePattern(t, any, last && !isRegex) + ")")
		case p.Star && (last && !isRegex):
			b.WriteString(".*")
		case p.Star:
			b.WriteString(any)
		case isRegex:
			b.WriteString("(?:" + p.Text + ")")
			if re, err := regexp.Compile(p.Text); err == nil {
				group += re.NumSubexp()
			}
		default:
			b.WriteString(regexp.QuoteMeta(p.Text))
		}
	}
	b.WriteString("$")
	return b.String(), captures
}

// capturePattern is what a capture of type t matches: numbers stop at the first
// character that does not belong to them.
func capturePattern(t types.Type, any string, last bool) string {
	switch t {
	case types.Int, types.Long:
		return `\s*[-+]?(?:0[xX][0-9a-fA-F]+|\d+)`
	case types.Real, types.Decimal:
		return `\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`
	}
	if last {
		return ".*"
	}
	return any
}

func (r *runner) parse(x *plan.Parse) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	text, err := r.expr(x.X, in)
	if err != nil {
		return nil, err
	}
	text = fn.Convert(text, types.String)
	pattern, groups := ParsePattern(x)
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	var cols []plan.Column
	for _, p := range x.Parts {
		if p.Capture != nil {
			cols = append(cols, *p.Capture)
		}
	}
	values := make([][]types.Value, in.N)
	var matched []int
	for i := range in.N {
		row, ok := captures(re, groups, text.Value(i).(string), cols, x.Kind)
		values[i] = row
		if ok {
			matched = append(matched, i)
		}
	}
	found := fromRows(cols, values)
	all := beside(found, in)
	if x.Where {
		all = pick(all, matched)
	}
	return choose(all, x.Cols), nil
}

// captures returns the captured values of one text. Unless the kind is relaxed,
// a value that does not fit its type fails the whole match.
func captures(re *regexp.Regexp, groups []int, s string, cols []plan.Column, kind string) ([]types.Value, bool) {
	row := make([]types.Value, len(cols))
	m := re.FindStringSubmatch(s)
	if m == nil {
		return row, false
	}
	for k, c := range cols {
		row[k] = fn.Cast(strings.TrimSpace(m[groups[k]]), types.String, c.Type)
		if c.Type == types.String {
			row[k] = m[groups[k]]
		}
		if row[k] == nil && kind != "relaxed" {
			return make([]types.Value, len(cols)), false
		}
	}
	return row, true
}

// kvOptions are the properties of parse-kv.
type kvOptions struct {
	pair, kv, quotes, escape string
	regex                    *regexp.Regexp
	greedy                   bool
	// words: no delimiter was given, so all but letters and digits delimits.
	words bool
}

func kvOptionsOf(with map[string]types.Value) (kvOptions, error) {
	o := kvOptions{pair: " ", kv: "="}
	text := func(name string) string {
		s, _ := with[name].(string)
		return s
	}
	_, hasPair := with["pair_delimiter"]
	_, hasKV := with["kv_delimiter"]
	o.words = !hasPair && !hasKV
	if s, ok := with["pair_delimiter"].(string); ok {
		o.pair = s
	}
	if s, ok := with["kv_delimiter"].(string); ok {
		o.kv = s
	}
	o.quotes, o.escape = text("quote"), text("escape")
	o.greedy, _ = with["greedy"].(bool)
	if p := text("regex"); p != "" {
		re, err := regexp.Compile(p)
		if err != nil {
			return o, fmt.Errorf("parse-kv: %w", err)
		}
		o.regex = re
	}
	return o, nil
}

// pairs returns the keys and values of a text; the first value of a key stays.
func (o *kvOptions) pairs(s string) map[string]string {
	out := map[string]string{}
	put := func(k, v string) {
		if _, taken := out[k]; !taken {
			out[k] = v
		}
	}
	if o.regex != nil {
		for _, m := range o.regex.FindAllStringSubmatch(s, -1) {
			if len(m) > 2 {
				put(m[1], m[2])
			}
		}
		return out
	}
	switch {
	case o.greedy:
		o.greedyPairs(s, put)
		return out
	case o.words:
		o.wordPairs(s, put)
		return out
	}
	for len(s) > 0 {
		if t := strings.TrimLeft(s, " "); o.quotes != "" && t != "" && strings.ContainsRune(o.quotes, rune(t[0])) {
			if key, used := o.quotedPart(t); strings.HasPrefix(t[used:], o.kv) {
				v, rest := o.value(t[used+len(o.kv):])
				put(key, v)
				s = rest
				continue
			}
		}
		k, rest, found := o.until(s, o.kv, o.pair)
		k = strings.TrimSpace(k)
		if !found {
			// No delimiter before the pair ends: skip this part.
			s = rest
			continue
		}
		v, rest2 := o.value(rest)
		put(k, v)
		s = rest2
	}
	return out
}

// until cuts s at the delimiter. Where stop comes first, it is not found and
// rest starts after stop.
func (o *kvOptions) until(s, delim, stop string) (part, rest string, found bool) {
	i := strings.Index(s, delim)
	j := -1
	if stop != "" {
		j = strings.Index(s, stop)
	}
	// A blank as pair delimiter may stand around the other delimiter.
	if j >= 0 && (i < 0 || j < i) {
		between := ""
		if i >= 0 {
			between = s[j:i]
		}
		if i < 0 || strings.TrimSpace(between) != "" || strings.TrimSpace(stop) != "" {
			return s[:j], s[j+len(stop):], false
		}
	}
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(delim):], true
}

// value reads a value, quoted or up to the next pair.
func (o *kvOptions) value(s string) (value, rest string) {
	t := s
	if strings.TrimSpace(o.pair) == "" {
		t = strings.TrimLeft(s, " ")
	}
	if o.quotes != "" {
		open := strings.TrimLeft(t, " ")
		if open != "" && strings.ContainsRune(o.quotes, rune(open[0])) {
			return o.quoted(open)
		}
	}
	i := strings.Index(t, o.pair)
	if o.pair == "" || i < 0 {
		return strings.TrimSpace(t), ""
	}
	return strings.TrimSpace(t[:i]), t[i+len(o.pair):]
}

// quoted reads a value in quotes and goes on to the next pair.
func (o *kvOptions) quoted(s string) (value, rest string) {
	value, used := o.quotedPart(s)
	rest = s[used:]
	if j := strings.Index(rest, o.pair); j >= 0 {
		return value, rest[j+len(o.pair):]
	}
	return value, ""
}

// wordPairs takes each word as a key of the word, or the quoted value, after it.
func (o *kvOptions) wordPairs(s string, put func(k, v string)) {
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	type word struct {
		text   string
		quoted bool
	}
	var words []word
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case o.quotes != "" && strings.ContainsRune(o.quotes, r):
			text, used := o.quotedPart(s)
			words = append(words, word{text, true})
			s = s[used:]
		case isWord(r):
			end := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) })
			if end < 0 {
				end = len(s)
			}
			words = append(words, word{s[:end], false})
			s = s[end:]
		default:
			s = s[size:]
		}
	}
	for i := 0; i+1 < len(words); i++ {
		if !words[i].quoted {
			put(words[i].text, words[i+1].text)
		}
	}
}

// quotedPart reads a value in quotes; s starts with the opening one. used is
// how much of s it takes, quotes and all.
func (o *kvOptions) quotedPart(s string) (value string, used int) {
	end := s[0]
	if at := strings.IndexByte(o.quotes, end); at == 0 && len(o.quotes) > 1 {
		end = o.quotes[1]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case o.escape != "" && strings.HasPrefix(s[i:], o.escape) && i+len(o.escape) < len(s):
			i += len(o.escape)
			b.WriteByte(s[i])
		case s[i] == end:
			return b.String(), i + 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), len(s)
}

// greedyPairs lets a value run up to the key of the next pair, delimiters and
// all.
func (o *kvOptions) greedyPairs(s string, put func(k, v string)) {
	parts := strings.Split(s, o.kv)
	key := strings.TrimSpace(parts[0])
	for i := 1; i < len(parts); i++ {
		value := parts[i]
		next := ""
		if i < len(parts)-1 {
			if j := strings.LastIndex(value, o.pair); j >= 0 {
				value, next = value[:j], value[j+len(o.pair):]
			}
		}
		put(key, strings.TrimSpace(value))
		key = strings.TrimSpace(next)
	}
}

func (r *runner) parseKV(x *plan.ParseKV) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	text, err := r.expr(x.X, in)
	if err != nil {
		return nil, err
	}
	text = fn.Convert(text, types.String)
	o, err := kvOptionsOf(x.With)
	if err != nil {
		return nil, err
	}
	cols := make([]plan.Column, len(x.Keys))
	keys := make([]string, len(x.Keys))
	for i, k := range x.Keys {
		cols[i] = k.Column
		v, err := r.constant(k.Expr)
		if err != nil {
			return nil, err
		}
		keys[i] = types.Text(v, types.Dynamic)
	}
	rows := make([][]types.Value, in.N)
	for i := range in.N {
		found := o.pairs(text.Value(i).(string))
		row := make([]types.Value, len(cols))
		for k, c := range cols {
			if v, ok := found[keys[k]]; ok {
				row[k] = fn.Cast(v, types.String, c.Type)
			}
		}
		rows[i] = row
	}
	return choose(beside(fromRows(cols, rows), in), x.Cols), nil
}
