package ast

import "github.com/azflow/azflow/kql/types"

// Operator is a tabular operator: what stands between two pipes. Keyword is
// the one written (`limit` and `take` are the same node). Properties such as
// hint.* and kind= stand in Params in the order written; the fields that follow
// from them are not repeated.
type Operator interface {
	Node
	// Head returns what all operators have in common.
	Head() *Op
}

// Op is what all operators have in common; operators embed it.
type Op struct {
	Pos
	Keyword Name
	Params  []Property
}

// Head returns o.
func (o *Op) Head() *Op { return o }

type (
	// Where is `where p` or `filter p`.
	Where struct {
		Op
		Cond Expr
	}
	// Project is project, with Named or plain items.
	Project struct {
		Op
		Items []Expr
	}
	// ProjectAway is project-away: Ident and Wildcard items.
	ProjectAway struct {
		Op
		Items []Expr
	}
	// ProjectKeep is project-keep.
	ProjectKeep struct {
		Op
		Items []Expr
	}
	// ProjectRename is project-rename: Named items.
	ProjectRename struct {
		Op
		Items []Expr
	}
	// ProjectReorder is project-reorder.
	ProjectReorder struct {
		Op
		Items []ReorderItem
	}
	// ProjectByNames is project-by-names.
	ProjectByNames struct {
		Op
		Items []Expr
	}
	// Extend is extend.
	Extend struct {
		Op
		Items []Expr
	}
	// Summarize is summarize; ByClause says whether `by` was written.
	Summarize struct {
		Op
		Aggregates []Expr
		ByClause   bool
		By         []Expr
		Bin        *Named // of the old form `by x bin = 5m`; nil for none
	}
	// Distinct is distinct; `*` is a Star.
	Distinct struct {
		Op
		Items []Expr
	}
	// Count is count; As is nil unless `as name` was written.
	Count struct {
		Op
		As *Name
	}
	// Take is take or limit.
	Take struct {
		Op
		N Expr
	}
	// Sample is sample.
	Sample struct {
		Op
		N Expr
	}
	// SampleDistinct is `sample-distinct n of x`.
	SampleDistinct struct {
		Op
		N  Expr
		Of Expr
	}
	// Sort is `sort by` or `order by`.
	Sort struct {
		Op
		Keys []SortKey
	}
	// Top is `top n by keys`.
	Top struct {
		Op
		N    Expr
		Keys []SortKey
	}
	// TopHitters is `top-hitters n of x by y`; By may be nil.
	TopHitters struct {
		Op
		N, Of, By Expr
	}
	// TopNested is top-nested with its levels.
	TopNested struct {
		Op
		Levels []TopNestedLevel
	}
	// Join is join.
	Join struct {
		Op
		Right Expr
		On    []Expr // plain names, $left.a == $right.b, or any comparison; nil with Where
		Where Expr   // `join … where cond`; nil otherwise
	}
	// Lookup is lookup.
	Lookup struct {
		Op
		Right Expr
		On    []Expr
	}
	// Union is union, as source or operator; tables may be Wildcards.
	Union struct {
		Op
		Tables []Expr
	}
	// MvExpand is mv-expand or mvexpand. with_itemindex stands in ItemIndex, not
	// in Params.
	MvExpand struct {
		Op
		Items     []MvItem
		ItemIndex *Name // with_itemindex=
		Limit     Expr
	}
	// MvApply is mv-apply. with_itemindex stands in ItemIndex, not in Params.
	MvApply struct {
		Op
		Items     []MvItem
		ItemIndex *Name
		Limit     Expr
		ContextID Expr
		On        *Pipeline
	}
	// Parse is parse or parse-where: X with the pattern parts.
	Parse struct {
		Op
		WhereForm bool
		X         Expr
		Parts     []ParsePart
	}
	// ParseKV is parse-kv.
	ParseKV struct {
		Op
		X       Expr
		Columns []ColumnDecl
		With    []Property
	}
	// MakeSeries is make-series.
	MakeSeries struct {
		Op
		Aggregates         []SeriesAggregate
		On                 Expr
		From, To, Step, In Expr // In is the older `in range(…)` form
		By                 []Expr
	}
	// Range is `range x from a to b step c`.
	Range struct {
		Op
		Name           Name
		From, To, Step Expr
	}
	// Print is print.
	Print struct {
		Op
		Items []Expr
	}
	// As is as.
	As struct {
		Op
		Name Name
	}
	// Serialize is serialize.
	Serialize struct {
		Op
		Items []Expr
	}
	// Search is `search [in (tables)] predicate`. A datascope stands in Params.
	Search struct {
		Op
		In   []Expr
		Cond Expr
	}
	// Find is `find [in (tables)] where p [project …|project-smart]`. An item of
	// project is an Ident, a Star, a Typed column or a call of pack.
	Find struct {
		Op
		In           []Expr
		Where        bool // whether `where` was written
		Cond         Expr
		ProjectItems []Expr
		ProjectSmart bool
		ProjectAway  []Expr
	}
	// Evaluate is `evaluate plugin(args) [: (schema)]`.
	Evaluate struct {
		Op
		Call      *Call
		HasSchema bool         // whether a schema was written
		Schema    []ColumnDecl // without the star
		Star      bool         // schema began with *
	}
	// Invoke is invoke.
	Invoke struct {
		Op
		Call *Call
		X    Expr // a PathCall, in place of Call; nil for none
	}
	// Render is render.
	Render struct {
		Op
		Chart Name
		With  []Property
	}
	// Scan is scan.
	Scan struct {
		Op
		OrderBy     []SortKey
		PartitionBy []Expr
		Declare     []Param // nil for none
		Steps       []ScanStep
	}
	// Partition is `partition by x (subquery)` or `partition by x { query }`.
	Partition struct {
		Op
		By  Expr
		In  Expr // the scope of `partition by x in range(…)`; nil for none
		Sub *Pipeline
		// Braces says that Sub is a query of its own in { }.
		Braces bool
	}
	// Fork is fork.
	Fork struct {
		Op
		Branches []ForkBranch
	}
	// Facet is `facet by a, b [with (…)]`.
	Facet struct {
		Op
		By     []Expr
		With   *Pipeline
		Parens bool // whether With was written in parentheses
	}
	// Reduce is `reduce by x [with threshold=…, characters=…]`.
	Reduce struct {
		Op
		By   Expr
		With []Property
	}
	// GetSchema is getschema.
	GetSchema struct{ Op }
	// Consume is consume.
	Consume struct{ Op }
	// ExecuteAndCache is execute-and-cache.
	ExecuteAndCache struct{ Op }
	// AssertSchema is assert-schema.
	AssertSchema struct {
		Op
		Columns []ColumnDecl
	}
	// MacroExpand is macro-expand, kept for its diagnostics.
	MacroExpand struct {
		Op
		Text string
	}
	// MakeGraph is `make-graph source --> target`, then `with nodes on id, …` or
	// `with_node_id=name`, then `partitioned-by column (query)`.
	MakeGraph struct {
		Op
		Source, Target Expr
		Arrow          Pos  // of --> or --
		Undirected     bool // --
		Nodes          []GraphNodes
		NodeID         *Name // nil unless with_node_id was written
		PartitionBy    Expr  // nil for none
		Sub            *Pipeline
	}
	// GraphMatch is graph-match or graph-shortest-paths: Shortest says which.
	// Where and Project are nil unless they were written.
	GraphMatch struct {
		Op
		Shortest bool
		Patterns []GraphPattern
		Where    Expr
		Project  []Expr
	}
	// GraphToTable is graph-to-table.
	GraphToTable struct {
		Op
		Outputs []GraphOutput
	}
	// GraphMarkComponents is graph-mark-components.
	GraphMarkComponents struct{ Op }
	// GraphWhere is graph-where-nodes or graph-where-edges: Edges says which.
	GraphWhere struct {
		Op
		Edges bool
		Cond  Expr
	}
	// Opaque is an operator that is kept as text and refused when bound:
	// __partitionby.
	Opaque struct {
		Op
		Text string
	}
	// BadOperator is text that could not be read as an operator.
	BadOperator struct{ Op }
)

