// Package plan is a bound query: relational nodes over columns that are ids,
// with typed expressions. It is what engines and the interpreter run.
//
// Names live only in Column.Name and matter only at the root; inside a plan a
// column is its [ColumnID], unique over the whole plan. A let or view that is
// used twice is bound twice, with fresh ids.
package plan

import "github.com/azflow/azflow/kql/types"

// ColumnID identifies a column within one plan. Zero is no column.
type ColumnID int

// Column is a column that a node gives.
type Column struct {
	ID   ColumnID
	Name string
	Type types.Type
}

// Plan is a bound query text: one result for each tabular statement (fork and
// facet give more).
type Plan struct {
	Results []Result
	// Now is the pinned value of now() for the whole query.
	Now types.Instant
	// Options are the `set` statements, lower-case names.
	Options map[string]types.Value
}

// Result is one result table of a query.
type Result struct {
	Name   string // "" unless the query names it
	Root   Node
	Render *Render // nil unless the query ends in render
}

// Render is what a render operator asked for. It changes no row.
type Render struct {
	Chart string // timechart, columnchart, …
	// Properties are the with(…) properties, names in lower case; lists are []types.Value.
	Properties map[string]types.Value
}

// Node is a relational node.
type Node interface {
	// Columns are the columns that the node gives, in order.
	Columns() []Column
	// Inputs are the nodes it reads.
	Inputs() []Node
}

// Assign gives Expr a column. In a Project, a column whose Expr is a reference
// to itself passes through unchanged.
type Assign struct {
	Column Column
	Expr   Expr
}

type (
	// Scan reads a table of the catalogue. Column.Name is the catalogue's name of
	// the column, and Cols may leave out columns that the plan does not use.
	Scan struct {
		Table string
		Cols  []Column
		// From and To bound the rows by the table's time column, [From, To); zero is
		// open. Bounded rows have a time.
		From, To types.Instant
	}
	// Values holds literal rows (datatable, print, constant tables).
	Values struct {
		Cols []Column
		Rows [][]types.Value
	}
	// Sequence is range: one column from From to To, both inclusive, by Step.
	Sequence struct {
		Col            Column
		From, To, Step Expr
	}
	// Filter keeps the rows for which Cond is true (false and null drop).
	Filter struct {
		Input Node
		Cond  Expr
	}
	// Project gives exactly Items.
	Project struct {
		Input Node
		Items []Assign
	}
	// Aggregate groups by By. Without aggregates it is distinct. Grouped says that
	// a `by` was written: then no input row means no output row, else one row.
	Aggregate struct {
		Input   Node
		Grouped bool
		By      []Assign
		Aggs    []AggItem
	}
	// Join joins two inputs. The output is the left columns, then the right
	// columns (semi and anti: one side's), with the names Names.
	Join struct {
		Kind        JoinKind
		Left, Right Node
		On          []JoinKey // equalities; null matches null
		Where       Expr      // residual condition over both sides, or nil
		Names       []string
	}
	// Union appends its inputs. Map[i][j] is the column of input i for output
	// column j; zero gives null ('' for strings).
	Union struct {
		Ins  []Node
		Cols []Column
		Map  [][]ColumnID
	}
	// Sort orders rows; ties keep no order.
	Sort struct {
		Input Node
		Keys  []SortKey
	}
	// Limit keeps N rows: the first of a Sort, else any.
	Limit struct {
		Input Node
		N     Expr // constant
	}
	// Sample keeps N rows at random.
	Sample struct {
		Input Node
		N     Expr
	}
	// Window adds columns computed over the order of its (serialized) input: prev,
	// next, row_number, row_cumsum, row_rank_min, row_rank_dense, row_window_session.
	Window struct {
		Input Node
		Items []WindowItem
	}
	// Unnest is mv-expand: each row as many times as its longest item has elements.
	Unnest struct {
		Input Node
		Spec  UnnestSpec
		Cols  []Column // output in order: input columns with items in their places
	}
	// Apply runs Sub once for each group of input rows and appends the results.
	// Sub reads the group through Rows. For mv-apply a group is what one row
	// expands to by Unnest, for partition the rows of one value of By. Rows gives
	// the input's columns under their own ids, and the items of Unnest under
	// theirs in place of the columns that they replace; so a column of Sub may be
	// an input column that passes through, and then stands in Cols once.
	Apply struct {
		Input  Node
		Unnest *UnnestSpec // mv-apply
		By     Expr        // partition
		Rows   *Leaf
		Sub    Node
		// Keep are the input columns that each row of Sub gets (mv-apply); Cols the
		// output in order.
		Keep []Column
		Cols []Column
	}
	// MakeSeries is make-series: one row a group, arrays over a regular axis.
	MakeSeries struct {
		Input          Node
		By             []Assign
		Aggs           []SeriesItem
		On             Expr
		Axis           Column
		From, To, Step Expr // From and To nil: from the data
		NonEmpty       bool // kind=nonempty
	}
	// Parse adds columns cut out of X by a pattern (parse, parse-where).
	Parse struct {
		Input Node
		X     Expr
		Kind  string // simple, regex, relaxed
		Flags string
		Parts []ParsePart
		Where bool // drop rows that do not match
		Cols  []Column
	}
	// ParseKV is parse-kv.
	ParseKV struct {
		Input Node
		X     Expr
		Keys  []Assign // Column of the output, Expr a constant: the key's text
		With  map[string]types.Value
		Cols  []Column
	}
	// TopNested is top-nested.
	TopNested struct {
		Input  Node
		Levels []TopNestedLevel
	}
	// ScanSteps is the scan operator: a state machine over ordered rows.
	ScanSteps struct {
		Input     Node
		Order     []SortKey
		Partition []Expr
		Declare   []Assign // state columns with their defaults
		MatchID   *Column
		Steps     []ScanStep
		Cols      []Column
	}
	// Plugin is `evaluate name(…)`. Open says that the output columns are known
	// only from the data (bag_unpack, pivot without a schema); Cols then holds
	// those that are certain.
	Plugin struct {
		Name  string
		Input Node // nil for none
		Args  []PluginArg
		Open  bool
		Cols  []Column
	}
	// Shared is computed once and read by every SharedRef to it (materialize, as,
	// lets used more than once).
	Shared struct {
		Name  string
		Input Node
	}
	// SharedRef reads a Shared under fresh ids: Cols[i] is Of.Input.Columns()[i].
	SharedRef struct {
		Of   *Shared
		Cols []Column
	}
	// Leaf stands for rows given from outside the node: a group of Apply, or the
	// rows that an engine returned for part Index of a statement.
	Leaf struct {
		Index int
		Cols  []Column
	}
	// Foreign stands for rows that only another place has: another database, a
	// server that a plugin would ask. A query with it can be planned, so that it
	// is checked, but not run.
	Foreign struct {
		What string // as in "the plugin python"
		Cols []Column
	}
	// External is externaldata: rows fetched from URIs when the host is allowed.
	External struct {
		URIs   []string
		Format string
		Props  map[string]types.Value
		Cols   []Column
	}
)

