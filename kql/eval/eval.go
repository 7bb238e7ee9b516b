// Package eval is the reference interpreter: it runs a plan over rows in memory.
//
// It is meant for constants, for queries over literal rows, for the last steps
// of a query whose engine cannot take them, and as a third opinion in tests;
// not for large data.
package eval

import (
	"context"
	"fmt"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Rows is a table in memory, column by column. Vecs[i] holds the N rows of
// Cols[i] and is never a constant vector. Vectors may be shared and are not to
// be changed.
type Rows struct {
	Cols []plan.Column
	Vecs []*types.Vector
	N    int
}

// Row returns row i, boxed.
func (r *Rows) Row(i int) []types.Value {
	row := make([]types.Value, len(r.Vecs))
	for k, v := range r.Vecs {
		row[k] = v.Value(i)
	}
	return row
}

// Env is what a plan needs from outside.
type Env struct {
	// Fn is what functions know: the query's now, randomness, geography. nil is an
	// empty one.
	Fn *fn.Ctx
	// Scan reads a table. nil: a plan that scans is an error.
	Scan func(ctx context.Context, n *plan.Scan) (*Rows, error)
	// Leaf holds the rows for the plan's leaves, by index.
	Leaf map[int]*Rows
	// External fetches externaldata. nil: it is refused.
	External func(ctx context.Context, n *plan.External) (*Rows, error)
	// RowCap bounds the rows of any intermediate result; 0 is no bound.
	RowCap int
}

// RowCapError says that an intermediate result outgrew the cap.
type RowCapError struct{ Cap int }

// Error implements error.
func (e *RowCapError) Error() string {
	return fmt.Sprintf("more than %d rows would have to be held in memory: filter or summarize before this step", e.Cap)
}

// Run computes n. The result may be more or other columns than n.Columns() if
// n is a plugin whose columns depend on the data.
func Run(ctx context.Context, n plan.Node, env Env) (*Rows, error) {
	return newRunner(ctx, env).run(n)
}

// Expr computes a constant expression.
func Expr(ctx context.Context, e plan.Expr, env Env) (types.Value, error) {
	v, err := newRunner(ctx, env).expr(e, &Rows{N: 1})
	if err != nil {
		return nil, err
	}
	return v.Value(0), nil
}

// IsConst reports whether e is the same for every row and every run: built of
// constants and functions that are not volatile. now() counts as constant.
func IsConst(e plan.Expr) bool {
	switch x := e.(type) {
	case *plan.Const:
		return true
	case *plan.Call:
		f, ok := fn.LookupScalar(x.Func)
		if !ok || f.Kernel == nil || f.Volatile || f.Window || f.Context {
			return false
		}
		for _, a := range x.Args {
			if !IsConst(a) {
				return false
			}
		}
		return true
	}
	return false
}

// runner runs one plan.
type runner struct {
	ctx    context.Context
	env    Env
	fn     *fn.Ctx
	shared map[*plan.Shared]*Rows
	// leaves holds the groups of the Apply nodes being run, outer the columns of
	// their rows.
	leaves  map[*plan.Leaf]*Rows
	outer   map[plan.ColumnID]*types.Vector
	scalars map[*plan.Subquery]*types.Vector
	// paths are those of the matches of a graph that expressions are computed for.
	paths *paths
	// steps answers _step() inside a scan.
	steps func(step, column string) types.Value
	// nextID gives ids to columns that only the data knows; they count down.
	nextID plan.ColumnID
}

func newRunner(ctx context.Context, env Env) *runner {
	r := &runner{
		ctx: ctx, env: env, fn: env.Fn, shared: map[*plan.Shared]*Rows{}, leaves: map[*plan.Leaf]*Rows{},
		outer: map[plan.ColumnID]*types.Vector{}, scalars: map[*plan.Subquery]*types.Vector{}, nextID: -1,
	}
	if r.fn == nil {
		r.fn = &fn.Ctx{}
	}
	return r
}

// newID returns an id that no column of the plan has.
func (r *runner) newID() plan.ColumnID {
	r.nextID--
	return r.nextID
}

// check refuses n rows beyond the cap.
func (r *runner) check(n int) error {
	if r.env.RowCap > 0 && n > r.env.RowCap {
		return &RowCapError{Cap: r.env.RowCap}
	}
	return r.ctx.Err()
}

// expr computes e for the rows of in. The vector may be constant.
func (r *runner) expr(e plan.Expr, in *Rows) (*types.Vector, error) {
	switch x := e.(type) {
	case *plan.Ref:
		for i, c := range in.Cols {
			if c.ID == x.Column {
				return in.Vecs[i], nil
			}
		}
		if v, ok := r.outer[x.Column]; ok {
			return v, nil
		}
		return nil, fmt.Errorf("column %d is not in scope", x.Column)
	case *plan.Const:
		return types.Constant(x.T, fit(x.Value, x.T)), nil
	case *plan.Call:
		return r.call(x, in)
	case *plan.Subquery:
		return r.subquery(x)
	case *plan.InSubquery:
		return r.inSubquery(x, in)
	}
	return nil, fmt.Errorf("%T is no expression that can be computed", e)
}

// fit makes v a value of type t, should it be of another.
func fit(v types.Value, t types.Type) types.Value {
	if v == nil {
		return nil
	}
	switch t {
	case types.Int:
		if _, ok := v.(int32); ok {
			return v
		}
	case types.Long:
		if _, ok := v.(int64); ok {
			return v
		}
	case types.Real:
		if _, ok := v.(float64); ok {
			return v
		}
	case types.String:
		if _, ok := v.(string); ok {
			return v
		}
	case types.Bool:
		if _, ok := v.(bool); ok {
			return v
		}
	case types.DateTime:
		if _, ok := v.(types.Instant); ok {
			return v
		}
	case types.TimeSpan:
		if _, ok := v.(types.Interval); ok {
			return v
		}
	case types.Decimal:
		if _, ok := v.(types.DecimalValue); ok {
			return v
		}
	case types.GUID:
		if _, ok := v.(types.UUID); ok {
			return v
		}
	}
	return fn.Cast(v, types.Dynamic, t)
}

func (r *runner) call(c *plan.Call, in *Rows) (*types.Vector, error) {
	if c.Func == "_step" {
		return r.step(c)
	}
	if isPathCall(c) {
		return r.along(c, in)
	}
	f, ok := fn.LookupScalar(c.Func)
	if !ok {
		return nil, fmt.Errorf("there is no function %q", c.Func)
	}
	if f.Kernel == nil {
		return nil, fmt.Errorf("%s() cannot be computed here", c.Func)
	}
	args := make([]*types.Vector, len(c.Args))
	constant := !f.Volatile
	for i, a := range c.Args {
		v, err := r.expr(a, in)
		if err != nil {
			return nil, err
		}
		args[i] = v
		constant = constant && v.Const
	}
	n := in.N
	if constant {
		n = 1
	}
	out := &types.Vector{Type: c.T}
	if err := f.Kernel(r.fn, args, n, out); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Func, err)
	}
	if out.Type != c.T && c.T != types.Unknown {
		out = fn.Convert(out, c.T)
	}
	out.Const = constant
	return out, nil
}

