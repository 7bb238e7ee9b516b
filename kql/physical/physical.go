// Package physical says in which form an SQL engine holds the values of a KQL
// type.
package physical

import "github.com/azflow/azflow/kql/types"

// Form is how an engine holds a column's values.
type Form uint8

// The forms. A string is never NULL in any of them.
const (
	// Natural is the engine's own type: BOOLEAN, INTEGER (int), BIGINT (long),
	// DOUBLE (real), VARCHAR (string).
	Natural Form = iota
	// Ticks is a 64-bit count of 100 ns: a datetime's since 0001-01-01, a timespan's.
	Ticks
	// Stamp is the engine's timestamp with microseconds, UTC. Stored datetimes
	// have this form, which pruning inside a file needs.
	Stamp
	// JSON is compact JSON text: a dynamic. The null of dynamic is NULL.
	JSON
	// Text is the KQL text form: a guid, a decimal.
	Text
	// Unsigned is an unsigned 32-bit integer: the hidden twin of an IPv4 address.
	Unsigned
)

var formNames = [...]string{"natural", "ticks", "stamp", "json", "text", "unsigned"}

// String returns the name of f in lower case.
func (f Form) String() string { return formNames[f] }

// Of returns the form that values of type t have inside a query.
func Of(t types.Type) Form {
	switch t {
	case types.DateTime, types.TimeSpan:
		return Ticks
	case types.Dynamic, types.Unknown:
		return JSON
	case types.GUID, types.Decimal:
		return Text
	}
	return Natural
}

// Stored returns the form that values of type t have in a stored table.
func Stored(t types.Type) Form {
	if t == types.DateTime {
		return Stamp
	}
	return Of(t)
}
