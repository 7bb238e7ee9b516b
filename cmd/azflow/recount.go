package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/recount"
	"github.com/azflow/azflow/internal/source"
)

// recount compares the lake with a source.
func (p *program) recount(ctx context.Context, args []string, filter source.Filter) error {
	src, done, err := p.openSource(args, filter, flowLogs())
	if err != nil {
		return err
	}
	defer done()
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // nothing is written
	p.limitMemory()
	start := time.Now()
	bar := newProgress(p.err, p.quiet)
	r, err := recount.Run(ctx, l, src, recount.Options{Workers: p.cfg.Whole("workers"), Progress: func(n, all int) {
		if bar.on {
			bar.draw(fmt.Sprintf("%s/%s blobs read", count(int64(n)), count(int64(all))))
		}
	}})
	bar.clear()
	var problem *source.Problem
	switch {
	case errors.As(err, &problem):
		return sourceFailure(problem)
	case err != nil:
		return err
	}
	if p.wantsJSON() {
		err = writeJSON(p.out, recountedJSON(r))
	} else {
		for _, f := range r.Findings {
			if _, err = fmt.Fprintln(p.out, f); err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	wrong := 0
	for _, f := range r.Findings {
		if f.Kind.Wrong() {
			wrong++
		}
	}
	p.note("%s blobs with %s tuples, %s stored; %s of log read in %.1f s: %s", count(int64(r.Blobs)), count(r.Tuples), count(r.Stored),
		bytesText(r.Bytes), time.Since(start).Seconds(), findingsText(wrong))
	if wrong > 0 {
		if slices.ContainsFunc(r.Findings, func(f recount.Finding) bool { return f.Kind == recount.Miscounted }) {
			p.note("hint: `azflow verify` says whether the lake is whole; `azflow forget --blob` and another ingest read a blob anew")
		} else {
			p.note("hint: `azflow ingest` with the same source reads what is missing")
		}
		return &failure{code: exitFindings, shown: true, err: errors.New("findings")}
	}
	return nil
}

func recountedJSON(r *recount.Result) any {
	type object = map[string]any
	findings := []object{}
	for _, f := range r.Findings {
		findings = append(findings, object{"kind": f.Kind, "name": f.Name, "detail": f.Detail, "wrong": f.Kind.Wrong()})
	}
	return object{"blobs": r.Blobs, "bytes": r.Bytes, "tuples": r.Tuples, "stored": r.Stored, "findings": findings}
}
