package format

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
)

// statements puts each statement on a line.
func (p *printer) statements(all []ast.Statement, indent int) {
	for _, s := range all {
		p.breakAt(p.first(s), indent)
		switch s := s.(type) {
		case *ast.Let:
			p.let(s, indent)
		case *ast.ExprStatement:
			p.query(s.X, indent)
		case *ast.DeclareParameters:
			if !p.fits(p.first(s), p.after(s), width-indent*len(tab)) {
				for _, x := range s.Params {
					p.breakAt(p.first(x), indent+1)
				}
				p.closeAt(s, indent)
			}
		case *ast.Set:
			p.expr(s.Value, indent)
		case *ast.AliasDatabase:
			p.expr(s.Value, indent)
		}
	}
}

// closeAt puts the last token of n on a line.
func (p *printer) closeAt(n ast.Node, indent int) {
	p.breakAt(p.before(p.token(n.Span().End)), indent)
}

func (p *printer) let(s *ast.Let, indent int) {
	switch x := s.Value.(type) {
	case *ast.Lambda:
		p.lambda(x, indent)
	case *ast.Pipeline:
		if p.short(x, innerWidth) {
			return
		}
		p.breakAt(p.first(x), indent+1)
		p.query(x, indent+1)
	default:
		p.expr(x, indent)
	}
}

// lambda lays out (parameters) { body }.
func (p *printer) lambda(x *ast.Lambda, indent int) {
	if len(x.Statements) == 0 && p.fits(p.first(x), p.after(x), innerWidth) && (x.Body == nil || p.short(x.Body, innerWidth)) {
		return
	}
	p.statements(x.Statements, indent+1)
	if x.Body != nil {
		p.breakAt(p.first(x.Body), indent+1)
		p.query(x.Body, indent+1)
	}
	p.closeAt(x, indent)
}

// short reports whether a query may stay on the line it is on: it has at most
// one pipe and fits.
func (p *printer) short(x ast.Expr, room int) bool {
	if q, ok := x.(*ast.Pipeline); ok {
		stages := len(q.Ops)
		if q.Source != nil {
			stages++
		}
		if stages > 2 {
			return false
		}
	}
	return p.fits(p.first(x), p.after(x), room)
}

// query lays out a query whose first token is on a line of the given indent.
func (p *printer) query(x ast.Expr, indent int) {
	q, ok := x.(*ast.Pipeline)
	if !ok {
		p.expr(x, indent)
		return
	}
	if q.Source != nil {
		p.expr(q.Source, indent)
	}
	for i, op := range q.Ops {
		if i > 0 || q.Source != nil {
			p.breakAt(p.before(p.first(op)), indent)
		}
		p.stage(op, indent)
	}
}

// inner lays out a query in parentheses: on lines of their own, unless it is
// short.
func (p *printer) inner(x ast.Expr, indent int) {
	if p.short(x, innerWidth) {
		return
	}
	p.breakAt(p.first(x), indent+1)
	p.query(x, indent+1)
	p.breakAt(p.after(x), indent)
}

