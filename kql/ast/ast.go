// Package ast is a parsed query: statements, expressions and tabular
// operators, each with the span of text that it came from.
//
// Nodes hold what was written, nothing that binding finds out. Text that could
// not be read is a [Bad] node, so that the rest of the query still has a tree.
package ast

import (
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/types"
)

// Node is implemented by every node.
type Node interface {
	Span() diag.Span
}

// Pos is the span of a node; nodes embed it.
type Pos diag.Span

// Span returns the bytes of the query text that the node came from.
func (p Pos) Span() diag.Span { return diag.Span(p) }

// Query is a whole query text.
type Query struct {
	Pos
	Statements []Statement
}

// Statement is one of the statements between semicolons.
type Statement interface {
	Node
	statement()
}

type (
	// Let is `let name = value`. Value is an expression, a pipeline or a Lambda.
	Let struct {
		Pos
		Name  Name
		Value Expr
	}
	// Set is `set option` or `set option = value`; Value may be nil.
	Set struct {
		Pos
		Name  Name
		Value Expr
	}
	// DeclareParameters is `declare query_parameters(a:string = "x", …)`.
	DeclareParameters struct {
		Pos
		Params []Param
	}
	// DeclarePattern is `declare pattern name = (a:string)[b:string] { cases }`.
	// Without a definition Defined is false and nothing matches it.
	DeclarePattern struct {
		Pos
		Name    Name
		Defined bool
		Params  []Param
		HasPath bool
		Path    Param // if HasPath
		Cases   []PatternCase
	}
	// AliasDatabase is `alias database x = …`.
	AliasDatabase struct {
		Pos
		Name  Name
		Value Expr
	}
	// Restrict is `restrict access to (…)`.
	Restrict struct {
		Pos
		Entities []Expr
		With     []Property
	}
	// ExprStatement is a query: a pipeline or a lone expression.
	ExprStatement struct {
		Pos
		X Expr
	}
	// Command is a management command (`.show tables`), kept as text.
	Command struct {
		Pos
		Text string
	}
)

func (*Let) statement()               {}
func (*Set) statement()               {}
func (*DeclareParameters) statement() {}
func (*DeclarePattern) statement()    {}
func (*AliasDatabase) statement()     {}
func (*Restrict) statement()          {}
func (*ExprStatement) statement()     {}
func (*Command) statement()           {}

// PartitionColumn is `name: type = x`; X is nil for a column that only the path
// has.
type PartitionColumn struct {
	Pos
	Name     Name
	Type     types.Type
	TypeName Name
	X        Expr
}

// PatternCase is `("value", …).["path"] = { statements; body };`.
type PatternCase struct {
	Pos
	Values []Expr
	Path   Expr // nil for none
	Body   *Lambda
}

// Param is a parameter of a lambda or of a query. Either Type or Table is
// meant: a tabular parameter has IsTable and its Schema; AnyColumns is (*).
type Param struct {
	Pos
	Name       Name
	Type       types.Type
	TypeName   Name // as written
	IsTable    bool
	AnyColumns bool
	Schema     []ColumnDecl
	Default    Expr // nil for none
}

// ColumnDecl is `name: type`.
type ColumnDecl struct {
	Pos
	Name     Name
	Type     types.Type // Unknown if TypeName names no type
	TypeName Name
}

// Name is an identifier as written, quotes and brackets removed.
type Name struct {
	Pos
	Text   string
	Quoted bool // written as ['…'] or ["…"]
}

// Expr is a scalar or tabular expression.
type Expr interface {
	Node
	expr()
}

