package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/config"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/render"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
	"github.com/azflow/azflow/kql/types"
)

// demoSetting is the lake's setting that marks a demo: its seed, end and number
// of blobs.
const demoSetting = "demo"

// demoQuestions are what the demo asks.
var demoQuestions = []struct{ title, kql string }{
	{"Who sends the most to the internet?", `NTANetAnalytics
| where FlowType == "ExternalPublic" and IsPrimaryCapture and FlowDirection == "Outbound"
| summarize Sent = sum(BytesSrcToDestNet), Received = sum(BytesDestToSrcNet) by SrcIp, DestIp, DestPort
| top 5 by Sent`},
	{"And on which days?", `NTANetAnalytics
| where SrcIp == "10.1.1.8" and DestIp == "136.144.58.113" and IsPrimaryCapture
| summarize Sent = format_bytes(sum(BytesSrcToDestNet), 1), Flows = sum(AllowedOutFlows) by Day = bin(TimeGenerated, 1d)
| sort by Day asc`},
	{"What is refused, and by which rule?", `Flows
| where FlowStatus == "Denied"
| summarize Attempts = count(), Sources = dcount(SrcIp), Ports = dcount(DestPort) by AclRule, FlowDirection
| top 5 by Attempts`},
}

func (p *program) demoCommand() *cobra.Command {
	var seed uint64
	var end string
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Make a demo estate, take its logs in and ask three questions",
		GroupID: groupData,
		Long: `Generates nine days of flow logs of an estate that does not exist, in the paths
and forms that Azure writes, takes them in and answers three questions. The lake
goes to --data or AZFLOW_DATA if given, else to a folder of its own; a lake that
holds other data is refused.`,
		Example: `  azflow demo
  azflow demo --data ./demo
  azflow demo --seed 7 --end 2026-03-10T12:00Z --data ./demo`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			at, err := parseTime(end, time.Now())
			if err != nil {
				return usage("", "--end: %w", err)
			}
			if at.IsZero() {
				at = time.Now().UTC().Truncate(time.Hour)
			}
			return p.demo(c.Context(), seed, at)
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 1, "another seed makes other logs")
	cmd.Flags().StringVar(&end, "end", "", "when the logs end (default: the current hour)")
	return cmd
}

// demoFolder returns where the demo's lake goes.
func (p *program) demoFolder() string {
	for _, v := range p.cfg.All() {
		if v.Setting.Name == "data" && (v.Origin.Kind == "flag" || v.Origin.Kind == "environment") {
			return v.Text
		}
	}
	return filepath.Join(filepath.Dir(p.cfg.Text("data")), "azflow-demo")
}

func (p *program) demo(ctx context.Context, seed uint64, end time.Time) error {
	start := time.Now()
	folder := p.demoFolder()
	p.flags["data"] = folder
	cfg, err := config.Load(config.Sources{Flags: p.flags, File: p.configFile})
	if err != nil {
		return err
	}
	p.cfg = cfg
	mark := fmt.Sprintf("seed %d, end %s", seed, end.Format(time.RFC3339))
	ready, err := p.demoLake(ctx, folder, mark)
	if err != nil {
		return err
	}
	if !ready {
		if err := p.makeDemo(ctx, folder, seed, end, mark); err != nil {
			return err
		}
	}
	s, stop, err := p.session(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for _, q := range demoQuestions {
		if err := p.demoAsk(ctx, s, q.title, q.kql, end); err != nil {
			return err
		}
	}
	p.note("done in %.1f s; ask on:", time.Since(start).Seconds())
	p.note("  azflow query --data %s 'NTANetAnalytics | summarize sum(RecordCount) by FlowType'", shellQuote(folder))
	p.note("  azflow tables --data %s", shellQuote(folder))
	return nil
}

// demoLake reports whether the folder holds this very demo. A demo of another
// time or seed is removed; any other lake is refused.
func (p *program) demoLake(ctx context.Context, folder, mark string) (bool, error) {
	l, err := lake.Open(ctx, folder, lake.Options{MustExist: true, Version: version()})
	if errors.Is(err, lake.ErrNoLake) {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
			return false, &failure{code: exitFailure, err: fmt.Errorf("%s is not empty and holds no demo", folder), hint: "name another folder with --data"}
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	have, err := l.Setting(ctx, demoSetting)
	var blobs int64
	if err == nil {
		blobs, err = countBlobs(ctx, l)
	}
	if err := errors.Join(err, l.Close()); err != nil {
		return false, err
	}
	before, n, _ := strings.Cut(have, "; blobs ")
	switch {
	case have == "" || n != "" && n != fmt.Sprint(blobs):
		return false, &failure{code: exitFailure, err: fmt.Errorf("the lake in %s holds other data than a demo's", folder), hint: "name another folder with --data"}
	case before == mark && n != "":
		return true, nil
	}
	p.note("removing the demo of %s", before)
	for _, name := range []string{"catalog.db", "catalog.db-wal", "catalog.db-shm", "segments", "writers", "readers", "tmp", "spool", "logs"} {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return false, err
		}
	}
	return false, nil
}

func countBlobs(ctx context.Context, l *lake.Lake) (n int64, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	for _, err := range snap.Rows(ctx, "IngestBlobs", lake.TimeRange{}) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// makeDemo writes the logs and takes them in.
func (p *program) makeDemo(ctx context.Context, folder string, seed uint64, end time.Time, mark string) error {
	logs := filepath.Join(folder, "logs")
	p.note("making nine days of flow logs in %s", logs)
	d, err := flowgen.NewDemo(seed, end)
	if err != nil {
		return err
	}
	l, err := lake.Open(ctx, folder, lake.Options{Version: version()})
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // what was committed is safe
	// The mark comes first: a demo that was interrupted is known as one.
	if err := l.SetSetting(ctx, demoSetting, mark); err != nil {
		return err
	}
	sink := flowgen.Dir(logs)
	if err := d.WriteLogs(sink); err != nil {
		return err
	}
	if err := d.WriteInventory(sink); err != nil {
		return err
	}
	if err := p.importInventory(ctx, l, dir.Of(source.Inventory(), filepath.Join(logs, "inventory"), filepath.Join(logs, flowgen.ContainerActivity)), time.Time{}); err != nil {
		return err
	}
	if err := p.ingestFrom(ctx, l, dir.New(
		filepath.Join(logs, flowgen.ContainerVNet), filepath.Join(logs, flowgen.ContainerNSG),
	), ingest.Options{}); err != nil {
		return err
	}
	n, err := countBlobs(ctx, l)
	if err != nil {
		return err
	}
	return l.SetSetting(ctx, demoSetting, fmt.Sprintf("%s; blobs %d", mark, n))
}

// demoAsk prints a question, its query and the answer as a table.
func (p *program) demoAsk(ctx context.Context, s *query.Session, title, kql string, now time.Time) error {
	c, err := s.Compile(query.Request{Text: kql, Now: now})
	if err != nil {
		return p.kqlError(title, kql, err)
	}
	if _, err := fmt.Fprintf(p.out, "\n%s\n\n  %s\n\n", title, strings.ReplaceAll(kql, "\n", "\n  ")); err != nil {
		return err
	}
	width, _ := terminal(p.out)
	w, err := render.New("table", p.out, c.Statement.Results[0].Columns, render.Options{Width: width})
	if err != nil {
		return err
	}
	if err := s.Run(ctx, c, 0, func(cols []*types.Vector, n int) error { return w.Write(cols, n) }); err != nil {
		return err
	}
	return w.Close()
}

// shellQuote quotes a path for a POSIX shell, if it needs quotes.
func shellQuote(s string) string {
	if strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%", r))
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
