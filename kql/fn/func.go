// Package fn is the list of KQL's scalar functions, operators and aggregation
// functions: what each accepts, returns and means, and the code that computes it.
//
// Operators are functions too. Their names are the operators as written: "+",
// "==", "has", "!in~", "between", "and"; "neg" is the unary minus, "_member" and
// "_index" reach into dynamic values, and "_column" takes one column of a
// function that returns several. How a function is written in SQL is the business
// of package sqlgen, by the function's name.
package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// Kind says which arguments a parameter accepts.
type Kind uint8

// The kinds of parameters. The common kinds bind several parameters of a
// signature to one type.
const (
	Exact                 Kind = iota // one of Param.Types, or what widens to it
	Scalar                            // any scalar
	Integer                           // int, long
	Number                            // int, long, real, decimal
	NumberOrBool                      // a number or a bool
	Summable                          // a number, datetime or timespan
	Orderable                         // all but dynamic (and, for min and max, not bool)
	NotDynamic                        // all but dynamic
	NotRealOrBool                     // all but real and bool
	StringOrDynamic                   // string, dynamic
	StringOrArray                     // string, dynamic
	IntegerOrArray                    // int, long, dynamic
	Array                             // dynamic that holds an array
	Bag                               // dynamic that holds a property bag
	CommonScalar                      // any scalar, the same for all such parameters
	CommonScalarOrDynamic             // as CommonScalar, or dynamic
	CommonNumber                      // a number; all such parameters widen to one type
	CommonSummable                    // as Summable, one type for all
	CommonOrderable                   // as Orderable, one type for all
	TypeLiteral                       // typeof(t)
	Any                               // anything at all
	Tabular                           // a table
)

// Unbounded as Param.Max says that a parameter repeats without limit.
const Unbounded = 32767

// A Param is one parameter of a signature.
type Param struct {
	Name  string
	Kind  Kind
	Types []types.Type // of Exact
	// Min and Max say how often the parameter occurs; optional ones have Min 0.
	// Neighbours with Max > 1 repeat together, as case's predicate and result do.
	Min, Max int
	// Const: the argument must be known before the first row.
	Const bool
	// Literal: the argument must be written as a literal.
	Literal bool
	// Values lists the accepted constants, if they are few.
	Values []string
}

// Rule says how the type of a result follows from the arguments.
type Rule uint8

// The rules for result types.
const (
	Fixed            Rule = iota // Return.Type
	FirstArg                     // the type of argument 0
	SecondArg                    // the type of argument 1
	FirstArgPromoted             // of argument 0, int becoming long
	Common                       // of the common parameters
	CommonNonDynamic             // of the common parameters; a type that is not dynamic wins
	Widest                       // the widest of the numbers: int < long < real < decimal
	WidestLong                   // as Widest, at least long
	TypeArg                      // the type that a TypeLiteral names
	Columns                      // several columns: Func.Columns, or for sorts, arg_max and take_any as many as arguments
	PercentileType               // of argument 0, int becoming long and decimal real
	TimeDiff                     // of datetime_diff: long, and real for weeks (emulator)
)

// A Return is the result type of a signature.
type Return struct {
	Rule Rule
	Type types.Type // of Fixed
}

// A Sig is one signature.
type Sig struct {
	Params []Param
	Ret    Return
}

// MinArgs returns the least number of arguments.
func (s *Sig) MinArgs() int {
	n := 0
	for _, p := range s.Params {
		n += p.Min
	}
	return n
}

// MaxArgs returns the greatest number of arguments.
func (s *Sig) MaxArgs() int {
	n := 0
	for _, p := range s.Params {
		n += p.Max
	}
	return min(n, Unbounded)
}

// Naming says how a column gets its name from the call that computes it.
type Naming uint8

// The naming rules. kql.md §5 (15) and Microsoft's catalogue.
const (
	NoName            Naming = iota // Column1, print_0, ...
	FirstArgName                    // as the first argument, if that has a name
	OnlyArgName                     // as FirstArgName, for calls of one argument
	FirstArgValue                   // the value of the first argument, if it names a column
	NameAndFirstArg                 // strlen_x
	PrefixAndFirstArg               // sum_x, or sum_ where the argument has no name
	PrefixOnly                      // Func.Prefix
	PercentileName                  // percentile_x_95
	ExtremeName                     // arg_max: the name of each argument
	TakeAnyName                     // take_any: the name of each argument
)

// A Column is one column of a result that has several.
type Column struct {
	Name string
	Type types.Type
}

// An Example is an expression and the KQL literal that it equals.
type Example struct{ Expr, Result string }

// A Func is a scalar function or an operator.
type Func struct {
	Name string
	// Operator: Name is an operator or a part of the plan, not to be called by name.
	Operator bool
	Doc      string // one sentence
	Sigs     []Sig
	Naming   Naming
	Prefix   string // of PrefixAndFirstArg and PrefixOnly
	Obsolete string // what to use instead
	Hidden   bool   // not offered, not listed
	Examples []Example
	// Kernel computes the function; nil for those that the binder replaces or
	// that need more than their row (see Window and Context).
	Kernel Kernel
	// Columns are the result's columns where the rule is Columns. Assigned to
	// one name, the first column alone is kept (emulator).
	Columns []Column
	// Check looks at the arguments that are constant (nil: not constant) and
	// returns what is wrong with them.
	Check func(args []*types.Vector) error
	// Window: the value depends on neighbouring rows, which must be serialized.
	Window bool
	// Context: the binder answers it (column_ifexists, ingestion_time, ...).
	Context bool
	// Volatile: a call with constant arguments is not a constant.
	Volatile bool
	// Unverified: the documented algorithm, with no recorded results to compare.
	Unverified bool
}

// An Aggregate is an aggregation function.
type Aggregate struct {
	Name     string
	Doc      string
	Sigs     []Sig
	Naming   Naming
	Prefix   string
	Obsolete string
	Hidden   bool
	Examples []AggregateExample
	// New returns the state of one group. args holds the constant arguments
	// (nil: not constant), types the type of every argument.
	New func(args []*types.Vector, types []types.Type) State
	// Unverified: the documented algorithm, with no recorded results to compare.
	Unverified bool
}

// An AggregateExample is a call over datatable(x:long, s:string) rows.
type AggregateExample struct{ Input, Call, Result string }

// A State accumulates one group. It is not safe for concurrent use.
type State interface {
	// Add takes row i of the arguments.
	Add(args []*types.Vector, i int) error
	// Result returns the value, or for arg_max, percentiles and the like one
	// value per result column.
	Result() []types.Value
}
