package main

import (
	"context"

	"github.com/spf13/cobra"
)

func (p *program) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "backup DIR",
		Short:   "Make a copy of the lake as it is now",
		GroupID: groupLake,
		Long: `Makes a lake in DIR, which must be empty or not there, that is this one as it is
now. On the same file system segments are linked, which takes a moment and no
room; elsewhere they are copied. Ingest and queries may go on meanwhile.

The copy is a lake: to restore, use it with --data, or move it in the other's
place.`,
		Example: `  azflow backup /backup/azflow-2026-03-01
  azflow query --data /backup/azflow-2026-03-01 'Flows | count'`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.backup(c.Context(), args[0]) },
	}
}

func (p *program) backup(ctx context.Context, dir string) error {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // nothing is written
	b, err := l.Backup(ctx, dir)
	if err != nil {
		return withHint(err, "give the name of a folder that is not there yet")
	}
	p.note("%s segments, %s, in %s (%s copied, the others linked)", count(int64(b.Segments)), bytesText(b.Bytes), dir, count(int64(b.Copied)))
	return nil
}
