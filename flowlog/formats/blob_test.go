package formats

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wiretest"
)

// record returns a version 4 record of minute n with one tuple.
func record(n int, extra string) string {
	return fmt.Sprintf(`{"time":"2026-01-01T00:%02d:00.0000000Z","flowLogVersion":4,"macAddress":"000D3A000001"%s,"flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["%d,10.0.0.1,10.0.0.2,1,2,6,O,B,NX,0,0,0,0"]}]}]}}`, n, extra, 1767225600000+60000*int64(n))
}

// decodeWindows decodes a stream as ingest does, and returns the columns of all
// windows printed, the cursor and the largest window.
func decodeWindows(t *testing.T, r io.Reader, size int) (*flowlog.Columns, flowlog.Cursor, int) {
	t.Helper()
	w := flowlog.NewWindows(r, size)
	d := NewDecoder()
	cols := flowlog.NewColumns(flowlog.NewDict())
	var cur flowlog.Cursor
	largest := 0
	for last := false; !last; {
		var b []byte
		var err error
		if b, last, err = w.Next(); err != nil {
			t.Fatal(err)
		}
		largest = max(largest, cap(b))
		w.Discard(d.DecodeColumns(b, last, &cur, cols))
	}
	if err := wiretest.Check(cols); err != nil {
		t.Fatal(err)
	}
	return cols, cur, largest
}

// A blob grows by one block a minute, put before the block that closes it.
func TestAGrowingBlobIsReadOnFromTheCursor(t *testing.T) {
	const head, tail = `{"records":[`, `]}`
	blob := head
	d := NewDecoder()
	cols := flowlog.NewColumns(flowlog.NewDict())
	var cur flowlog.Cursor
	for minute := range 60 {
		now := blob + tail
		d.DecodeColumns([]byte(now[cur.Offset:]), minute%2 == 0, &cur, cols)
		if len(cols.Records) != minute || cur.Offset != int64(len(blob)) {
			t.Fatalf("minute %d: %d records, cursor at %d of %d", minute, len(cols.Records), cur.Offset, len(blob))
		}
		if minute > 0 {
			blob += ","
		}
		blob += record(minute, "")
	}
	d.DecodeColumns([]byte(blob[cur.Offset:]), true, &cur, cols)
	want, _ := wiretest.Decode(NewDecoder(), []byte(blob+tail))
	if cols.String() != want.String() {
		t.Errorf("minute by minute:\n%s\nwhole:\n%s", cols, want)
	}
}

func TestHeadAndTailAloneHoldNothing(t *testing.T) {
	for _, blob := range []string{"", `{"records":[]}`, `{"records":[`, "{\r\n  \"records\": [\r\n\r\n  ]\r\n}", "\xef\xbb\xbf[]", "\n"} {
		cols, _ := wiretest.Decode(NewDecoder(), []byte(blob))
		if cols.Len() > 0 || len(cols.Records) > 0 || len(cols.Issues) > 0 {
			t.Errorf("%q: got\n%s", blob, cols)
		}
	}
}

// What may stand around records, and means the same.
func TestEveryWrappingOfRecordsGivesTheSameTuples(t *testing.T) {
	a, b := record(0, ""), record(1, "")
	want := ""
	for i, blob := range []string{
		`{"records":[` + a + `,` + b + `]}`,
		`{"records":[` + a + `,` + b, // missing closer
		`[` + a + `,` + b + `]`,
		a + "\n" + b + "\n",
		a + "\r\n" + b,
		a + b,
		`,` + a + `,` + b + `]}`, // read on from a cursor
		"\xef\xbb\xbf" + `{"records":[` + a + `]}` + "\n\xef\xbb\xbf" + `{"records":[` + b + `]}`,
		"\x1e" + a + "\n\x1e" + b + "\n", // RFC 7464
		`{"nextLink":null,"RECORDS" : [` + a + `],"r\u0065cords":[` + b + `]}`,
		`{"records":[` + a + `,"records":[` + b + `]]}`, // a published sample
	} {
		cols, _ := wiretest.Decode(NewDecoder(), []byte(blob))
		got := strings.Join(wiretest.Lines(cols), "\n")
		if i == 0 {
			want = got
		}
		if got != want || cols.Len() != 2 || len(cols.Issues) > 0 {
			t.Errorf("%q: got\n%s", blob, cols)
		}
	}
}

