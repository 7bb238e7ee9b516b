package recount

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
)

const log = "flowLogResourceID=/S_RG/NW_F1"

func name(hour int, mac string) string {
	return fmt.Sprintf("%s/y=2026/m=03/d=01/h=%02d/m=00/macAddress=%s/PT1H.json", log, hour, mac)
}

func record(minute int, address string) string {
	return fmt.Sprintf(`{"time":"2026-03-01T10:%02d:30.0000000Z","flowLogVersion":4,"flowLogGUID":"g","macAddress":"000D3A000001","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/S/F","targetResourceID":"/subscriptions/S/V","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["%d,%s,10.0.0.5,50000,443,6,O,B,NX,0,0,0,0"]}]}]}}`,
		minute, 1772359200000+minute*60000, address)
}

func write(t *testing.T, root, name string, records ...string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"records":[`+strings.Join(records, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestARecountFindsWhatTheLakeHasNotOrHasOtherwise(t *testing.T) {
	root := t.TempDir()
	write(t, root, name(10, "000D3A000001"), record(1, "10.0.0.4"), record(2, "10.0.0.4"))
	write(t, root, name(11, "000D3A000001"), record(1, "10.0.0.4"))
	write(t, root, name(12, "000D3A000001"), record(1, "10.0.0.4"), record(2, "nowhere"))
	l, err := lake.Open(t.Context(), t.TempDir(), lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := ingest.New(l, ingest.Options{Now: time.Now}).Run(t.Context(), dir.New(root)); err != nil {
		t.Fatal(err)
	}
	kinds := func() []string {
		t.Helper()
		r, err := Run(t.Context(), l, dir.New(root), Options{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, f := range r.Findings {
			all = append(all, string(f.Kind))
		}
		return all
	}
	if got := kinds(); !slices.Equal(got, []string{"quarantined"}) {
		t.Errorf("at first %q", got)
	}
	// One grew, one lost a record that was read, one is new.
	write(t, root, name(10, "000D3A000001"), record(1, "10.0.0.4"), record(2, "10.0.0.4"), record(3, "10.0.0.4"))
	write(t, root, name(11, "000D3A000001"))
	write(t, root, name(13, "000D3A000001"), record(1, "10.0.0.4"))
	if got := kinds(); !slices.Equal(got, []string{"behind", "miscounted", "missing", "quarantined"}) {
		t.Errorf("then %q", got)
	}
}

func TestGapsAreHoursBetweenOthersThatHaveABlob(t *testing.T) {
	at := func(hour int, mac string) source.Blob { return source.Blob{ID: strings.ToUpper(name(hour, mac))} }
	var blobs []source.Blob
	for _, h := range []int{1, 2, 5, 6, 8} {
		blobs = append(blobs, at(h, "00000000000A"))
	}
	for _, h := range []int{2, 8} { // starts later, which is no gap
		blobs = append(blobs, at(h, "00000000000B"))
	}
	var got []string
	for _, f := range gaps(blobs) {
		got = append(got, f.Detail)
	}
	want := []string{
		"no NIC has a blob from 2026-03-01 03:00Z to 2026-03-01 05:00Z (2 hours)", "no NIC has a blob of 2026-03-01 07:00Z",
		"NIC 00-00-00-00-00-0B has no blob from 2026-03-01 05:00Z to 2026-03-01 07:00Z (2 hours), though others have",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
