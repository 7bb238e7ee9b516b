package schema

import "github.com/azflow/azflow/kql/types"

func ruleSightings() Table {
	return Table{
		Name:       "RuleSightings",
		Doc:        "Each rule seen in the logs, hit or merely listed.",
		TimeColumn: "LastSeen",
		Version:    1,
		Columns: []Column{
			{Name: "AclGroup", Type: types.String, Source: Ingest, ECS: "rule.ruleset", Doc: "Network security group, or other owner of the rule, as logged."},
			{Name: "AclRule", Type: types.String, Source: Ingest, ECS: "rule.name", Doc: "The rule as logged."},
			{Name: "FirstSeen", Type: types.DateTime, Source: Ingest, Doc: "First record that listed the rule, hit or not."},
			{Name: "LastSeen", Type: types.DateTime, Source: Ingest, Doc: "Last record that listed the rule, hit or not."},
			{Name: "Hits", Type: types.Long, Source: Ingest, Doc: "Tuples under the rule; 0 for a rule that was only listed."},
			{Name: "Denied", Type: types.Long, Source: Ingest, Doc: "Tuples under the rule that were denied."},
		},
	}
}
