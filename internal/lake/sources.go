package lake

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
)

// SourceUsage is what was asked of a storage account on one UTC day.
type SourceUsage struct {
	Day       time.Time
	Account   string
	Operation string // class of the price list: list, read, other
	Requests  int64
	Bytes     int64 // of the answers
}

// AddSourceUsage adds to what was asked of storage accounts.
func (l *Lake) AddSourceUsage(ctx context.Context, usage []SourceUsage) error {
	if err := l.writable(); err != nil {
		return err
	}
	return inTx(ctx, l.write, func(sqlTx *sql.Tx) error {
		t := newTx(ctx, sqlTx)
		defer t.close()
		for _, u := range usage {
			if _, err := t.exec(`INSERT INTO source_usage (day, account, operation, requests, bytes) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, bytes = bytes + excluded.bytes`,
				dayOf(u.Day), u.Account, u.Operation, u.Requests, u.Bytes); err != nil {
				return err
			}
		}
		return nil
	})
}

// SourceUsage returns what was asked of storage accounts on the day of since and
// later, by day, account and operation.
func (l *Lake) SourceUsage(ctx context.Context, since time.Time) ([]SourceUsage, error) {
	var all []SourceUsage
	err := each(ctx, l.read, func(r *sql.Rows) error {
		var u SourceUsage
		var day string
		if err := r.Scan(&day, &u.Account, &u.Operation, &u.Requests, &u.Bytes); err != nil {
			return err
		}
		var err error
		u.Day, err = time.Parse(time.DateOnly, day)
		all = append(all, u)
		return err
	}, "SELECT day, account, operation, requests, bytes FROM source_usage WHERE day >= ? ORDER BY day, account, operation", dayOf(since))
	return all, err
}

// SourcePass is the last time that a source was read to its end: all that it held
// when the pass started is in the lake.
type SourcePass struct {
	Source         string
	Started, Ended time.Time
}

// PutSourcePass keeps a pass, unless a later one is known.
func (l *Lake) PutSourcePass(ctx context.Context, p SourcePass) error {
	if err := l.writable(); err != nil {
		return err
	}
	_, err := l.write.ExecContext(ctx, `INSERT INTO source_passes (source, started, ended) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET started = excluded.started, ended = excluded.ended WHERE excluded.started > started`,
		p.Source, micros(p.Started), micros(p.Ended))
	return err
}

// SourcePasses returns the last pass of each source.
func (l *Lake) SourcePasses(ctx context.Context) ([]SourcePass, error) {
	var all []SourcePass
	err := each(ctx, l.read, func(r *sql.Rows) error {
		var p SourcePass
		var started, ended int64
		err := r.Scan(&p.Source, &started, &ended)
		p.Started, p.Ended = fromMicros(started), fromMicros(ended)
		all = append(all, p)
		return err
	}, "SELECT source, started, ended FROM source_passes ORDER BY source")
	return all, err
}

// MarkFinal notes that nothing will be appended to blobs any more.
func (l *Lake) MarkFinal(ctx context.Context, blobs []string) error {
	if err := l.writable(); err != nil {
		return err
	}
	for chunk := range slices.Chunk(blobs, 500) {
		args := make([]any, len(chunk))
		for i, b := range chunk {
			args[i] = b
		}
		if _, err := l.write.ExecContext(ctx, "UPDATE blobs SET final = 1 WHERE final = 0 AND blob IN (?"+strings.Repeat(",?", len(chunk)-1)+")", args...); err != nil {
			return err
		}
	}
	return nil
}

// Refused returns how many pieces of each blob's input are in quarantine and were
// not read again since.
func (l *Lake) Refused(ctx context.Context) (map[string]int64, error) {
	refused := map[string]int64{}
	err := each(ctx, l.read, func(r *sql.Rows) error {
		var blob string
		var n int64
		err := r.Scan(&blob, &n)
		refused[blob] = n
		return err
	}, "SELECT blob, count(*) FROM ingest_errors WHERE retried = 0 GROUP BY blob")
	return refused, err
}

// StoredTuples returns how many tuples of the current generations of blobs are
// stored, or were until they expired or were forgotten.
func (l *Lake) StoredTuples(ctx context.Context, blobs []string) (map[string]int64, error) {
	stored := map[string]int64{}
	for chunk := range slices.Chunk(blobs, 500) {
		args := []any{TableFlows}
		for _, b := range chunk {
			args = append(args, b)
		}
		if err := each(ctx, l.read, func(r *sql.Rows) error {
			var blob string
			var n int64
			err := r.Scan(&blob, &n)
			stored[blob] = n
			return err
		}, `SELECT b.blob, b.gone + coalesce(sum(CASE WHEN s.id IS NOT NULL THEN sb.row_count END), 0)
			FROM blobs b
			LEFT JOIN segment_blobs sb ON sb.blob = b.id AND sb.generation = b.generation
			LEFT JOIN segments s ON s.id = sb.segment AND s.ended = 0 AND s.table_name = ?
			WHERE b.revision > 0 AND b.blob IN (?`+strings.Repeat(",?", len(chunk)-1)+`) GROUP BY b.id`, args...); err != nil {
			return nil, err
		}
	}
	return stored, nil
}

// SubscriptionOf returns the id, in lower case, of the subscription that a value
// of one of [SubscriptionColumns] names, "" if it names none.
func SubscriptionOf(value string) string {
	id, named := strings.CutPrefix(strings.ToLower(value), "/subscriptions/")
	id, _, cut := strings.Cut(id, "/")
	if !cut && !named {
		return ""
	}
	return id
}
