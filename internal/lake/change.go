package lake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// errNothing rolls back a change that turned out to change nothing.
var errNothing = errors.New("nothing to change")

// change is a commit that adds no segments: f runs in a transaction of its
// own generation. If f returns errNothing, no generation is used up.
func (l *Lake) change(ctx context.Context, kind string, f func(t *tx, gen int64) error) error {
	id, err := l.newID()
	if err != nil {
		return err
	}
	err = inTx(ctx, l.write, func(sqlTx *sql.Tx) error {
		t := newTx(ctx, sqlTx)
		defer t.close()
		gen, err := t.nextGeneration(kind+"-"+id, "", l.opt.Now())
		if err != nil {
			return err
		}
		return f(t, gen)
	})
	if err == nil || errors.Is(err, errNothing) {
		return nil
	}
	return fmt.Errorf("%s: %w", kind, err)
}

// MarkInventory says that the owners in the rows of segs, as they are, are those
// that the inventory of a time (µs since 1970) names. Only the catalogue knows:
// one that is rebuilt says what the segments' footers do.
func (l *Lake) MarkInventory(ctx context.Context, segs []Segment, inventory int64) error {
	if len(segs) == 0 {
		return nil
	}
	return inTx(ctx, l.write, func(sqlTx *sql.Tx) error {
		t := newTx(ctx, sqlTx)
		defer t.close()
		for _, s := range segs {
			if _, err := t.exec("UPDATE segments SET inventory = ? WHERE id = ? AND name = ? AND inventory < ?", inventory, s.ID, s.Name, inventory); err != nil {
				return err
			}
		}
		return nil
	})
}
