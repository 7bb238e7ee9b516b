package inventory

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
)

var demoEnd = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// demo writes the demo's inventory and returns its folder.
func demo(t testing.TB) (*flowgen.Demo, string) {
	t.Helper()
	d, err := flowgen.NewDemo(1, demoEnd)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := d.WriteInventory(flowgen.Dir(root)); err != nil {
		t.Fatal(err)
	}
	return d, root
}

func openLake(t testing.TB) *lake.Lake {
	t.Helper()
	l, err := lake.Open(context.Background(), t.TempDir(), lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func importAll(t testing.TB, l *lake.Lake, paths ...string) *Summary {
	t.Helper()
	s, err := Import(context.Background(), l, dir.Of(source.Inventory(), paths...), ImportOptions{Now: func() time.Time { return demoEnd }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func estateOf(t testing.TB, l *lake.Lake) *Estate {
	t.Helper()
	all, err := Load(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Build(all)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTheDemosOwnersAreThoseOfItsTruth(t *testing.T) {
	d, root := demo(t)
	l := openLake(t)
	s := importAll(t, l, root)
	for _, p := range s.Problems {
		t.Error(p)
	}
	truth, err := d.Truth()
	if err != nil {
		t.Fatal(err)
	}
	e := estateOf(t, l)
	held := map[slot][]Holding{}
	for _, h := range e.Holdings {
		k := slot{h.Network, h.Address}
		held[k] = append(held[k], h)
	}
	// A change is logged some seconds before or after it takes effect: the
	// truth's edges are asked two minutes inside.
	const margin = 2 * time.Minute
	asked := 0
	for _, a := range truth.Addresses {
		if a.Kind != "nic" {
			continue
		}
		from, to := a.From, a.To
		if from.IsZero() {
			from = d.Start()
		} else {
			from = from.Add(margin)
		}
		if to.IsZero() {
			to = d.End()
		} else {
			to = to.Add(-margin)
		}
		for at := from; at.Before(to); at = at.Add(max(time.Minute, to.Sub(from)/50)) {
			asked++
			var owners []Holding
			for _, h := range held[slot{strings.ToLower(a.VNet), a.Address}] {
				if h.Has(at.UnixMicro()) {
					owners = append(owners, h)
				}
			}
			if len(owners) != 1 {
				t.Fatalf("%s in %s has %d owners at %s, the truth is %s", a.Address, a.VNet, len(owners), at, a.NIC)
			}
			h := owners[0]
			vm := e.VMs[h.VM]
			if h.NIC != strings.ToLower(a.NIC) || h.VM != strings.ToLower(a.VM) || h.Subnet != strings.ToLower(a.Subnet) {
				t.Errorf("%s at %s: NIC %s, VM %s, subnet %s; the truth is %s, %s, %s", a.Address, at, h.NIC, h.VM, h.Subnet, a.NIC, a.VM, a.Subnet)
			}
			if scaleSet := strings.Contains(a.VM, "virtualMachineScaleSets"); vm != nil && !scaleSet && vm.At(at.UnixMicro()).VMID != a.VMID {
				t.Errorf("%s at %s: vmId %s, the truth is %s", a.Address, at, vm.At(at.UnixMicro()).VMID, a.VMID)
			}
		}
	}
	if asked < 500 {
		t.Errorf("only %d instants were asked", asked)
	}
}

func TestImportingAgainChangesNothing(t *testing.T) {
	_, root := demo(t)
	l := openLake(t)
	first := importAll(t, l, root)
	before, err := l.Generation(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	again := importAll(t, l, root)
	if again.Added() != 0 || again.Files != 0 || again.Unchanged != first.Files || again.Holdings != first.Holdings {
		t.Errorf("again: %d new of %d files, %d unchanged of %d, %d holdings after %d", again.Added(), again.Files, again.Unchanged, first.Files, again.Holdings, first.Holdings)
	}
	// Copies elsewhere say nothing new.
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(root, flowgen.ContainerActivity))); err != nil {
		t.Fatal(err)
	}
	if s := importAll(t, l, copied); s.Added() != 0 || s.Files == 0 {
		t.Errorf("copies: %d new of %d files", s.Added(), s.Files)
	}
	if after, err := l.Generation(context.Background()); err != nil || after != before {
		t.Errorf("generation %d after %d, %v", after, before, err)
	}
	// In parts it comes to the same.
	parts := openLake(t)
	importAll(t, parts, filepath.Join(root, flowgen.ContainerActivity))
	if s := importAll(t, parts, filepath.Join(root, "inventory")); s.Holdings != first.Holdings {
		t.Errorf("in parts: %d holdings, at once %d", s.Holdings, first.Holdings)
	}
}
