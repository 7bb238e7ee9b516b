// Command accuracy measures how often the owner of an address is found, and how
// often it is the right one, in an estate in motion whose control plane tells of
// it with gaps. It prints the causes of what is missed, the same for a query that
// goes by address alone, and last which targets hold; its exit status says
// whether all do.
//
// The truth is the generator's own list of who held what when. It shares no code
// with what it judges.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/reattribution"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
	_ "github.com/duckdb/duckdb-go/v2" // the driver
)

// The targets.
const (
	wantFound = 99.9  // percent of the ends that can be known
	wantRight = 99.99 // percent of those that were found
)

func main() {
	seed := flag.Uint64("seed", 1, "another estate")
	hours := flag.Int("hours", 48, "how long the story is")
	tuples := flag.Int("tuples", 500_000, "how many tuples to make, about")
	folder := flag.String("keep", "", "keep logs, inventory and lake in this folder")
	flag.Parse()
	held, err := run(context.Background(), os.Stdout, *seed, *hours, *tuples, *folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(2)
	}
	if !held {
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, seed uint64, hours, tuples int, folder string) (held bool, err error) {
	began := time.Now()
	if folder == "" {
		if folder, err = os.MkdirTemp("", "azflow-accuracy"); err != nil {
			return false, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	}
	c := flowgen.NewChurn(flowgen.ChurnOptions{
		Seed: seed, Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Hours: hours, Base: 500, Created: 1500, Tuples: tuples,
	})
	n := c.Counts()
	fmt.Fprintf(out, "estate: %d h, %d NICs, %d made and %d deleted meanwhile, %d records of the activity log (%d lost), lists every 6 h; %d tuples in %d blobs\n",
		hours, n.NICs, n.Created, n.Deleted, n.Events, n.Lost, n.Tuples, n.Blobs)
	l, err := product(ctx, out, c, folder)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	truth := truthOf(c)
	ours := newTally()
	ends, err := judge(ctx, l, truth, ours)
	if err != nil {
		return false, err
	}
	ours.print(out, "azflow")
	byAddress, err := byAddressAlone(ctx, c, ends, truth)
	if err != nil {
		return false, err
	}
	byAddress.print(out, "by address alone (SQL: create events and lists, lead by address)")
	fmt.Fprintf(out, "%.0f s in all\n", time.Since(began).Seconds())
	return ours.targets(out), nil
}

// product takes the estate in as its records arrive: half of the inventory, all
// logs, the rest of the inventory.
func product(ctx context.Context, out io.Writer, c *flowgen.Churn, folder string) (_ *lake.Lake, err error) {
	logs := filepath.Join(folder, "logs")
	if err := c.WriteLogs(flowgen.Dir(logs)); err != nil {
		return nil, err
	}
	middle := c.Start().Add(c.End().Sub(c.Start()) / 2)
	early, late := filepath.Join(folder, "early"), filepath.Join(folder, "late")
	if err := c.WriteInventory(flowgen.Dir(early), c.Start(), middle); err != nil {
		return nil, err
	}
	if err := c.WriteInventory(flowgen.Dir(late), middle, c.End().Add(time.Hour)); err != nil {
		return nil, err
	}
	l, err := lake.Open(ctx, filepath.Join(folder, "lake"), lake.Options{})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	take := func(from string) error {
		s, err := inventory.Import(ctx, l, dir.Of(source.Inventory(), from), inventory.ImportOptions{Now: time.Now})
		if err != nil {
			return err
		}
		return errors.Join(s.Problems...)
	}
	timed := func(what string, f func() error) error {
		start := time.Now()
		err := f()
		fmt.Fprintf(out, "%s: %.1f s\n", what, time.Since(start).Seconds())
		return err
	}
	if err := timed("inventory of the first half", func() error { return take(early) }); err != nil {
		return nil, err
	}
	if err := timed("logs", func() error {
		_, err := ingest.New(l, ingest.Options{Workers: 2, Now: time.Now}).Run(ctx, dir.New(logs))
		return err
	}); err != nil {
		return nil, err
	}
	if err := timed("inventory of the second half", func() error { return take(late) }); err != nil {
		return nil, err
	}
	return l, timed("re-attribution", func() error {
		s, err := reattribution.Run(ctx, l, reattribution.Options{Now: time.Now})
		if err == nil {
			fmt.Fprintf(out, "owners of %d flows named anew, in %d of %d segments\n", s.Rows, s.Written, s.Segments)
		}
		return err
	})
}

// place is a tuple's blob, by number, and its position there.
type place struct{ blob, tuple int }

type truths struct {
	number map[string]int            // of blobs, by id
	owners [][][2]flowgen.ChurnOwner // of source and destination, by blob and tuple
}

func truthOf(c *flowgen.Churn) *truths {
	t := &truths{number: map[string]int{}}
	c.Owners(func(name string, tuple int, src, dest flowgen.ChurnOwner) {
		p, _ := flowlog.ParsePath(name)
		i, ok := t.number[p.ID]
		if !ok {
			i = len(t.owners)
			t.number[p.ID] = i
			t.owners = append(t.owners, nil)
		}
		t.owners[i] = append(t.owners[i], [2]flowgen.ChurnOwner{src, dest})
	})
	return t
}

// end is an end of a stored flow.
type end struct {
	place
	side int // 0 for the source
	at   int64
	ip   string
}

// tally counts what a method says of the ends.
type tally struct {
	ends, knowable, found, right int // found and right of the knowable ones
	claimed                      int // of all ends
	wrong                        int // of the claimed ones
	outside                      int // of ends that nobody's NIC held: claimed
	causes                       map[string]int
	faults                       map[string]int
	examples, missed             []string
}

func newTally() *tally { return &tally{causes: map[string]int{}, faults: map[string]int{}} }

// add counts one end: nic and vm are what the method says, reason why it says
// nothing.
func (t *tally) add(o *flowgen.ChurnOwner, nic, vm, reason string, example func() string) {
	t.ends++
	if o.Knowable && o.VM != "" {
		t.knowable++
		switch {
		case vm == "":
			t.causes[fmt.Sprintf("%s; the NIC came %s before", reason, age(o.Since))]++
			if len(t.missed) < 5 {
				t.missed = append(t.missed, example())
			}
		default:
			t.found++
			if vm == o.VM {
				t.right++
			}
		}
	}
	if vm == "" && nic == "" {
		return
	}
	t.claimed++
	if nic == o.NIC && (vm == o.VM || vm == "") {
		return
	}
	t.wrong++
	kind := "another owner's"
	if o.NIC == "" {
		kind = o.Kind
		if o.Kind != flowgen.ChurnDead {
			t.outside++
		}
	}
	t.faults[kind+", "+reason]++
	if len(t.examples) < 5 {
		t.examples = append(t.examples, example())
	}
}

// age says how long ago something was, about.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 10*time.Minute:
		return "less than 10 minutes"
	case d < 6*time.Hour:
		return "less than 6 hours"
	}
	return "longer"
}

