package lake

import (
	"database/sql"
	"strings"
)

// SmallTable describes a table that lies in the catalogue, not in segments.
type SmallTable struct {
	Name    string
	Columns []SmallColumn

	from  string // SQLite table
	time  string // its column that a time range concerns, '' if none
	where string // which rows count, '' for all
	order string
}

// SmallColumn is a column of a SmallTable, by its KQL name.
type SmallColumn struct {
	Name string
	Kind ValueKind
	expr string // in SQLite
}

// ValueKind says which Go type a small table's values have.
type ValueKind int

// The kinds. Time and Ordinal can be nil.
const (
	Text    ValueKind = iota // string
	Long                     // int64
	Bool                     // bool
	Time                     // time.Time, UTC; nil if not known
	Ordinal                  // int64; nil if negative
	Bytes                    // []byte
)

// SmallTables returns the tables that lie in the catalogue: small, or joined
// at scan. They are SQLite's rather than segments because a commit changes
// rows of theirs in place, in the same transaction as the cursors.
func SmallTables() []SmallTable {
	return []SmallTable{
		{
			Name: "IngestBlobs", from: "blobs", time: "last_read", where: "revision > 0", order: "blob",
			Columns: []SmallColumn{
				{"BlobId", Text, "blob"},
				{"BlobGeneration", Long, "generation"},
				{"Container", Text, "container"},
				{"Account", Text, "account"},
				{"Hour", Time, "hour"},
				{"MacAddress", Text, "mac"},
				{"Bytes", Long, "bytes"},
				{"Records", Long, "records"},
				{"Tuples", Long, "tuples"},
				{"Errors", Long, "errors"},
				{"ETag", Text, "etag"},
				{"LastBlockId", Text, "last_block_id"},
				{"FirstSeen", Time, "first_seen"},
				{"LastRead", Time, "last_read"},
				{"Final", Bool, "final"},
			},
		},
		{
			Name: "IngestErrors", from: "ingest_errors", time: "time", order: "id",
			Columns: []SmallColumn{
				{"Time", Time, "time"},
				{"BlobId", Text, "blob"},
				{"RecordOrdinal", Ordinal, "record"},
				{"TupleOrdinal", Ordinal, "tuple"},
				{"Kind", Text, "kind"},
				{"Reason", Text, "reason"},
				{"Raw", Text, "raw"},
				{"Retried", Bool, "retried"},
			},
		},
		{
			Name: "RuleSightings", from: "rules", time: "last_seen", order: "acl_group, acl_rule",
			Columns: []SmallColumn{
				{"AclGroup", Text, "acl_group"},
				{"AclRule", Text, "acl_rule"},
				{"FirstSeen", Time, "first_seen"},
				{"LastSeen", Time, "last_seen"},
				{"Hits", Long, "hits"},
				{"Denied", Long, "denied"},
			},
		},
		{
			Name: "CaptureHours", from: "capture_hours", time: "hour", order: "hour, mac, nic, flow_log_type",
			Columns: []SmallColumn{
				{"NicResourceId", Text, "nic"},
				{"MacAddress", Text, "mac"},
				{"Hour", Time, "hour"},
				{"FlowLogType", Text, "flow_log_type"},
			},
		},
		{
			Name: "LocalAddresses", from: "local_addresses", time: "hour", order: "hour, ip, mac, vnet",
			Columns: []SmallColumn{
				{"Hour", Time, "hour"},
				{"Ip", Text, "ip"},
				{"MacAddress", Text, "mac"},
				{"VNet", Text, "vnet"},
			},
		},
		{
			Name: "NTAIpDetails", from: "ip_details", time: "time_generated", order: "ip",
			Columns: []SmallColumn{
				{"Ip", Text, "ip"},
				{"TimeGenerated", Time, "time_generated"},
				{"FlowType", Text, "flow_type"},
				{"Location", Text, "location"},
				{"PublicIpDetails", Text, "public_ip_details"},
				{"ThreatType", Text, "threat_type"},
				{"ThreatDescription", Text, "threat_description"},
				{"DnsDomain", Text, "dns_domain"},
				{"Url", Text, "url"},
				{"Port", Ordinal, "CASE WHEN port > 0 THEN port ELSE -1 END"},
				{"FlowIntervalStartTime", Time, "flow_interval_start"},
				{"FlowIntervalEndTime", Time, "flow_interval_end"},
			},
		},
		{
			Name: "OpenRollovers", from: "open_rollovers", order: "key",
			Columns: []SmallColumn{
				{"Key", Text, "key"},
				{"MacAddress", Text, "mac"},
				{"Payload", Bytes, "payload"},
			},
		},
	}
}

// smallTable returns the table of that name.
func smallTable(name string) (SmallTable, bool) {
	for _, t := range SmallTables() {
		if t.Name == name {
			return t, true
		}
	}
	return SmallTable{}, false
}

func (t SmallTable) query() string {
	exprs := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		exprs[i] = c.expr
	}
	return "SELECT " + strings.Join(exprs, ", ") + " FROM " + t.from
}

// scan reads the row that rows is at.
func (t SmallTable) scan(rows *sql.Rows) ([]any, error) {
	dest := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Kind {
		case Text:
			dest[i] = new(string)
		case Bool:
			dest[i] = new(bool)
		case Bytes:
			dest[i] = new([]byte)
		case Long, Time, Ordinal:
			dest[i] = new(int64)
		}
	}
	if err := rows.Scan(dest...); err != nil {
		return nil, err
	}
	vals := make([]any, len(dest))
	for i, d := range dest {
		switch d := d.(type) {
		case *string:
			vals[i] = *d
		case *bool:
			vals[i] = *d
		case *[]byte:
			vals[i] = *d
		case *int64:
			switch k := t.Columns[i].Kind; {
			case k == Time && *d != 0:
				vals[i] = fromMicros(*d)
			case k == Long, k == Ordinal && *d >= 0:
				vals[i] = *d
			}
		}
	}
	return vals, nil
}
