package parser

import "github.com/azflow/azflow/kql/ast"

var joinProperties = propertySpecs{
	"kind": words("inner fullouter innerunique leftanti leftantisemi anti leftouter leftsemi " +
		"rightanti rightantisemi rightouter rightsemi"),
	"hint.remote":         words("auto left local right unresolved"),
	"hint.shufflekey":     {value: columnValue},
	"hint.strategy":       words("auto broadcast centralized shuffle"),
	"hint.num_partitions": {value: numberKind},
}

// join takes `join table on conditions` and `join table where predicate`.
func (p *parser) join() ast.Operator {
	op := &ast.Join{Op: p.begin()}
	op.Params = p.properties(joinProperties, declaredOrKnown, true)
	op.Right = p.needExpr()
	switch {
	case p.tok().isKeyword("on"):
		op.On = p.onClause()
	case p.acceptWord("where"):
		op.Where = p.needExpr()
	}
	p.end(&op.Op)
	return op
}

func (p *parser) onClause() []ast.Expr {
	p.next()
	return p.exprList(p.expr, nil)
}
