package parser

import "slices"

// A keyword says where a reserved word may stand as a name.
type keyword uint8

const (
	reserved      keyword = iota // never
	pathKeyword                  // as a whole path element: kind, withsource
	wideKeyword                  // where a name is declared or renamed, or with a wildcard
	narrowKeyword                // wherever a name may stand
)

// keywordList has the reserved words of KQL by where they may also be names.
// The words with blanks, dashes, dots or signs are one token each.
// Source: MS Learn "Entity names", and the answers of Microsoft's parser
// (@kusto/language-service-next 12.4.1), word by word.
var keywordList = map[keyword][]string{
	narrowKeyword: {
		"__partitionby", "access", "alias", "best_effort", "bin", "bool", "consume", "count", "database",
		"dataformat", "datetime_pattern", "declare", "default", "distinct", "edges", "entity_group", "evaluate",
		"extend", "facet", "filter", "fork", "from", "getschema", "graph", "guid", "id", "inline_external_table",
		"join", "let", "limit", "lookup", "mvapply", "mvexpand", "nodes", "null", "nulls", "on", "optional",
		"order", "output", "pack", "parse", "partition", "pattern", "plotly", "query_parameters", "range",
		"reduce", "regex", "render", "restrict", "scan", "serialize", "sort", "step", "summarize", "take", "top",
		"typeof", "uuid", "view", "with", "with_node_id",
	},
	wideKeyword: {
		"accumulate", "as", "by", "contains", "datatable", "earliest", "externaldata", "find", "has", "in",
		"invoke", "latest", "materialize", "mdm", "of", "print", "sample", "sample-distinct", "search", "set",
		"sql", "title", "to", "top-hitters", "top-nested", "toscalar", "totable", "verbose", "viewers", "where",
	},
	pathKeyword: {
		"kind", "with_source", "withsource",
	},
	reserved: {
		"!between", "!contains", "!contains_cs", "!endswith", "!endswith_cs", "!has", "!has_cs", "!hasprefix",
		"!hasprefix_cs", "!hassuffix", "!hassuffix_cs", "!in", "!in~", "!startswith", "!startswith_cs", "3Dchart",
		"__contextual_datatable", "__crossCluster", "__crossDB", "__executeAndCache", "__id", "__isFuzzy",
		"__noWithSource", "__packedColumn", "__projectAway", "__sourceColumnIndex", "and", "anomalychart",
		"areachart", "asc", "assert-schema", "bagexpansion", "barchart", "between", "bin_legacy", "boolean",
		"byte", "cachingpolicy", "callout", "cancel", "card", "char", "columnchart", "commands-and-queries",
		"contains_cs", "containscs", "cycles", "dataexport", "datascope", "date", "datetime", "decimal",
		"decodeblocks", "desc", "double", "dynamic", "encodingpolicy", "endswith", "endswith_cs", "expandoutput",
		"extent_tags_retention", "external_data", "first", "flags", "float", "force_remote", "granny-asc",
		"granny-desc", "graph-mark-components", "graph-match", "graph-shortest-paths", "graph-to-table",
		"graph-where-edges", "graph-where-nodes", "harddelete", "hardretention", "has_all", "has_any", "has_cs",
		"hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "hint.concurrency", "hint.distribution",
		"hint.materialized", "hint.num_partitions", "hint.progressive_top", "hint.remote", "hint.shufflekey",
		"hint.spread", "hint.strategy", "hotcache", "int", "int16", "int32", "int64", "int8", "in~", "isfuzzy",
		"journal", "ladderchart", "last", "like", "likecs", "linechart", "long", "macro-expand", "make-graph",
		"make-series", "matches regex", "materialized-view-combine", "materialized-views", "missing", "mv-apply",
		"mv-expand", "nooptimization", "notcontains", "notcontainscs", "notlike", "notlikecs", "or", "others",
		"parse-kv", "parse-where", "partitioned-by", "pathformat", "piechart", "pivotchart", "project",
		"project-away", "project-by-names", "project-keep", "project-rename", "project-reorder", "project-smart",
		"queries", "query_results", "real", "relaxed", "restricted_view_access", "row_level_security", "rowstore",
		"rowstore_references", "rowstore_sealinfo", "rowstorepolicy", "rowstores", "scatterchart", "seal", "seals",
		"set-or-append", "set-or-replace", "shards", "simple", "softdelete", "softretention", "stackedareachart",
		"startswith", "startswith_cs", "statistics", "storedqueryresultcontainers", "string", "tablepurge", "time",
		"timechart", "timeline", "timepivot", "timespan", "treemap", "uint", "uint16", "uint32", "uint64", "uint8",
		"ulong", "union", "uniqueid", "unrestrictedviewers", "views", "with_itemindex", "with_match_id",
		"with_step_name", "writeaheadlog",
	},
}

// A keywordEntry is a reserved word as the lexer looks it up.
type keywordEntry struct {
	text string
	use  keyword
}

// keywords has the reserved words by first byte, the longest first.
var keywords = indexKeywords()

func indexKeywords() *[128][]keywordEntry {
	var index [128][]keywordEntry
	for use, words := range keywordList {
		for _, w := range words {
			index[w[0]] = append(index[w[0]], keywordEntry{w, use})
		}
	}
	for _, words := range index {
		slices.SortFunc(words, func(a, b keywordEntry) int { return len(b.text) - len(a.text) })
	}
	return &index
}
