package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// DefaultRowCap is how many rows a part may hand to the interpreter if
// RunOptions do not say.
const DefaultRowCap = 1 << 21

// RunOptions are what running a statement needs besides the engine.
type RunOptions struct {
	// Fn is what functions know besides their arguments, for the tail; nil for
	// nothing.
	Fn *fn.Ctx
	// External fetches externaldata; nil refuses it.
	External func(ctx context.Context, n *plan.External) (*eval.Rows, error)
	// RowCap bounds the rows that are held in memory for the tail; 0 is
	// DefaultRowCap.
	RowCap int
}

// Run answers result i of a statement: the engine runs its parts, the
// interpreter the tail, if there is one. e may be nil for a statement without
// parts.
func Run(ctx context.Context, e Engine, st *sqlgen.Statement, i int, o RunOptions) (Rows, error) {
	res := st.Results[i]
	if res.Part >= 0 {
		return query(ctx, e, &st.Parts[res.Part])
	}
	env := eval.Env{Fn: &fn.Ctx{Now: st.Now}, External: o.External, Leaf: map[int]*eval.Rows{}, RowCap: o.RowCap}
	if o.Fn != nil {
		env.Fn.Rand, env.Fn.GeoIP = o.Fn.Rand, o.Fn.GeoIP
	}
	if env.RowCap == 0 {
		env.RowCap = DefaultRowCap
	}
	for _, index := range partsOf(res.Tail) {
		rows, err := query(ctx, e, &st.Parts[index])
		if err != nil {
			return nil, err
		}
		if env.Leaf[index], err = collect(rows, env.RowCap); err != nil {
			var limit *eval.RowCapError
			if errors.As(err, &limit) {
				return nil, fmt.Errorf("%s: the engine cannot finish this query (%s) and the rest of it %w", st.Dialect, res.Why, err)
			}
			return nil, err
		}
	}
	out, err := eval.Run(ctx, res.Tail, env)
	if err != nil {
		return nil, err
	}
	return &inMemory{rows: out}, nil
}

func query(ctx context.Context, e Engine, part *sqlgen.Part) (Rows, error) {
	if e == nil {
		return nil, errors.New("the query needs an engine, and there is none")
	}
	return e.Query(ctx, part)
}

// partsOf returns the parts that a tail reads. The leaves that a node fills
// for its subquery are its own.
func partsOf(tail plan.Node) []int {
	own := map[*plan.Leaf]bool{}
	plan.Walk(tail, func(n plan.Node) {
		for _, l := range plan.Leaves(n) {
			own[l] = true
		}
	})
	seen := map[int]bool{}
	var out []int
	plan.Walk(tail, func(n plan.Node) {
		if l, ok := n.(*plan.Leaf); ok && !own[l] && !seen[l.Index] {
			seen[l.Index] = true
			out = append(out, l.Index)
		}
	})
	return out
}

// collect reads all rows, at most limit of them, and closes them.
func collect(rows Rows, limit int) (_ *eval.Rows, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	out := &eval.Rows{Cols: rows.Columns()}
	for _, c := range out.Cols {
		out.Vecs = append(out.Vecs, types.NewVector(c.Type, 0))
	}
	for {
		b, err := rows.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if out.N+b.Rows > limit {
			return nil, &eval.RowCapError{Cap: limit}
		}
		for i, c := range b.Columns {
			extend(out.Vecs[i], c, out.N, b.Rows)
		}
		out.N += b.Rows
	}
}

// extend appends the n rows of src to dst, which has at rows.
func extend(dst, src *types.Vector, at, n int) {
	dst.Bools = append(dst.Bools, src.Bools...)
	dst.Ints = append(dst.Ints, src.Ints...)
	dst.Longs = append(dst.Longs, src.Longs...)
	dst.Reals = append(dst.Reals, src.Reals...)
	dst.Strings = append(dst.Strings, src.Strings...)
	dst.Instants = append(dst.Instants, src.Instants...)
	dst.Intervals = append(dst.Intervals, src.Intervals...)
	dst.UUIDs = append(dst.UUIDs, src.UUIDs...)
	dst.Decimals = append(dst.Decimals, src.Decimals...)
	dst.Values = append(dst.Values, src.Values...)
	if !src.Nulls.Any() && dst.Nulls == nil {
		return
	}
	for len(dst.Nulls) < (at+n+63)/64 {
		dst.Nulls = append(dst.Nulls, 0)
	}
	for i := range n {
		if src.Nulls.Get(i) {
			dst.Nulls.Set(at + i)
		}
	}
}

// inMemory are rows that the interpreter made.
type inMemory struct {
	rows *eval.Rows
	done bool
}

// Columns implements Rows.
func (m *inMemory) Columns() []plan.Column { return m.rows.Cols }

// Next implements Rows.
func (m *inMemory) Next() (Batch, error) {
	if m.done || m.rows.N == 0 {
		return Batch{}, io.EOF
	}
	m.done = true
	return Batch{Rows: m.rows.N, Columns: m.rows.Vecs}, nil
}

// Close implements Rows.
func (m *inMemory) Close() error { return nil }
