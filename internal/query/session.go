package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// A Session answers queries over one lake with one engine. It is safe for
// concurrent use.
type Session struct {
	Lake    *lake.Lake
	Engine  store.Engine
	Catalog plan.Catalog
	// Settings are values of options that a query does not `set` itself.
	Settings map[string]types.Value
	Version  string // what .show version answers
	// RowCap bounds the rows that the engine hands to the interpreter; 0 is
	// store.DefaultRowCap.
	RowCap int
	// External fetches externaldata; nil refuses it.
	External *Fetcher
	// GeoIP answers geo_info_from_ip_address where the interpreter runs it; nil
	// knows no address. The engine has its own.
	GeoIP func(ip string) *types.Bag
	// Interpret leaves everything but reading tables to the interpreter.
	Interpret bool

	parsed bind.Parsed
}

// Request is a query and what it is asked with.
type Request struct {
	Text string
	Now  time.Time // the value of now()
	// From and To bound the time column of every table that has one; zero is
	// open.
	From, To time.Time
	// Arguments are the values of query parameters, as texts.
	Arguments map[string]string
	// Without names rewrite rules that are left out.
	Without []string
	// Lint adds warnings of what is right to the binder and mostly wrong to its
	// author.
	Lint bool
}

// Compiled is a query ready to run.
type Compiled struct {
	Plan      *plan.Plan
	Statement *sqlgen.Statement
	// Warnings are the diagnostics that did not stop it.
	Warnings diag.List

	request Request
}

// ReadsTables reports whether the query reads what is stored.
func (c *Compiled) ReadsTables() bool {
	return slices.ContainsFunc(c.Statement.Parts, func(p sqlgen.Part) bool { return len(p.Scans) > 0 })
}

// Compile binds and compiles a query. An error that is a diag.List is the
// query's fault.
func (s *Session) Compile(r Request) (*Compiled, error) {
	p, diags := s.plan(r)
	if diags.HasErrors() {
		return nil, diags
	}
	st, err := s.compile(p, r.Without)
	if err != nil {
		return nil, err
	}
	return &Compiled{Plan: p, Statement: st, Warnings: diags, request: r}, nil
}

// plan binds a query. keep names derived columns that it need not use.
func (s *Session) plan(r Request, keep ...string) (*plan.Plan, diag.List) {
	p, diags := kql.Plan(r.Text, s.Catalog, kql.Options{
		Now: toInstant(r.Now), Settings: s.Settings, Arguments: r.Arguments, Local: true, ExternalData: s.External != nil, Version: s.Version, Lint: r.Lint, Parsed: &s.parsed, Keep: keep,
		Unpack: func(p *plan.Plan) ([]plan.Column, error) { return s.columns(p, r) },
	})
	if diags.HasErrors() {
		return nil, diags
	}
	return Between(p, s.Catalog, toBound(r.From), toBound(r.To)), diags
}

// columns runs p for the columns of its result.
func (s *Session) columns(p *plan.Plan, r Request) ([]plan.Column, error) {
	st, err := s.compile(Between(p, s.Catalog, toBound(r.From), toBound(r.To)), r.Without)
	if err != nil {
		return nil, err
	}
	rows, err := store.Run(context.Background(), s.Engine, st, 0, s.runOptions())
	if err != nil {
		return nil, err
	}
	return rows.Columns(), rows.Close()
}

func (s *Session) compile(p *plan.Plan, without []string) (*sqlgen.Statement, error) {
	if s.Interpret {
		return interpreted(p, s.Catalog, s.Engine.Dialect(), without)
	}
	return kql.Compile(p, s.Engine.Dialect(), kql.CompileOptions{Catalog: s.Catalog, Without: without})
}

func toBound(t time.Time) types.Instant {
	if t.IsZero() {
		return 0
	}
	return toInstant(t)
}

// Run runs result i of a compiled query and hands its rows to write, in batches
// that are valid until write returns.
func (s *Session) Run(ctx context.Context, c *Compiled, i int, write func(cols []*types.Vector, n int) error) (err error) {
	rows, err := store.Run(ctx, s.Engine, c.Statement, i, s.runOptions())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		b, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := write(b.Columns, b.Rows); err != nil {
			return err
		}
	}
}

func (s *Session) runOptions() store.RunOptions {
	o := store.RunOptions{RowCap: s.RowCap, Fn: &fn.Ctx{GeoIP: s.GeoIP}}
	if s.External != nil {
		o.External = s.External.Fetch
	}
	return o
}

