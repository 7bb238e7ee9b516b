package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/azuritetest"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/source/azblob"
)

// Environment of a child process that only lists.
const (
	envRole     = "AZFLOW_CRASH_ROLE"
	roleList    = "list"
	envEndpoint = "AZFLOW_CRASH_ENDPOINT"
)

// listInChild lists a container and prints how many blobs it has and the most
// memory that took.
func listInChild() error {
	l, err := azblob.Parse("az://" + azuritetest.Account + "/" + flowgen.ContainerVNet)
	if err != nil {
		return err
	}
	s, err := azblob.New(azblob.Options{Location: l, Account: azblob.Account{Name: azuritetest.Account, Endpoint: os.Getenv(envEndpoint)}, Now: time.Now})
	if err != nil {
		return err
	}
	n := 0
	for _, err := range s.List(context.Background()) {
		if err != nil {
			return err
		}
		n++
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	fmt.Println(n, peak)
	return nil
}

// peakMemory returns how many KiB of memory this process had at most.
func peakMemory() (int, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
		}
	}
	return 0, fmt.Errorf("no VmHWM in /proc/self/status")
}

// listing lists 100,000 blobs of a server that has none, and 2,000 of Azurite's.
func (t *trial) listing() error {
	const hours, nics = 500, 200
	names := make([]string, 0, hours*nics)
	for h := range hours {
		for n := range nics {
			names = append(names, fmt.Sprintf("flowLogResourceID=/3F8C2A4E-5B1D-4C7A-9E60-2D71B8A4F019_NETWORKWATCHERRG/NETWORKWATCHER_WESTEUROPE_VNET-%d-FLOWLOG%s/macAddress=000D3A%06X/PT1H.json",
				n%5, hour.Add(time.Duration(h)*time.Hour).Format("/y=2006/m=01/d=02/h=15/m=00"), n))
		}
	}
	l := azuritetest.NewListing(flowgen.ContainerVNet, names, hour)
	defer l.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(t.ctx, self)
	cmd.Env = append(os.Environ(), envRole+"="+roleList, envEndpoint+"="+l.URL)
	cmd.Stderr = os.Stderr
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("list in a child: %w", err)
	}
	took := time.Since(start)
	var n, peak int
	if _, err := fmt.Sscan(string(out), &n, &peak); err != nil {
		return fmt.Errorf("the child that lists said %q: %w", out, err)
	}
	pages, _ := l.Requests()
	t.hold(n == len(names) && peak <= 100<<10, "100,000 blobs are listed in at most 100 MB", "%d blobs, %d pages, %.1f s, %.0f MiB at most", n, pages, took.Seconds(), float64(peak)/1024)

	e, err := t.newEstate("many", &account{server: t.server, container: "many"}, t.seed, 1, 60)
	if err != nil {
		return err
	}
	var blobs kept
	counts, err := flowgen.Bulk(flowgen.BulkOptions{Seed: t.seed, Format: flowgen.VNet4, Tuples: 2000, NICs: 200, Hours: 10, Start: hour}, &blobs)
	if err != nil {
		return err
	}
	c, d, err := t.whole(e, blobs)
	if err != nil {
		return err
	}
	t.hold(counts.Blobs == 2000 && !d.some(false), "2,000 blobs of Azurite are listed and read", "%d blobs in %.1f s, %v", counts.Blobs, c.took.Seconds(), d)
	c, err = t.azflowEnds(e.env(), append(e.ingest(), "--from", hour.Add(9*time.Hour).Format(time.RFC3339))...)
	if err != nil {
		return err
	}
	t.hold(strings.Contains(c.output.String(), "200 blobs"), "a range of hours lists those hours only", "%.1f s: %s", c.took.Seconds(), strings.TrimSpace(c.output.String()))
	return nil
}

// whole writes the blobs to their end, reads them in one run, and compares.
func (t *trial) whole(e *estate, blobs kept) (*child, *difference, error) {
	for _, b := range blobs {
		g := flowgen.Grow(b, flowgen.Lettered)
		g.Append(g.Left())
		if err := e.put(t.ctx, g); err != nil {
			return nil, nil, err
		}
	}
	c, err := t.azflowEnds(e.env(), e.ingest()...)
	if err != nil {
		return nil, nil, err
	}
	d, err := t.same(e)
	return c, d, err
}

// throughput reads the same logs from a folder and from Azurite.
func (t *trial) throughput() error {
	var blobs kept
	counts, err := flowgen.Bulk(flowgen.BulkOptions{Seed: t.seed, Format: flowgen.VNet4, Tuples: 400_000, NICs: 16, Hours: 1, Start: hour}, &blobs)
	if err != nil {
		return err
	}
	rate := map[string]float64{}
	for _, p := range []place{folder(filepath.Join(t.folder, "throughput-logs")), &account{server: t.server, container: "throughput"}} {
		name := "Azurite"
		if !p.blocks() {
			name = "a folder"
		}
		e, err := t.newEstate("throughput "+name, p, t.seed, 1, 60)
		if err != nil {
			return err
		}
		c, d, err := t.whole(e, blobs)
		if err != nil {
			return err
		}
		if d.some(false) {
			return fmt.Errorf("from %s: %v", name, d)
		}
		rate[name] = float64(counts.Tuples) / c.took.Seconds()
		fmt.Printf("  from %s: %d tuples, %.1f MB in %.2f s: %.0f tuples a second, %.1f MB a second\n", name, counts.Tuples, float64(counts.Bytes)/1e6, c.took.Seconds(), rate[name], float64(counts.Bytes)/1e6/c.took.Seconds())
	}
	t.hold(rate["Azurite"] > 0, "throughput through Azurite is measured beside local files", "%.0f tuples a second from Azurite, %.0f from a folder: %.2f x", rate["Azurite"], rate["a folder"], rate["Azurite"]/rate["a folder"])
	return nil
}