func percent(part, all int) float64 { return 100 * float64(part) / float64(max(all, 1)) }

func (t *tally) print(out io.Writer, name string) {
	fmt.Fprintf(out, "\n%s\n  %d ends, of %d something that survived tells the VM: %.3f %% of those got one\n", name, t.ends, t.knowable, percent(t.found, t.knowable))
	fmt.Fprintf(out, "  right: %.4f %% of %d ends that got an owner; wrong: %d, of which of the internet, on-premises or of pods: %d\n", percent(t.claimed-t.wrong, t.claimed), t.claimed, t.wrong, t.outside)
	list := func(title string, m map[string]int) {
		for i, k := range slices.SortedFunc(maps.Keys(m), func(a, b string) int { return m[b] - m[a] }) {
			if i == 8 {
				break
			}
			fmt.Fprintf(out, "  %s %8d  %s\n", title, m[k], k)
		}
	}
	list("missed", t.causes)
	for _, e := range t.missed {
		fmt.Fprintf(out, "    such as %s\n", e)
	}
	list("wrong ", t.faults)
	for _, e := range t.examples {
		fmt.Fprintf(out, "    such as %s\n", e)
	}
}

// targets prints which targets hold.
func (t *tally) targets(out io.Writer) bool {
	all := true
	line := func(ok bool, format string, args ...any) {
		word := "holds"
		if !ok {
			word, all = "FAILS", false
		}
		fmt.Fprintf(out, "%s: %s\n", word, fmt.Sprintf(format, args...))
	}
	found, right := percent(t.found, t.knowable), percent(t.claimed-t.wrong, t.claimed)
	line(found >= wantFound, "%.4f %% of the knowable ends attributed, %.2f %% wanted", found, wantFound)
	line(right >= wantRight, "%.4f %% of the attributed ends right, %.2f %% wanted", right, wantRight)
	line(t.outside == 0, "%d addresses of the internet, on-premises or of pods claimed, none wanted", t.outside)
	line(t.knowable > 0, "%d ends to be known", t.knowable)
	return all
}