// full returns v with one slot a row.
func full(v *types.Vector, n int) *types.Vector {
	if !v.Const {
		return v
	}
	rows := make([]int, n)
	return v.Select(rows)
}

// subquery is toscalar. Outside of Apply its value never changes.
func (r *runner) subquery(s *plan.Subquery) (*types.Vector, error) {
	if v, ok := r.scalars[s]; ok {
		return v, nil
	}
	rows, err := r.run(s.Input)
	if err != nil {
		return nil, err
	}
	var x types.Value
	if rows.N > 0 && len(rows.Vecs) > 0 {
		x = fn.Cast(rows.Vecs[0].Value(0), rows.Vecs[0].Type, s.T)
	}
	v := types.Constant(s.T, x)
	if len(r.leaves) == 0 {
		r.scalars[s] = v
	}
	return v, nil
}

func (r *runner) inSubquery(e *plan.InSubquery, in *Rows) (*types.Vector, error) {
	x, err := r.expr(e.X, in)
	if err != nil {
		return nil, err
	}
	rows, err := r.run(e.Input)
	if err != nil {
		return nil, err
	}
	list := []types.Value{}
	if len(rows.Vecs) > 0 {
		for i := range rows.N {
			list = append(list, fn.Cast(rows.Vecs[0].Value(i), rows.Vecs[0].Type, types.Dynamic))
		}
	}
	f, ok := fn.LookupScalar(e.Op)
	if !ok {
		return nil, fmt.Errorf("there is no operator %q", e.Op)
	}
	out := &types.Vector{Type: types.Bool}
	err = f.Kernel(r.fn, []*types.Vector{x, types.Constant(types.Dynamic, list)}, in.N, out)
	return out, err
}

// exprs computes several expressions, each with one slot a row.
func (r *runner) exprs(es []plan.Expr, in *Rows) ([]*types.Vector, error) {
	out := make([]*types.Vector, len(es))
	for i, e := range es {
		v, err := r.expr(e, in)
		if err != nil {
			return nil, err
		}
		out[i] = full(v, in.N)
	}
	return out, nil
}

// constant computes an expression that does not depend on rows.
func (r *runner) constant(e plan.Expr) (types.Value, error) {
	v, err := r.expr(e, &Rows{N: 1})
	if err != nil {
		return nil, err
	}
	return v.Value(0), nil
}

// count computes a number of rows.
func (r *runner) count(e plan.Expr) (int, error) {
	v, err := r.constant(e)
	if err != nil {
		return 0, err
	}
	n, ok := fn.Cast(v, types.Dynamic, types.Long).(int64)
	if !ok {
		return 0, fmt.Errorf("a number of rows is wanted, not %v", v)
	}
	return int(max(0, min(n, 1<<40))), nil
}

// pick returns the rows of in at the given indexes; -1 is a row of nulls.
func pick(in *Rows, rows []int) *Rows {
	out := &Rows{Cols: in.Cols, N: len(rows), Vecs: make([]*types.Vector, len(in.Vecs))}
	for i, v := range in.Vecs {
		out.Vecs[i] = v.Select(rows)
	}
	return out
}

// fromRows makes a table of boxed rows.
func fromRows(cols []plan.Column, rows [][]types.Value) *Rows {
	out := &Rows{Cols: cols, N: len(rows), Vecs: make([]*types.Vector, len(cols))}
	for k, c := range cols {
		v := types.NewVector(c.Type, len(rows))
		for i, row := range rows {
			v.SetValue(i, fit(row[k], c.Type))
		}
		out.Vecs[k] = v
	}
	return out
}

// builder gathers rows.
type builder struct {
	cols []plan.Column
	rows [][]types.Value
	r    *runner
}

func (b *builder) add(row []types.Value) error {
	b.rows = append(b.rows, row)
	if len(b.rows)%1024 == 0 {
		return b.r.check(len(b.rows))
	}
	return nil
}

func (b *builder) done() (*Rows, error) {
	if err := b.r.check(len(b.rows)); err != nil {
		return nil, err
	}
	return fromRows(b.cols, b.rows), nil
}
