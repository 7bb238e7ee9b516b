package lake

import (
	"context"
	"database/sql"
	"time"
)

// InventoryCursor is how far a file or blob of inventory was read. A rebuilt
// catalogue has none: what is read once more is known then.
type InventoryCursor struct {
	Blob        string // identity, as that of flow logs
	Version     string // when it was read to its end
	Offset      int64  // from where on it may have grown; 0 for what is read as a whole
	Lines       int64  // before Offset
	LastBlockID string // of the block before Offset
	Head        []byte // hash by which a blob that was written anew is known
	LastRead    time.Time
}

// InventoryCursors returns all of them, by blob.
func (l *Lake) InventoryCursors(ctx context.Context) (map[string]InventoryCursor, error) {
	all := map[string]InventoryCursor{}
	err := each(ctx, l.read, func(r *sql.Rows) error {
		var c InventoryCursor
		var read int64
		err := r.Scan(&c.Blob, &c.Version, &c.Offset, &c.Lines, &c.LastBlockID, &c.Head, &read)
		c.LastRead = fromMicros(read)
		all[c.Blob] = c
		return err
	}, "SELECT blob, version, byte_offset, lines, last_block_id, head, last_read FROM inventory_blobs")
	return all, err
}

// PutInventoryCursors keeps cursors in place of older ones. What they say was read
// must be committed: a cursor that is lost costs reading again, never an
// observation.
func (l *Lake) PutInventoryCursors(ctx context.Context, cursors []InventoryCursor) error {
	if len(cursors) == 0 {
		return nil
	}
	if err := l.writable(); err != nil {
		return err
	}
	return inTx(ctx, l.write, func(sqlTx *sql.Tx) error {
		t := newTx(ctx, sqlTx)
		defer t.close()
		for _, c := range cursors {
			if _, err := t.exec(`INSERT INTO inventory_blobs (blob, version, byte_offset, lines, last_block_id, head, last_read) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET version = excluded.version, byte_offset = excluded.byte_offset, lines = excluded.lines,
					last_block_id = excluded.last_block_id, head = excluded.head, last_read = excluded.last_read
				WHERE excluded.last_read >= last_read`,
				c.Blob, c.Version, c.Offset, c.Lines, c.LastBlockID, c.Head, micros(c.LastRead)); err != nil {
				return err
			}
		}
		return nil
	})
}
