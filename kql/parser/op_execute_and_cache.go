package parser

import "github.com/azflow/azflow/kql/ast"

// executeAndCache takes `__executeAndCache`.
func (p *parser) executeAndCache() ast.Operator {
	return &ast.ExecuteAndCache{Op: p.begin()}
}
