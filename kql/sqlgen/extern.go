package sqlgen

import (
	"fmt"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// Functions that an engine with Kernels is given besides those of kql/fn.
const (
	// ToJSON writes any value as JSON text, null as "null".
	ToJSON = "_json"
	// Elements returns the elements of a dynamic, each as JSON text, as
	// mv-expand expands it: an array's elements, a bag's properties as bags, a
	// single null for null, anything else as itself. Its result is a list.
	Elements = "_elements"
	// Entries is Elements with properties as arrays of name and value.
	Entries = "_entries"
)

// operatorNames are the functions whose names are no words.
var operatorNames = strings.NewReplacer(
	"!=", "ne", "==", "eq", "<=", "le", ">=", "ge", "=~", "eqci", "!~", "neci",
	"<", "lt", ">", "gt", "+", "add", "-", "sub", "*", "mul", "/", "div", "%", "mod", "!", "not_", "~", "_ci", " ", "_",
)

// sqlName returns the name that a call has in SQL: one for each function and
// combination of types.
func (c Call) sqlName() string {
	var b strings.Builder
	fmt.Fprintf(&b, "kql_%s", operatorNames.Replace(c.Func))
	for i, t := range c.Args {
		b.WriteByte('_')
		b.WriteString(typeLetters[t])
		if c.Const[i] {
			b.WriteByte('k')
		}
	}
	b.WriteString("_to_" + typeLetters[c.Ret])
	return b.String()
}

var typeLetters = [...]string{
	types.Unknown: "u", types.Bool: "b", types.DateTime: "t", types.Decimal: "m", types.Dynamic: "d", types.GUID: "g", types.Int: "i",
	types.Long: "l", types.Real: "r", types.String: "s", types.TimeSpan: "p",
}
