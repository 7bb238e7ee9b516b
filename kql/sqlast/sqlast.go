// Package sqlast is SQL as a tree, and the printer that writes the tree in an
// engine's syntax. Nothing else in the compiler makes SQL text.
package sqlast

// Type is a column type that the engines share.
type Type uint8

// The types.
const (
	Boolean Type = iota
	Integer      // 32 bits
	BigInt       // 64 bits
	HugeInt      // 128 bits
	Double
	Varchar   // never NULL
	Text      // may be NULL
	Timestamp // microseconds, UTC
)

// Expr is a scalar expression.
type Expr interface{ expr() }

type (
	// Column is a column of the FROM clause; Of is the alias of its relation, ""
	// where the name is unique.
	Column struct{ Of, Name string }
	// Null is NULL.
	Null struct{}
	// Bool is TRUE or FALSE.
	Bool bool
	// Int is a 64-bit integer.
	Int int64
	// Real is a double; NaN and infinities too.
	Real float64
	// String is a text; any bytes.
	String string
	// Stamp is a timestamp in microseconds since 1970-01-01 UTC.
	Stamp int64
	// Func calls an engine's function.
	Func struct {
		Name string
		Args []Expr
	}
	// Infix is L Op R.
	Infix struct {
		Op   string // one of the operators the printer knows
		L, R Expr
	}
	// Not is NOT X.
	Not struct{ X Expr }
	// IsNull is X IS NULL, or X IS NOT NULL.
	IsNull struct {
		X   Expr
		Not bool
	}
	// Cast is CAST(X AS Type).
	Cast struct {
		X    Expr
		Type Type
	}
	// Case is CASE WHEN … THEN … ELSE … END; Else may be nil.
	Case struct {
		Whens []When
		Else  Expr
	}
	// InList is X IN (…).
	InList struct {
		X    Expr
		List []Expr
	}
	// InQuery is X IN (SELECT …).
	InQuery struct {
		X     Expr
		Query Query
	}
	// Scalar is a query of one column and at most one row, as a value.
	Scalar struct{ Query Query }
	// Aggregate calls an aggregate function. OrderBy orders its input.
	Aggregate struct {
		Name     string
		Args     []Expr
		Distinct bool
		OrderBy  []Order
		Filter   Expr // or nil
	}
	// Over is a window function.
	Over struct {
		Func        Expr // a Func or an Aggregate
		PartitionBy []Expr
		OrderBy     []Order
		Running     bool // ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
	}
	// Slice is the elements From to To of a list, 1-based and inclusive; To nil is
	// the end. Element is one of them.
	Slice struct{ List, From, To Expr }
	// Element is List[At], 1-based; NULL outside.
	Element struct{ List, At Expr }
	// Struct is a row value with fields named F0, F1, …
	Struct struct{ Fields []Expr }
	// Checked is Exact in a form that the engine computes faster, but fails at,
	// where the value overflows.
	Checked struct{ Fast, Exact Expr }
	// Field is field N of a Struct.
	Field struct {
		Of Expr
		N  int
	}
)

// When is one branch of a Case.
type When struct{ If, Then Expr }

// Order is one key of an ORDER BY.
type Order struct {
	By         Expr
	Desc       bool
	NullsFirst bool
}

func (Column) expr()    {}
func (Null) expr()      {}
func (Bool) expr()      {}
func (Int) expr()       {}
func (Real) expr()      {}
func (String) expr()    {}
func (Stamp) expr()     {}
func (Func) expr()      {}
func (Infix) expr()     {}
func (Not) expr()       {}
func (IsNull) expr()    {}
func (Cast) expr()      {}
func (Case) expr()      {}
func (InList) expr()    {}
func (InQuery) expr()   {}
func (Scalar) expr()    {}
func (Aggregate) expr() {}
func (Over) expr()      {}
func (Slice) expr()     {}
func (Element) expr()   {}
func (Struct) expr()    {}
func (Field) expr()     {}
func (Checked) expr()   {}

// Query is a query expression.
type Query interface{ query() }

type (
	// Select is a SELECT.
	Select struct {
		With  []CTE
		Items []Item
		From  From // nil: one row without columns
		Where []Expr
		// Group says that the rows are aggregated, by the expressions of the first
		// By items.
		Group bool
		By    int
		// DistinctOn keeps the first row, by OrderBy, of each value of these.
		DistinctOn []Expr
		OrderBy    []Order
		Limit      Expr // or nil
	}
	// UnionAll is the rows of all its queries, matched by position.
	UnionAll struct{ Queries []Query }
	// Rows are literal rows: the columns are named Names. There is at least one row.
	Rows struct {
		Names []string
		Types []Type
		Rows  [][]Expr
	}
)

func (*Select) query()   {}
func (*UnionAll) query() {}
func (*Rows) query()     {}

// Item is one output column.
type Item struct {
	X    Expr
	Name string
}

// CTE is a named query that is computed once.
type CTE struct {
	Name  string
	Query Query
}

// From is what a SELECT reads.
type From interface{ from() }

type (
	// Table is a relation by its name.
	Table struct{ Name string }
	// Sub is a query in the place of a relation.
	Sub struct {
		Query Query
		Alias string
	}
	// Join joins two relations; Kind is INNER, LEFT, RIGHT, FULL, SEMI or ANTI.
	Join struct {
		Kind        string
		Left, Right From
		On          Expr
	}
	// Series is a relation of one column Name with the integers 0 to N-1.
	Series struct {
		N     int64
		Name  string
		Alias string
	}
)

func (Table) from()  {}
func (Sub) from()    {}
func (Join) from()   {}
func (Series) from() {}

// And joins conditions; no condition is TRUE.
func And(xs ...Expr) Expr { return chain("AND", Bool(true), xs) }

// Or joins alternatives; no alternative is FALSE.
func Or(xs ...Expr) Expr { return chain("OR", Bool(false), xs) }

func chain(op string, none Expr, xs []Expr) Expr {
	if len(xs) == 0 {
		return none
	}
	e := xs[0]
	for _, x := range xs[1:] {
		e = Infix{op, e, x}
	}
	return e
}

// Call is a Func with its arguments.
func Call(name string, args ...Expr) Expr { return Func{Name: name, Args: args} }
