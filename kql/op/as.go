package op

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var asDoc = Doc{
	Keyword: "as",
	Summary: "Gives the rows a name that the rest of the query can use.",
	Syntax:  "T | as Name",
	Example: "NTANetAnalytics | where FlowStatus == \"Denied\" | as Denied | union (Denied | take 1)",
}

func bindAs(b *bind.Binder, in *bind.Table, o *ast.As) *bind.Table {
	out := b.DeclareTable(o.Name.Text, in)
	out.Name = o.Name.Text
	return out
}

var invokeDoc = Doc{
	Keyword: "invoke",
	Summary: "Calls a function with the rows as its first argument.",
	Syntax:  "T | invoke Function(Argument, …)",
	Example: "let denied = (T:(FlowStatus:string)) { T | where FlowStatus == \"Denied\" }; NTANetAnalytics | invoke denied()",
}

func bindInvoke(b *bind.Binder, in *bind.Table, o *ast.Invoke) *bind.Table {
	if o.Call == nil {
		return b.FailedTable()
	}
	return b.Invoke(in, o.Call)
}

var renderDoc = Doc{
	Keyword: "render",
	Summary: "Says how the result is to be drawn; it changes no row.",
	Syntax:  "T | render Chart [with (Property = Value, …)]",
	Example: "NTANetAnalytics | summarize count() by bin(TimeGenerated, 1h) | render timechart with (title=\"Flows\")",
}

// charts are the kinds of charts. MS Learn: "render operator".
var charts = []string{
	"table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart", "pivotchart",
	"areachart", "stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "3Dchart", "card",
	"treemap", "plotly", "graph", "sankey",
}

func bindRender(b *bind.Binder, in *bind.Table, o *ast.Render) *bind.Table {
	if o.Chart.Text != "" && !slices.Contains(charts, o.Chart.Text) {
		b.NotOneOf("KS005", o.Chart, charts)
	}
	r := &plan.Render{Chart: strings.ToLower(o.Chart.Text), Properties: map[string]types.Value{}}
	for _, list := range [][]ast.Property{o.Params, o.With} {
		for _, p := range list {
			name := strings.ToLower(p.Name.Text)
			v := renderValue(b, p)
			switch name {
			case "ycolumns", "series", "anomalycolumns":
				if _, ok := v.([]types.Value); !ok {
					v = []types.Value{v}
				}
			}
			r.Properties[name] = v
		}
	}
	b.SetRender(r)
	return in
}

// renderValue is the value of a property of render; columns are names.
func renderValue(b *bind.Binder, p ast.Property) types.Value {
	switch v := p.Value.(type) {
	case *ast.Call: // a list of names, as the parser gives it
		var list []types.Value
		for _, a := range v.Args {
			list = append(list, renderValue(b, ast.Property{Value: a.X}))
		}
		return list
	case *ast.Paren:
		return renderValue(b, ast.Property{Value: v.X})
	}
	return propertyValue(b, p)
}
