package parser

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/types"
)

// columnTypes has the type names of a declaration; typeof and find also take
// those in wideTypes. Source: the answers of Microsoft's parser.
var (
	columnTypes = []string{
		"bool", "boolean", "date", "datetime", "decimal", "double", "dynamic", "guid", "int", "int64", "int8",
		"long", "real", "string", "time", "timespan", "uniqueid",
	}
	wideTypes = []string{"float", "int16", "int32", "uint", "uint16", "uint32", "uint64", "uint8", "ulong"}
)

// columnType takes the type of a declared column or parameter.
func (p *parser) columnType() (types.Type, ast.Name) {
	t := p.tok()
	name := ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}
	switch {
	case t.Kind == Keyword && slices.Contains(columnTypes, t.Text):
	case t.isName(), t.Kind == Keyword && slices.Contains(wideTypes, t.Text):
		p.report("KS160", t.Span, "The name '"+t.Text+"' is not a valid type name that can be used here.", "the types are bool, datetime, decimal, dynamic, guid, int, long, real, string and timespan")
	default:
		p.missing("type name")
		return types.Unknown, ast.Name{Pos: p.from(p.lastEnd())}
	}
	p.next()
	typ, _ := types.Parse(t.Text)
	return typ, name
}

// anyType is columnType with the wider types.
func (p *parser) anyType() (types.Type, ast.Name) {
	t := p.tok()
	if t.Kind != Keyword || !slices.Contains(wideTypes, t.Text) {
		return p.columnType()
	}
	p.next()
	typ, _ := types.Parse(t.Text)
	return typ, ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}
}

// typeOf takes typeof(type) or typeof(column: type, …).
func (p *parser) typeOf() ast.Expr {
	start := p.next().Span.Start
	p.next()
	x := &ast.TypeOf{}
	t := p.tok()
	switch {
	case t.Kind == Keyword && (slices.Contains(columnTypes, t.Text) || slices.Contains(wideTypes, t.Text)) && !p.at(1).is(":"),
		t.Kind == Identifier && p.at(1).is(")"):
		p.next()
		x.Type, _ = types.Parse(t.Text)
		x.Name = ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}
	default:
		for _, c := range commaList(p, list[ast.ColumnDecl]{item: p.typeOfItem, missing: p.missingColumn, end: p.atListEnd}) {
			if c.Name.Text == "*" && !c.Name.Quoted && c.TypeName.Text == "" {
				x.Star = true
				continue
			}
			x.Columns = append(x.Columns, c)
		}
	}
	p.close(")")
	x.Pos = p.from(start)
	return x
}

func (p *parser) typeOfItem() (ast.ColumnDecl, bool) {
	if t := p.tok(); p.accept("*") {
		return ast.ColumnDecl{Pos: ast.Pos(t.Span), Name: ast.Name{Pos: ast.Pos(t.Span), Text: "*"}}, true
	}
	return p.column()
}

// column takes `name: type`.
func (p *parser) column() (ast.ColumnDecl, bool) {
	x, ok := p.param()
	return ast.ColumnDecl{Pos: x.Pos, Name: x.Name, Type: x.Type, TypeName: x.TypeName}, ok
}

func (p *parser) missingColumn() ast.ColumnDecl {
	p.missing("parameter")
	return ast.ColumnDecl{Pos: p.from(p.lastEnd())}
}

// param takes `name: type` or `name: (schema)`.
func (p *parser) param() (ast.Param, bool) {
	start := p.start()
	var x ast.Param
	name, ok := p.wideName()
	switch {
	case ok:
		x.Name = name
		p.expect(":")
		if p.tok().is("(") {
			p.tableType(&x)
		} else {
			x.Type, x.TypeName = p.columnType()
		}
	case p.tok().is(":"):
		x.Name = p.missingName()
		p.next()
		x.Type, x.TypeName = p.columnType()
	default:
		return x, false
	}
	x.Pos = p.from(start)
	return x, true
}

// tableType takes (*) or (column: type, …).
func (p *parser) tableType(x *ast.Param) {
	x.IsTable = true
	p.next()
	if p.accept("*") {
		x.AnyColumns = true
	} else {
		x.Schema = p.columns(false)
	}
	p.close(")")
}

