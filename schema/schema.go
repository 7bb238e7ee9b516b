// Package schema is the table of tables: every table that azflow answers
// queries about and every column of it, each once, with its type, its meaning
// and where its values come from. The query catalogue, the DDL of the engines,
// the ECS mapping and docs/tables.md are read from here.
//
// To add a column, add its literal to the table's file.
package schema

//go:generate go test -run TestTablesPageIsUpToDate -update .

import (
	"slices"

	"github.com/azflow/azflow/kql/types"
)

// A Table is a table of the query catalogue.
type Table struct {
	// Name is the table's name in KQL; case counts.
	Name string
	// Aliases are other names of the same table.
	Aliases []string
	// Doc says in a sentence what a row is.
	Doc string
	// Columns stand in the order in which a query without project shows them:
	// Azure's in Azure's order first, azflow's after them, hidden ones last.
	Columns []Column
	// TimeColumn is the column that time ranges and segment pruning go by.
	TimeColumn string
	// Version is the version of the columns. It is raised whenever a stored
	// column is added, dropped or changes its meaning, and is written into
	// every segment.
	Version int
	// Oldest is the oldest version whose rows can be read beside those of today,
	// null or empty in the columns that they lack; 0 means the first.
	Oldest int
	// Hidden tables are there for other tables' expressions; no list has them.
	Hidden bool
	// View is the KQL query that makes the table's rows out of other tables;
	// empty for a table that holds rows of its own. [Table.Query] completes it.
	View string
}

// A Column is one column of a [Table].
type Column struct {
	// Name is the column's name in KQL; case counts.
	Name string
	// Type is the column's type in KQL.
	Type types.Type
	// Doc says in a sentence what the value means.
	Doc string
	// Source says where values come from.
	Source Source
	// ECS is the field of Elastic Common Schema with the same meaning; empty
	// for none.
	ECS string
	// Optional columns may be null. Strings never are: they are empty instead.
	Optional bool
	// Hidden columns are there for the query planner; no query sees them.
	Hidden bool
	// IPv4 names the hidden column that holds this text as a number where it
	// is an IPv4 address; empty for none.
	IPv4 string
	// SameAs names the column of the same table whose value this one shows
	// (Source [Copy]); empty for all others.
	SameAs string
	// Expr makes a [Derived] column: a scalar KQL expression over the table's
	// stored columns, hidden ones included.
	Expr string
	// Default is the value of a [Constant] column, as text. Any other column
	// that is not stored is null, or empty if it is a string.
	Default string
	// Storage overrides how values are stored; zero for what Type implies.
	Storage Physical
	// Values has the words that a column of text mostly holds, as they are
	// written; nil if there are no such words.
	Values []string
}

// Source says where a column's values come from.
type Source uint8

// The sources.
const (
	Decoder     Source = iota + 1 // the log's record and tuple
	Ingest                        // taking the log in: which blob, where in it, when
	Attribution                   // who owned an address at that time
	Enrichment                    // service tags, geolocation, threat feeds, port names
	Inventory                     // resources found in Azure or in exported files
	Merge                         // tuples of Flows merged into one row
	Catalogue                     // facts of other blobs: joined when read, stored once the hour is final
	Constant                      // the same in every row; not stored
	Copy                          // another column of the same row; not stored
	Derived                       // an expression over other columns of the row (Expr); not stored
	View                          // the table's view; not stored
	Absent                        // never filled, there for Azure's queries; not stored
)

var sourceNames = [...]string{
	Decoder: "decoder", Ingest: "ingest", Attribution: "attribution", Enrichment: "enrichment", Inventory: "inventory",
	Merge: "merge", Catalogue: "catalogue", Constant: "constant", Copy: "copy", Derived: "derived", View: "view", Absent: "never filled",
}

// String returns the source's name in lower case.
func (s Source) String() string { return sourceNames[s] }

// Physical is how a column's values lie in a file.
type Physical uint8

// The physical types.
const (
	Text   Physical = iota + 1 // UTF-8; dynamic values are JSON text
	Bool                       // boolean
	Int32                      // signed, 32 bits
	Int64                      // signed, 64 bits; a timespan counts ticks of 100 ns
	Uint32                     // unsigned, 32 bits
	Uint64                     // unsigned, 64 bits
	Time                       // microseconds since 1970-01-01 UTC, 64 bits
	Real                       // IEEE 754, 64 bits
)

var physicalNames = [...]string{
	Text: "text", Bool: "bool", Int32: "int32", Int64: "int64", Uint32: "uint32", Uint64: "uint64", Time: "time", Real: "real",
}

// String returns the name in lower case, as batch.Kind has it.
func (p Physical) String() string { return physicalNames[p] }

var physicals = [...]Physical{
	types.Unknown: Text, types.Bool: Bool, types.DateTime: Time, types.Decimal: Text, types.Dynamic: Text, types.GUID: Text,
	types.Int: Int32, types.Long: Int64, types.Real: Real, types.String: Text, types.TimeSpan: Int64,
}

// Physical returns how the column's values lie in a file.
func (c Column) Physical() Physical {
	if c.Storage != 0 {
		return c.Storage
	}
	return physicals[c.Type]
}

// Stored reports whether files hold the column. One that they do not hold is
// made when the table is read: from Default, from SameAs, or null.
func (c Column) Stored() bool {
	switch c.Source {
	case Constant, Copy, Derived, View, Absent:
		return false
	default:
		return true
	}
}

// Column returns the column called name.
func (t Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// Stored returns the columns that files hold, in the table's order.
func (t Table) Stored() []Column {
	var cols []Column
	for _, c := range t.Columns {
		if c.Stored() {
			cols = append(cols, c)
		}
	}
	return cols
}

// Tables returns all tables. The caller owns the slice and all in it.
func Tables() []Table {
	return []Table{
		flows(),
		ntaNetAnalytics(),
		ntaIPDetails(),
		ntaIPDetailsHistory(),
		ntaTopologyDetails(),
		azureNetworkAnalytics(),
		azureNetworkAnalyticsIPDetails(),
		nsgFlowLogs(),
		networkInterfaces(),
		virtualMachines(),
		flowsJoinVMs(),
		ruleSightings(),
		captureHours(),
		localAddresses(),
		ingestBlobs(),
		ingestErrors(),
		sessions(),
		indicators(),
	}
}

// Lookup returns the table called name, aliases included.
func Lookup(name string) (Table, bool) {
	for _, t := range Tables() {
		if t.Name == name || slices.Contains(t.Aliases, name) {
			return t, true
		}
	}
	return Table{}, false
}
