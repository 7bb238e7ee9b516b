package parser

import "github.com/azflow/azflow/kql/ast"

// chartTypes has the kinds of charts. MS Learn: "render operator".
var chartTypes = []string{
	"table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart", "pivotchart",
	"areachart", "stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "3Dchart", "card",
	"treemap", "plotly", "graph", "sankey",
}

var (
	renderKind       = words("default unstacked stacked stacked100 map")
	renderProperties = propertySpecs{
		"kind":           renderKind,
		"title":          {value: exprValue},
		"accumulate":     {value: boolKind},
		"xcolumn":        {value: columnValue},
		"ycolumns":       {value: columnsKind},
		"anomalycolumns": {value: columnsKind},
		"series":         {value: columnsKind},
		"xtitle":         {value: exprValue},
		"ytitle":         {value: exprValue},
		"xaxis":          words("linear log"),
		"yaxis":          words("linear log"),
		"legend":         words("visible hidden"),
		"ysplit":         words("none axes panels"),
		"ymin":           {value: realKind},
		"ymax":           {value: realKind},
		"xmin":           {value: plainValue},
		"xmax":           {value: plainValue},
	}
)

// render takes `render chart [with (properties)]`; the old form has properties
// without parentheses, which stand in Params.
func (p *parser) render() ast.Operator {
	op := &ast.Render{Op: p.begin()}
	if name, ok := p.acceptText(chartTypes...); ok {
		op.Chart = name
	} else if t := p.tok(); t.Kind == Identifier {
		p.next()
		op.Chart = ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}
	} else {
		p.missingToken(chartTypes...)
		op.Chart = ast.Name{Pos: p.from(p.lastEnd())}
	}
	for {
		prop, ok := p.oldRenderProperty()
		if !ok {
			break
		}
		op.Params = append(op.Params, prop)
	}
	if p.acceptWord("with") {
		p.expect("(")
		p.accept(",")
		op.With = p.withProperties(renderProperties, declaredOnly)
		p.close(")")
	}
	p.end(&op.Op)
	return op
}

func (p *parser) oldRenderProperty() (ast.Property, bool) {
	for _, name := range []string{"kind", "title", "accumulate"} {
		if prop, ok := p.property(name, renderProperties[name], nil); ok {
			return prop, true
		}
	}
	if !p.at(1).is("(") {
		if prop, ok := p.property("with", propertySpec{value: stringKind, bare: true}, nil); ok {
			return prop, true
		}
	}
	return p.property("by", propertySpec{value: columnsKind, bare: true}, func() bool {
		for _, name := range []string{"kind", "title", "accumulate", "with", "by"} {
			if p.matchText(name, 0) > 0 {
				return true
			}
		}
		return false
	})
}
