package ingest

import (
	"context"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

// usageOf returns what a source asked for so far, nil if it does not count.
func usageOf(src source.Source) []source.Usage {
	if m, ok := src.(source.Metered); ok {
		return m.Usage()
	}
	return nil
}

// since returns what was asked for between two counts of one source.
func since(before, after []source.Usage) []source.Usage {
	type key struct{ account, operation string }
	had := map[key]source.Usage{}
	for _, u := range before {
		k := key{u.Account, u.Operation}
		sum := had[k]
		had[k] = source.Usage{Requests: sum.Requests + u.Requests, Bytes: sum.Bytes + u.Bytes, Body: sum.Body + u.Body}
	}
	var all []source.Usage
	at := map[key]int{}
	for _, u := range after {
		k := key{u.Account, u.Operation}
		if i, ok := at[k]; ok { // two sources of one account
			all[i].Requests, all[i].Bytes, all[i].Body = all[i].Requests+u.Requests, all[i].Bytes+u.Bytes, all[i].Body+u.Body
			continue
		}
		at[k] = len(all)
		h := had[k]
		u.Requests, u.Bytes, u.Body = u.Requests-h.Requests, u.Bytes-h.Bytes, u.Body-h.Body
		all = append(all, u)
	}
	return all
}

// keep writes down what a pass over storage accounts took and how far it came. It
// does so although ctx has ended.
func (g *Ingester) keep(ctx context.Context, src source.Source, start, end time.Time) error {
	ctx, cancel := lasting(ctx)
	defer cancel()
	var usage []lake.SourceUsage
	for _, u := range g.summary.Usage {
		if u.Requests > 0 {
			usage = append(usage, lake.SourceUsage{Day: end.UTC(), Account: u.Account, Operation: u.Operation, Requests: u.Requests, Bytes: u.Bytes})
		}
	}
	if err := g.lake.AddSourceUsage(ctx, usage); err != nil || !g.summary.Complete {
		return err
	}
	return g.lake.PutSourcePass(ctx, lake.SourcePass{Source: src.String(), Started: start, Ended: end})
}
