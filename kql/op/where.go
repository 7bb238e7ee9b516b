package op

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
)

var whereDoc = Doc{
	Keyword: "where", Aliases: []string{"filter"},
	Summary: "Keeps the rows for which a condition holds; false and null drop a row.",
	Syntax:  "T | where Predicate",
	Example: "NTANetAnalytics | where DestPort == 443 and FlowStatus == \"Denied\"",
}

func bindWhere(b *bind.Binder, in *bind.Table, o *ast.Where) *bind.Table {
	var v *bind.Value
	windowed := b.WithWindows(in, func() {
		v = b.Scalar(o.Cond)
		b.CheckBool(v, o.Cond)
	})
	out := in.WithNode(&plan.Filter{Input: windowed.Node, Cond: condition(v)})
	if windowed != in {
		out = b.Project(out, in.Columns)
	}
	return out
}
