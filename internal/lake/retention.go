package lake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Retention returns how long each table's rows are kept, by the age of their
// TimeGenerated; tables not listed are kept for ever.
func (l *Lake) Retention(ctx context.Context) (map[string]time.Duration, error) {
	m := map[string]time.Duration{}
	err := each(ctx, l.read, func(r *sql.Rows) error {
		var table string
		var seconds int64
		err := r.Scan(&table, &seconds)
		m[table] = time.Duration(seconds) * time.Second
		return err
	}, "SELECT table_name, seconds FROM retention")
	return m, err
}

// SetRetention sets how long a table's rows are kept; 0 means for ever. The
// caller makes sure that there is such a table.
func (l *Lake) SetRetention(ctx context.Context, table string, age time.Duration) error {
	if err := l.writable(); err != nil {
		return err
	}
	if age < 0 || age%time.Second != 0 {
		return fmt.Errorf("retention of %s: %v is not a number of seconds from 0 up", table, age)
	}
	if age == 0 {
		_, err := l.write.ExecContext(ctx, "DELETE FROM retention WHERE table_name = ?", table)
		return err
	}
	_, err := l.write.ExecContext(ctx, "INSERT INTO retention (table_name, seconds) VALUES (?, ?) ON CONFLICT DO UPDATE SET seconds = excluded.seconds",
		table, int64(age/time.Second))
	return err
}

// Removed says what left the lake.
type Removed struct {
	Segments int   // ended as a whole
	Rows     int64 // in them
	Bytes    int64
	Cut      int // segments that only some rows left; compaction drops those
	Small    int // rows of tables of the catalogue
}

// Expire ends the segments all of whose rows are older than their table's
// retention, and removes expired rows of the catalogue's tables: IngestErrors
// and NTAIpDetails by their own retention; CaptureHours, LocalAddresses and
// what is kept for rewrites of blobs by that of Flows. Files go with the next [Lake.Sweep].
func (l *Lake) Expire(ctx context.Context) (Removed, error) {
	var rm Removed
	ages, err := l.Retention(ctx)
	if err != nil || len(ages) == 0 {
		return rm, err
	}
	now := l.opt.Now()
	err = l.change(ctx, "expire", func(t *tx, gen int64) error {
		for table, age := range ages {
			cutoff := micros(now.Add(-age))
			if err := t.end(&rm, gen, now, "table_name = ? AND max_time < ?", table, cutoff); err != nil {
				return err
			}
			for _, q := range expiry()[table] {
				n, err := t.exec(q, cutoff)
				if err != nil {
					return err
				}
				rm.Small += int(n)
			}
		}
		if rm == (Removed{}) {
			return errNothing
		}
		return nil
	})
	return rm, err
}

// expiry holds the statements that remove rows of the catalogue's tables
// older than their argument, by the table whose retention decides.
func expiry() map[string][]string {
	return map[string][]string{
		"IngestErrors": {"DELETE FROM ingest_errors WHERE time < ?"},
		"NTAIpDetails": {"DELETE FROM ip_details WHERE time_generated < ?"},
		TableFlows: {
			"DELETE FROM capture_hours WHERE hour < ?",
			"DELETE FROM local_addresses WHERE hour < ?",
			"DELETE FROM blob_rules WHERE blob IN (SELECT id FROM blobs WHERE hour > 0 AND hour < ?)",
		},
	}
}

// ForgetRequest names rows to remove; exactly one of the fields is set.
type ForgetRequest struct {
	Blob         string    // rows of this blob, all generations
	Before       time.Time // rows with an earlier TimeGenerated
	Subscription string    // rows of this subscription id, see [SubscriptionColumns]

	// Reread, with Blob, lets the blob be read again from its start; else it
	// is remembered as forgotten, and not read again.
	Reread bool
	// Dirty are the intervals of NTANetAnalytics that the rows had part in.
	Dirty []Interval
}

// Forget removes rows at once: no snapshot taken later shows them. Segments
// that hold nothing else end; in others the rows are hidden until compaction
// drops them.
func (l *Lake) Forget(ctx context.Context, req ForgetRequest) (Removed, error) {
	var rm Removed
	n := 0
	for _, given := range []bool{req.Blob != "", !req.Before.IsZero(), req.Subscription != ""} {
		if given {
			n++
		}
	}
	if n != 1 {
		return rm, fmt.Errorf("forget takes one of a blob, a time and a subscription, not %d of them", n)
	}
	req.Subscription = strings.ToLower(req.Subscription)
	now := l.opt.Now()
	note := forgotten{At: now.UTC(), Before: req.Before, Subscription: req.Subscription, Blob: req.Blob, Reread: req.Reread}
	err := l.change(ctx, "forget", func(t *tx, gen int64) error {
		if req.Blob != "" {
			err := t.get([]any{&note.Generation}, "SELECT generation FROM blobs WHERE blob = ? AND revision > 0", req.Blob)
			if errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("blob %q was never read: IngestBlobs lists those that were", req.Blob)
			}
			if err != nil {
				return err
			}
		}
		if err := t.forget(&rm, note, gen, now); err != nil {
			return err
		}
		if rm == (Removed{}) {
			return errNothing
		}
		if err := t.checkMerged(gen, nil); err != nil {
			return err
		}
		if err := t.markDirty(req.Dirty, gen); err != nil {
			return err
		}
		return appendForgotten(l.dir, note)
	})
	return rm, err
}

