package ingest

import (
	"context"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/source"
)

// again starts a new generation of a blob of which something was refused, if
// errors are to be retried and less of it is refused now.
func (r *reading) again(ctx context.Context, b source.Blob) error {
	wk := r.wk
	if !wk.g.opt.RetryErrors || !r.expected.Read() || r.next.Generation > r.expected.Generation {
		return nil
	}
	refused, err := wk.refused(ctx, b)
	if err != nil {
		return err
	}
	if refused >= r.expected.Errors {
		wk.g.mu.Lock()
		wk.g.summary.StillRefused++
		wk.g.mu.Unlock()
		return nil
	}
	return r.anew(ctx, b, &wk.g.summary.Retried)
}

// refused returns how much of a blob this azflow refuses.
func (wk *worker) refused(ctx context.Context, b source.Blob) (int64, error) {
	in, err := wk.src.Open(ctx, b, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = in.Close() }() // it was only read
	var n int64
	var cur flowlog.Cursor
	cols := flowlog.NewColumns(flowlog.NewDict())
	windows := flowlog.NewWindows(in, window)
	for last := false; !last; {
		var window []byte
		if window, last, err = windows.Next(); err != nil {
			return 0, err
		}
		windows.Discard(wk.dec.DecodeColumns(window, last, &cur, cols))
		for i := range cols.Issues {
			n += max(cols.Issues[i].Count, 1)
		}
		cols.Reset()
		if cols.Dict.Addresses.Len() >= maxAddresses {
			cols.Dict.Reset()
		}
	}
	return n, nil
}
