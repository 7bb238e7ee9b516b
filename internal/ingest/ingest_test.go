package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
)

func run(t testing.TB, l *lake.Lake, src source.Source, o Options) *Summary {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	s, err := New(l, o).Run(context.Background(), src)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Failed {
		t.Error(err)
	}
	return s
}

func tuples(t testing.TB, l *lake.Lake) int {
	n := 0
	laketest.Rows(t, l, tableFlows, nil, func([]string) { n++ })
	return n
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// record returns a version 4 record of one minute with n tuples, which differ by
// source port.
func record(minute, n int) string {
	var tuples []string
	for i := range n {
		tuples = append(tuples, fmt.Sprintf(`"%d,10.0.0.6,192.0.2.180,%d,443,6,O,E,NX,3,767,2,1580"`, 1772359200000+minute*60000+i, 20000+i))
	}
	return fmt.Sprintf(`{"time":"2026-03-01T10:%02d:30.1234567Z","flowLogVersion":4,"flowLogGUID":"g","macAddress":"000D3A000001","category":"FlowLogFlowEvent",`+
		`"flowLogResourceID":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/NW/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW/FLOWLOGS/FL",`+
		`"targetResourceID":"/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/vnet1","operationName":"FlowLogFlowEvent",`+
		`"flowRecords":{"flows":[{"aclID":"acl","flowGroups":[{"rule":"DefaultRule_AllowInternetOutBound","flowTuples":[%s]}]}]}}`, minute, strings.Join(tuples, ","))
}

func blob(records ...string) string {
	return `{"records":[` + strings.Join(records, ",") + `]}`
}

const azurePath = "flowLogResourceID=/S_NETWORKWATCHERRG/NW_FL/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3A000001/PT1H.json"

func TestTheDemoIsStoredAsItsTruthSays(t *testing.T) {
	demo, err := flowgen.NewDemo(1, time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := demo.WriteLogs(flowgen.Dir(root)); err != nil {
		t.Fatal(err)
	}
	truth, err := demo.Truth()
	if err != nil {
		t.Fatal(err)
	}
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	s := run(t, l, dir.New(root), Options{Workers: 2})
	if got := s.Tuples; got != int64(truth.Totals.Tuples) || s.Blobs != int64(truth.Totals.Blobs) || s.Records != int64(truth.Totals.Records) || s.RefusedCount() != 0 {
		t.Errorf("%d tuples of %d blobs and %d records, %v refused; the truth is %d of %d and %d", got, s.Blobs, s.Records, s.Refused, truth.Totals.Tuples, truth.Totals.Blobs, truth.Totals.Records)
	}
	states, actions, blobs := map[string]int{}, map[string]int{}, map[string]int{}
	laketest.Rows(t, l, tableFlows, []string{"FlowState", "FlowStatus", "BlobId"}, func(r []string) {
		states[r[0]]++
		actions[r[1]]++
		blobs[r[2]]++
	})
	if !maps.Equal(states, truth.Totals.ByState) {
		t.Errorf("states %v, the truth is %v", states, truth.Totals.ByState)
	}
	if len(blobs) != truth.Totals.Blobs {
		t.Errorf("rows of %d blobs, the truth is %d", len(blobs), truth.Totals.Blobs)
	}
	t.Logf("actions %v, truth %v", actions, truth.Totals.ByAction)

	// A second time there is nothing new.
	again := run(t, l, dir.New(root), Options{Workers: 2})
	if again.Tuples != 0 || again.Stored != s.Blobs {
		t.Errorf("again: %d tuples, %d of %d blobs already stored", again.Tuples, again.Stored, s.Blobs)
	}
}

func TestACopyElsewhereCountsOnce(t *testing.T) {
	root := t.TempDir()
	text := blob(record(0, 3), record(1, 4))
	write(t, filepath.Join(root, "a", azurePath), text)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "b", strings.ToLower(azurePath)+".gz"), z.String())
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	if s := run(t, l, dir.New(root), Options{Workers: 2}); s.Tuples != 7 {
		t.Errorf("%d tuples, want 7", s.Tuples)
	}
	other := t.TempDir()
	write(t, filepath.Join(other, azurePath), text)
	if s := run(t, l, dir.New(other), Options{}); s.Tuples != 0 || s.Stored != 1 {
		t.Errorf("the copy gave %d tuples, %d already stored", s.Tuples, s.Stored)
	}
	if n := tuples(t, l); n != 7 {
		t.Errorf("%d rows, want 7", n)
	}
}

func TestABlobThatGrewIsReadOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), azurePath)
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	var records []string
	for minute := range 20 {
		records = append(records, record(minute, minute+1))
		write(t, path, blob(records...))
		if s := run(t, l, dir.New(path), Options{}); s.Tuples != int64(minute+1) {
			t.Fatalf("minute %d gave %d tuples, want %d", minute, s.Tuples, minute+1)
		}
	}
	ordinals := map[string]bool{}
	laketest.Rows(t, l, tableFlows, []string{"TupleOrdinal"}, func(r []string) { ordinals[r[0]] = true })
	if len(ordinals) != 210 || !ordinals["209"] {
		t.Errorf("%d different ordinals, want 0 to 209", len(ordinals))
	}
}

func TestARewrittenBlobReplacesItsRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), azurePath)
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	write(t, path, blob(record(0, 5), record(1, 5)))
	run(t, l, dir.New(path), Options{})
	write(t, path, blob(record(30, 2), record(31, 1)))
	s := run(t, l, dir.New(path), Options{})
	if s.Tuples != 3 || len(s.Rewritten) != 1 {
		t.Errorf("%d tuples, rewritten %v", s.Tuples, s.Rewritten)
	}
	if n := tuples(t, l); n != 3 {
		t.Errorf("%d rows are left, want 3", n)
	}
}

func TestABlobThatWasEmptyWhenFirstReadIsKnownByItsFirstRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	for _, step := range []struct {
		content           string
		tuples, rewritten int
	}{
		{blob(), 0, 0}, {blob(record(1, 10)), 10, 0}, {blob(record(1, 10), record(2, 5)), 15, 0}, {blob(record(30, 3)), 3, 1},
	} {
		write(t, path, step.content)
		s := run(t, l, dir.New(path), Options{})
		if n := tuples(t, l); n != step.tuples || len(s.Rewritten) != step.rewritten {
			t.Errorf("%d rows and rewritten %v, want %d and %d", n, s.Rewritten, step.tuples, step.rewritten)
		}
	}
}

func TestACutOffRecordIsReportedAndReadWhenTheFileGrows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	whole := blob(record(0, 2), record(1, 3))
	write(t, path, whole[:len(whole)-100])
	s := run(t, l, dir.New(path), Options{})
	if s.Tuples != 2 || s.RefusedCount() != 1 {
		t.Errorf("%d tuples, refused %v; want 2 and one record", s.Tuples, s.Refused)
	}
	write(t, path, whole)
	if s := run(t, l, dir.New(path), Options{}); s.Tuples != 3 || s.RefusedCount() != 0 {
		t.Errorf("then %d tuples, refused %v; want 3 and none", s.Tuples, s.Refused)
	}
}

func TestBadInputCostsItsNeighboursNothing(t *testing.T) {
	root := t.TempDir()
	bad := strings.Replace(record(1, 3), "10.0.0.6", "10.0.0.666", 1)
	write(t, filepath.Join(root, "a.json"), blob(record(0, 2), bad, `{"unknown":true}`, record(2, 2)))
	write(t, filepath.Join(root, "b.json"), "this is no flow log\n")
	write(t, filepath.Join(root, "c.json"), blob(record(3, 1)))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	s := run(t, l, dir.New(root), Options{})
	if s.Tuples != 2+2+2+1 || len(s.Refused) < 2 {
		t.Errorf("%d tuples, refused %v", s.Tuples, s.Refused)
	}
	ctx := context.Background()
	snap, err := l.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = snap.Close() }()
	kept := 0
	for row, err := range snap.Rows(ctx, "IngestErrors", lake.TimeRange{}) {
		if err != nil {
			t.Fatal(err)
		}
		if row[5] == "" || row[6] == "" {
			t.Errorf("quarantine without reason or text: %v", row)
		}
		kept++
	}
	if int64(kept) != s.RefusedCount() {
		t.Errorf("%d in quarantine, %d refused", kept, s.RefusedCount())
	}
}