// columns takes declarations between commas, of which the last may have one.
func (p *parser) columns(needOne bool) []ast.ColumnDecl {
	return commaList(p, list[ast.ColumnDecl]{item: p.column, missing: p.missingColumn, end: p.atListEnd, needOne: needOne, trailing: true})
}

// rowSchema takes (column: type, …) or reports that it is missing.
func (p *parser) rowSchema() []ast.ColumnDecl {
	if !p.accept("(") {
		p.missing("schema declaration")
		return nil
	}
	p.accept(",")
	columns := p.columns(false)
	p.close(")")
	return columns
}

// functionParam takes a parameter with an optional default.
func (p *parser) functionParam() (ast.Param, bool) {
	x, ok := p.param()
	if ok && p.accept("=") {
		if x.Default = p.literal(); x.Default == nil {
			if t := p.tok(); t.isName() {
				p.next()
				x.Default = &ast.Ident{Pos: ast.Pos(t.Span), Name: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
			}
		}
		x.Default = p.need(x.Default)
		x.Pos = p.from(x.Start)
	}
	return x, ok
}

func (p *parser) functionParams(needOne bool) []ast.Param {
	return commaList(p, list[ast.Param]{
		item: p.functionParam,
		missing: func() ast.Param {
			p.missing("parameter")
			return ast.Param{Pos: p.from(p.lastEnd())}
		},
		end: p.atListEnd, needOne: needOne,
	})
}

// dataTable takes datatable(columns) [values].
func (p *parser) dataTable() ast.Expr {
	start := p.next().Span.Start
	x := &ast.DataTable{}
	x.Params = p.properties(nil, declaredOrKnown, false)
	x.Columns = p.rowSchema()
	p.expect("[")
	p.accept(",")
	x.Values = commaList(p, list[ast.Expr]{item: orNone(p.literal), missing: p.missingValue, end: p.atListEnd, trailing: true})
	p.close("]")
	x.Pos = p.from(start)
	return x
}

func (p *parser) missingValue() ast.Expr { return p.needValue(nil) }

// externalData takes externaldata(columns) [uris] with (properties).
func (p *parser) externalData() ast.Expr {
	start := p.next().Span.Start
	x := &ast.ExternalData{}
	x.Params = p.properties(nil, declaredOrKnown, false)
	x.Columns = p.rowSchema()
	p.expect("[")
	x.URIs = commaList(p, list[ast.Expr]{
		item:    orNone(func() ast.Expr { return p.pipeline(",") }),
		missing: p.missingValue, end: p.atListEnd, trailing: true,
	})
	p.close("]")
	x.Props = p.externalProperties()
	x.Pos = p.from(start)
	return x
}

// externalProperties takes with (name = value, …).
func (p *parser) externalProperties() []ast.Property {
	if !p.acceptWord("with") {
		return nil
	}
	p.expect("(")
	props := commaList(p, list[ast.Property]{item: p.externalProperty, missing: p.missingProperty, end: p.atListEnd})
	p.close(")")
	return props
}

func (p *parser) externalProperty() (ast.Property, bool) {
	name, ok := p.wideName()
	if !ok {
		return ast.Property{}, false
	}
	p.expect("=")
	var value ast.Expr
	switch p.tok().Kind {
	case StringLiteral, LongLiteral, RealLiteral, BoolLiteral, DateTimeLiteral, GUIDLiteral:
		value = p.literal()
	default:
		value = p.wideNameRef()
	}
	value = p.needValue(value)
	return ast.Property{Pos: p.from(name.Start), Name: name, Value: value}, true
}

func (p *parser) missingProperty() ast.Property {
	p.missing("parameter")
	return ast.Property{Pos: p.from(p.lastEnd())}
}

// unsupportedExpr takes a form of expression that Kusto uses inside itself.
func (p *parser) unsupportedExpr() ast.Expr {
	t := p.tok()
	p.report("AZ005", t.Span, "'"+t.Text+"' is not supported.", "")
	start := p.next().Span.Start
	p.skipTo("")
	return &ast.Bad{Pos: p.from(start)}
}
