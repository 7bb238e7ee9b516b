package source

import (
	"slices"
	"strings"
)

// Endings are what a file or blob that nobody named must end in to be read.
type Endings []string

// FlowLogs returns the endings of flow logs.
func FlowLogs() Endings { return compressed(".json", ".ndjson", ".jsonl", ".log") }

// Inventory returns the endings of inventory.
func Inventory() Endings { return compressed(".json", ".ndjson", ".jsonl", ".csv") }

func compressed(endings ...string) Endings {
	var all Endings
	for _, compression := range []string{"", ".gz", ".zst"} {
		for _, ending := range endings {
			all = append(all, ending+compression)
		}
	}
	return all
}

// Has reports whether a name ends in one of them, in any case.
func (e Endings) Has(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(e, func(ending string) bool { return strings.HasSuffix(name, ending) })
}

// String names them all.
func (e Endings) String() string { return strings.Join(e, ", ") }
