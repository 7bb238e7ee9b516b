package op

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var scanDoc = Doc{
	Keyword: "scan",
	Summary: "Walks the rows in order through the steps of a pattern, keeping state.",
	Syntax:  "T | sort by … | scan [with_match_id=Name] [declare (Name:type=Value, …)] with (step Name [output=all|last|none]: Condition => Column = Value, …; …)",
	Example: "range x from 1 to 5 step 1 | scan declare (sum:long=0) with (step s: true => sum = x + s.sum;)",
}

func bindScan(b *bind.Binder, in *bind.Table, o *ast.Scan) *bind.Table {
	n := &plan.ScanSteps{Input: in.Node}
	if !in.Serialized && len(o.OrderBy) == 0 && !in.Failed && !in.Open {
		b.Reportf("AZ031", o.Keyword.Span(), "sort the rows first, or keep them as they are with serialize", "scan needs serialized rows")
	}
	n.Order = sortKeys(b, in, o.OrderBy, false)
	b.WithRow(in, func() {
		for _, e := range o.PartitionBy {
			n.Partition = append(n.Partition, b.Scalar(e).Expr)
		}
	})
	cols := slices.Clone(in.Columns)
	var state []bind.Column
	for i := range o.Declare {
		d := &o.Declare[i]
		t := d.Type
		c := b.NewColumn(d.Name.Text, t)
		init := plan.Expr(&plan.Const{T: c.Plan().Type})
		if t == types.String {
			init = &plan.Const{Value: "", T: types.String}
		}
		if d.Default != nil {
			v := b.Scalar(d.Default)
			init = b.Convert(v, t)
		}
		n.Declare = append(n.Declare, plan.Assign{Column: c.Plan(), Expr: init})
		state = append(state, c)
		cols = append(cols, c)
	}
	if word, _, ok := bind.WordParam(o.Params, "with_match_id"); ok {
		// Emulator: the column is given only where it is asked for.
		c := b.NewColumn(word, types.Long)
		p := c.Plan()
		n.MatchID = &p
		cols = append(cols, c)
	}
	b.WithScope(func() {
		full := in.With(in.Node, append(slices.Clone(in.Columns), state...))
		for _, c := range state {
			b.DeclareColumn(c.Name, c)
		}
		for i := range o.Steps {
			b.DeclareStep(o.Steps[i].Name.Text, full)
		}
		b.WithRow(in, func() {
			for i := range o.Steps {
				n.Steps = append(n.Steps, bindStep(b, in, &o.Steps[i], state))
			}
		})
	})
	n.Cols = bind.PlanColumns(cols)
	return in.With(n, cols)
}

func bindStep(b *bind.Binder, in *bind.Table, s *ast.ScanStep, state []bind.Column) plan.ScanStep {
	out := plan.ScanStep{Name: s.Name.Text, Optional: s.Optional, Output: "all"}
	if s.Output != nil {
		out.Output = s.Output.Text
	}
	v := b.Scalar(s.Cond)
	b.CheckBool(v, s.Cond)
	out.Cond = condition(v)
	for _, e := range s.Assign {
		n, ok := e.(*ast.Named)
		if !ok || len(n.Names) != 1 {
			continue
		}
		i := slices.IndexFunc(state, func(c bind.Column) bool { return c.Name == n.Names[0].Text })
		v := b.Scalar(n.X)
		if c, ok := in.Find(n.Names[0].Text); i < 0 && ok { // the row's own value is replaced
			out.Assign = append(out.Assign, plan.Assign{Column: c.Plan(), Expr: b.Convert(v, c.Type)})
			continue
		}
		if i < 0 {
			b.Errorf("KS142", n.Names[0].Span(), "The name '%s' does not refer to any known column.", n.Names[0].Text)
			continue
		}
		out.Assign = append(out.Assign, plan.Assign{Column: state[i].Plan(), Expr: b.Convert(v, state[i].Type)})
	}
	return out
}
