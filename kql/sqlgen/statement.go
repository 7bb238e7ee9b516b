// Package sqlgen writes plans as SQL: as much of a plan as an engine can
// express exactly becomes parts, the rest a tail for the interpreter.
package sqlgen

import (
	"strings"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A Statement is a plan cut into what an engine runs and what the interpreter
// kql/eval finishes. It is never changed once made, so it can be run often and
// by several goroutines.
type Statement struct {
	Dialect string // the name of the dialect that the parts are written in
	Parts   []Part
	Results []Result // one for each result of the plan, in its order
	Now     types.Instant
	Options map[string]types.Value // the query's `set` statements
}

// A Result says where the rows of one result come from.
type Result struct {
	Name    string // "" unless the query names it
	Columns []plan.Column
	Render  *plan.Render // nil unless the query ends in render
	// Part is the index of the part whose rows are the result; -1 if Tail makes them.
	Part int
	// Tail is what the engine could not express; a Leaf in it reads part
	// Leaf.Index. nil if Part is the whole answer.
	Tail plan.Node
	// Why says what made the first cut, for explain; "" without a tail.
	Why string
}

// A Part is one SQL query, complete but for the relations that it scans.
type Part struct {
	SQL string
	// Exact is for where SQL fails with an overflow, before its first row: the same
	// query with arithmetic that wraps around, as Kusto's does. "" if SQL cannot.
	Exact   string
	Columns []Column
	Scans   []Scan
	Calls   []Call
}

// Over returns the part's SQL with the relations that it scans defined before
// it: one text "name AS (…)" each.
func (p *Part) Over(relations []string) string {
	if len(relations) == 0 {
		return p.SQL
	}
	with := "WITH " + strings.Join(relations, ",\n")
	if rest, ok := strings.CutPrefix(p.SQL, "WITH "); ok { // the printer writes nothing before it
		return with + ", " + rest
	}
	return with + "\n" + p.SQL
}

// A Column is one column of a part's rows.
type Column struct {
	plan.Column
	Form physical.Form
}

// A Scan is a table that a part reads. The engine provides a relation called
// Name that has each of Columns under its Alias.
type Scan struct {
	Name    string // scan_0, scan_1, …
	Table   string // the catalogue's name
	Columns []ScanColumn
	// From and To bound the rows by the table's time column, [From, To); zero is
	// open. The query does not ask again: the engine gives no row outside.
	From, To types.Instant
}

// A ScanColumn is a column that a scan reads.
type ScanColumn struct {
	Name  string // the catalogue's name
	Alias string // c17
	Type  types.Type
	Form  physical.Form
}

// A Call is a function of kql/fn that a part calls under the name Name: the
// engine has to offer the function's kernel for these argument types.
type Call struct {
	Name string // a function of these types has this name in every statement
	Func string // as kql/fn has it
	Args []types.Type
	// Const says which arguments are the same for every row.
	Const []bool
	Ret   types.Type
}
