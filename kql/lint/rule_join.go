package lint

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
)

// joinKind returns the kind of a join as it is written, "" for none.
func joinKind(j *ast.Join) string {
	for _, p := range j.Params {
		if x, ok := p.Value.(*ast.Ident); ok && p.Name.Text == "kind" {
			return x.Name.Text
		}
	}
	return ""
}

// joinKeys returns the columns of either side that a join goes by; not ok if
// it goes by anything else.
func joinKeys(on []ast.Expr) (left, right []string, ok bool) {
	for _, x := range on {
		switch x := x.(type) {
		case *ast.Ident:
			left, right = append(left, x.Name.Text), append(right, x.Name.Text)
		case *ast.Binary:
			for _, side := range []ast.Expr{x.X, x.Y} {
				p, isPath := side.(*ast.Path)
				if !isPath || x.Op != "==" {
					return nil, nil, false
				}
				switch id, _ := p.X.(*ast.Ident); {
				case id == nil:
					return nil, nil, false
				case id.Name.Text == "$left":
					left = append(left, p.Name.Text)
				case id.Name.Text == "$right":
					right = append(right, p.Name.Text)
				}
			}
		default:
			return nil, nil, false
		}
	}
	return left, right, len(on) > 0
}

// fanOut warns of a join that repeats rows of one side, where a column of that
// side is then added up.
func fanOut(c *check) {
	c.pipelines(func(p *ast.Pipeline) {
		for i, op := range p.Ops {
			j, ok := op.(*ast.Join)
			if !ok {
				continue
			}
			in := c.inputs[op]
			leftKeys, rightKeys, ok := joinKeys(j.On)
			if !ok || in == nil {
				continue
			}
			switch joinKind(j) {
			case "inner", "leftouter", "rightouter", "fullouter":
			default:
				continue
			}
			before := &ast.Pipeline{Source: p.Source, Ops: p.Ops[:i]}
			for _, sum := range added(p.Ops[i+1:]) {
				_, left := in.Find(sum.column)
				side, other, keys := "left", "right", rightKeys
				var repeating ast.Expr = j.Right
				if !left {
					side, other, keys, repeating = "right", "left", leftKeys, before
				}
				if c.unique(repeating, keys, 0) {
					continue
				}
				c.warn(j.Keyword.Span(),
					"A row of the "+side+" side is repeated for each row of the "+other+" side that matches it, and "+sum.aggregate+"("+sum.column+") counts it as often.",
					"make the "+other+" side unique first: summarize arg_max(TimeGenerated, *) by "+strings.Join(keys, ", "), nil)
				break
			}
		}
	})
}

// A sum is a column that an aggregate adds up.
type sum struct{ aggregate, column string }

// added returns the columns that the first summarize of ops adds up, traced
// back through the extends before it.
func added(ops []ast.Operator) []sum {
	made := map[string][]string{} // the columns that a column is computed from
	for _, op := range ops {
		switch op := op.(type) {
		case *ast.Extend:
			for _, x := range op.Items {
				if n, ok := x.(*ast.Named); ok && len(n.Names) == 1 {
					made[n.Names[0].Text] = trace(idents(n.X), made)
				}
			}
		case *ast.Summarize: // its groups end what the join repeated
			var out []sum
			for _, x := range op.Aggregates {
				ast.Inspect(x, func(n ast.Node) bool {
					call, ok := n.(*ast.Call)
					if !ok {
						return true
					}
					switch call.Name.Text {
					case "sum", "sumif", "avg", "avgif":
						if len(call.Args) > 0 {
							for _, name := range trace(idents(call.Args[0].X), made) {
								out = append(out, sum{call.Name.Text, name})
							}
						}
					}
					return true
				})
			}
			return out
		}
	}
	return nil
}

// idents returns the names in an expression.
func idents(x ast.Expr) []string {
	var out []string
	ast.Inspect(x, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			out = append(out, id.Name.Text)
		}
		return true
	})
	return out
}

// trace replaces names that are computed by what they are computed from.
func trace(names []string, made map[string][]string) []string {
	var out []string
	for _, n := range names {
		if from, ok := made[n]; ok {
			out = append(out, from...)
		} else {
			out = append(out, n)
		}
	}
	return out
}

