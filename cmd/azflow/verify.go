package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/upkeep"
)

func (p *program) verifyCommand() *cobra.Command {
	var rows, rebuild bool
	var o ingestFlags
	cmd := &cobra.Command{
		Use:     "verify [SOURCE...]",
		Short:   "Check that every tuple is there once, and every file as it was written",
		GroupID: groupLake,
		Long: `Compares the catalogue with the files, and each blob's count of tuples with the
rows that segments hold of it. With --rows it also reads every row, which finds
damage inside files, and compares the tuples that NTANetAnalytics counts with
those of Flows.

With a SOURCE, as of ingest, it reads each of its blobs instead, counts the tuples,
and compares them with the rows stored: blobs that are missing, behind, rewritten or
miscounted. Hours in which an NSG, a flow log or a NIC has no blob between hours
with one are listed as gaps, and blobs with input in quarantine: neither need be
wrong.

Findings are printed one a line, and end the program with status 5.

--rebuild-catalog makes the catalogue anew from the segments alone, when
catalog.db is lost or damaged; the old one is kept beside it. Nothing else may use
the lake meanwhile. Settings, retention and quarantine are not in the segments.`,
		Example: `  azflow verify
  azflow verify --rows
  azflow verify az://contosologs --last 7d
  azflow verify --rebuild-catalog`,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) > 0 && (rows || rebuild):
				return usage("compare with a source by itself", "--rows and --rebuild-catalog are about the lake alone")
			case len(args) == 0 && c.Flags().Changed("auth"):
				return usage("add the source", "--auth signs in to a source, and none is given")
			case len(args) > 0:
				filter, err := p.filter(c.Context(), &o, time.Now())
				if err != nil {
					return err
				}
				return p.recount(c.Context(), args, filter)
			case rebuild:
				return p.rebuildCatalog(c.Context())
			}
			return p.verify(c.Context(), rows)
		},
	}
	o.add(p, cmd)
	cmd.Flags().BoolVar(&rows, "rows", false, "read every row")
	cmd.Flags().BoolVar(&rebuild, "rebuild-catalog", false, "make the catalogue anew from the segments")
	cmd.Flags().VarP(p.setting("format"), "format", "f", "json for a program to read; else text")
	cmd.MarkFlagsMutuallyExclusive("rows", "rebuild-catalog")
	return cmd
}

func (p *program) verify(ctx context.Context, rows bool) error {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // nothing is written
	start := time.Now()
	v, err := l.Verify(ctx, lake.ReadFooter)
	if err != nil {
		return err
	}
	read := int64(0)
	if rows {
		bar := newProgress(p.err, p.quiet)
		var found []lake.Finding
		read, found, err = upkeep.Recount(ctx, l, func(done, all int) {
			if bar.on {
				bar.draw(fmt.Sprintf("%s/%s segments read", count(int64(done)), count(int64(all))))
			}
		})
		bar.clear()
		if err != nil {
			return err
		}
		v.Findings = append(v.Findings, found...)
	}
	if p.wantsJSON() {
		err = writeJSON(p.out, verifiedJSON(v, read))
	} else {
		for _, f := range v.Findings {
			if _, err = fmt.Fprintln(p.out, f); err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	p.note("%s segments with %s rows, %s blobs with %s tuples, %s rows read, %.1f s: %s", count(int64(v.Segments)), count(v.Rows),
		count(int64(v.Blobs)), count(v.Tuples), count(read), time.Since(start).Seconds(), findingsText(len(v.Findings)))
	if len(v.Findings) > 0 {
		p.note("hint: restore files from a backup; docs/guide/looking-after-the-lake.md says what else helps")
		return &failure{code: exitFindings, shown: true, err: errors.New("findings")}
	}
	return nil
}

func findingsText(n int) string {
	switch n {
	case 0:
		return "all is well"
	case 1:
		return "1 finding"
	}
	return count(int64(n)) + " findings"
}

func verifiedJSON(v lake.Verified, read int64) any {
	type object = map[string]any
	findings := []object{}
	for _, f := range v.Findings {
		findings = append(findings, object{"kind": f.Kind, "name": f.Name, "detail": f.Detail})
	}
	return object{"segments": v.Segments, "rows": v.Rows, "blobs": v.Blobs, "tuples": v.Tuples, "rows_read": read, "findings": findings}
}

func (p *program) rebuildCatalog(ctx context.Context) error {
	dir := p.cfg.Text("data")
	if _, err := os.Stat(filepath.Join(dir, "segments")); err != nil {
		return withHint(fmt.Errorf("no lake in %s: %w", dir, err), "--data or AZFLOW_DATA names another folder")
	}
	r, err := lake.Rebuild(ctx, dir, lake.Options{Version: version()}, lake.ReadFooter)
	if err != nil {
		return withHint(err, "end every other azflow that uses the lake")
	}
	p.note("catalogue made anew from %s segments with %s rows of %s blobs", count(int64(r.Segments)), count(r.Rows), count(int64(r.Blobs)))
	if r.OldPath != "" {
		p.note("the old one is %s", r.OldPath)
	}
	p.note("retention, settings and the quarantine are not in the segments: set them again")
	for _, x := range r.Rejected {
		if _, err := fmt.Fprintf(p.out, "rejected %s: %v\n", x.Name, x.Reason); err != nil {
			return err
		}
	}
	if len(r.Rejected) > 0 {
		p.note("%s files are no part of the lake and lie in its folder rejected now; ingest again what they held", count(int64(len(r.Rejected))))
		return &failure{code: exitFindings, shown: true, err: errors.New("findings")}
	}
	return nil
}
