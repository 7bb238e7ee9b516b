package formats

import (
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wiretest"
)

func Example() {
	blob := []byte(`{"records":[{"time":"2022-09-14T09:00:52.5625085Z","flowLogVersion":4,"macAddress":"112233445566",` +
		`"flowRecords":{"flows":[{"aclID":"00aa00aa-bb11-cc22-dd33-44ee44ee44ee","flowGroups":[{"rule":"DefaultRule_AllowInternetOutBound",` +
		`"flowTuples":["1663146003606,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,3,767,2,1580"]}]}]}}]}`)
	rows := flowlog.NewRows(NewDecoder())
	rows.Issues = func(is *flowlog.Issue) { fmt.Println(is) }
	_, err := rows.Decode(blob, func(r *flowlog.Record) error {
		fmt.Println(r.Src, r.Dest, r.DestPort, r.L4Protocol, r.Direction, r.Status, r.State, r.BytesSrcToDest, r.Rule)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: 10.0.0.6 192.0.2.180 443 TCP Outbound Allowed E 767 DefaultRule_AllowInternetOutBound
}

func ExampleDecoder_DecodeColumns() {
	f, err := os.Open("../nsg/testdata/version_2.json")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	decoder := NewDecoder()
	windows := flowlog.NewWindows(f, 1<<20)
	columns := flowlog.NewColumns(flowlog.NewDict())
	var cursor flowlog.Cursor
	tuples, bytes := 0, int64(0)
	for last := false; !last; {
		var b []byte
		if b, last, err = windows.Next(); err != nil {
			log.Fatal(err)
		}
		windows.Discard(decoder.DecodeColumns(b, last, &cursor, columns))
		tuples += columns.Len()
		for _, n := range columns.BytesSrcToDest {
			bytes += n
		}
		columns.Reset()
	}
	fmt.Println(tuples, "tuples,", bytes, "bytes sent,", cursor.Records, "records")
	// Output: 11 tuples, 25593 bytes sent, 2 records
}

func TestRowsAreTheColumns(t *testing.T) {
	b := wiretest.Generate(rand.New(rand.NewPCG(1, 1)), wiretest.VNet4, 20000)
	cols, _ := wiretest.Decode(NewDecoder(), b)
	d := cols.Dict
	i := 0
	var want []flowlog.Row
	for _, row := range cols.Rows() {
		want = append(want, row)
	}
	rows := flowlog.NewRows(NewDecoder())
	n, err := rows.Decode(b, func(r *flowlog.Record) error {
		row := want[i]
		if r.Time.UnixMicro() != cols.Time[i] || r.Src != d.Addresses.Addr(cols.Src[i]) || r.Dest != d.Addresses.Addr(cols.Dest[i]) ||
			r.SrcPort != cols.SrcPort[i] || r.DestPort != cols.DestPort[i] || r.L4Protocol != d.Protocols.Name(cols.Protocol[i]) ||
			uint32(r.Protocol) != cols.Protocol[i] || uint32(r.Direction) != cols.Direction[i] || uint32(r.Status) != cols.Status[i] ||
			r.State != d.States.Text(cols.State[i]) || r.Encryption != d.Encryptions.Text(cols.Encryption[i]) || r.Flags != cols.Flags[i] ||
			r.PacketsSrcToDest != cols.PacketsSrcToDest[i] || r.BytesDestToSrc != cols.BytesDestToSrc[i] ||
			r.RecordOrdinal != row.Record.Ordinal || r.TupleOrdinal != row.Tuple || r.RecordTicks != row.Record.Ticks ||
			r.Rule != d.Strings.Text(row.Group.Rule) || r.ACL != d.Strings.Text(row.Group.ACL) || r.MAC != d.Strings.Text(row.Group.MAC) ||
			r.Target != d.Strings.Text(row.Record.Target) || r.Resource != d.Strings.Text(row.Record.Resource) ||
			r.SystemID != d.Strings.Text(row.Record.SystemID) || r.Category != "FlowLogFlowEvent" || r.Version != 4 || r.Type != flowlog.VNet {
			t.Fatalf("row %d: %+v", i, r)
		}
		i++
		return nil
	})
	if err != nil || i != cols.Len() || n != len(b)-2 {
		t.Errorf("Decode = %d, %v after %d of %d rows", n, err, i, cols.Len())
	}
	if got := rows.Drift().Counts(); len(got) != 0 {
		t.Errorf("drift %v", got)
	}
}

func TestRowsGoOnWhereTheyLeftOff(t *testing.T) {
	b := read(t, "../vnet/testdata/bad_records.json")
	var whole []int64
	var wantIssues []string
	rows := flowlog.NewRows(NewDecoder())
	rows.Issues = func(is *flowlog.Issue) { wantIssues = append(wantIssues, is.Error()) }
	n, err := rows.Decode(b, func(r *flowlog.Record) error { whole = append(whole, r.RecordOrdinal, r.TupleOrdinal); return nil })
	if err == nil {
		err = rows.Finish(b[n:], func(*flowlog.Record) error { return errors.New("a tuple after the last record") })
	}
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(b) {
		var got []int64
		var issues []string
		rows := flowlog.NewRows(NewDecoder())
		rows.Issues = func(is *flowlog.Issue) { issues = append(issues, is.Error()) }
		add := func(r *flowlog.Record) error { got = append(got, r.RecordOrdinal, r.TupleOrdinal); return nil }
		n, err := rows.Decode(b[:cut], add)
		if err == nil {
			err = rows.Finish(b[n:], add)
		}
		if err != nil || !slices.Equal(got, whole) || !slices.Equal(issues, wantIssues) {
			t.Fatalf("cut at %d: %v, %v\n%q\n%q", cut, got, err, issues, wantIssues)
		}
	}
}

func TestRowsReturnTheErrorOfYield(t *testing.T) {
	b := read(t, "../vnet/testdata/as_written.json")
	cols, _ := wiretest.Decode(NewDecoder(), b)
	stop := errors.New("stop")
	for after := range cols.Len() {
		rows := flowlog.NewRows(NewDecoder())
		i := 0
		n, err := rows.Decode(b, func(*flowlog.Record) error {
			if i++; i > after {
				return stop
			}
			return nil
		})
		want := int64(0)
		for _, r := range cols.Records {
			if r.End <= after && r.End > 0 {
				want = r.Offset + r.Length
			}
		}
		if err != stop || int64(n) != want { //nolint:errorlint // unchanged is the promise
			t.Errorf("stopped after %d tuples: %d bytes, %v; want %d bytes", after, n, err, want)
		}
	}
}