func TestRowsTellWhereTheyComeFrom(t *testing.T) {
	path := filepath.Join(t.TempDir(), azurePath)
	write(t, path, blob(record(0, 1)))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	run(t, l, dir.New(path), Options{})
	want := map[string]string{
		"SrcIp": "10.0.0.6", "DestIp": "192.0.2.180", "SrcPort": "20000", "DestPort": "443", "Protocol": "6", "L4Protocol": "TCP",
		"FlowDirection": "Outbound", "FlowState": "E", "FlowStatus": "Allowed", "FlowEncryption": "NX", "BytesSrcToDest": "767", "BytesDestToSrc": "1580",
		"FlowLogType": "VNet", "FlowLogVersion": "4", "MacAddress": "00-0D-3A-00-00-01", "BlobId": strings.ToUpper(azurePath), "BlobGeneration": "0",
		"RecordOrdinal": "0", "TupleOrdinal": "0", "CaptureRole": "Initiator", "VNet": "rg/vnet1", "SrcVnet": "rg/vnet1", "DestVnet": "", "SrcSubscription": "s",
		"FlowType": "ExternalPublic", "FlowTypeReason": "inferred", "L7Protocol": "https", "SrcPublic": "0", "DestPublic": "1", "SrcIp4": "167772166",
		"SrcIp6Hi": "null", "TotalBytes": "null", "Rollover": "0", "RecordTicks": fmt.Sprint(flowlog.UnixTicks + time.Date(2026, 3, 1, 10, 0, 30, 0, time.UTC).Unix()*1e7 + 1234567), "TimeGenerated": "1772359200000000",
	}
	names := slices.Sorted(maps.Keys(want))
	laketest.Rows(t, l, tableFlows, names, func(r []string) {
		for i, n := range names {
			if r[i] != want[n] {
				t.Errorf("%s = %q, want %q", n, r[i], want[n])
			}
		}
	})
}

func TestNothingToReadIsAnError(t *testing.T) {
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	_, err := New(l, Options{Now: time.Now}).Run(context.Background(), dir.New(t.TempDir()))
	if !errors.Is(err, ErrNoInput) {
		t.Errorf("error %v, want ErrNoInput", err)
	}
}

func TestAnInterruptedIngestKeepsWhatItDecodedAndGoesOn(t *testing.T) {
	root := t.TempDir()
	for i := range 40 {
		write(t, filepath.Join(root, fmt.Sprintf("%02d.json", i)), blob(record(i, 100)))
	}
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	g := New(l, Options{Now: time.Now, Workers: 2})
	calls := 0
	src := stopping{dir.New(root), func() {
		if calls++; calls == 20 {
			cancel()
		}
	}}
	s, err := g.Run(ctx, src)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	stored := tuples(t, l)
	if int64(stored) != s.Tuples || stored == 0 || stored == 4000 {
		t.Errorf("%d rows, %d reported", stored, s.Tuples)
	}
	run(t, l, dir.New(root), Options{Workers: 2})
	if n := tuples(t, l); n != 4000 {
		t.Errorf("%d rows in the end, want 4000", n)
	}
}

func TestAStopWhileRowsAreCommittedLosesNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	write(t, file, blob(record(1, 100)))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	// The one blob is read to its end when the stop comes: all of it is decoded.
	s, err := New(l, Options{Now: time.Now}).Run(ctx, stoppingAtEnd{dir.New(file), cancel})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if n := tuples(t, l); n != 100 || s.Tuples != 100 {
		t.Errorf("%d rows, %d reported, want 100", n, s.Tuples)
	}
}

func TestAStopWithinABlobKeepsWhatWasDecodedOfIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	var records []string
	for i := range 1000 {
		records = append(records, record(i%60, 100))
	}
	write(t, file, blob(records...))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	s, err := New(l, Options{Now: time.Now}).Run(ctx, stoppingWithin{dir.New(file), window + 1, cancel})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	stored, merged := tuples(t, l), 0
	laketest.Rows(t, l, tableTraffic, []string{"RecordCount"}, func(r []string) { merged += atoi(t, r[0]) })
	if int64(stored) != s.Tuples || merged != stored || stored == 0 || stored == 100_000 {
		t.Errorf("%d rows, %d merged, %d reported", stored, merged, s.Tuples)
	}
	run(t, l, dir.New(file), Options{})
	if n := tuples(t, l); n != 100_000 {
		t.Errorf("%d rows in the end, want 100000", n)
	}
}

// stoppingWithin calls cancel once more than so many bytes of a blob were read.
type stoppingWithin struct {
	*dir.Source
	after  int64
	cancel func()
}

func (s stoppingWithin) Open(ctx context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	r, err := s.Source.Open(context.WithoutCancel(ctx), b, offset)
	if err == nil {
		r.ReadCloser = &counting{r.ReadCloser, s}
	}
	return r, err
}

type counting struct {
	io.ReadCloser
	s stoppingWithin
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	if c.s.after -= int64(n); c.s.after < 0 {
		c.s.cancel()
	}
	return n, err
}

type stoppingAtEnd struct {
	*dir.Source
	cancel func()
}

