package op

// A Doc says what an operator is for.
type Doc struct {
	Keyword string
	// Aliases are other words for the same operator.
	Aliases []string
	Summary string // one sentence or two
	Syntax  string
	Example string // a whole query over the tables of azflow
}

// Docs returns what there is to say about each operator, by keyword.
func Docs() []Doc {
	return []Doc{
		asDoc, assertSchemaDoc, consumeDoc, countDoc, distinctDoc, evaluateDoc, extendDoc, facetDoc, findDoc, forkDoc, getschemaDoc,
		graphMarkComponentsDoc, graphMatchDoc, graphShortestPathsDoc, graphToTableDoc, graphWhereEdgesDoc, graphWhereNodesDoc,
		invokeDoc, joinDoc, lookupDoc, makeGraphDoc, makeSeriesDoc, mvApplyDoc, mvExpandDoc, parseDoc, parseKVDoc, parseWhereDoc,
		partitionDoc, printDoc, projectDoc, projectAwayDoc, projectByNamesDoc, projectKeepDoc, projectRenameDoc, projectReorderDoc,
		rangeDoc, reduceDoc, renderDoc, sampleDoc, sampleDistinctDoc, scanDoc, searchDoc, serializeDoc, sortDoc, summarizeDoc, takeDoc,
		topDoc, topHittersDoc, topNestedDoc, unionDoc, whereDoc,
	}
}

var evaluateDoc = Doc{
	Keyword: "evaluate",
	Summary: "Calls a plugin, a function from table to table.",
	Syntax:  "[T |] evaluate Plugin(Argument, …) [: (Column:type, …)]",
	Example: "NTANetAnalytics | summarize n = count() by FlowType, FlowStatus | evaluate pivot(FlowStatus, sum(n)) : (FlowType:string, Allowed:long, Denied:long)",
}

var consumeDoc = Doc{
	Keyword: "consume",
	Summary: "Computes the rows and gives none.",
	Syntax:  "T | consume",
	Example: "NTANetAnalytics | consume",
}
