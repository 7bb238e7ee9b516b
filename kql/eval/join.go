package eval

import (
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// pairs are the rows of a join; -1 is a missing partner.
type pairs struct{ left, right []int }

func (p *pairs) add(l, r int) {
	p.left, p.right = append(p.left, l), append(p.right, r)
}

func (r *runner) join(x *plan.Join) (*Rows, error) {
	left, err := r.run(x.Left)
	if err != nil {
		return nil, err
	}
	right, err := r.run(x.Right)
	if err != nil {
		return nil, err
	}
	leftKeys, rightKeys, err := r.joinKeys(x.On, left, right)
	if err != nil {
		return nil, err
	}
	if x.Kind == plan.InnerUnique && len(x.On) > 0 {
		rows := groupBy(leftKeys, left.N).first
		left = pick(left, rows)
		for i, k := range leftKeys {
			leftKeys[i] = k.Select(rows)
		}
	}
	p, err := r.match(left, right, leftKeys, rightKeys)
	if err != nil {
		return nil, err
	}
	if x.Where != nil {
		if p, err = r.residual(x.Where, left, right, p); err != nil {
			return nil, err
		}
	}
	return finish(x, left, right, p), nil
}

// joinKeys computes the keys of both sides in types that compare.
func (r *runner) joinKeys(on []plan.JoinKey, left, right *Rows) (l, rr []*types.Vector, err error) {
	for _, k := range on {
		a, err := r.expr(k.Left, left)
		if err != nil {
			return nil, nil, err
		}
		b, err := r.expr(k.Right, right)
		if err != nil {
			return nil, nil, err
		}
		if a.Type != b.Type {
			switch {
			case a.Type == types.Dynamic:
				a = fn.Convert(a, b.Type)
			case b.Type == types.Dynamic:
				b = fn.Convert(b, a.Type)
			}
		}
		l, rr = append(l, full(a, left.N)), append(rr, full(b, right.N))
	}
	return l, rr, nil
}

// match pairs the rows with equal keys, in the order of the left side.
func (r *runner) match(left, right *Rows, leftKeys, rightKeys []*types.Vector) (pairs, error) {
	index := map[string][]int{}
	key := func(keys []*types.Vector, i int, b []byte) []byte {
		for _, k := range keys {
			b = types.AppendKey(b, k.Value(i))
		}
		return b
	}
	var b []byte
	for i := range right.N {
		b = key(rightKeys, i, b[:0])
		index[string(b)] = append(index[string(b)], i)
	}
	var p pairs
	for i := range left.N {
		b = key(leftKeys, i, b[:0])
		for _, j := range index[string(b)] {
			p.add(i, j)
		}
		if err := r.check(len(p.left)); err != nil {
			return p, err
		}
	}
	return p, nil
}

// residual keeps the pairs for which a condition over both sides is true.
func (r *runner) residual(cond plan.Expr, left, right *Rows, p pairs) (pairs, error) {
	both := beside(pick(left, p.left), pick(right, p.right))
	rows, err := r.truths(cond, both)
	if err != nil {
		return p, err
	}
	var kept pairs
	for _, i := range rows {
		kept.add(p.left[i], p.right[i])
	}
	return kept, nil
}

func beside(a, b *Rows) *Rows {
	return &Rows{
		Cols: append(append([]plan.Column(nil), a.Cols...), b.Cols...),
		Vecs: append(append([]*types.Vector(nil), a.Vecs...), b.Vecs...), N: a.N,
	}
}

// finish makes the rows of a join of its matching pairs.
func finish(x *plan.Join, left, right *Rows, p pairs) *Rows {
	matchedLeft, matchedRight := make([]bool, left.N), make([]bool, right.N)
	for i := range p.left {
		matchedLeft[p.left[i]], matchedRight[p.right[i]] = true, true
	}
	rows := func(matched []bool, want bool) []int {
		var out []int
		for i, m := range matched {
			if m == want {
				out = append(out, i)
			}
		}
		return out
	}
	var out *Rows
	switch x.Kind {
	case plan.LeftSemi:
		out = pick(left, rows(matchedLeft, true))
	case plan.LeftAnti:
		out = pick(left, rows(matchedLeft, false))
	case plan.RightSemi:
		out = pick(right, rows(matchedRight, true))
	case plan.RightAnti:
		out = pick(right, rows(matchedRight, false))
	default:
		if x.Kind == plan.LeftOuter || x.Kind == plan.FullOuter {
			for _, i := range rows(matchedLeft, false) {
				p.add(i, -1)
			}
		}
		if x.Kind == plan.RightOuter || x.Kind == plan.FullOuter {
			for _, j := range rows(matchedRight, false) {
				p.add(-1, j)
			}
		}
		out = beside(pick(left, p.left), pick(right, p.right))
	}
	cols := append([]plan.Column(nil), out.Cols...)
	for i := range cols {
		if i < len(x.Names) {
			cols[i].Name = x.Names[i]
		}
	}
	out.Cols = cols
	return out
}