type (
	// Ident is a reference to a column, variable, table or function without arguments.
	Ident struct {
		Pos
		Name Name
	}
	// Literal is a literal of any type. Value is nil for a null literal such as
	// long(null). Text is what was written.
	Literal struct {
		Pos
		Type  types.Type
		Value types.Value
		Text  string
		// Implicit is set on a bare number: `1` is a long that fits an int or a
		// real; `long(1)` is not.
		Implicit bool
		// Hidden is set on h'…' strings, whose text must never be logged.
		Hidden bool
	}
	// Unary is `-x` or `+x`.
	Unary struct {
		Pos
		Op   string
		OpAt diag.Span
		X    Expr
	}
	// Binary is an infix operator: + - * / % == != <> < <= > >= =~ !~ and or : and
	// the string operators (has, !has, has_cs, !has_cs, hasprefix, !hasprefix,
	// hasprefix_cs, …, hassuffix…, contains…, startswith…, endswith…,
	// matches regex).
	Binary struct {
		Pos
		Op   string
		OpAt diag.Span
		X, Y Expr
	}
	// In is `x in (…)`: in, !in, in~, !in~, has_any, has_all. A sole List element
	// may be a Pipeline, a dynamic value or a let-bound table.
	In struct {
		Pos
		Op   string
		OpAt diag.Span
		X    Expr
		List []Expr
	}
	// Between is `x between (lo .. hi)`.
	Between struct {
		Pos
		Not    bool
		OpAt   diag.Span
		X      Expr
		Lo, Hi Expr
	}
	// Call is `name(args)`. toscalar, totable, materialize, view, table, database,
	// cluster and the aggregates are calls too. Params is what stands before the
	// parenthesis: `toscalar kind=nooptimization (…)`.
	Call struct {
		Pos
		Name   Name
		Params []Property
		Args   []Arg
	}
	// Path is `x.name` and `x.['name']`, also database("d").Table; in union, find
	// and search the name may have asterisks.
	Path struct {
		Pos
		X    Expr
		Name Name
	}
	// PathCall is `x.f(args)`: cluster("c").database("d").
	PathCall struct {
		Pos
		X    Expr
		Call *Call
	}
	// Index is `x[i]`, also with a string: `x['name']`.
	Index struct {
		Pos
		X, I Expr
	}
	// Typed is `name: type`, an item of the project clause of find.
	Typed struct {
		Pos
		Name     Name
		Type     types.Type
		TypeName Name
	}
	// Star is `*`.
	Star struct{ Pos }
	// Wildcard is a name with `*` in it: Src*, *_s.
	Wildcard struct {
		Pos
		Pattern string
	}
	// Paren is `(x)`.
	Paren struct {
		Pos
		X Expr
	}
	// Named is `name = x` or `(a, b) = x`.
	Named struct {
		Pos
		Names  []Name
		Parens bool
		X      Expr
	}
	// TypeOf is `typeof(long)` or `typeof(a:long, *)`.
	TypeOf struct {
		Pos
		Type    types.Type // of the single-type form; Unknown if Name names no type
		Name    Name       // as written, of the single-type form
		Columns []ColumnDecl
		Star    bool // typeof(*, …): the input's columns first
	}
	// Pipeline is a tabular expression of at least one operator. Source is nil when the first operator
	// makes its own rows (print, range, union, search, find, evaluate, datatable is a Source).
	Pipeline struct {
		Pos
		Source Expr
		Ops    []Operator
	}
	// DataTable is `datatable(a:long) [ … ]`.
	DataTable struct {
		Pos
		Columns []ColumnDecl
		Params  []Property
		Values  []Expr
	}
	// ExternalData is `externaldata(a:string) [ "uri", … ] with (format="csv")`.
	ExternalData struct {
		Pos
		Params  []Property
		Columns []ColumnDecl
		URIs    []Expr
		Props   []Property
	}
	// InlineTable is `inline_external_table(a:string) kind=storage [partition by
	// (…)] [pathformat=(…)] dataformat=csv ("uri", …) with (…)`.
	InlineTable struct {
		Pos
		HasSchema   bool
		Columns     []ColumnDecl
		Kind        Name
		PartitionBy []PartitionColumn
		PathFormat  []Expr // names, strings and calls of datetime_pattern; nil for none
		Format      Name   // without text for none
		URIs        []Expr
		Props       []Property
	}
	// Lambda is `(a:long) { statements; body }` or `view () { … }`.
	Lambda struct {
		Pos
		View       bool
		Params     []Param
		Statements []Statement // before the body
		Body       Expr
	}
	// List is `a, b` as the value of a property.
	List struct {
		Pos
		Items []Expr
	}
	// DataScope is `T datascope=hotcache`; Scope is that property.
	DataScope struct {
		Pos
		X     Expr
		Scope Property
	}
	// EntityGroup is `entity_group [cluster("c").database("d"), …]`.
	EntityGroup struct {
		Pos
		Items []Expr
	}
	// Bad is text that could not be read as an expression. A diagnostic has been
	// given for it.
	Bad struct{ Pos }
)

func (*Ident) expr()        {}
func (*Literal) expr()      {}
func (*Unary) expr()        {}
func (*Binary) expr()       {}
func (*In) expr()           {}
func (*Between) expr()      {}
func (*Call) expr()         {}
func (*Path) expr()         {}
func (*PathCall) expr()     {}
func (*Index) expr()        {}
func (*Typed) expr()        {}
func (*Star) expr()         {}
func (*Wildcard) expr()     {}
func (*Paren) expr()        {}
func (*Named) expr()        {}
func (*TypeOf) expr()       {}
func (*Pipeline) expr()     {}
func (*DataTable) expr()    {}
func (*ExternalData) expr() {}
func (*InlineTable) expr()  {}
func (*Lambda) expr()       {}
func (*List) expr()         {}
func (*DataScope) expr()    {}
func (*EntityGroup) expr()  {}
func (*Bad) expr()          {}

// Arg is an argument of a call; Name is nil unless it was given by name.
type Arg struct {
	Name *Name
	X    Expr
}

// Property is `name = value`, as operators, with clauses and hints have it
// (kind=inner, hint.strategy=shuffle, bagexpansion=array).
type Property struct {
	Pos
	Name  Name
	Value Expr
}
