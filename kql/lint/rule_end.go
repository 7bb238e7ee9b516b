package lint

import (
	"fmt"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
)

// otherEnd has the columns of the address that opened a connection, and of the
// one that was called.
var otherEnd = map[string]string{"SrcIp": "DestIp", "SrcIP_s": "DestIP_s"}

// oneEnd warns of a pipeline that asks for connections of an address and only
// finds those that it opened.
func oneEnd(c *check) {
	c.pipelines(func(p *ast.Pipeline) {
		var wheres []*ast.Where
	stages:
		for _, op := range p.Ops {
			switch op := op.(type) {
			case *ast.Where:
				wheres = append(wheres, op)
			case *ast.Extend:
			default:
				break stages
			}
		}
		for _, w := range wheres {
			in := c.inputs[w]
			if in == nil {
				continue
			}
			for _, x := range conjuncts(w.Cond) {
				c.oneEndOf(x, in, wheres)
			}
		}
	})
}

// oneEndOf looks at one part of a condition.
func (c *check) oneEndOf(x ast.Expr, in *bind.Table, wheres []*ast.Where) {
	b, ok := x.(*ast.Binary)
	if !ok || b.Op != "==" {
		return
	}
	id, ok := b.X.(*ast.Ident)
	if !ok {
		return
	}
	other, ok := otherEnd[id.Name.Text]
	if !ok {
		return
	}
	if _, has := in.Find(other); !has || selects(wheres, other) {
		return
	}
	c.warn(b.Span(), fmt.Sprintf("%s is the end that opened the connection: those that others opened to it have it in %s.", id.Name.Text, other),
		fmt.Sprintf("add `or %s == …` unless you mean the first only", other), nil)
}

// conjuncts returns the parts of a condition that and joins.
func conjuncts(x ast.Expr) []ast.Expr {
	switch x := x.(type) {
	case *ast.Paren:
		return conjuncts(x.X)
	case *ast.Binary:
		if x.Op == "and" {
			return append(conjuncts(x.X), conjuncts(x.Y)...)
		}
	}
	return []ast.Expr{x}
}

// selects reports whether a condition compares the column called name with an
// address or a range.
func selects(wheres []*ast.Where, name string) bool {
	found := false
	is := func(x ast.Expr) bool {
		id, ok := x.(*ast.Ident)
		return ok && id.Name.Text == name
	}
	for _, w := range wheres {
		ast.Inspect(w, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Binary:
				switch n.Op {
				case "==", "=~", "has", "hasprefix", "startswith":
					found = found || is(n.X) || is(n.Y)
				}
			case *ast.In:
				found = found || is(n.X)
			case *ast.Call:
				for _, a := range n.Args {
					found = found || strings.HasPrefix(n.Name.Text, "ipv") && is(a.X)
				}
			}
			return !found
		})
	}
	return found
}
