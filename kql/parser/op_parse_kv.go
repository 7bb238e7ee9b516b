package parser

import "github.com/azflow/azflow/kql/ast"

var parseKVProperties = propertySpecs{
	"pair_delimiter": {value: stringKind},
	"kv_delimiter":   {value: stringKind},
	"regex":          {value: stringKind},
	"quote":          {value: stringKind},
	"escape":         {value: stringKind},
	"greedy":         {value: boolKind},
}

// parseKV takes `parse-kv expression as (columns) with (properties)`.
func (p *parser) parseKV() ast.Operator {
	op := &ast.ParseKV{Op: p.begin()}
	op.X = p.needExpr()
	p.expectWord("as")
	op.Columns = p.rowSchema()
	if p.acceptWord("with") {
		p.expect("(")
		op.With = p.withProperties(parseKVProperties, declaredOnly)
		p.close(")")
	}
	p.end(&op.Op)
	return op
}
