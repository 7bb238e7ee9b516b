package rewrite

import "github.com/azflow/azflow/kql/fn"

// volatile reports whether two calls of a function may differ, or depend on
// other rows than their own.
func volatile(name string) bool {
	f, ok := fn.LookupScalar(name)
	return !ok || f.Volatile || f.Window || f.Context
}
