package parser

import "github.com/azflow/azflow/kql/ast"

var evaluateProperties = propertySpecs{
	"hint.distribution": words("single per_node per_shard default"),
	"hint.remote":       words("auto local"),
}

// evaluatePlugin takes `evaluate plugin(arguments) [: (schema)]`.
func (p *parser) evaluatePlugin() ast.Operator {
	op := &ast.Evaluate{Op: p.begin()}
	op.Params = p.properties(evaluateProperties, declaredOrKnown, false)
	op.Call = p.needCall()
	if p.accept(":") {
		op.HasSchema = true
		if p.accept("(") {
			p.accept(",")
			if op.Star = p.accept("*"); op.Star {
				p.accept(",")
			}
			op.Schema = p.columns(false)
			p.close(")")
		} else {
			p.missing("schema declaration")
		}
	}
	p.end(&op.Op)
	return op
}

// needCall takes a call or reports that it is missing.
func (p *parser) needCall() *ast.Call {
	if p.startsCall() {
		return p.call()
	}
	start := p.start()
	if p.scanName(0) == 0 {
		p.missing("function call")
		return &ast.Call{Pos: p.from(p.lastEnd()), Name: ast.Name{Pos: p.from(p.lastEnd())}}
	}
	name, _ := p.name()
	p.missingToken("(")
	p.missingToken(")")
	return &ast.Call{Pos: p.from(start), Name: name}
}