// stage lays out an operator whose line has the given indent.
func (p *printer) stage(op ast.Operator, indent int) {
	from, to := p.first(op), p.after(op)
	room := width - indent*len(tab) - len("| ")
	if p.fits(from, to, room) && !holdsQuery(op) {
		return
	}
	switch op := op.(type) {
	case *ast.Where:
		p.condition(op.Cond, from, room, indent)
	case *ast.Summarize:
		p.items(op.Aggregates, from, room, indent)
		if op.ByClause {
			if p.fits(from, to, room) {
				break
			}
			by := p.before(p.first(op.By[0]))
			p.breakAt(by, indent+1)
			if !p.fits(by, to, room-len(tab)) {
				p.breakList(op.By, indent+2)
			}
			p.exprs(op.By, indent+2)
		}
	case *ast.Project:
		p.items(op.Items, from, room, indent)
	case *ast.Extend:
		p.items(op.Items, from, room, indent)
	case *ast.ProjectAway:
		p.items(op.Items, from, room, indent)
	case *ast.ProjectKeep:
		p.items(op.Items, from, room, indent)
	case *ast.ProjectRename:
		p.items(op.Items, from, room, indent)
	case *ast.Distinct:
		p.items(op.Items, from, room, indent)
	case *ast.Print:
		p.items(op.Items, from, room, indent)
	case *ast.Serialize:
		p.items(op.Items, from, room, indent)
	case *ast.ProjectReorder:
		if !p.fits(from, to, room) {
			for _, x := range op.Items {
				p.breakAt(p.first(x.X), indent+1)
			}
		}
	case *ast.Union:
		p.union(op, from, to, room, indent)
	case *ast.Fork:
		for _, b := range op.Branches {
			open := p.before(p.first(b.Sub))
			if b.Name != nil {
				p.breakAt(p.first(b.Name), indent+1)
			} else {
				p.breakAt(open, indent+1)
			}
			p.inner(b.Sub, indent+1)
		}
	case *ast.MvApply:
		p.inner(op.On, indent)
	case *ast.Partition:
		p.inner(op.Sub, indent)
	case *ast.MakeGraph:
		for _, t := range op.Nodes {
			p.expr(t.Table, indent)
		}
		if op.Sub != nil {
			p.inner(op.Sub, indent)
		}
	case *ast.GraphMatch:
		p.graphMatch(op, indent)
	case *ast.Facet:
		if op.Parens {
			p.inner(op.With, indent)
		}
	case *ast.Scan:
		for _, s := range op.Steps {
			p.breakAt(p.first(s), indent+1)
		}
		p.closeAt(op, indent)
	case *ast.TopNested:
		for _, l := range op.Levels[1:] {
			p.breakAt(p.first(l), indent+1)
		}
	case *ast.Evaluate:
		if op.Call != nil {
			p.expr(op.Call, indent)
		}
	default:
		ast.Inspect(op, func(n ast.Node) bool {
			if x, ok := n.(ast.Expr); ok {
				p.expr(x, indent)
				return false
			}
			return true
		})
	}
}

// graphMatch puts the patterns after the first, where and project on lines of
// their own.
func (p *printer) graphMatch(op *ast.GraphMatch, indent int) {
	room := width - (indent+1)*len(tab)
	for _, x := range op.Patterns[min(1, len(op.Patterns)):] {
		p.breakAt(p.first(x), indent+1)
	}
	if op.Where != nil {
		where := p.before(p.first(op.Where))
		p.breakAt(where, indent+1)
		p.condition(op.Where, where, room, indent+1)
	}
	if len(op.Project) > 0 {
		project := p.before(p.first(op.Project[0]))
		p.breakAt(project, indent+1)
		p.items(op.Project, project, room, indent+1)
	}
}

// holdsQuery reports whether an operator has a query in it, which decides for
// itself whether it stays on the line.
func holdsQuery(op ast.Operator) bool {
	found := false
	ast.Inspect(op, func(n ast.Node) bool {
		if _, ok := n.(*ast.Pipeline); ok {
			found = true
		}
		return !found
	})
	return found
}

func (p *printer) union(op *ast.Union, from, to, room, indent int) {
	tables := op.Tables
	if p.fits(from, to, room) {
		p.exprs(tables, indent)
		return
	}
	if len(tables) > 1 {
		p.breakList(tables, indent+1)
		indent++
	}
	p.exprs(tables, indent)
}

// items lays out expressions between commas: on lines of their own, unless all
// fit on the one where they begin.
func (p *printer) items(all []ast.Expr, from, room, indent int) {
	if len(all) == 0 {
		return
	}
	if p.fits(from, p.after(all[len(all)-1]), room) {
		p.exprs(all, indent)
		return
	}
	if len(all) > 1 {
		p.breakList(all, indent+1)
	}
	p.exprs(all, indent+1)
}

func (p *printer) breakList(all []ast.Expr, indent int) {
	for _, x := range all {
		p.breakAt(p.first(x), indent)
	}
}

func (p *printer) exprs(all []ast.Expr, indent int) {
	for _, x := range all {
		p.expr(x, indent)
	}
}

// condition breaks a long predicate before the and or or that joins its parts.
func (p *printer) condition(x ast.Expr, from, room, indent int) {
	b, ok := x.(*ast.Binary)
	if !ok || b.Op != "and" && b.Op != "or" || p.fits(from, p.after(x), room) {
		p.expr(x, indent+1)
		return
	}
	parts, ops := chain(b)
	for _, at := range ops {
		p.breakAt(p.token(at.Start), indent+1)
	}
	for _, part := range parts {
		p.expr(part, indent+1)
	}
}

// chain returns the operands that the operator of b joins, and where it stands.
func chain(b *ast.Binary) (parts []ast.Expr, ops []diag.Span) {
	var x ast.Expr = b
	for {
		inner, ok := x.(*ast.Binary)
		if !ok || inner.Op != b.Op {
			break
		}
		parts, ops = append(parts, inner.Y), append(ops, inner.OpAt)
		x = inner.X
	}
	return append(parts, x), ops
}

