package plan

import "github.com/azflow/azflow/kql/types"

// Catalog says which tables and functions a query may name. Names are
// case-sensitive, as in Kusto. Implementations are safe for concurrent use and
// what they return is never changed.
type Catalog interface {
	// Table returns the table called name, aliases included.
	Table(name string) (*Table, bool)
	// Tables returns the names of all tables, sorted, aliases left out.
	Tables() []string
	// Function returns the stored function called name.
	Function(name string) (*Function, bool)
	// Functions returns the names of all stored functions, sorted.
	Functions() []string
}

// Table is a table of the catalogue.
type Table struct {
	Name    string
	Doc     string
	Columns []TableColumn
	// Time is the column that --from, --to and segment pruning go by; "" for none.
	Time string
	// Hidden tables can be named, but are in no list, wildcard or search.
	Hidden bool
	// Variants names the stored function that stands for the table when an option
	// has a value: "azflow_public_ips=packed" to the function's name.
	Variants map[string]string
}

// TableColumn is a column of a table.
type TableColumn struct {
	Name string
	Type types.Type
	Doc  string
	// Hidden columns are for the planner alone: no query sees them.
	Hidden bool
	// IPv4 names the hidden column that holds this text's IPv4 address as an
	// unsigned integer (null for any other text); "" for none.
	IPv4 string
	// Expr is set on a column that is not stored: a scalar KQL expression over
	// the table's stored columns, hidden ones included, of the column's type.
	Expr string
	// Values has the words that a column of text mostly holds, as they are
	// written; nil if there are no such words.
	Values []string
}

// Function is a function written in KQL, as Kusto stores them.
type Function struct {
	Name   string
	Doc    string
	Params string // "(starttime:datetime=datetime(null), pack:bool=false)"
	Body   string // "{ T | where … }"
}
