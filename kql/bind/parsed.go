package bind

import (
	"sync"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
)

// Parsed keeps the texts of one catalogue parsed, its functions and the
// expressions of its columns, from one query to the next. The zero value is
// ready to be used, by any number of binders at a time.
type Parsed struct {
	mu          sync.Mutex
	functions   map[string]parsedFunction
	expressions map[string]ast.Expr
}

// parsedFunction is a stored function as it was parsed; decl is nil if its text
// is faulty.
type parsedFunction struct {
	decl  *ast.Lambda
	diags diag.List
}

// function returns the declaration of a stored function.
func (p *Parsed) function(stored *plan.Function, parse ParseFunc) (*ast.Lambda, diag.List) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f, ok := p.functions[stored.Name]; ok {
		return f.decl, f.diags
	}
	params := stored.Params
	if params == "" {
		params = "()"
	}
	q, diags := parse("let _f = " + params + " " + stored.Body)
	f := parsedFunction{diags: diags}
	if q != nil && len(q.Statements) > 0 && !diags.HasErrors() {
		if let, ok := q.Statements[0].(*ast.Let); ok {
			f.decl, _ = let.Value.(*ast.Lambda)
		}
	}
	if p.functions == nil {
		p.functions = map[string]parsedFunction{}
	}
	p.functions[stored.Name] = f
	return f.decl, f.diags
}

// expression returns the expression of a column that is not stored; nil if its
// text is faulty.
func (p *Parsed) expression(t *plan.Table, c *plan.TableColumn, parse ParseFunc) ast.Expr {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := t.Name + "\x00" + c.Name
	if e, ok := p.expressions[key]; ok {
		return e
	}
	var e ast.Expr
	if q, diags := parse("print " + c.Expr); q != nil && !diags.HasErrors() && len(q.Statements) == 1 {
		e = printed(q.Statements[0])
	}
	if p.expressions == nil {
		p.expressions = map[string]ast.Expr{}
	}
	p.expressions[key] = e
	return e
}