// innerUnique warns of a join without kind: it keeps one row of the left side a
// key. MS Learn: "join flavors".
func innerUnique(c *check) {
	c.pipelines(func(p *ast.Pipeline) {
		for i, op := range p.Ops {
			j, ok := op.(*ast.Join)
			if !ok || joinKind(j) != "" {
				continue
			}
			keys, _, ok := joinKeys(j.On)
			before := &ast.Pipeline{Source: p.Source, Ops: p.Ops[:i]}
			if !ok || c.unique(before, keys, 0) {
				continue
			}
			end := j.Keyword.End
			c.warn(j.Keyword.Span(), "A join without kind keeps any one row of the left side for each key and drops the others.",
				"say kind=inner to keep them all, or kind=innerunique to mean this",
				&diag.Fix{Span: diag.Span{Start: end, End: end}, Text: " kind=inner"})
		}
	})
}

// maxFollow bounds how many names and joins are followed to find out what a
// table is, and maxSteps how many tables are looked at in all.
const (
	maxFollow = 8
	maxSteps  = 10000
)

// unique reports whether no two rows of table x share the values of keys, as
// far as its text shows.
func (c *check) unique(x ast.Expr, keys []string, followed int) bool {
	if c.steps++; followed > maxFollow || c.steps > maxSteps {
		return true // not known, and so no reason to warn
	}
	switch x := x.(type) {
	case *ast.Paren:
		return c.unique(x.X, keys, followed)
	case *ast.Call:
		if x.Name.Text == "materialize" && len(x.Args) == 1 {
			return c.unique(x.Args[0].X, keys, followed)
		}
	case *ast.Ident:
		return c.uniqueName(x.Name.Text, keys, followed+1)
	case *ast.Pipeline:
		for _, op := range slices.Backward(x.Ops) {
			switch op := op.(type) {
			case *ast.Summarize:
				return covers(keys, op.By)
			case *ast.Distinct:
				return covers(keys, op.Items)
			case *ast.Count:
				return true
			case *ast.Where, *ast.Take, *ast.Top, *ast.Sort, *ast.Serialize, *ast.As, *ast.ProjectReorder, *ast.Sample:
			case *ast.Extend:
				if assigns(op.Items, keys) {
					return false
				}
			case *ast.Project:
				if assigns(op.Items, keys) {
					return false
				}
			case *ast.ProjectAway, *ast.ProjectKeep:
			case *ast.Join:
				if !c.keepsUnique(op, followed+1) {
					return false
				}
			case *ast.Lookup:
				if _, right, ok := joinKeys(op.On); !ok || !c.unique(op.Right, right, followed+1) {
					return false
				}
			default:
				return false
			}
		}
		return x.Source != nil && c.unique(x.Source, keys, followed)
	}
	return false
}

// keepsUnique reports whether a join repeats no row of its left side.
func (c *check) keepsUnique(j *ast.Join, followed int) bool {
	switch joinKind(j) {
	case "leftsemi", "leftanti", "leftantisemi", "anti":
		return true
	case "", "innerunique", "inner", "leftouter":
		_, right, ok := joinKeys(j.On)
		return ok && c.unique(j.Right, right, followed)
	}
	return false
}

// uniqueName follows a let or a stored view.
func (c *check) uniqueName(name string, keys []string, followed int) bool {
	for _, s := range slices.Backward(c.query.Statements) {
		if let, ok := s.(*ast.Let); ok && let.Name.Text == name {
			return c.unique(let.Value, keys, followed)
		}
	}
	f, ok := c.cat.Function(name)
	if !ok || f.Params != "()" {
		return false
	}
	q, diags := c.parse(strings.Trim(strings.TrimSpace(f.Body), "{}"))
	if diags.HasErrors() || len(q.Statements) == 0 {
		return false
	}
	s, ok := q.Statements[len(q.Statements)-1].(*ast.ExprStatement)
	return ok && c.unique(s.X, keys, followed)
}

// covers reports whether rows that are unique by the group keys by are unique
// by keys: whether keys has them all.
func covers(keys []string, by []ast.Expr) bool {
	for _, x := range by {
		name := ""
		switch x := x.(type) {
		case *ast.Ident:
			name = x.Name.Text
		case *ast.Named:
			name = x.Names[0].Text
		}
		if name == "" || !slices.Contains(keys, name) {
			return false
		}
	}
	return true
}

// assigns reports whether any of items gives a new value to one of keys.
func assigns(items []ast.Expr, keys []string) bool {
	for _, x := range items {
		n, ok := x.(*ast.Named)
		if !ok {
			continue
		}
		for _, name := range n.Names {
			if slices.Contains(keys, name.Text) {
				return true
			}
		}
	}
	return false
}