// AggItem is one aggregate; arg_max, percentiles and the like give several
// columns.
type AggItem struct {
	Cols []Column
	Func string
	Args []Expr
}

// SeriesItem is one aggregate of make-series; Default fills empty bins.
type SeriesItem struct {
	Col     Column // dynamic
	Func    string
	Args    []Expr
	Default Expr // nil: the aggregate's own (0 or null)
}

// WindowItem is one window function.
type WindowItem struct {
	Column Column
	Func   string
	Args   []Expr
}

// UnnestSpec is what mv-expand and mv-apply expand.
type UnnestSpec struct {
	Items     []Assign // Column.Type is the type after `to typeof`, else dynamic
	BagArray  bool     // bagexpansion=array: [key, value] instead of {key: value}
	ItemIndex *Column
	Limit     Expr // nil for none
}

// ParsePart is a literal text, a star, or a capture.
type ParsePart struct {
	Text    string
	IsText  bool
	Star    bool
	Capture *Column
}

// TopNestedLevel is one level of top-nested.
type TopNestedLevel struct {
	N      Expr // nil for all
	Of     Assign
	Others Expr // nil for none
	Agg    AggItem
	Asc    bool
}

// ScanStep is one step of scan. References to `step.column` are the function
// "_step" with the step's and the column's name. Assign sets state columns, or
// columns of the input in the row that is given.
type ScanStep struct {
	Name     string
	Optional bool
	Output   string // all, last, none
	Cond     Expr
	Assign   []Assign
}

// PluginArg is an argument of a plugin: an expression, or a tabular one.
type PluginArg struct {
	Name  string // "" unless given by name
	Expr  Expr
	Table Node
}

// JoinKey is one equality of a join.
type JoinKey struct{ Left, Right Expr }

// SortKey is one key of an order.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// JoinKind is a kind of join.
type JoinKind uint8

// The kinds of join. InnerUnique keeps one left row a key.
const (
	InnerUnique JoinKind = iota
	Inner
	LeftOuter
	RightOuter
	FullOuter
	LeftSemi
	RightSemi
	LeftAnti
	RightAnti
)

var joinKinds = [...]string{"innerunique", "inner", "leftouter", "rightouter", "fullouter", "leftsemi", "rightsemi", "leftanti", "rightanti"}

// String returns Kusto's word for k.
func (k JoinKind) String() string { return joinKinds[k] }
