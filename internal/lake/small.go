package lake

import "time"

// RuleCount counts the tuples of one rule: a row of RuleSightings, or an
// addition to one. A rule listed with no tuples has 0 hits.
type RuleCount struct {
	AclGroup  string    `json:"group"`
	AclRule   string    `json:"rule"`
	FirstSeen time.Time `json:"first"`
	LastSeen  time.Time `json:"last"`
	Hits      int64     `json:"hits"`
	Denied    int64     `json:"denied,omitempty"`
}

// CaptureHour says that a NIC's traffic was logged in an hour: a row of CaptureHours.
type CaptureHour struct {
	NicResourceID string    `json:"nic,omitempty"` // '' if the log does not say
	MacAddress    string    `json:"mac"`
	Hour          time.Time `json:"hour"`
	FlowLogType   string    `json:"type"` // VNet or NSG
}

// LocalAddress says that the NIC that owns an address logged in an hour.
type LocalAddress struct {
	Hour       time.Time `json:"hour"`
	IP         string    `json:"ip"`
	MacAddress string    `json:"mac"`
	VNet       string    `json:"vnet,omitempty"`
}

// Sightings are rows of CaptureHours and LocalAddresses.
type Sightings struct {
	Captures []CaptureHour
	Locals   []LocalAddress
}

// Rollover is the state kept of a connection whose counters started anew,
// until the tuple that settles them is seen. Payload is the caller's.
type Rollover struct {
	Key        string
	MacAddress string
	Payload    []byte
}

// RolloverChange is what becomes of a rollover: without Old it is opened, without
// New it is closed, with both it gets another payload. If the catalogue does not
// have Old, someone else has settled it or named its owners anew: then the commit
// fails with [ErrConflict], since its rows do not go with what is there.
type RolloverChange struct {
	Key        string
	MacAddress string // of one that is opened
	Old, New   []byte // payloads
}

// IngestError is quarantined input: a row of IngestErrors. Of Raw the first
// 4 KiB are kept.
type IngestError struct {
	Time          time.Time
	Blob          string
	RecordOrdinal int64 // -1 if it concerns no one record
	TupleOrdinal  int64 // -1 if it concerns no one tuple
	Kind          string
	Reason        string
	Raw           string
}

// IPDetail is the latest that is known of a public address: a row of
// NTAIpDetails. A commit replaces the row of the same IP unless that one's
// TimeGenerated is later.
type IPDetail struct {
	IP                string
	TimeGenerated     time.Time
	FlowType          string
	Location          string
	PublicIPDetails   string
	ThreatType        string
	ThreatDescription string
	DNSDomain         string
	URL               string
	Port              int32 // 0 if unknown
	FlowIntervalStart time.Time
	FlowIntervalEnd   time.Time
}

// Interval names a group of NTANetAnalytics rows that is rebuilt as one.
type Interval struct {
	Start      time.Time // of the interval, a multiple of [Lake.Interval]
	MacAddress string    // of the capturing NIC
	FlowLog    string    // FlowLogResourceId
}

// DirtyInterval is an interval that Flows has moved past: its rows are to be
// rebuilt. Since is the generation of the last commit that touched it.
type DirtyInterval struct {
	Interval
	Since int64
}
