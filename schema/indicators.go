package schema

import "github.com/azflow/azflow/kql/types"

func indicators() Table {
	return Table{
		Name:       "Indicators",
		Doc:        "Indicators of compromise from threat feeds.",
		TimeColumn: "ValidFrom",
		Version:    1,
		Columns: []Column{
			{Name: "IndicatorType", Type: types.String, Source: Enrichment, ECS: "threat.indicator.type", Doc: "What Value is: ip, cidr or domain."},
			{Name: "Value", Type: types.String, Source: Enrichment, Doc: "The address, prefix or domain itself."},
			{Name: "Category", Type: types.String, Source: Enrichment, Doc: "What it is feared for, such as c2, malware, tor or mining."},
			{Name: "Feed", Type: types.String, Source: Enrichment, ECS: "threat.feed.name", Doc: "Feed that it comes from."},
			{Name: "Confidence", Type: types.Int, Source: Enrichment, Optional: true, ECS: "threat.indicator.confidence", Doc: "How sure the feed is, 0 to 100."},
			{Name: "ValidFrom", Type: types.DateTime, Source: Enrichment, Doc: "Since when it holds."},
			{Name: "ValidUntil", Type: types.DateTime, Source: Enrichment, Optional: true, Doc: "Until when it holds; null for no end."},
		},
	}
}
