package parser

import (
	"cmp"
	"slices"
)

// A Property is a property that an operator takes, such as kind of join, with
// the words that it may have; none if it takes any value.
type Property struct {
	Name  string
	Kind  PropertyKind
	Words []string
}

// PropertyKind is what the value of a property is.
type PropertyKind uint8

// The kinds of properties.
const (
	AnyProperty PropertyKind = iota
	WordProperty
	BoolProperty
	IntegerProperty
	StringProperty
	ColumnProperty
)

func (v valueKind) property() PropertyKind {
	switch v {
	case wordValue:
		return WordProperty
	case boolKind:
		return BoolProperty
	case numberKind:
		return IntegerProperty
	case stringKind:
		return StringProperty
	case columnValue, columnsKind:
		return ColumnProperty
	}
	return AnyProperty
}

// Properties returns the properties that the operator with a keyword takes, by
// name.
func Properties(operator string) []Property {
	var specs propertySpecs
	switch operator {
	case "as":
		specs = asProperties
	case "distinct":
		specs = shuffleProperties
	case "evaluate":
		specs = evaluateProperties
	case "find":
		specs = sourceProperties
	case "graph-mark-components":
		specs = componentProperties
	case "graph-match":
		specs = graphMatchProperties
	case "graph-shortest-paths":
		specs = shortestPathsProperties
	case "join":
		specs = joinProperties
	case "lookup":
		specs = lookupProperties
	case "make-graph":
		specs = makeGraphProperties
	case "make-series":
		specs = makeSeriesProperties
	case "mv-apply", "mvapply":
		specs = mvApplyProperties
	case "mv-expand", "mvexpand":
		specs = mvExpandProperties
	case "parse", "parse-where":
		specs = parseProperties
	case "parse-kv":
		specs = parseKVProperties
	case "partition":
		specs = partitionProperties
	case "reduce":
		specs = reduceProperties
	case "render":
		specs = renderProperties
	case "scan":
		specs = scanProperties
	case "search":
		specs = searchProperties
	case "sort", "order":
		specs = sortProperties
	case "summarize":
		specs = summarizeProperties
	case "top":
		specs = topProperties
	case "union":
		specs = unionProperties
	}
	var out []Property
	for name, spec := range specs {
		words := spec.words
		if spec.value == boolKind {
			words = []string{"true", "false"}
		}
		out = append(out, Property{name, spec.value.property(), slices.Clone(words)})
	}
	slices.SortFunc(out, func(a, b Property) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
