package sqlgen

import (
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// A Dialect is the SQL of one engine: its syntax, and which of KQL's functions
// it has an exact form for. A Dialect is never changed.
type Dialect interface {
	// Name is the engine's name: duckdb, clickhouse.
	Name() string
	// Syntax is how the engine writes SQL.
	Syntax() *sqlast.Syntax
	// Kernels reports whether the engine can call the kernels of kql/fn: then a
	// function without a form of its own becomes a Call.
	Kernels() bool
	// Function returns the exact form of a scalar function, with the form of its
	// value; false if there is none for these arguments.
	Function(name string, args []Arg, ret types.Type) (sqlast.Expr, bool)
	// Checked returns a form of a scalar function that is exact, but fails where
	// its value overflows; false if there is none, or none faster than Function's.
	Checked(name string, args []Arg, ret types.Type) (sqlast.Expr, bool)
	// Implied returns a condition that holds wherever a test of kql/fn does and
	// that the engine finds out faster; false if there is none.
	Implied(name string, args []Arg) (sqlast.Expr, bool)
	// Aggregate returns the exact forms of an aggregate's columns; false if there
	// are none for these arguments.
	Aggregate(a Aggregation) ([]sqlast.Expr, bool)
	// IEEE reports whether NaN compares as in IEEE 754: equal to nothing.
	IEEE() bool
	// Groups returns whether a text matches a regular expression, and a row value
	// of the given groups of the match, '' where there is none; false if the
	// engine has no such thing.
	Groups(text sqlast.Expr, pattern string, groups []int) (matched, row sqlast.Expr, ok bool)
	// Random is the engine's function for a random number.
	Random() string
	// TicksOf converts a timestamp to ticks.
	TicksOf(stamp sqlast.Expr) sqlast.Expr
}

// An Arg is an argument written in SQL.
type Arg struct {
	X    sqlast.Expr
	Type types.Type
	Form physical.Form
	// Const and Value are set for an argument that is known.
	Const bool
	Value types.Value
}

// An Aggregation is the call of an aggregate function.
type Aggregation struct {
	Func  string
	Args  []Arg
	Order []sqlast.Order // of the input; nil for none
	Cols  []types.Type   // of the results
	// JSON writes an argument's value as an element of a dynamic array.
	JSON func(Arg) (sqlast.Expr, bool)
	// Once has an aggregate computed once and returns it for use in several
	// results, each of which may then hold no other aggregate.
	Once func(sqlast.Expr) sqlast.Expr
}
