package eval

import (
	"sort"
	"strings"
	"unicode"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// cluster is a group of texts that look alike: as many tokens, and at least
// half of them the same.
type cluster struct {
	tokens  []string // "" where they differ
	example string
	rows    []int
	whole   bool // all rows are the same text
}

// tokenize cuts a text at what is no letter or digit, and at the characters
// given besides.
func tokenize(s, characters string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) || strings.ContainsRune(characters, r)
	})
}

// take adds a row to the cluster if it fits.
func (c *cluster) take(tokens []string, s string, row int) bool {
	if len(tokens) != len(c.tokens) {
		return false
	}
	same := 0
	for i, t := range tokens {
		if t == c.tokens[i] {
			same++
		}
	}
	if s != c.example && (same == 0 || 2*same < len(tokens)) {
		return false
	}
	if s != c.example {
		c.whole = false
		for i, t := range tokens {
			if t != c.tokens[i] {
				c.tokens[i] = ""
			}
		}
	}
	c.rows = append(c.rows, row)
	return true
}

// pattern writes the tokens that are the same, with * for the rest and for what
// stands between.
func (c *cluster) pattern() string {
	if c.whole {
		return c.example
	}
	var b strings.Builder
	at := 0
	star := false
	for _, t := range c.tokens {
		if t == "" {
			if !star {
				b.WriteByte('*')
			}
			star = true
			continue
		}
		i := strings.Index(c.example[at:], t)
		if i < 0 {
			continue
		}
		if !star {
			b.WriteString(c.example[at : at+i])
		}
		b.WriteString(t)
		at += i + len(t)
		star = false
	}
	return b.String()
}

// reduce is the reduce operator: clusters that hold more than a share of the
// rows (0.1 unless a threshold is given) are patterns, all else is "others".
// Kusto's own algorithm is documented by its result only.
// MS Learn: "reduce operator".
func reduce(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	text, err := r.argVector(x, 0, in)
	if err != nil {
		return nil, err
	}
	threshold, characters := 0.1, ""
	if v, err := r.argConst(x, "threshold", -1); err != nil {
		return nil, err
	} else if v != nil {
		threshold = realOf(v)
	}
	if v, err := r.argConst(x, "characters", -1); err != nil {
		return nil, err
	} else if s, ok := v.(string); ok {
		characters = s
	}
	kind, err := r.argConst(x, "kind", -1)
	if err != nil {
		return nil, err
	}
	var clusters []*cluster
	byLength := map[int][]*cluster{}
	for i := range in.N {
		s := types.Text(text.Value(i), text.Type)
		tokens := tokenize(s, characters)
		found := false
		for _, c := range byLength[len(tokens)] {
			if found = c.take(tokens, s, i); found {
				break
			}
		}
		if !found {
			c := &cluster{tokens: tokens, example: s, rows: []int{i}, whole: true}
			clusters = append(clusters, c)
			byLength[len(tokens)] = append(byLength[len(tokens)], c)
		}
	}
	var kept []*cluster
	var others []int
	for _, c := range clusters {
		if float64(len(c.rows)) > threshold*float64(in.N) {
			kept = append(kept, c)
		} else {
			others = append(others, c.rows...)
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return len(kept[i].rows) > len(kept[j].rows) })
	type group struct {
		row  []types.Value
		rows []int
	}
	var groups []group
	for _, c := range kept {
		groups = append(groups, group{[]types.Value{c.pattern(), int64(len(c.rows)), c.example}, c.rows})
	}
	if len(others) > 0 {
		groups = append(groups, group{[]types.Value{"others", int64(len(others)), ""}, others})
	}
	b := &builder{cols: x.Cols, r: r}
	if kind == "source" {
		of := make([][]types.Value, in.N)
		for _, g := range groups {
			for _, i := range g.rows {
				of[i] = g.row
			}
		}
		for i := range in.N {
			if err := b.add(append(in.Row(i), of[i]...)); err != nil {
				return nil, err
			}
		}
		return b.done()
	}
	for _, g := range groups {
		if err := b.add(g.row); err != nil {
			return nil, err
		}
	}
	return b.done()
}
