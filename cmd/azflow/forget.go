package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/azflow/azflow/internal/upkeep"
)

func (p *program) forgetCommand() *cobra.Command {
	var f upkeep.Forget
	var before string
	var yes bool
	cmd := &cobra.Command{
		Use:     "forget --blob ID | --before TIME | --subscription ID",
		Short:   "Remove the rows of a blob, of a time or of a subscription",
		GroupID: groupLake,
		Long: `Removes rows for good. No query that begins afterwards sees them; the next
` + "`azflow compact`" + ` writes the segments that held them anew, and their old files go
from the disk once --grace has passed.

A blob that was forgotten is not read again unless --reread is given. --before
takes whole hours, since rows of NTANetAnalytics stand for one.

The source is never touched: rows of a time or a subscription come back when it
is read into another lake.`,
		Example: `  azflow forget --before 2026-01-01 --dry-run
  azflow forget --subscription 0a1b2c3d-0000-0000-0000-000000000000
  azflow query 'IngestBlobs | where MacAddress == "00-0D-3A-00-00-01" | project BlobId'
  azflow forget --blob FLOWLOGRESOURCEID=/.../PT1H.JSON --reread`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if f.Before, err = parseTime(before, time.Now()); err != nil {
				return usage("", "--before: %w", err)
			}
			if f.Reread && f.Blob == "" {
				return usage("", "--reread goes with --blob")
			}
			return p.forget(c.Context(), f, yes)
		},
	}
	cmd.Flags().StringVar(&f.Blob, "blob", "", "all rows of this blob (its id in table IngestBlobs)")
	cmd.Flags().StringVar(&before, "before", "", "all rows of the hours before this time (2026-03-01, or 90d for as long ago)")
	cmd.Flags().StringVar(&f.Subscription, "subscription", "", "all rows whose flow log or target lies in this subscription")
	cmd.Flags().BoolVar(&f.Reread, "reread", false, "let a later ingest read the blob again")
	cmd.Flags().BoolVar(&f.DryRun, "dry-run", false, "only say what would be removed")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.MarkFlagsOneRequired("blob", "before", "subscription")
	cmd.MarkFlagsMutuallyExclusive("blob", "before", "subscription")
	return cmd
}

func (p *program) forget(ctx context.Context, f upkeep.Forget, yes bool) error {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // what is done is committed
	would := f
	would.DryRun = true
	found, err := would.Run(ctx, l)
	if err != nil {
		return withHint(err, "nothing was removed")
	}
	what := fmt.Sprintf("%s rows of Flows", count(found.Rows))
	switch {
	case found.Blob != "":
		what += " of blob " + found.Blob
	case !found.Before.IsZero():
		what += " from before " + timeText(found.Before)
	default:
		what += " of subscription " + f.Subscription
	}
	if f.DryRun {
		_, err := fmt.Fprintf(p.out, "would remove %s, and what other tables have of them\n", what)
		return err
	}
	if !yes {
		agreed, err := p.confirm("remove " + what + " for good?")
		if err != nil {
			return err
		}
		if !agreed {
			return &failure{code: exitFailure, err: errors.New("not confirmed: nothing was removed"), hint: "--yes goes without asking"}
		}
	}
	did, err := f.Run(ctx, l)
	if err != nil {
		return withHint(err, "run the same command again")
	}
	p.note("removed %s; `azflow compact` frees the disk", what)
	if did.Cut > 0 {
		p.note("%s segments hold rows that stay, too: compaction writes them anew", count(int64(did.Cut)))
	}
	return nil
}

// confirm asks the person at the terminal; without one the answer is yes.
func (p *program) confirm(question string) (bool, error) {
	in, ok := p.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return true, nil
	}
	fmt.Fprintf(p.err, "azflow: %s [y/N] ", question)
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && answer == "" {
		return false, nil //nolint:nilerr // no answer is a no
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}
