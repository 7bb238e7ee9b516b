package plugin

import (
	"slices"

	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/types"
)

// activityPlugins count what comes and goes over time.
func activityPlugins() []Plugin {
	id := Param{Name: "IdColumn", Kind: Column, Min: 1}
	timeline := Param{Name: "TimelineColumn", Kind: Column, Min: 1}
	constant := func(name string) Param { return Param{Name: name, Kind: Constant, Min: 1} }
	dimensions := Param{Name: "Dimension", Kind: Column, Max: many}
	over := func(names ...string) func(*call) ([]bind.Column, bool) {
		return func(c *call) ([]bind.Column, bool) {
			cols := c.fresh(append(c.referenced("TimelineColumn"), c.referenced("Dimension")...))
			for _, n := range names {
				t := types.Long
				if len(n) > 5 && (n[len(n)-5:] == "_rate" || n[len(n)-6:] == "_ratio") {
					t = types.Real
				}
				cols = append(cols, c.column(n, t))
			}
			return cols, false
		}
	}
	return []Plugin{
		{
			Name: "activity_counts_metrics", Summary: "Counts values, distinct values and new values in each time window.",
			Syntax:  "T | evaluate activity_counts_metrics(Id, Time, Start, End, Step [, Dimension, …])",
			Params:  []Param{id, timeline, constant("Start"), constant("End"), constant("Step"), dimensions},
			columns: over("count", "dcount", "new_dcount", "aggregated_dcount"),
		},
		{
			Name: "activity_metrics", Summary: "Counts distinct and new values in each time window, with retention and churn.",
			Syntax: "T | evaluate activity_metrics(Id, Time, [Start, End,] Step [, Dimension, …])",
			Params: []Param{
				id, timeline, constant("Start"), {Name: "End", Kind: Constant}, {Name: "Step", Kind: Constant}, dimensions,
			},
			columns: over("dcount_values", "dcount_newvalues", "retention_rate", "churn_rate"),
		},
		{
			Name: "active_users_count", Summary: "Counts the values that appear in so many periods of a window.",
			Syntax: "T | evaluate active_users_count(Id, Time, Start, End, LookbackWindow, Period, ActivePeriods, Step [, Dimension, …])",
			Params: []Param{
				id, timeline, constant("Start"), constant("End"), constant("LookbackWindow"), constant("Period"), constant("ActivePeriods"),
				constant("Step"), dimensions,
			},
			columns: over("dcount"),
		},
		{
			Name: "session_count", Summary: "Counts the sessions of each value over time.",
			Syntax:  "T | evaluate session_count(Id, Time, Start, End, Bin, LookBackWindow [, Dimension, …])",
			Params:  []Param{id, timeline, constant("Start"), constant("End"), constant("Bin"), constant("LookBackWindow"), dimensions},
			columns: over("count_sessions"),
		},
		{
			Name: "sliding_window_counts", Summary: "Counts values and distinct values in a window that slides over time.",
			Syntax:  "T | evaluate sliding_window_counts(Id, Time, Start, End, LookBackWindow, Step [, Dimension, …])",
			Params:  []Param{id, timeline, constant("Start"), constant("End"), constant("LookBackWindow"), constant("Step"), dimensions},
			columns: over("Count", "Dcount"),
		},
		{
			Name: "activity_engagement", Summary: "Gives the ratio of distinct values in an inner window to those in an outer one.",
			Syntax: "T | evaluate activity_engagement(Id, Time, [Start, End,] InnerWindow, OuterWindow [, Dimension, …])",
			Params: []Param{
				id, timeline, constant("Start"), constant("End"),
				{Name: "InnerActivityWindow", Kind: Constant},
				{Name: "OuterActivityWindow", Kind: Constant},
				dimensions,
			},
			columns: over("dcount_activities_inner", "dcount_activities_outer", "activity_ratio"),
		},
		{
			Name: "new_activity_metrics", Summary: "Follows cohorts of new values over time.",
			Syntax: "T | evaluate new_activity_metrics(Id, Time, Start, End, Window [, Cohort] [, Dimension, …] [, Lookback])",
			Params: []Param{
				id, timeline, constant("Start"), constant("End"), constant("Window"),
				{Name: "Cohort", Kind: Constant},
				dimensions,
				{Name: "lookback", Kind: Table},
			},
			columns: func(c *call) ([]bind.Column, bool) {
				var cols []bind.Column
				for _, t := range c.referenced("TimelineColumn") {
					cols = append(cols, c.column("from_"+t.Name, t.Type), c.column("to_"+t.Name, t.Type))
				}
				cols = append(cols, c.fresh(c.referenced("Dimension"))...)
				for _, n := range []string{"dcount_new_values", "dcount_retained_values", "dcount_churn_values"} {
					cols = append(cols, c.column(n, types.Long))
				}
				return append(cols, c.column("retention_rate", types.Real), c.column("churn_rate", types.Real)), false
			},
		},
		{
			Name: "rolling_percentile", Summary: "Gives a percentile over a window of bins.",
			Syntax: "T | evaluate rolling_percentile(Value, Percentile, Index, BinSize, BinsPerWindow [, Dimension, …])",
			Params: []Param{
				{Name: "ValueColumn", Kind: Column, Min: 1},
				constant("Percentile"),
				{Name: "IndexColumn", Kind: Column, Min: 1},
				{Name: "BinSize", Kind: Scalar, Min: 1},
				constant("BinsPerWindow"), dimensions,
			},
			columns: func(c *call) ([]bind.Column, bool) {
				cols := c.fresh(append(c.referenced("IndexColumn"), c.referenced("Dimension")...))
				name, t := "value", types.Long
				for _, v := range c.referenced("ValueColumn") {
					name, t = v.Name, v.Type
				}
				return append(cols, c.column("rolling_"+c.text("BinsPerWindow")+"_percentile_"+name+"_"+c.text("Percentile"), t)), false
			},
		},
		{
			Name: "funnel_sequence", Summary: "Counts the values that take a sequence of states.",
			Syntax: "T | evaluate funnel_sequence(Id, Time, Start, End, MaxSequenceStepWindow, Step, State, Sequence)",
			Params: []Param{
				id, timeline, constant("Start"), constant("End"), constant("MaxSequenceStepWindow"), constant("Step"),
				{Name: "StateColumn", Kind: Column, Min: 1},
				constant("Sequence"),
			},
			columns: func(c *call) ([]bind.Column, bool) {
				cols := c.fresh(c.referenced("TimelineColumn"))
				for _, s := range c.referenced("StateColumn") {
					cols = append(cols, c.column("prev", s.Type), c.column("next", s.Type))
				}
				return append(cols, c.column("dcount", types.Long), c.column("samples", types.Dynamic)), false
			},
		},
		{
			Name: "funnel_sequence_completion", Summary: "Counts how far values get in a sequence of states within given periods.",
			Syntax: "T | evaluate funnel_sequence_completion(Id, Time, Start, End, Step, State, Sequence, MaxSequencePeriods)",
			Params: []Param{
				id, timeline, constant("Start"), constant("End"), constant("BinSize"),
				{Name: "StateColumn", Kind: Column, Min: 1},
				constant("Sequence"), constant("MaxSequencePeriods"),
			},
			columns: func(c *call) ([]bind.Column, bool) {
				cols := c.fresh(c.referenced("TimelineColumn"))
				for _, s := range c.referenced("StateColumn") {
					cols = append(cols, c.column(s.Name, types.String))
				}
				return append(cols, c.column("Period", types.TimeSpan), c.column("dcount", types.Long)), false
			},
		},
		{
			Name: "sequence_detect", Summary: "Finds sequences of rows by conditions.",
			Syntax: "T | evaluate sequence_detect(Time, MaxStepWindow, MaxSpan, Name = Condition, … [, Dimension, …])",
			Params: []Param{
				timeline, constant("MaxSequenceStepWindow"), constant("MaxSequenceSpan"),
				{Name: "Expr", Kind: Condition, Min: 1, Max: many},
				dimensions,
			},
			columns: func(c *call) ([]bind.Column, bool) {
				cols := c.fresh(c.referenced("Dimension"))
				for _, t := range c.referenced("TimelineColumn") {
					for _, a := range c.get("Expr") {
						name := a.name
						if name == "" {
							name, _ = c.b.Name(a.expr)
						}
						cols = append(cols, c.column(name+"_"+t.Name, t.Type))
					}
				}
				return append(cols, c.column("Duration", types.TimeSpan)), false
			},
		},
		{
			Name: "rows_near", Summary: "Gives the rows before and after those for which a condition holds.",
			Syntax: "T | evaluate rows_near(Condition, NumRows [, NumRowsAfter])",
			Params: []Param{
				{Name: "Condition", Kind: Condition, Min: 1}, constant("NumRows"), {Name: "NumRowsAfter", Kind: Constant},
			},
			columns: func(c *call) ([]bind.Column, bool) { return slices.Clone(c.in.Columns), c.in.Open },
		},
	}
}