// Between returns p with the rows of every scanned table that has a time column
// limited to [from, to), as the time range of Log Analytics does. p is not
// changed.
func Between(p *plan.Plan, cat plan.Catalog, from, to types.Instant) *plan.Plan {
	if from == 0 && to == 0 {
		return p
	}
	limit := func(n plan.Node) plan.Node {
		scan, ok := n.(*plan.Scan)
		if !ok {
			return n
		}
		t, ok := cat.Table(scan.Table)
		if !ok || t.Time == "" || t.Hidden {
			return n
		}
		var at *plan.Column
		for i := range scan.Cols {
			if scan.Cols[i].Name == t.Time {
				at = &scan.Cols[i]
			}
		}
		if at == nil {
			return n // the time column is not stored
		}
		var cond plan.Expr
		and := func(op string, bound types.Instant) {
			e := plan.Expr(&plan.Call{Func: op, T: types.Bool, Args: []plan.Expr{
				&plan.Ref{Column: at.ID, T: at.Type}, &plan.Const{Value: bound, T: types.DateTime},
			}})
			if cond != nil {
				e = &plan.Call{Func: "and", T: types.Bool, Args: []plan.Expr{cond, e}}
			}
			cond = e
		}
		if from != 0 {
			and(">=", from)
		}
		if to != 0 {
			and("<", to)
		}
		return &plan.Filter{Input: n, Cond: cond}
	}
	out := *p
	out.Results = make([]plan.Result, len(p.Results))
	for i, r := range p.Results {
		r.Root = plan.Transform(r.Root, limit)
		out.Results[i] = r
	}
	return &out
}

// Nearest says why an answer is empty, if the lake can tell: no data at all, or
// none in the time that was asked for. "" if it cannot.
func (s *Session) Nearest(ctx context.Context, c *Compiled) (string, error) {
	snap, err := s.Lake.Snapshot(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = snap.Close() }() // only a lock file stays, and a sweep finds it
	var lines []string
	seen := map[string]bool{}
	for _, r := range c.Statement.Parts {
		for _, scan := range r.Scans {
			t, ok := s.Catalog.Table(scan.Table)
			if !ok || t.Hidden || seen[scan.Table] {
				continue
			}
			seen[scan.Table] = true
			ext, err := snap.Extent(ctx, scan.Table)
			if err != nil {
				return "", err
			}
			switch from, to := fromInstant(scan.From), fromInstant(scan.To); {
			case isSmall(scan.Table):
			case ext.Segments == 0:
				lines = append(lines, scan.Table+" holds no rows")
			case !from.IsZero() && ext.Max.Before(from), !to.IsZero() && !ext.Min.Before(to):
				lines = append(lines, fmt.Sprintf("%s holds nothing %s; its rows lie between %s and %s", scan.Table, between(from, to), short(ext.Min), short(ext.Max)))
			default:
				lines = append(lines, fmt.Sprintf("no row of %s matches; its rows lie between %s and %s", scan.Table, short(ext.Min), short(ext.Max)))
			}
		}
	}
	return strings.Join(lines, "\n"), nil
}

func isSmall(table string) bool {
	for _, t := range lake.SmallTables() {
		if t.Name == table {
			return true
		}
	}
	return false
}

func between(from, to time.Time) string {
	switch {
	case to.IsZero():
		return "after " + short(from)
	case from.IsZero():
		return "before " + short(to)
	}
	return "between " + short(from) + " and " + short(to)
}

func short(t time.Time) string { return t.Format("2006-01-02 15:04Z") }

// Unbounded returns the tables that a query scans without a bound in time and
// that hold more than span, as notes for the one who asked.
func (s *Session) Unbounded(ctx context.Context, c *Compiled, span time.Duration) ([]string, error) {
	snap, err := s.Lake.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = snap.Close() }() // only a lock file stays, and a sweep finds it
	seen := map[string]bool{}
	var notes []string
	for _, p := range c.Statement.Parts {
		for _, scan := range p.Scans {
			if seen[scan.Table] || scan.From != 0 || scan.To != 0 || isSmall(scan.Table) {
				continue
			}
			seen[scan.Table] = true
			if t, ok := s.Catalog.Table(scan.Table); !ok || t.Hidden || t.Time == "" {
				continue
			}
			ext, err := snap.Extent(ctx, scan.Table)
			if err != nil {
				return nil, err
			}
			if d := ext.Max.Sub(ext.Min); d > span {
				notes = append(notes, fmt.Sprintf("the query has no time range and reads all %d days of %s; `where TimeGenerated > ago(7d)` or --from 7d reads less", int(d.Hours()/24), scan.Table))
			}
		}
	}
	return notes, nil
}