func (s stoppingAtEnd) Open(ctx context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	r, err := s.Source.Open(ctx, b, offset)
	if err == nil {
		r.ReadCloser = closer{r.ReadCloser, s.cancel}
	}
	return r, err
}

type closer struct {
	io.ReadCloser
	closed func()
}

func (c closer) Close() error {
	c.closed()
	return c.ReadCloser.Close()
}

type stopping struct {
	*dir.Source
	opened func()
}

func (s stopping) Open(ctx context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	s.opened()
	return s.Source.Open(ctx, b, offset)
}

func TestSmallCommitsGiveTheSameRows(t *testing.T) {
	root := t.TempDir()
	if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 7, Tuples: 60_000, NICs: 3, Hours: 2, Start: time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)}, flowgen.Dir(root)); err != nil {
		t.Fatal(err)
	}
	sums := func(o Options) string {
		l := laketest.Open(t, t.TempDir(), lake.Options{})
		run(t, l, dir.New(root), o)
		n, bytes, repeated := 0, 0, 0
		laketest.Rows(t, l, tableTraffic, []string{"RecordCount", "BytesSrcToDest", "BytesSrcToDestRepeated"}, func(r []string) {
			n += atoi(t, r[0])
			bytes += atoi(t, r[1])
			repeated += atoi(t, r[2])
		})
		return fmt.Sprint(tuples(t, l), n, bytes, repeated)
	}
	if one, many := sums(Options{}), sums(Options{CommitRows: 1000, Workers: 3}); one != many {
		t.Errorf("one commit %s, many %s", one, many)
	}
}

func atoi(t testing.TB, s string) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscan(s, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoIngestsAtOnceStoreEachTupleOnce(t *testing.T) {
	root := t.TempDir()
	c, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 3, Tuples: 100_000, NICs: 8, Hours: 4, Start: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}, flowgen.Dir(root))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	a, b := laketest.Open(t, folder, lake.Options{}), laketest.Open(t, folder, lake.Options{})
	done := make(chan error, 2)
	for _, l := range []*lake.Lake{a, b} {
		go func() {
			_, err := New(l, Options{Now: time.Now, Workers: 2, CommitRows: 5000}).Run(context.Background(), dir.New(root))
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	run(t, a, dir.New(root), Options{})
	if n := tuples(t, a); n != c.Tuples {
		t.Errorf("%d rows, want %d", n, c.Tuples)
	}
}

func TestDaysInAnyOrderGoToTheirDays(t *testing.T) {
	// Records of thirty days, far more than are open at once.
	var days []string
	for i := range 300 {
		at := time.Date(2026, 3, 1+i*7%30, i%24, 0, 0, 0, time.UTC)
		text := strings.ReplaceAll(record(0, 20), "2026-03-01T10:00:30.1234567Z", at.Format("2006-01-02T15:04:05.0000000Z"))
		days = append(days, strings.ReplaceAll(text, "1772359200", fmt.Sprint(at.Unix())))
	}
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	s := run(t, l, dir.New(write(t, filepath.Join(t.TempDir(), "mixed.json"), blob(days...))), Options{Workers: 1})
	if s.Tuples != 6000 || s.RefusedCount() != 0 {
		t.Fatalf("%d tuples stored, %d refused; want 6000 and none", s.Tuples, s.RefusedCount())
	}
	perDay := map[string]int{}
	laketest.Rows(t, l, tableFlows, []string{"TimeGenerated"}, func(row []string) {
		var micros int64
		if _, err := fmt.Sscan(row[0], &micros); err != nil {
			t.Fatal(err)
		}
		perDay[time.UnixMicro(micros).UTC().Format(time.DateOnly)]++
	})
	if len(perDay) != 30 {
		t.Errorf("rows lie on %d days, want 30", len(perDay))
	}
	for day, n := range perDay {
		if n != 200 {
			t.Errorf("%s has %d rows, want 200", day, n)
		}
	}
}

func TestAClockThatIsSetBackLosesAndDoublesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	write(t, file, blob(record(1, 100)))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	now := time.Now()
	for i, content := range []string{blob(record(1, 100), record(2, 50)), blob(record(1, 100), record(2, 50), record(3, 7)), blob(record(1, 100), record(2, 50), record(3, 7))} {
		write(t, file, content)
		now = now.Add(-time.Hour)
		if _, err := New(l, Options{Now: func() time.Time { now = now.Add(-time.Second); return now }}).Run(context.Background(), dir.New(file)); err != nil {
			t.Fatalf("run %d: %v", i, err)
		}
	}
	if n := tuples(t, l); n != 157 {
		t.Errorf("%d rows, want 157", n)
	}
}