// judge reads all stored flows and holds their owners against the truth. It
// returns all ends.
func judge(ctx context.Context, l *lake.Lake, truth *truths, t *tally) (ends []end, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	segs, err := snap.Segments(ctx, lake.TableFlows, lake.TimeRange{})
	if err != nil {
		return nil, err
	}
	sides := [2][]string{}
	columns := []string{"TimeGenerated", "BlobId", "TupleOrdinal", "MacAddress"}
	for i, side := range []string{"Src", "Dest"} {
		sides[i] = []string{side + "Ip", side + "NicResourceId", side + "VmResourceId", side + "Miss", side + "Attribution"}
		columns = append(columns, sides[i]...)
	}
	seen := 0
	for _, s := range segs {
		if err := rollup.Scan(ctx, l, s, columns, func(rollup.Position) int { return 0 }, func(b *batch.Batch, _ int) error {
			text := func(name string, row int) string { return strings.Clone(b.Columns[b.Index(name)].TextAt(row)) }
			for row := range b.Rows {
				at, _ := b.Columns[0].IntAt(row)
				tuple, _ := b.Columns[2].IntAt(row)
				i, ok := truth.number[b.Columns[1].TextAt(row)]
				if !ok || int(tuple) >= len(truth.owners[i]) {
					return fmt.Errorf("blob %s, tuple %d: not in the truth", b.Columns[1].TextAt(row), tuple)
				}
				seen++
				for side, names := range sides {
					o := &truth.owners[i][tuple][side]
					ip, nic, vm := text(names[0], row), text(names[1], row), text(names[2], row)
					reason := text(names[3], row)
					if reason == "" {
						reason = text(names[4], row)
					}
					t.add(o, nic, vm, reason, func() string {
						return fmt.Sprintf("%s at %s logged by %s: %s, %s; the truth is %s %s, %s", ip, time.UnixMicro(at).UTC().Format("02 15:04:05"), text("MacAddress", row), nic, vm, o.Kind, o.NIC, o.VM)
					})
					ends = append(ends, end{place{i, int(tuple)}, side, at, ip})
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	made := 0
	for _, tuples := range truth.owners {
		made += len(tuples)
	}
	if seen != made {
		return nil, fmt.Errorf("the lake has %d flows, made were %d", seen, made)
	}
	return ends, nil
}

// byAddressAlone is the method of a query: windows begin with a NIC's first
// sighting of an address in create events and lists, and end with the next NIC's.
func byAddressAlone(ctx context.Context, c *flowgen.Churn, ends []end, truth *truths) (_ *tally, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	folder, err := os.MkdirTemp("", "azflow-accuracy-sql")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	addresses, links, flows := filepath.Join(folder, "addresses.csv"), filepath.Join(folder, "links.csv"), filepath.Join(folder, "ends.csv")
	var a, b, f strings.Builder
	for _, s := range c.Sightings() {
		if s.VM == "" {
			fmt.Fprintf(&a, "%d,%s,%s\n", s.Time.UnixMicro(), s.NIC, s.Address)
		} else {
			fmt.Fprintf(&b, "%d,%s,%s\n", s.Time.UnixMicro(), s.NIC, s.VM)
		}
	}
	for i, e := range ends {
		fmt.Fprintf(&f, "%d,%d,%s\n", i, e.at, e.ip)
	}
	for path, text := range map[string]*strings.Builder{addresses: &a, links: &b, flows: &f} {
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			return nil, err
		}
	}
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`
		with seen as (select nic, ip, min(t) as first_seen from read_csv('%s', header = false, columns = {'t': 'bigint', 'nic': 'varchar', 'ip': 'varchar'}) group by nic, ip),
		windows as (select nic, ip, first_seen, lead(first_seen) over (partition by ip order by first_seen) as next_seen from seen),
		vms as (select nic, arg_min(vm, t) as vm from read_csv('%s', header = false, columns = {'t': 'bigint', 'nic': 'varchar', 'vm': 'varchar'}) group by nic),
		ends as (select * from read_csv('%s', header = false, columns = {'id': 'bigint', 't': 'bigint', 'ip': 'varchar'}))
		select e.id, coalesce(w.nic, ''), coalesce(v.vm, '')
		from ends e
		asof left join windows w on e.ip = w.ip and e.t >= w.first_seen
		left join vms v on v.nic = w.nic`, addresses, links, flows))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	t := newTally()
	for rows.Next() {
		var id int
		var nic, vm string
		if err := rows.Scan(&id, &nic, &vm); err != nil {
			return nil, err
		}
		e := &ends[id]
		o := &truth.owners[e.blob][e.tuple][e.side]
		t.add(o, nic, vm, "by address", func() string {
			return fmt.Sprintf("%s at %s: %s; the truth is %s %s", e.ip, time.UnixMicro(e.at).UTC().Format("02 15:04:05"), nic, o.Kind, o.NIC)
		})
	}
	return t, rows.Err()
}
