// Package types names the scalar data types of KQL and how Go holds their
// values.
package types

import (
	"strconv"
	"strings"
)

// Type is a KQL scalar data type.
type Type uint8

// The scalar data types, in the order of the Kusto documentation. Unknown is
// the type of an expression that could not be bound; it suppresses follow-up
// diagnostics.
const (
	Unknown Type = iota
	Bool
	DateTime
	Decimal
	Dynamic
	GUID
	Int
	Long
	Real
	String
	TimeSpan
)

var names = [...]string{
	"unknown", "bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan",
}

// String returns the name of t in KQL.
func (t Type) String() string {
	if int(t) < len(names) {
		return names[t]
	}
	return "type(" + strconv.Itoa(int(t)) + ")"
}

// aliases are the other spellings that Kusto accepts for a type.
// MS Learn: "Scalar data types".
var aliases = map[string]Type{
	"boolean": Bool, "date": DateTime, "uniqueid": GUID, "uuid": GUID, "double": Real, "time": TimeSpan,
	"int8": Int, "int16": Int, "int32": Int, "uint8": Int, "uint16": Int, "uint32": Long, "int64": Long, "uint64": Long, "ulong": Long, "uint": Long,
	"float": Real,
}

// Parse returns the type that name stands for in KQL, its aliases included.
func Parse(name string) (Type, bool) {
	for i, n := range names {
		if i > 0 && n == name {
			return Type(i), true
		}
	}
	t, ok := aliases[strings.ToLower(name)]
	return t, ok
}

// IsNumeric reports whether t is int, long, real or decimal.
func (t Type) IsNumeric() bool { return t == Int || t == Long || t == Real || t == Decimal }

// IsInteger reports whether t is int or long.
func (t Type) IsInteger() bool { return t == Int || t == Long }
