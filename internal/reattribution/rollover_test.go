package reattribution

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
	"github.com/azflow/azflow/internal/upkeep"
)

const (
	nearNetwork = "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourceGroups/flowlogs/providers/Microsoft.Network/"
	nearMAC     = "00224871C205"
)

// recreated writes the logs of a NIC of two hours: in the first a flow is
// re-created, which ends in the second. It returns the folder and an inventory
// that knows the NIC.
func recreated(t *testing.T) (root, known string) {
	t.Helper()
	root = t.TempDir()
	hour := end.Add(-3 * time.Hour)
	for i, tuples := range [][]string{
		{
			tupleAt(hour.Add(time.Minute), "B", "0,0,0,0"),
			tupleAt(hour.Add(20*time.Minute), "E", "10,1000,20,2000"),
			tupleAt(hour.Add(20*time.Minute), "B", "0,0,0,0"),
		},
		{tupleAt(hour.Add(70*time.Minute), "E", "15,1500,25,2500")},
	} {
		at := hour.Add(time.Duration(i) * time.Hour)
		path := filepath.Join(root, flowgen.ContainerVNet, "flowLogResourceID=", "3F8C2A4E-5B1D-4C7A-9E60-2D71B8A4F019_NETWORKWATCHERRG",
			"NETWORKWATCHER_WESTEUROPE_APP-FLOWLOG", at.Format("y=2006/m=01/d=02/h=15/m=00"), "macAddress="+nearMAC, "PT1H.json")
		text := fmt.Sprintf(`{"records":[{"time":%q,"flowLogGUID":"f","macAddress":%q,"category":"FlowLogFlowEvent","flowLogResourceID":"%snetworkWatchers/w/flowLogs/app","targetResourceID":"%svirtualNetworks/app-vnet","operationName":"FlowLogFlowEvent","flowLogVersion":4,"flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["%s"]}]}]}}]}`,
			at.Add(30*time.Minute).Format("2006-01-02T15:04:05.0000000Z"), nearMAC, nearNetwork, nearNetwork, strings.Join(tuples, `","`))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	known = filepath.Join(t.TempDir(), "known.csv")
	text := fmt.Sprintf("time,nic,ip,mac,vm,subnet\n%s,%snetworkInterfaces/app-nic,10.1.1.4,%s,,%svirtualNetworks/app-vnet/subnets/front\n", hour.Add(-time.Hour).Format(time.RFC3339), nearNetwork, nearMAC, nearNetwork)
	if err := os.WriteFile(known, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return root, known
}

func tupleAt(at time.Time, state, counters string) string {
	return fmt.Sprintf("%d,10.1.1.4,20.60.1.7,50000,443,6,O,%s,NX,%s", at.UnixMilli(), state, counters)
}

// between is a source that does something before its second blob is opened.
type between struct {
	source.Source
	opened int
	do     func()
}

func (b *between) Open(ctx context.Context, blob source.Blob, offset int64) (*source.Reader, error) {
	if b.opened++; b.opened == 2 {
		b.do()
	}
	return b.Source.Open(ctx, blob, offset)
}

// settled compares a lake with one that had its inventory first, before and after
// compaction.
func settled(t *testing.T, got, want *lake.Lake) {
	t.Helper()
	if n := len(small(t, got, "OpenRollovers")); n != 0 {
		t.Errorf("%d rollovers are open", n)
	}
	for _, compacted := range []bool{false, true} {
		if compacted {
			for _, l := range []*lake.Lake{got, want} {
				if _, err := upkeep.Compact(t.Context(), l, upkeep.Options{Now: clock}); err != nil {
					t.Fatal(err)
				}
			}
		}
		same(t, got, want)
		for row := range rowsOf(t, got, rollup.Table) {
			if strings.Contains(row, "RecordCount=0 ") {
				t.Errorf("compacted %v: a row of no tuple: %s", compacted, row)
			}
		}
	}
}

// knownFirst returns a lake with what recreated wrote, whose inventory came first.
func knownFirst(t *testing.T, root, known string, opt ingest.Options) *lake.Lake {
	t.Helper()
	want := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	inventoryOf(t, want, known)
	take(t, want, root, opt)
	settle(t, want)
	if text := fmt.Sprint(rowsOf(t, want, rollup.Table)); strings.Count(text, "BytesSrcToDestRepeated=1000 ") != 1 || !strings.Contains(text, "app-nic") {
		t.Fatalf("no flow was re-created by a known NIC: %s", text)
	}
	return want
}

func TestAFlowThatEndsAfterItsOwnersWereNamedAnewIsCorrectedUnderThem(t *testing.T) {
	root, known := recreated(t)
	opt := ingest.Options{Workers: 1, Now: clock, CommitRows: 1}
	want := knownFirst(t, root, known, opt)
	got := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	src := &between{Source: dir.New(filepath.Join(root, flowgen.ContainerVNet)), do: func() {
		inventoryOf(t, got, known)
		if sum, err := Run(t.Context(), got, Options{Now: clock}); err != nil || sum.Rows != 3 {
			t.Errorf("%+v, %v", sum, err)
		}
	}}
	if _, err := ingest.New(got, opt).Run(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	settle(t, got) // the second hour was read by the old inventory
	settled(t, got, want)
}

func TestAFlowThatEndsWhileItsOwnersAreNamedAnewIsCorrectedUnderThem(t *testing.T) {
	root, known := recreated(t)
	opt := ingest.Options{Workers: 1, Now: clock, CommitRows: 1}
	want := knownFirst(t, root, known, opt)
	folder := t.TempDir()
	got := laketest.Open(t, folder, lake.Options{Now: clock})
	waits, goOn := make(chan struct{}), make(chan struct{})
	src := &between{Source: dir.New(filepath.Join(root, flowgen.ContainerVNet)), do: func() { close(waits); <-goOn }}
	done := make(chan error, 1)
	go func() {
		_, err := ingest.New(got, opt).Run(context.WithoutCancel(t.Context()), src)
		done <- err
	}()
	<-waits
	inventoryOf(t, got, known)
	// The flow's end is committed when the new names are about to be.
	first := true
	slow := laketest.Open(t, folder, lake.Options{Now: clock, Step: func(step, what string) error {
		if step == lake.StepRename && strings.HasPrefix(what, lake.TableFlows+"/") && first {
			first = false
			close(goOn)
			return <-done
		}
		return nil
	}})
	if _, err := Run(t.Context(), slow, Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	if first {
		t.Fatal("nothing was named anew")
	}
	settle(t, got)
	settled(t, got, want)
}
