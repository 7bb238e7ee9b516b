package parser

import "github.com/azflow/azflow/kql/ast"

var sourceProperties = propertySpecs{"withsource": {value: nameValue}, "with_source": {value: nameValue}}

// find takes `find [in (tables)] [where] predicate [project columns | project-smart]`.
func (p *parser) find() ast.Operator {
	op := &ast.Find{Op: p.begin()}
	if scope, ok := p.dataScope(); ok {
		op.Params = append(op.Params, scope)
	}
	params := p.properties(sourceProperties, declaredOrKnown, false)
	op.Params = append(op.Params, params...)
	op.In = p.inTables()
	if op.Where = p.acceptWord("where"); !op.Where && (len(params) > 0 || op.In != nil) {
		p.missingToken("where")
	}
	op.Cond = p.needExpr()
	switch {
	case p.acceptWord("project"):
		op.ProjectItems = p.exprList(p.findColumn, nil)
	case p.acceptWord("project-smart"):
		op.ProjectSmart = true
	}
	if p.acceptWord("__projectAway") {
		op.ProjectAway = p.exprList(p.findColumn, nil)
	}
	p.end(&op.Op)
	return op
}

// inTables takes `in (tables)` of find and search.
func (p *parser) inTables() []ast.Expr {
	if !p.acceptWord("in") {
		return nil
	}
	p.expect("(")
	tables := p.exprList(p.findTable, p.atListEnd)
	p.close(")")
	return tables
}

// findTable takes a table, which may have a wildcard or be named with `| as`.
func (p *parser) findTable() ast.Expr {
	x := p.entity()
	if x == nil || !p.tok().is("|") {
		return x
	}
	p.next()
	var op ast.Operator
	if p.tok().isKeyword("as") {
		op = p.as()
	} else {
		op = p.needOperator()
	}
	return &ast.Pipeline{Pos: p.from(x.Span().Start), Source: x, Ops: []ast.Operator{op}}
}

// findColumn takes an item of the project clause of find.
func (p *parser) findColumn() ast.Expr {
	t := p.tok()
	switch {
	case t.isKeyword("pack"):
		p.next()
		call := &ast.Call{Name: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
		p.expect("(")
		if star := p.tok(); p.accept("*") {
			call.Args = []ast.Arg{{X: &ast.Star{Pos: ast.Pos(star.Span)}}}
		} else {
			p.missingToken("*")
		}
		p.close(")")
		call.Pos = p.from(t.Span.Start)
		return call
	case p.accept("*"):
		return &ast.Star{Pos: ast.Pos(t.Span)}
	}
	name, ok := p.name()
	if !ok || !p.accept(":") {
		return identOf(name, ok)
	}
	x := &ast.Typed{Name: name}
	x.Type, x.TypeName = p.anyType()
	x.Pos = p.from(name.Start)
	return x
}
