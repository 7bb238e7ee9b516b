package ingest

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
)

// TestTheDemosEndsAreOwnedAsItsTruthSays takes the demo's inventory and logs in
// and holds every row of Flows against the truth: what the capturing NIC was to
// the flow, and who owned both ends.
func TestTheDemosEndsAreOwnedAsItsTruthSays(t *testing.T) {
	if testing.Short() {
		t.Skip("compares 354,540 rows")
	}
	demo, err := flowgen.NewDemo(1, time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, write := range []func(flowgen.Sink) error{demo.WriteLogs, demo.WriteInventory} {
		if err := write(flowgen.Dir(root)); err != nil {
			t.Fatal(err)
		}
	}
	truth, err := demo.Truth()
	if err != nil {
		t.Fatal(err)
	}
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	if _, err := inventory.Import(context.Background(), l, dir.Of(source.Inventory(), filepath.Join(root, "inventory"), filepath.Join(root, flowgen.ContainerActivity)), inventory.ImportOptions{Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	run(t, l, dir.New(filepath.Join(root, flowgen.ContainerVNet), filepath.Join(root, flowgen.ContainerNSG)), Options{Workers: 2})

	roles := map[string]string{}
	for _, x := range truth.Exchanges {
		for _, c := range x.Captures {
			k := strings.Join([]string{c.MAC, c.Src.String(), c.Dest.String(), strconv.Itoa(int(x.SrcPort)), strconv.Itoa(int(x.DestPort)), strconv.Itoa(int(x.Protocol)), c.Direction}, " ")
			if have := roles[k]; have != "" && have != c.Role {
				roles[k] = "either"
				continue
			}
			roles[k] = c.Role
		}
	}
	networks := map[string]string{} // of a MAC
	owners := map[netip.Addr][]flowgen.AddressTruth{}
	for _, a := range truth.Addresses {
		owners[a.Address] = append(owners[a.Address], a)
		if a.MAC != "" {
			networks[a.MAC] = a.VNet
		}
	}
	rows, asked, wrong := 0, 0, map[string]int{}
	columns := []string{
		"TimeGenerated", "MacAddress", "SrcIp", "DestIp", "SrcPort", "DestPort", "Protocol", "FlowDirection", "CaptureRole",
		"SrcNicResourceId", "SrcVmResourceId", "SrcMiss", "DestNicResourceId", "DestVmResourceId", "DestMiss", "CaptureNic", "SrcVmId", "DestVmId",
	}
	laketest.Rows(t, l, tableFlows, columns, func(r []string) {
		rows++
		mac := strings.ReplaceAll(r[1], "-", "")
		want := roles[strings.Join([]string{mac, r[2], r[3], r[4], r[5], r[6], r[7][:1]}, " ")]
		if want == "" {
			wrong["no exchange of the truth"]++
		} else if want != r[8] && want != "either" {
			wrong[fmt.Sprintf("role %s, the truth is %s: %s to %s of %s", r[8], want, r[2], r[3], mac)]++
		}
		micros, err := strconv.ParseInt(r[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		at := time.UnixMicro(micros)
		for _, end := range []struct{ ip, nic, vm, miss, vmID string }{{r[2], r[9], r[10], r[11], r[16]}, {r[3], r[12], r[13], r[14], r[17]}} {
			var of []flowgen.AddressTruth
			for _, a := range owners[netip.MustParseAddr(end.ip)] {
				if !at.Before(a.From) && (a.To.IsZero() || at.Before(a.To)) && a.Kind != "prefix" {
					of = append(of, a)
				}
			}
			if len(of) > 1 { // networks share the address: the log's own is meant
				for _, a := range of {
					if a.VNet == networks[mac] {
						of = []flowgen.AddressTruth{a}
						break
					}
				}
			}
			asked++
			switch {
			case len(of) == 0 || of[0].Kind == "pod" || of[0].Kind == "gateway":
				if end.nic != "" || end.vm != "" {
					wrong[fmt.Sprintf("%s claimed for %s", end.ip, end.nic)]++
				}
			case of[0].Kind == "nic", of[0].Kind == "public":
				if end.nic != strings.ToLower(of[0].NIC) || end.vm != strings.ToLower(of[0].VM) {
					wrong[fmt.Sprintf("%s at %s seen by %s: NIC %q, VM %q (%s); the truth is %s, %s", end.ip, at.UTC().Format("02 15:04"), mac, end.nic, end.vm, end.miss, of[0].NIC, of[0].VM)]++
				} else if end.vmID != of[0].VMID && !strings.Contains(of[0].VM, "virtualMachineScaleSets") {
					wrong[fmt.Sprintf("%s: vmId %q, the truth is %s", end.ip, end.vmID, of[0].VMID)]++
				}
			}
		}
	})
	if rows != truth.Totals.Tuples || asked != 2*rows {
		t.Errorf("%d rows, the truth is %d", rows, truth.Totals.Tuples)
	}
	n := 0
	for what, count := range wrong {
		if n++; n > 30 {
			break
		}
		t.Errorf("%d times: %s", count, what)
	}
}