func TestARecordLargerThanTheLimitIsRefusedAndSkipped(t *testing.T) {
	for name, middle := range map[string][]string{
		"one long text":    {`{"time":"2026-01-01T00:01:00Z","flowLogVersion":4,"x":"`, strings.Repeat("x", 1<<20), `","flowRecords":{"flows":[]}}`},
		"no closing brace": {`{"time":"2026-01-01T00:01:00Z","flowLogVersion":4,"flowRecords":{"flows":[{"flowGroups":[{"flowTuples":["1767225600000,10.0.0.1,10.0.0.2,1,2,6,O,B,NX,0,0,0,0"`, strings.Repeat(`,"1767225600000,10.0.0.1,10.0.0.2,1,2,6,O,B,NX,0,0,0,0"`, 1<<14), ""},
	} {
		stream := func() io.Reader {
			parts := []io.Reader{strings.NewReader(`{"records":[` + record(0, "") + "," + middle[0])}
			for range flowlog.MaxRecordSize/len(middle[1]) + 1 {
				parts = append(parts, strings.NewReader(middle[1]))
			}
			return io.MultiReader(append(parts, strings.NewReader(middle[2]+","+record(2, "")+"]}"))...)
		}
		cols, cur, largest := decodeWindows(t, stream(), 1<<20)
		if cols.Len() != 2 || len(cols.Issues) != 1 || cur.Records != 3 {
			t.Fatalf("%s: %d tuples, cursor %+v, issues %d", name, cols.Len(), cur, len(cols.Issues))
		}
		is := cols.Issues[0]
		if is.Reason != "record is larger than 64 MiB" || is.Record != 1 || len(is.Raw) != flowlog.MaxIssueRaw {
			t.Errorf("%s: %.300v", name, is)
		}
		if largest > flowlog.MaxRecordSize+1<<20+flowlog.Pad {
			t.Errorf("%s: a window took %d bytes", name, largest)
		}
		if rows := cap(cols.Time); rows > 1<<17 {
			t.Errorf("%s: room for %d rows was made", name, rows)
		}
		if testing.Short() {
			continue
		}
		whole, err := io.ReadAll(stream())
		if err != nil {
			t.Fatal(err)
		}
		if got, at := wiretest.Decode(NewDecoder(), whole); got.String() != cols.String() || at != cur {
			t.Errorf("%s: whole: cursor %+v\n%.2000s\nwindows: cursor %+v\n%.2000s", name, at, got, cur, cols)
		}
	}
}

func TestStrayTextIsOneIssueHoweverLong(t *testing.T) {
	for _, n := range []int{1, 5000, 3 << 20} {
		blob := []byte(`{"records":[` + record(0, "") + "," + strings.Repeat("\x00", n) + record(1, "") + "]}")
		cols, cur, _ := decodeWindows(t, bytes.NewReader(blob), 4096)
		if cols.Len() != 2 || cur.Records != 2 || len(cols.Issues) != 1 || cols.Issues[0].Kind != flowlog.BlobIssue || len(cols.Issues[0].Raw) != min(n, flowlog.MaxIssueRaw) {
			t.Errorf("%d bytes: cursor %+v, got\n%.2000s", n, cur, cols)
		}
		if got, at := wiretest.Decode(NewDecoder(), blob); got.String() != cols.String() || at != cur {
			t.Errorf("%d bytes: whole differs: cursor %+v\n%.2000s", n, at, got)
		}
	}
}

func TestInputThatIsNoFlowLogIsReportedAndReadInLittleMemory(t *testing.T) {
	for name, unit := range map[string]string{"zeros": "\x00", "white space": " ", "brackets": "[", "braces": "{", "text": "lorem ipsum ", "quotes": `"`} {
		n := 8 << 20
		cols, _, largest := decodeWindows(t, io.LimitReader(&repeat{[]byte(unit)}, int64(n)), 1<<20)
		if cols.Len() > 0 || len(cols.Records) > 0 || largest > 3<<20 {
			t.Errorf("%s: %d tuples, a window of %d bytes", name, cols.Len(), largest)
		}
		if blank := name == "white space" || name == "brackets"; blank != (len(cols.Issues) == 0) {
			t.Errorf("%s: %d issues", name, len(cols.Issues))
		}
	}
}

type repeat struct{ unit []byte }

func (r *repeat) Read(b []byte) (int, error) {
	n := 0
	for len(b)-n >= len(r.unit) {
		n += copy(b[n:], r.unit)
	}
	if n == 0 {
		n = copy(b, r.unit)
	}
	return n, nil
}

