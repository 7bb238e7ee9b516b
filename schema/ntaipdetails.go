package schema

// ntaIPDetails has the columns of its history, so that a join by address
// finds one row and multiplies nothing.
func ntaIPDetails() Table {
	cols := ntaIPDetailsHistory().Columns
	for i := range cols {
		switch cols[i].Source {
		case Constant, Absent:
		default:
			cols[i].Source = View
		}
		if cols[i].Name == "Type" {
			cols[i].Default = "NTAIpDetails"
		}
	}
	return Table{
		Name:       "NTAIpDetails",
		Doc:        "What is known about each public address: exactly one row an address, the latest.",
		TimeColumn: "TimeGenerated",
		Version:    1,
		View:       "NTAIpDetailsHistory\n| summarize arg_max(TimeGenerated, *) by Ip",
		Columns:    cols,
	}
}
