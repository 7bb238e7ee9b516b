package format

import (
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/types"
)

// space marks where blanks stand against the rule of the signs.
func (p *printer) space(q *ast.Query) {
	ast.Inspect(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Command:
			p.verbatim(n)
		case *ast.DeclarePattern:
			p.verbatim(n)
		case *ast.Opaque:
			p.verbatim(n)
		case *ast.MacroExpand:
			p.verbatim(n)
		case *ast.DeclareParameters:
			p.tighten(p.skip(p.first(n) + 2)) // the parenthesis of query_parameters(
			p.params(n.Params)
		case *ast.Restrict:
			p.properties(n.With)
		case *ast.Lambda:
			p.params(n.Params)
		case *ast.Literal:
			if n.Type != types.String && n.Type != types.Dynamic {
				p.glue(n)
			} else if n.Type == types.Dynamic {
				p.tighten(p.first(n) + 1)
			}
		case *ast.Unary:
			p.tighten(p.token(n.OpAt.End))
		case *ast.Binary:
			p.marks[p.token(n.OpAt.Start)].spaced = true
		case *ast.Call:
			p.call(n)
		case *ast.Path:
			p.name(n.Name)
		case *ast.Index:
			if n.X != nil {
				p.tighten(p.after(n.X))
			}
		case *ast.Wildcard:
			p.glue(n)
		case *ast.TypeOf:
			p.tighten(p.first(n) + 1)
		case *ast.DataTable:
			p.properties(n.Params)
			p.schema(n, n.Params)
		case *ast.ExternalData:
			p.properties(n.Params)
			p.schema(n, n.Params)
			p.properties(n.Props)
		case *ast.InlineTable:
			if n.HasSchema {
				p.tighten(p.skip(p.first(n) + 1))
			}
			p.assignment(n.Kind)
			p.assignment(n.Format)
			if len(n.PathFormat) > 0 {
				open := p.before(p.first(n.PathFormat[0]))
				p.tighten(open)
				p.tighten(p.before(open))
			}
			p.properties(n.Props)
		case *ast.DataScope:
			p.properties([]ast.Property{n.Scope})
		case ast.Operator:
			p.operator(n)
		}
		return true
	})
}

// operator marks the properties of an operator and the signs of its own.
func (p *printer) operator(op ast.Operator) {
	p.properties(op.Head().Params)
	switch op := op.(type) {
	case *ast.MvExpand:
		p.itemIndex(op.ItemIndex)
	case *ast.MvApply:
		p.itemIndex(op.ItemIndex)
	case *ast.ParseKV:
		p.properties(op.With)
	case *ast.Render:
		p.properties(op.With)
	case *ast.Reduce:
		p.properties(op.With)
	case *ast.Scan:
		p.params(op.Declare)
	case *ast.MakeGraph:
		p.glue(op.Arrow)
		p.itemIndex(op.NodeID)
	case *ast.GraphMatch:
		for _, pattern := range op.Patterns {
			p.pattern(pattern)
		}
	case *ast.GraphToTable:
		for _, o := range op.Outputs {
			p.properties(o.Params)
		}
	case *ast.Evaluate:
		if op.HasSchema && op.Call != nil {
			p.marks[p.after(op.Call)].spaced = true
		}
	}
}

// itemIndex sets with_itemindex=name without blanks.
func (p *printer) itemIndex(name *ast.Name) {
	if name != nil {
		p.assignment(*name)
	}
}

// assignment sets what stands before a name, and its equals sign, right before
// it.
func (p *printer) assignment(name ast.Name) {
	if name.Text != "" {
		i := p.first(name)
		p.tighten(i)
		p.tighten(p.before(i))
	}
}

// pattern sets (a)-[e*1..3]->(b) without blanks, but for those inside of the
// bounds.
func (p *printer) pattern(x ast.GraphPattern) {
	for i, e := range x.Elements {
		first, last := p.first(e), p.before(p.token(e.Span().End))
		if i > 0 {
			p.tighten(first)
		}
		for k := first + 1; k <= last; k++ {
			at := p.tokens[k].Span.Start
			within := func(bound ast.Expr) bool {
				return bound != nil && at > bound.Span().Start && at < bound.Span().End
			}
			if !within(e.Min) && !within(e.Max) {
				p.tighten(k)
			}
		}
	}
}

// properties sets name=value without blanks.
func (p *printer) properties(props []ast.Property) {
	for _, prop := range props {
		p.glue(prop.Name)
		equals := p.after(prop.Name)
		if !p.is(equals, "=") {
			continue
		}
		p.tighten(equals)
		p.tighten(p.skip(equals + 1))
	}
}

// params sets the schemas of parameters: `T: (a: long)`.
func (p *printer) params(params []ast.Param) {
	for _, x := range params {
		p.name(x.Name)
	}
}

func (p *printer) name(n ast.Name) {
	if strings.ContainsAny(n.Text, "*-.") && !n.Quoted {
		p.glue(n)
	}
}

// schema sets the parenthesis after datatable and externaldata.
func (p *printer) schema(n ast.Node, params []ast.Property) {
	if len(params) == 0 {
		p.tighten(p.skip(p.first(n) + 1))
	}
}

// call sets the parenthesis right after the name, unless that would make a
// literal of it: bool (x) is a call, bool(x) is none.
func (p *printer) call(n *ast.Call) {
	p.glue(n.Name)
	open := p.after(n.Name)
	if !p.is(open, "(") || len(n.Params) > 0 {
		p.properties(n.Params)
		return
	}
	last := p.tokens[p.before(open)]
	if last.Kind == parser.Keyword && (last.Text == "bool" || last.Text == "guid") {
		p.marks[open].spaced = true
		return
	}
	p.tighten(open)
}

func (p *printer) tighten(i int) {
	if i < len(p.marks) && i >= 0 {
		p.marks[i].tight = true
	}
}

// glue sets the tokens of n without blanks between them.
func (p *printer) glue(n ast.Node) {
	end := n.Span().End
	for i := p.first(n) + 1; i < len(p.tokens) && p.tokens[i].Span.Start < end; i++ {
		p.tighten(i)
	}
}

// verbatim keeps the text of n as it is.
func (p *printer) verbatim(n ast.Node) {
	span := n.Span()
	first := p.first(n)
	p.texts[first] = p.src[span.Start:span.End]
	for i := first + 1; i < len(p.tokens) && p.tokens[i].Span.Start < span.End; i++ {
		p.marks[i].skipped = true
	}
}