func TestNestingIsLimited(t *testing.T) {
	deep := func(n int) string {
		return record(1, `,"x":`+strings.Repeat("[", n)+strings.Repeat("]", n))
	}
	for _, c := range []struct{ depth, rows int }{{flowlog.MaxRecordDepth - 1, 3}, {flowlog.MaxRecordDepth, 2}, {100000, 2}} {
		blob := `{"records":[` + record(0, "") + "," + deep(c.depth) + "," + record(2, "") + "]}"
		cols, cur := wiretest.Decode(NewDecoder(), []byte(blob))
		if cols.Len() != c.rows || cur.Records != 3 || len(cols.Issues) != 3-c.rows {
			t.Errorf("depth %d: %d tuples, cursor %+v, issues %d", c.depth, cols.Len(), cur, len(cols.Issues))
		}
	}
}

// Bytes that JSON forbids in a text must not slip through the fast path.
func TestControlCharactersInATupleRefuseTheRecord(t *testing.T) {
	good := record(1, "")
	at := strings.Index(good, "1767")
	for i := at; i < at+50; i++ {
		for _, c := range []byte{0, 1, '\n', 0x1f} {
			bad := []byte(good[:i] + string(c) + good[i:])
			blob := append([]byte(`{"records":[`+record(0, "")+","), bad...)
			blob = append(blob, ","+record(2, "")+"]}"...)
			cols, _ := wiretest.Decode(NewDecoder(), append(blob, make([]byte, flowlog.Pad)...)[:len(blob)])
			if cols.Len() != 2 || len(cols.Issues) != 1 || cols.Issues[0].Reason != "control character in a string" {
				t.Fatalf("%q: got\n%s", bad, cols)
			}
		}
	}
}

// What lies in a window's spare capacity is not part of the input.
func TestSpareCapacityIsNotRead(t *testing.T) {
	blob := []byte(`{"records":[` + record(0, "") + "," + record(1, "") + "]}" + strings.Repeat(" ", flowlog.Pad))
	whole := len(blob) - flowlog.Pad
	for n := range whole {
		var cur flowlog.Cursor
		cols := flowlog.NewColumns(flowlog.NewDict())
		NewDecoder().DecodeColumns(blob[:n], false, &cur, cols)
		want, _ := wiretest.DecodeWindows(NewDecoder(), blob[:n], n+1)
		if cur.Offset > int64(n) || cols.Len() != want.Len() || cols.Len() > 0 && cols.Records[len(cols.Records)-1].Length > int64(n) {
			t.Fatalf("window of %d bytes: cursor at %d, %d tuples, want %d", n, cur.Offset, cols.Len(), want.Len())
		}
	}
}

func TestRefusedTuplesBeyondTheLimitAreCounted(t *testing.T) {
	n := flowlog.MaxIssuesPerRecord + 234
	blob := `{"flowLogVersion":4,"flowRecords":{"flows":[{"flowGroups":[{"rule":"r","flowTuples":["x"` + strings.Repeat(`,"x"`, n-1) + `]}]}]}}`
	cols, cur := wiretest.Decode(NewDecoder(), []byte(blob))
	total := int64(0)
	for _, is := range cols.Issues {
		total += is.Count
	}
	if len(cols.Issues) != flowlog.MaxIssuesPerRecord || total != int64(n) || cur.Tuples != int64(n) {
		t.Errorf("%d issues of %d tuples, cursor %+v; want %d", len(cols.Issues), total, cur, n)
	}
}

// Tuples by table of status, direction and state, typed from the samples.
func TestCountsByStatusAndState(t *testing.T) {
	for file, want := range map[string]map[string]int{
		"../vnet/testdata/documented.json": {"Allowed Outbound B": 2, "Allowed Outbound E": 2, "Allowed Outbound C": 1, "Denied Inbound D": 4, "Denied Outbound D": 1},
		"../vnet/testdata/as_written.json": {"Allowed Inbound B": 1, "Allowed Inbound E": 1, "Allowed Outbound B": 2, "Allowed Outbound E": 2, "Denied Inbound D": 2},
		"../nsg/testdata/version_1.json":   {"Denied Inbound ": 2, "Allowed Inbound ": 2, "Allowed Outbound ": 1},
		"../nsg/testdata/version_2.json":   {"Denied Inbound B": 5, "Allowed Outbound B": 1, "Allowed Outbound E": 3, "Allowed Outbound C": 1, "Allowed Inbound B": 1},
	} {
		got := map[string]int{}
		rows := flowlog.NewRows(NewDecoder())
		rows.Issues = func(is *flowlog.Issue) { t.Errorf("%s: %v", file, is) }
		count := func(r *flowlog.Record) error {
			got[fmt.Sprint(r.Status, " ", r.Direction, " ", r.State)]++
			return nil
		}
		b := read(t, file)
		n, err := rows.Decode(b, count)
		if err == nil {
			err = rows.Finish(b[n:], count)
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, %v, want %v", file, got, err, want)
		}
	}
}