// GraphNodes is `table on column`.
type GraphNodes struct {
	Pos
	Table Expr
	On    Expr
}

// GraphPattern is a sequence of nodes joined by edges: (a)-[e]->(b).
type GraphPattern struct {
	Pos
	Elements []GraphElement
}

// GraphElement is a node (a) or an edge -[e]-> of a pattern.
type GraphElement struct {
	Pos
	Edge bool
	Name *Name // nil for one without a name
	// Of an edge: whether it points to the left or to the right, and the bounds of
	// its length, nil for a single edge.
	Left, Right bool
	Min, Max    Expr
}

// GraphOutput is one table of graph-to-table: `nodes as name with_node_id=id`.
type GraphOutput struct {
	Pos
	Keyword Name // nodes or edges
	As      *Name
	Params  []Property
}

// ReorderItem is an Ident or Wildcard with the order its matches stand in: "",
// "asc", "desc", "granny-asc" or "granny-desc".
type ReorderItem struct {
	X     Expr
	Order string
}

// SortKey is one key of sort and top. Order is "", "asc" or "desc" as written,
// Nulls "", "first" or "last".
type SortKey struct {
	Pos
	X     Expr
	Order string
	Nulls string
}

// TopNestedLevel is `top-nested [n] of x [with others = e] by agg [asc|desc]`.
type TopNestedLevel struct {
	Pos
	N      Expr // nil for all
	Of     Expr // maybe Named
	Others Expr // nil for none
	By     Expr // maybe Named
	Order  string
	Nulls  string
}

// MvItem is one column of mv-expand or mv-apply.
type MvItem struct {
	Pos
	X    Expr // maybe Named
	To   types.Type
	ToAt *TypeOf // nil unless `to typeof(t)` was written
}

// ParsePart is a part of a parse pattern: a literal, `*`, or a capture.
type ParsePart struct {
	Pos
	Text    *Literal // a string literal, or nil
	Star    bool
	Capture *ColumnDecl // Type String when none was written; then TypeName is empty
}

// SeriesAggregate is `[name =] agg [default = d]`.
type SeriesAggregate struct {
	X       Expr // maybe Named
	Default Expr // nil for none
}

// ScanStep is `step name [optional] [output = all|last|none]: cond => assignments;`.
type ScanStep struct {
	Pos
	Name     Name
	Optional bool
	Output   *Name
	Cond     Expr
	Assign   []Expr // Named
}

// ForkBranch is `[name =] (subquery)`.
type ForkBranch struct {
	Name *Name
	Sub  *Pipeline
}