// expr lays out what inside an expression does not fit on a line of the given
// indent, and the queries in it.
func (p *printer) expr(x ast.Expr, indent int) {
	if x == nil {
		return
	}
	room := width - indent*len(tab)
	fits := p.fits(p.first(x), p.after(x), room)
	switch x := x.(type) {
	case *ast.Paren:
		if _, ok := x.X.(*ast.Pipeline); ok {
			p.inner(x.X, indent)
			return
		}
		p.expr(x.X, indent)
	case *ast.Call:
		p.arguments(x, fits, indent)
	case *ast.DataTable:
		p.rows(x, fits, indent)
	case *ast.ExternalData:
		if !fits {
			p.breakList(x.URIs, indent+1)
			if n := len(x.URIs); n > 0 {
				p.breakAt(p.after(x.URIs[n-1]), indent)
			}
		}
	case *ast.InlineTable:
		if !fits && len(x.URIs) > 0 {
			p.breakList(x.URIs, indent+1)
			p.breakAt(p.after(x.URIs[len(x.URIs)-1]), indent)
		}
	case *ast.In:
		p.expr(x.X, indent)
		p.list(x, fits, indent)
	case *ast.Literal:
		if !fits && p.is(p.first(x)+2, "[") {
			p.array(p.first(x)+2, indent)
		}
	case *ast.Lambda:
		p.lambda(x, indent)
	case *ast.Pipeline:
		if !p.short(x, innerWidth) {
			p.query(x, indent)
		}
	default:
		ast.Inspect(x, func(n ast.Node) bool {
			if n == ast.Node(x) {
				return true
			}
			if inner, ok := n.(ast.Expr); ok {
				p.expr(inner, indent)
			}
			return false
		})
	}
}

// arguments puts the arguments of a call on lines of their own if they do not
// fit; a query that is the only one gets the lines to itself.
func (p *printer) arguments(x *ast.Call, fits bool, indent int) {
	if len(x.Args) == 1 {
		if q, ok := x.Args[0].X.(*ast.Pipeline); ok {
			p.inner(q, indent)
			return
		}
	}
	if !fits && len(x.Args) > 1 {
		for _, a := range x.Args {
			first := p.first(a.X)
			if a.Name != nil {
				first = p.first(a.Name)
			}
			p.breakAt(first, indent+1)
		}
		p.closeAt(x, indent)
		indent++
	}
	for _, a := range x.Args {
		p.expr(a.X, indent)
	}
}

// list breaks the long right side of in: as many values on a line as fit.
func (p *printer) list(x *ast.In, fits bool, indent int) {
	if len(x.List) == 1 {
		if q, ok := x.List[0].(*ast.Pipeline); ok {
			p.inner(q, indent)
			return
		}
	}
	if !fits && len(x.List) > 0 {
		starts := make([]int, len(x.List))
		for i, item := range x.List {
			starts[i] = p.first(item)
		}
		p.fill(starts, p.after(x.List[len(x.List)-1]), indent)
		indent++
	}
	p.exprs(x.List, indent)
}

// fill puts as many items on a line as fit. Items begin at starts, and closing
// is the sign after the last.
func (p *printer) fill(starts []int, closing, indent int) {
	room := width - (indent+1)*len(tab)
	line := -1
	for i, start := range starts {
		end := closing
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		if line < 0 || !p.fits(line, end, room+1) {
			p.breakAt(start, indent+1)
			line = start
		}
	}
	p.breakAt(closing, indent)
}

// array breaks a long JSON array that begins at token open.
func (p *printer) array(open, indent int) {
	starts := []int{p.skip(open + 1)}
	depth := 0
	for i := open + 1; i < len(p.tokens); i++ {
		switch {
		case p.is(i, "["), p.is(i, "{"):
			depth++
		case depth == 0 && p.is(i, "]"):
			p.fill(starts, i, indent)
			return
		case p.is(i, "]"), p.is(i, "}"):
			depth--
		case depth == 0 && p.is(i, ","):
			starts = append(starts, p.skip(i+1))
		}
	}
}

// rows puts each row of a datatable on a line if they do not all fit on one.
func (p *printer) rows(x *ast.DataTable, fits bool, indent int) {
	if fits || len(x.Values) == 0 || len(x.Columns) == 0 {
		return
	}
	for i, v := range x.Values {
		if i%len(x.Columns) == 0 {
			p.breakAt(p.first(v), indent+1)
		}
	}
	p.closeAt(x, indent)
}
