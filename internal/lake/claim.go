package lake

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
)

// Claim takes blobs for this writer until ttl from now, so that other
// processes do not read them meanwhile, and returns the cursors of those it
// got. It leaves out blobs that a living writer holds. Claims keep work from
// being done twice; what keeps rows from being stored twice is the commit.
// Goroutines that share a writer share its claims.
func (w *Writer) Claim(ctx context.Context, blobs []string, ttl time.Duration) ([]Cursor, error) {
	if err := w.lake.freeDeadClaims(ctx); err != nil {
		return nil, err
	}
	var got []Cursor
	err := inTx(ctx, w.lake.write, func(sqlTx *sql.Tx) error {
		t := newTx(ctx, sqlTx)
		defer t.close()
		now := w.lake.opt.Now()
		for _, blob := range blobs {
			st, err := t.stmt(`INSERT INTO blobs (blob, claimed_by, claimed_until) VALUES (?, ?, ?)
				ON CONFLICT (blob) DO UPDATE SET claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
				WHERE blobs.claimed_by IN ('', excluded.claimed_by) OR blobs.claimed_until <= ?
				RETURNING ` + cursorColumns)
			if err != nil {
				return err
			}
			c, err := scanCursor(st.QueryRowContext(ctx, blob, w.id, micros(now.Add(ttl)), micros(now)))
			if errors.Is(err, sql.ErrNoRows) {
				continue // another writer has it
			}
			if err != nil {
				return err
			}
			got = append(got, c)
		}
		return nil
	})
	return got, err
}

// Renew extends this writer's claims on blobs to ttl from now. A claim that
// another writer took over after it expired stays that one's; the commit
// will find out.
func (w *Writer) Renew(ctx context.Context, blobs []string, ttl time.Duration) error {
	return w.updateClaims(ctx, blobs, w.id, micros(w.lake.opt.Now().Add(ttl)))
}

// Release ends this writer's claims on blobs.
func (w *Writer) Release(ctx context.Context, blobs []string) error {
	return w.updateClaims(ctx, blobs, "", 0)
}

func (w *Writer) updateClaims(ctx context.Context, blobs []string, by string, until int64) error {
	return inTx(ctx, w.lake.write, func(sqlTx *sql.Tx) error {
		t := newTx(ctx, sqlTx)
		defer t.close()
		for some := range slices.Chunk(blobs, rowsAtOnce) {
			args := []any{by, until, w.id}
			for _, blob := range some {
				args = append(args, blob)
			}
			if _, err := t.exec("UPDATE blobs SET claimed_by = ?, claimed_until = ? WHERE claimed_by = ? AND blob IN (?"+strings.Repeat(", ?", len(some)-1)+")", args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// freeDeadClaims ends the claims of writers that no longer live.
func (l *Lake) freeDeadClaims(ctx context.Context) error {
	var holders []string
	if err := each(ctx, l.read, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		holders = append(holders, id)
		return err
	}, "SELECT DISTINCT claimed_by FROM blobs WHERE claimed_by <> ''"); err != nil {
		return err
	}
	for _, id := range holders {
		lk, err := takeDead(l.writerLock(id))
		if err != nil {
			return err
		}
		if lk == nil {
			continue // alive
		}
		_, err = l.write.ExecContext(ctx, "UPDATE blobs SET claimed_by = '', claimed_until = 0 WHERE claimed_by = ?", id)
		// The file stays: sweepOrphans removes it after the writer's files.
		if err := errors.Join(err, lk.release()); err != nil {
			return err
		}
	}
	return nil
}

// cursorColumns are what scanCursor reads.
const cursorColumns = `id, blob, generation, revision, byte_offset, next_record, next_tuple, container, account, hour, mac,
	bytes, records, tuples, errors, etag, last_block_id, first_record, first_seen, last_read, final, forgotten`

func scanCursor(row interface{ Scan(dest ...any) error }) (Cursor, error) {
	var c Cursor
	var hour, first, last int64
	err := row.Scan(&c.key, &c.Blob, &c.Generation, &c.Revision, &c.Offset, &c.NextRecord, &c.NextTuple, &c.Container, &c.Account, &hour, &c.MacAddress,
		&c.Bytes, &c.Records, &c.Tuples, &c.Errors, &c.ETag, &c.LastBlockID, &c.FirstRecord, &first, &last, &c.Final, &c.Forgotten)
	c.Hour, c.FirstSeen, c.LastRead = fromMicros(hour), fromMicros(first), fromMicros(last)
	return c, err
}

// Cursors returns the cursors of those of blobs that were ever read.
func (l *Lake) Cursors(ctx context.Context, blobs []string) (map[string]Cursor, error) {
	found := make(map[string]Cursor)
	const chunk = 500
	for len(blobs) > 0 {
		n := min(chunk, len(blobs))
		args := make([]any, n)
		for i, b := range blobs[:n] {
			args[i] = b
		}
		blobs = blobs[n:]
		if err := each(ctx, l.read, func(r *sql.Rows) error {
			c, err := scanCursor(r)
			found[c.Blob] = c
			return err
		}, "SELECT "+cursorColumns+" FROM blobs WHERE revision > 0 AND blob IN (?"+strings.Repeat(",?", n-1)+")", args...); err != nil {
			return nil, err
		}
	}
	return found, nil
}
