package query

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Notes returns what a person should know of an answer: which functions no
// recorded results confirm, and where it sums bytes or packets of
// NTANetAnalytics, what was captured at more than one end (R-ONCE), and what has
// no counters (R-NOCOUNT).
func (s *Session) Notes(ctx context.Context, c *Compiled) ([]string, error) {
	notes := unverified(c.Plan)
	for i, r := range c.Plan.Results {
		if _, _, ok := summed(r.Root); !ok {
			continue
		}
		whole, diags := s.plan(c.request, "IsPrimaryCapture")
		if diags.HasErrors() {
			return nil, diags
		}
		scan, filters, ok := summed(whole.Results[i].Root)
		if !ok {
			continue
		}
		n, err := s.counted(ctx, c, scan, filters)
		if err != nil {
			return nil, err
		}
		notes = append(notes, n...)
	}
	return notes, nil
}

// unverified notes the functions of p that follow their documentation without
// recorded results to compare with.
func unverified(p *plan.Plan) []string {
	seen := map[string]bool{}
	aggregate := func(name string) {
		if a, ok := fn.LookupAggregate(name); ok && a.Unverified {
			seen[a.Name] = true
		}
	}
	for _, r := range p.Results {
		plan.Walk(r.Root, func(n plan.Node) {
			switch n := n.(type) {
			case *plan.Aggregate:
				for _, a := range n.Aggs {
					aggregate(a.Func)
				}
			case *plan.MakeSeries:
				for _, a := range n.Aggs {
					aggregate(a.Func)
				}
			}
			plan.EachExpr(n, func(e plan.Expr) {
				plan.WalkExpr(e, func(e plan.Expr) bool {
					if c, ok := e.(*plan.Call); ok {
						if f, ok := fn.LookupScalar(c.Func); ok && f.Unverified {
							seen[f.Name] = true
						}
					}
					return true
				})
			})
		})
	}
	if len(seen) == 0 {
		return nil
	}
	return []string{strings.Join(slices.Sorted(maps.Keys(seen)), ", ") + " computed as documented; no recorded results of Kusto confirm it (docs/kql/differences.md)"}
}

// counterColumns are the sums that several captures of an exchange repeat.
var counterColumns = map[string]bool{
	"BytesSrcToDest": true, "BytesDestToSrc": true, "PacketsSrcToDest": true, "PacketsDestToSrc": true,
}

// summed finds, in a plan that aggregates counters of NTANetAnalytics, the scan
// and the filters straight above it. Plans that already choose the primary
// capture do not count.
func summed(root plan.Node) (scan *plan.Scan, filters []plan.Node, ok bool) {
	aggregates, primary := false, false
	plan.Walk(root, func(n plan.Node) {
		switch n := n.(type) {
		case *plan.Aggregate:
			for _, a := range n.Aggs {
				if a.Func == "sum" || a.Func == "sumif" || a.Func == "avg" {
					aggregates = true
				}
			}
		case *plan.Scan:
			if n.Table == "NTANetAnalytics" && scan == nil {
				scan = n
			}
		}
	})
	if scan == nil || !aggregates {
		return nil, nil, false
	}
	names := map[plan.ColumnID]string{}
	plan.Walk(root, func(n plan.Node) {
		for _, col := range n.Columns() {
			names[col.ID] = col.Name
		}
	})
	counters := false
	plan.Walk(root, func(n plan.Node) {
		if p, isProject := n.(*plan.Project); isProject {
			for _, in := range p.Inputs() {
				if in == plan.Node(scan) {
					return // the table's own expressions
				}
			}
		}
		plan.EachExpr(n, func(e plan.Expr) {
			plan.WalkExpr(e, func(e plan.Expr) bool {
				if r, isRef := e.(*plan.Ref); isRef {
					counters = counters || counterColumns[names[r.Column]]
					primary = primary || names[r.Column] == "IsPrimaryCapture"
				}
				return true
			})
		})
	})
	if !counters || primary {
		return nil, nil, false
	}
	return scan, above(root, scan), true
}

// above returns the filters between root and scan that stand next to the scan,
// but for the projection that makes the table's own columns.
func above(root plan.Node, scan *plan.Scan) []plan.Node {
	var path []plan.Node
	var find func(n plan.Node) bool
	find = func(n plan.Node) bool {
		if n == plan.Node(scan) {
			return true
		}
		for _, in := range n.Inputs() {
			if find(in) {
				path = append(path, n)
				return true
			}
		}
		return false
	}
	find(root)
	var keep []plan.Node
	for _, n := range path {
		switch n.(type) {
		case *plan.Filter, *plan.Project:
			keep = append(keep, n)
		default:
			return keep
		}
	}
	return keep
}

// counted runs the same filters once more and sums what the notes tell.
func (s *Session) counted(ctx context.Context, c *Compiled, scan *plan.Scan, filters []plan.Node) ([]string, error) {
	input := plan.Node(scan)
	if len(filters) > 0 {
		input = filters[len(filters)-1]
	}
	col := func(name string) (plan.Expr, bool) {
		for _, x := range input.Columns() {
			if x.Name == name {
				return &plan.Ref{Column: x.ID, T: x.Type}, true
			}
		}
		return nil, false
	}
	there, ok1 := col("BytesSrcToDest")
	back, ok2 := col("BytesDestToSrc")
	primary, ok3 := col("IsPrimaryCapture")
	unknown, ok4 := col("FlowsWithoutCounters")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, nil // the query projected them away before it filtered
	}
	next := plan.ColumnID(1)
	plan.Walk(input, func(n plan.Node) {
		for _, x := range n.Columns() {
			next = max(next, x.ID+1)
		}
	})
	bytes := &plan.Call{Func: "+", T: types.Long, Args: []plan.Expr{there, back}}
	agg := func(name, f string, t types.Type, args ...plan.Expr) plan.AggItem {
		next++
		return plan.AggItem{Cols: []plan.Column{{ID: next, Name: name, Type: t}}, Func: f, Args: args}
	}
	p := &plan.Plan{Now: c.Plan.Now, Options: c.Plan.Options, Results: []plan.Result{{Root: &plan.Aggregate{Input: input, Aggs: []plan.AggItem{
		agg("all", "sum", types.Long, bytes),
		agg("once", "sumif", types.Long, bytes, primary),
		agg("unknown", "sum", types.Long, unknown),
	}}}}}
	st, err := s.compile(p, nil)
	if err != nil {
		return nil, err
	}
	var all, once, none int64
	err = s.Run(ctx, &Compiled{Plan: p, Statement: st}, 0, func(cols []*types.Vector, n int) error {
		if n > 0 {
			all, _ = cols[0].Value(0).(int64)
			once, _ = cols[1].Value(0).(int64)
			none, _ = cols[2].Value(0).(int64)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var notes []string
	if all > once {
		notes = append(notes, fmt.Sprintf("%s of %s bytes were captured at more than one end; `| where IsPrimaryCapture` counts each byte once", group(all-once), group(all)))
	}
	if none > 0 {
		notes = append(notes, fmt.Sprintf("bytes unknown for %s flows, whose logs carry no counters", group(none)))
	}
	return notes, nil
}

func group(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