// forget removes what a note says. Segments made after it are left alone.
func (t *tx) forget(rm *Removed, note forgotten, gen int64, now time.Time) error {
	var err error
	var arg any
	var small []string // tables of the catalogue
	switch {
	case note.Blob != "":
		arg = note.Blob
		small = []string{"DELETE FROM ingest_errors WHERE blob = ?"}
		err = t.forgetBlob(rm, note, gen, now)
	case note.Subscription != "":
		arg = note.Subscription
		small = []string{
			"DELETE FROM ingest_errors WHERE instr(lower(blob), ?1) > 0",
			"DELETE FROM blob_rules WHERE rule IN (SELECT id FROM rules WHERE instr(lower(acl_group), ?1) > 0)",
			"DELETE FROM rules WHERE instr(lower(acl_group), ?1) > 0",
			"DELETE FROM capture_hours WHERE instr(lower(nic), ?1) > 0",
		}
		err = t.cut(rm, note, gen, now, arg, "subscriptions = json_array(?1)",
			`(EXISTS (SELECT 1 FROM json_each(subscriptions) WHERE value = ?1) OR subscriptions = '[]' AND EXISTS (
				SELECT 1 FROM column_sets c, json_each(c.columns) j WHERE c.id = column_set AND j.value IN (`+quoteAll(SubscriptionColumns())+`)))`)
	default:
		arg = micros(note.Before)
		small = []string{
			"DELETE FROM ingest_errors WHERE time < ?",
			"DELETE FROM capture_hours WHERE hour + 3600000000 <= ?",
			"DELETE FROM local_addresses WHERE hour + 3600000000 <= ?",
		}
		const dated = " AND table_name <> '" + TableObservations + "'"
		err = t.cut(rm, note, gen, now, arg, "max_time < ?1"+dated, "min_time < ?1"+dated)
	}
	if err != nil {
		return err
	}
	for _, q := range small {
		n, err := t.exec(q, arg)
		if err != nil {
			return err
		}
		rm.Small += int(n)
	}
	return nil
}

// quoteAll returns names, which have no quotes in them, as a list in SQL.
func quoteAll(names []string) string { return "'" + strings.Join(names, "', '") + "'" }

// forgetBlob hides a blob's generations up to the note's and closes its
// cursor, or resets it if the blob is to be read again.
func (t *tx) forgetBlob(rm *Removed, note forgotten, gen int64, now time.Time) error {
	id, err := t.blobKey(note.Blob)
	if err != nil {
		return err
	}
	for g := range note.Generation + 1 {
		if err := t.bury(BlobGen{note.Blob, g}, gen); err != nil {
			return err
		}
	}
	query := "UPDATE blobs SET revision = revision + 1, forgotten = 1, gone = tuples WHERE id = ? AND generation = ?"
	if note.Reread { // as a new generation of which nothing is read yet
		query = `UPDATE blobs SET revision = revision + 1, forgotten = 0, generation = generation + 1, byte_offset = 0, next_record = 0, next_tuple = 0,
			bytes = 0, records = 0, tuples = 0, errors = 0, gone = 0, etag = '', last_block_id = '', first_record = NULL, final = 0 WHERE id = ? AND generation = ?`
	}
	n, err := t.exec(query, id, note.Generation)
	if err != nil {
		return err
	}
	rm.Small += int(n)
	if err := t.end(rm, gen, now, `id IN (SELECT segment FROM segment_blobs WHERE blob = ?1) AND NOT EXISTS (
		SELECT 1 FROM segment_blobs sb LEFT JOIN tombstones d ON d.blob = sb.blob AND d.generation = sb.generation
		WHERE sb.segment = segments.id AND d.blob IS NULL)`, id); err != nil {
		return err
	}
	return t.get([]any{&rm.Cut}, "SELECT count(DISTINCT segment) FROM segment_blobs JOIN segments ON id = segment WHERE blob = ? AND ended = 0", id)
}

// cut ends the live segments that match all with ?1 = arg, and hides rows of
// those that match some.
func (t *tx) cut(rm *Removed, note forgotten, gen int64, now time.Time, arg any, all, some string) error {
	old := " AND created <= ?2"
	if err := t.end(rm, gen, now, all+old, arg, micros(note.At)); err != nil {
		return err
	}
	n, err := t.exec("INSERT INTO cuts (segment, before, subscription, added) SELECT id, ?3, ?4, ?5 FROM segments WHERE ended = 0 AND "+some+old+" ON CONFLICT DO NOTHING",
		arg, micros(note.At), micros(note.Before), note.Subscription, gen)
	rm.Cut += int(n)
	return err
}

// end ends the live segments that match a condition, and counts their rows of
// Flows as gone.
func (t *tx) end(rm *Removed, gen int64, now time.Time, where string, args ...any) error {
	type seg struct {
		id, rows, bytes int64
		flows           bool
	}
	var list []seg
	if err := each(t.ctx, t.Tx, func(r *sql.Rows) error {
		var s seg
		err := r.Scan(&s.id, &s.rows, &s.bytes, &s.flows)
		list = append(list, s)
		return err
	}, "SELECT id, row_count, bytes, table_name = '"+TableFlows+"' FROM segments WHERE ended = 0 AND "+where, args...); err != nil {
		return err
	}
	for _, s := range list {
		if _, err := t.exec("UPDATE segments SET ended = ?, ended_at = ? WHERE id = ?", gen, micros(now), s.id); err != nil {
			return err
		}
		if s.flows {
			if _, err := t.exec(`UPDATE blobs SET gone = gone + sb.rows
				FROM (SELECT blob, generation, sum(row_count) AS rows FROM segment_blobs WHERE segment = ? GROUP BY blob, generation) sb
				WHERE sb.blob = blobs.id AND sb.generation = blobs.generation AND NOT forgotten`, s.id); err != nil {
				return err
			}
		}
		rm.Segments++
		rm.Rows += s.rows
		rm.Bytes += s.bytes
	}
	return nil
}
