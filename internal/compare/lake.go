package compare

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/kql/types"
)

// The lake's side, in KQL. Rows are expanded, whatever the configuration says.
const (
	ourRows = `set azflow_public_ips = 'expanded';
NTANetAnalytics
| project FlowIntervalStartTime, SrcIp, DestIp, DestPort, L4Protocol, AclRule, FlowDirection, MacAddress,
    AllowedInFlows + DeniedInFlows + AllowedOutFlows + DeniedOutFlows, CompletedFlows,
    PacketsSrcToDest, PacketsDestToSrc, BytesSrcToDest, BytesDestToSrc`
	ourTuples = `Flows
| where not(Superseded)
| project TimeGenerated, SrcIp, DestIp, DestPort, L4Protocol, AclRule, FlowDirection, MacAddress,
    tolong(FlowState in ("B", "D", "")), tolong(FlowState == "E"),
    coalesce(PacketsSrcToDest, 0), coalesce(PacketsDestToSrc, 0), coalesce(BytesSrcToDest, 0), coalesce(BytesDestToSrc, 0), Time = TimeGenerated`
	ourBlobs = `CaptureHours
| project MacAddress, Hour
| join kind=leftouter (IngestBlobs | where isnotnull(Hour) | summarize Open = countif(not(Final) and LastRead < Hour + 70m) by MacAddress, Hour) on MacAddress, Hour
| project Hour, MacAddress, Open = coalesce(Open, 0)`
)

// A Report is what came of a comparison.
type Report struct {
	*Comparison
	From, To  time.Time // the intervals of the export
	AzureRows int64     // of the table, packed ones counted once
	OurRows   int64
	Step      time.Duration // both sides were added up by it
}

// Run compares the rows that read gives, through its argument, with those of
// the lake in the same intervals. now is the value of KQL's now().
func Run(ctx context.Context, s *query.Session, now time.Time, read func(add func(*Row) error) (int64, error)) (*Report, error) {
	snap, err := s.Lake.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	r := &Report{Step: snap.Interval}
	if err := snap.Close(); err != nil {
		return nil, err
	}
	r.AzureRows, err = read(func(row *Row) error {
		length := row.IntervalEnd.Sub(row.Interval)
		if r.Comparison == nil {
			if row.IntervalEnd.After(row.Interval) {
				r.Step = max(r.Step, length)
			}
			r.Comparison = New(r.Step)
			r.From, r.To = row.Interval, row.Interval
		}
		if length > r.Step {
			return fmt.Errorf("an interval of %v after shorter ones: compare the time before and after Traffic Analytics' interval was changed apart", length)
		}
		if row.Interval.Before(r.From) {
			r.From = row.Interval
		}
		if row.Interval.After(r.To) {
			r.To = row.Interval
		}
		r.AddAzure(row)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	if r.Comparison == nil {
		return nil, errors.New("the export holds no flows: is it of NTANetAnalytics, and of a time with traffic?")
	}
	r.From, r.To = r.From.Truncate(r.Step), r.To.Truncate(r.Step).Add(r.Step)
	if err := ask(ctx, s, query.Request{Text: ourRows, Now: now, From: r.From, To: r.To}, func(cols []*types.Vector, n int) {
		for i := range n {
			row := decode(cols, i)
			r.OurRows++
			r.AddOurs(&row)
		}
	}); err != nil {
		return nil, err
	}
	r.Match()
	if n, _, _ := r.Pending(); n == 0 {
		return r, nil
	}
	return r, r.explain(ctx, s, now)
}

// explain looks in blobs and tuples for why keys differ.
func (r *Report) explain(ctx context.Context, s *query.Session, now time.Time) error {
	read, unfinished := map[capture]bool{}, map[capture]bool{}
	if err := ask(ctx, s, query.Request{Text: ourBlobs, Now: now}, func(cols []*types.Vector, n int) {
		for i := range n {
			// One MAC's hour covers several intervals of 10 minutes.
			hour := cols[0].Instants[cols[0].Slot(i)].Time()
			mac := foldMac(cols[1].Strings[cols[1].Slot(i)])
			for at := hour.Truncate(r.Step); at.Before(hour.Add(time.Hour)); at = at.Add(r.Step) {
				read[capture{mac, at}] = true
				unfinished[capture{mac, at}] = unfinished[capture{mac, at}] || cols[2].Longs[cols[2].Slot(i)] > 0
			}
		}
	}); err != nil {
		return err
	}
	r.Captures(func(mac string, at time.Time) bool { return read[capture{mac, at}] })
	n, from, to := r.Pending()
	if n == 0 {
		return nil
	}
	e := r.Evidence()
	if err := ask(ctx, s, query.Request{Text: ourTuples, Now: now, From: from, To: to}, func(cols []*types.Vector, n int) {
		for i := range n {
			e.Add(Tuple{Row: decode(cols, i), Time: cols[14].Instants[cols[14].Slot(i)].Time()})
		}
	}); err != nil {
		return err
	}
	e.Settle(func(mac string, at time.Time) bool { return read[capture{mac, at}] && !unfinished[capture{mac, at}] })
	return nil
}

// decode reads the columns that ourRows and ourTuples begin with.
func decode(cols []*types.Vector, i int) Row {
	text := func(c int) string { return cols[c].Strings[cols[c].Slot(i)] }
	long := func(c int) int64 { return cols[c].Longs[cols[c].Slot(i)] }
	return Row{
		Interval: cols[0].Instants[cols[0].Slot(i)].Time(),
		Src:      text(1), Dest: text(2), Port: cols[3].Ints[cols[3].Slot(i)], Protocol: text(4), Rule: text(5), Direction: text(6), Mac: text(7),
		Counts: Counts{Started: long(8), Ended: long(9), PacketsSent: long(10), PacketsBack: long(11), BytesSent: long(12), BytesBack: long(13)},
	}
}

// ask runs a query of ours.
func ask(ctx context.Context, s *query.Session, r query.Request, rows func([]*types.Vector, int)) error {
	c, err := s.Compile(r)
	if err != nil {
		return err
	}
	return s.Run(ctx, c, 0, func(cols []*types.Vector, n int) error {
		rows(cols, n)
		return nil
	})
}
