package sqlgen

import (
	"fmt"
	"math"
	"slices"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// lower writes n as a relation.
func (p *part) lower(n plan.Node) (*relation, error) {
	if p.flow == direct {
		switch n.(type) {
		case *plan.Aggregate:
			p.flow = held
			defer func() { p.flow = direct }()
		case *plan.Filter, *plan.Project, *plan.Limit, *plan.Sort:
		default:
			p.flow = mixed
			defer func() { p.flow = direct }()
		}
	}
	switch n := n.(type) {
	case *plan.Scan:
		return p.scan(n), nil
	case *plan.Values:
		return p.values(n)
	case *plan.Sequence:
		return p.sequence(n)
	case *plan.Filter:
		return p.filter(n)
	case *plan.Project:
		return p.project(n)
	case *plan.Aggregate:
		return p.aggregate(n)
	case *plan.Join:
		return p.join(n)
	case *plan.Union:
		return p.union(n)
	case *plan.Sort:
		return p.sort(n)
	case *plan.Limit:
		return p.limit(n)
	case *plan.Sample:
		return p.sample(n)
	case *plan.Window:
		return p.window(n)
	case *plan.Unnest:
		return p.unnest(n)
	case *plan.Parse:
		return p.parse(n)
	case *plan.Apply:
		return p.apply(n)
	case *plan.Shared:
		if p.read[n] {
			return p.sharedRef(&plan.SharedRef{Of: n, Cols: n.Columns()})
		}
		return p.lower(n.Input)
	case *plan.SharedRef:
		return p.sharedRef(n)
	case *plan.Leaf:
		if r := p.leaves[n]; r != nil {
			return r, nil
		}
		return nil, inexact("rows from outside")
	}
	return nil, inexact("%s", nodeName(n))
}

func nodeName(n plan.Node) string {
	switch n := n.(type) {
	case *plan.Apply:
		if n.Unnest != nil {
			return "mv-apply"
		}
		return "partition"
	case *plan.MakeSeries:
		return "make-series"
	case *plan.ParseKV:
		return "parse-kv"
	case *plan.TopNested:
		return "top-nested"
	case *plan.ScanSteps:
		return "scan"
	case *plan.Plugin:
		return "evaluate " + n.Name
	case *plan.External:
		return "externaldata"
	case *plan.Foreign:
		return n.What
	case *plan.GraphMatch:
		if n.Shortest {
			return "graph-shortest-paths"
		}
		return "graph-match"
	case *plan.GraphTable:
		return "graph-to-table"
	case *plan.GraphPartition:
		return "make-graph partitioned-by"
	}
	return "an operator"
}

func (p *part) scan(n *plan.Scan) *relation {
	s := Scan{Name: fmt.Sprintf("scan_%d", len(p.scans)), Table: n.Table, From: n.From, To: n.To}
	r := &relation{sel: &sqlast.Select{From: sqlast.Table{Name: s.Name}}, open: true, cols: map[plan.ColumnID]column{}}
	for _, c := range n.Cols {
		name, form := columnName(c.ID), physical.Stored(c.Type)
		s.Columns = append(s.Columns, ScanColumn{Name: c.Name, Alias: name, Type: c.Type, Form: form})
		r.sel.Items = append(r.sel.Items, sqlast.Item{X: sqlast.Column{Name: name}, Name: name})
		r.cols[c.ID] = column{c.Type, form}
	}
	p.scans = append(p.scans, s)
	return r
}

// values gives literal rows, numbered so that they keep their order.
func (p *part) values(n *plan.Values) (*relation, error) {
	number := p.name("o")
	r := &relation{open: true, cols: map[plan.ColumnID]column{}, order: []orderKey{{item: number}}, total: true}
	rows := &sqlast.Rows{}
	for _, c := range n.Cols {
		form := physical.Of(c.Type)
		rows.Names = append(rows.Names, columnName(c.ID))
		rows.Types = append(rows.Types, SQLType(c.Type, form))
		r.cols[c.ID] = column{c.Type, form}
	}
	rows.Names = append(rows.Names, number)
	rows.Types = append(rows.Types, sqlast.BigInt)
	sel := &sqlast.Select{From: sqlast.Sub{Query: rows, Alias: p.name("t")}}
	for i, v := range n.Rows {
		var row []sqlast.Expr
		for j, x := range v {
			a, err := constant(n.Cols[j].Type, x)
			if err != nil {
				return nil, err
			}
			row = append(row, typed(a))
		}
		rows.Rows = append(rows.Rows, append(row, sqlast.Int(i)))
	}
	if len(n.Rows) == 0 {
		var row []sqlast.Expr
		for _, c := range n.Cols {
			a, err := constant(c.Type, nil)
			if err != nil {
				return nil, err
			}
			row = append(row, typed(a))
		}
		rows.Rows = append(rows.Rows, append(row, sqlast.Int(0)))
		sel.Where = []sqlast.Expr{sqlast.Bool(false)}
	}
	for _, name := range rows.Names {
		sel.Items = append(sel.Items, sqlast.Item{X: sqlast.Column{Name: name}, Name: name})
	}
	r.sel = sel
	return r, nil
}

// maxSequence is the longest range that a part gives; the interpreter refuses
// longer ones.
const maxSequence = 100_000_000

func (p *part) sequence(n *plan.Sequence) (*relation, error) {
	from, ok1 := n.From.(*plan.Const)
	to, ok2 := n.To.(*plan.Const)
	step, ok3 := n.Step.(*plan.Const)
	if !ok1 || !ok2 || !ok3 {
		return nil, inexact("range over what is not constant")
	}
	index := p.name("o")
	alias := p.name("t")
	var x sqlast.Expr
	var count int64
	i := sqlast.Column{Name: index}
	switch n.Col.Type {
	case types.Real:
		a, ok1 := realOf(from.Value)
		b, ok2 := realOf(to.Value)
		s, ok3 := realOf(step.Value)
		if !ok1 || !ok2 || !ok3 || s == 0 || math.IsNaN(a+b+s) || math.IsInf(a+b+s, 0) {
			return nil, inexact("range without finite ends")
		}
		c := math.Floor((b-a)/s) + 1
		if c > maxSequence {
			return nil, inexact("a range that long")
		}
		count = max(0, int64(c))
		x = sqlast.Infix{Op: "+", L: sqlast.Real(a), R: sqlast.Infix{Op: "*", L: i, R: sqlast.Real(s)}}
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		a, ok1 := integerOf(from.Value)
		b, ok2 := integerOf(to.Value)
		s, ok3 := integerOf(step.Value)
		if !ok1 || !ok2 || !ok3 || s == 0 {
			return nil, inexact("range without ends")
		}
		c := (float64(b) - float64(a)) / float64(s)
		if c >= maxSequence {
			return nil, inexact("a range that long")
		}
		if (s > 0) == (b >= a) || a == b {
			count = (b-a)/s + 1
		}
		x = sqlast.Infix{Op: "+", L: sqlast.Int(a), R: sqlast.Infix{Op: "*", L: i, R: sqlast.Int(s)}}
	default:
		return nil, inexact("range of %v", n.Col.Type)
	}
	form := physical.Of(n.Col.Type)
	name := columnName(n.Col.ID)
	return &relation{
		sel: &sqlast.Select{
			Items: []sqlast.Item{{X: sqlast.Cast{X: x, Type: SQLType(n.Col.Type, form)}, Name: name}, {X: i, Name: index}},
			From:  sqlast.Series{N: count, Name: index, Alias: alias},
		},
		open: true, cols: map[plan.ColumnID]column{n.Col.ID: {n.Col.Type, form}},
		order: []orderKey{{item: index}}, total: true,
	}, nil
}

func integerOf(v types.Value) (int64, bool) {
	switch v := v.(type) {
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case types.Instant:
		return int64(v), true
	case types.Interval:
		return int64(v), true
	}
	return 0, false
}

func realOf(v types.Value) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

func (p *part) filter(n *plan.Filter) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	if !r.open || !r.evaluates(n.Cond) {
		r = p.wrap(r)
	}
	sc := r.scope()
	for _, c := range conjuncts(n.Cond) {
		x, err := p.cond(sc, c)
		if err != nil {
			return nil, err
		}
		r.sel.Where = append(r.sel.Where, x)
	}
	return r, nil
}

// conjuncts returns what e is the and of.
func conjuncts(e plan.Expr) []plan.Expr {
	if c, ok := e.(*plan.Call); ok && c.Func == "and" {
		var out []plan.Expr
		for _, a := range c.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	}
	return []plan.Expr{e}
}

// items writes assignments as the items of r's SELECT. Constants get the type
// of their column.
func (p *part) items(r *relation, as []plan.Assign) ([]sqlast.Item, map[plan.ColumnID]column, error) {
	sc := r.scope()
	cols := map[plan.ColumnID]column{}
	var items []sqlast.Item
	for _, a := range as {
		v, err := p.value(sc, a.Expr)
		if err != nil {
			return nil, nil, err
		}
		items = append(items, sqlast.Item{X: typed(v), Name: columnName(a.Column.ID)})
		cols[a.Column.ID] = column{a.Column.Type, v.Form}
	}
	return items, cols, nil
}

func exprs(as []plan.Assign) []plan.Expr {
	out := make([]plan.Expr, len(as))
	for i, a := range as {
		out[i] = a.Expr
	}
	return out
}

func (p *part) project(n *plan.Project) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	r = p.over(r, exprs(n.Items)...)
	items, cols, err := p.items(r, n.Items)
	if err != nil {
		return nil, err
	}
	sel := *r.sel
	sel.Items = r.keep(items)
	return &relation{sel: &sel, open: true, cols: cols, order: r.order, total: r.total}, nil
}

func (p *part) join(n *plan.Join) (*relation, error) {
	left, err := p.lower(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := p.lower(n.Right)
	if err != nil {
		return nil, err
	}
	if n.Kind == plan.InnerUnique {
		if left, err = p.unique(left, n.On); err != nil {
			return nil, err
		}
	}
	both := scope{}
	leftSide, rightSide := p.side(left, both), p.side(right, both)
	var on []sqlast.Expr
	for _, k := range n.On {
		l, err := p.value(both, k.Left)
		if err != nil {
			return nil, err
		}
		r, err := p.value(both, k.Right)
		if err != nil {
			return nil, err
		}
		l, r, op, ok := p.comparable(l, r, "=")
		if !ok {
			return nil, inexact("a join of %v with %v", l.Type, r.Type)
		}
		if nullable(l) && nullable(r) {
			op = "IS NOT DISTINCT FROM"
		}
		on = append(on, sqlast.Infix{Op: op, L: l.X, R: r.X})
	}
	if n.Where != nil {
		x, err := p.cond(both, n.Where)
		if err != nil {
			return nil, err
		}
		on = append(on, x)
	}
	kind := joinKinds[n.Kind]
	from := sqlast.Join{Kind: kind.name, Left: leftSide, Right: rightSide, On: sqlast.And(on...)}
	if kind.swap {
		from.Left, from.Right = rightSide, leftSide
	}
	out := &relation{sel: &sqlast.Select{From: from}, open: true, cols: map[plan.ColumnID]column{}}
	padded := map[plan.ColumnID]bool{}
	for _, side := range []struct {
		pad bool
		in  plan.Node
	}{{kind.padLeft, n.Left}, {kind.padRight, n.Right}} {
		for _, c := range side.in.Columns() {
			padded[c.ID] = side.pad
		}
	}
	for _, c := range n.Columns() {
		a := both[c.ID]
		x := a.X
		if padded[c.ID] && c.Type == types.String {
			x = sqlast.Call("coalesce", x, sqlast.String(""))
		}
		out.sel.Items = append(out.sel.Items, sqlast.Item{X: x, Name: columnName(c.ID)})
		out.cols[c.ID] = column{c.Type, a.Form}
	}
	return out, nil
}

type joinKind struct {
	name              string
	swap              bool
	padLeft, padRight bool
}

var joinKinds = [...]joinKind{
	plan.InnerUnique: {name: "INNER"},
	plan.Inner:       {name: "INNER"},
	plan.LeftOuter:   {name: "LEFT", padRight: true},
	plan.RightOuter:  {name: "RIGHT", padLeft: true},
	plan.FullOuter:   {name: "FULL", padLeft: true, padRight: true},
	plan.LeftSemi:    {name: "SEMI"},
	plan.RightSemi:   {name: "SEMI", swap: true},
	plan.LeftAnti:    {name: "ANTI"},
	plan.RightAnti:   {name: "ANTI", swap: true},
}

// side returns r as one side of a join and adds its columns to sc.
func (p *part) side(r *relation, sc scope) sqlast.From {
	alias := p.name("t")
	for id, c := range r.cols {
		sc[id] = Arg{X: sqlast.Column{Of: alias, Name: columnName(id)}, Type: c.t, Form: c.form}
	}
	return sqlast.Sub{Query: r.sel, Alias: alias}
}

// unique keeps one row of r for each value of the join's left keys.
func (p *part) unique(r *relation, on []plan.JoinKey) (*relation, error) {
	if len(on) == 0 {
		return r, nil
	}
	r = p.wrap(r)
	sc := r.scope()
	var keys []sqlast.Expr
	for _, k := range on {
		a, err := p.value(sc, k.Left)
		if err != nil {
			return nil, err
		}
		keys = append(keys, a.X)
	}
	r.sel.DistinctOn = keys
	r.sel.OrderBy = r.orderBy()
	r.open = false
	return r, nil
}

func (p *part) union(n *plan.Union) (*relation, error) {
	ins := make([]*relation, len(n.Ins))
	for i, in := range n.Ins {
		r, err := p.lower(in)
		if err != nil {
			return nil, err
		}
		ins[i] = p.wrap(r)
	}
	out := &relation{open: true, cols: map[plan.ColumnID]column{}}
	for j, c := range n.Cols {
		form := physical.Stored(c.Type)
		for i, r := range ins {
			if id := n.Map[i][j]; id == 0 || r.cols[id].form != form {
				form = physical.Of(c.Type)
			}
		}
		out.cols[c.ID] = column{c.Type, form}
	}
	u := &sqlast.UnionAll{}
	for i, r := range ins {
		sc := r.scope()
		sel := *r.sel
		sel.Items = nil
		for j, c := range n.Cols {
			a, err := constant(c.Type, nil)
			if err != nil {
				return nil, err
			}
			if id := n.Map[i][j]; id != 0 {
				a = p.in(sc[id], out.cols[c.ID].form)
			}
			sel.Items = append(sel.Items, sqlast.Item{X: typed(a), Name: columnName(c.ID)})
		}
		u.Queries = append(u.Queries, &sel)
	}
	out.sel = &sqlast.Select{From: sqlast.Sub{Query: u, Alias: p.name("t")}}
	for _, c := range n.Cols {
		name := columnName(c.ID)
		out.sel.Items = append(out.sel.Items, sqlast.Item{X: sqlast.Column{Name: name}, Name: name})
	}
	return out, nil
}

func (p *part) sort(n *plan.Sort) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	var es []plan.Expr
	for _, k := range n.Keys {
		if t := k.Expr.Type(); t == types.Dynamic || t == types.Decimal || t == types.GUID {
			return nil, inexact("the order of %v", t)
		}
		if _, ok := k.Expr.(*plan.Ref); !ok {
			es = append(es, k.Expr)
		}
	}
	if len(es) > 0 {
		r = p.over(r, es...)
	}
	out := *r
	sel := *r.sel
	sel.Items = slices.Clone(sel.Items)
	out.sel, out.order, out.total = &sel, nil, false
	sc := r.scope()
	for _, k := range n.Keys {
		key := orderKey{desc: k.Desc, nullsFirst: k.NullsFirst}
		if ref, ok := k.Expr.(*plan.Ref); ok {
			key.item = columnName(ref.Column)
			if _, ok := sc[ref.Column]; !ok {
				return nil, inexact("a column of an enclosing row")
			}
		} else {
			a, err := p.value(sc, k.Expr)
			if err != nil {
				return nil, err
			}
			key.item = p.name("o")
			sel.Items = append(sel.Items, sqlast.Item{X: a.X, Name: key.item})
		}
		out.order = append(out.order, key)
	}
	// Rows that the new keys leave equal stay in the order they had.
	if r.total {
		out.order = append(out.order, r.order...)
		out.total = true
	}
	return &out, nil
}

func (p *part) limit(n *plan.Limit) (*relation, error) {
	count, ok := n.N.(*plan.Const)
	if !ok {
		return nil, inexact("take of what is not constant")
	}
	k, ok := integerOf(count.Value)
	if !ok || k < 0 {
		return nil, inexact("take of %v", count.Value)
	}
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	if r.sel.Limit != nil || len(r.sel.DistinctOn) > 0 || len(r.sel.OrderBy) > 0 {
		r = p.wrap(r)
	}
	sel := *r.sel
	sel.OrderBy, sel.Limit = r.orderBy(), sqlast.Int(k)
	out := *r
	out.sel, out.open = &sel, false
	return &out, nil
}

func (p *part) sample(n *plan.Sample) (*relation, error) {
	count, ok := n.N.(*plan.Const)
	if !ok {
		return nil, inexact("sample of what is not constant")
	}
	k, ok := integerOf(count.Value)
	if !ok || k < 0 {
		return nil, inexact("sample of %v", count.Value)
	}
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	r = p.wrap(r)
	r.sel.OrderBy = []sqlast.Order{{By: sqlast.Call(p.d.Random())}}
	r.sel.Limit = sqlast.Int(k)
	r.open, r.order, r.total = false, nil, false
	return r, nil
}

// sharedRef reads a query that is computed once.
func (p *part) sharedRef(n *plan.SharedRef) (*relation, error) {
	of := p.shared[n.Of]
	if of == nil {
		r, err := p.lower(n.Of.Input)
		if err != nil {
			return nil, err
		}
		name := p.name("s")
		p.ctes = append(p.ctes, sqlast.CTE{Name: name, Query: r.sel})
		of = &relation{sel: &sqlast.Select{From: sqlast.Table{Name: name}, Items: r.sel.Items}, cols: r.cols, order: r.order, total: r.total}
		p.shared[n.Of] = of
	}
	out := &relation{sel: &sqlast.Select{From: of.sel.From}, open: true, cols: map[plan.ColumnID]column{}, total: of.total}
	renamed := map[string]string{}
	for i, c := range n.Of.Columns() {
		name := columnName(n.Cols[i].ID)
		renamed[columnName(c.ID)] = name
		out.sel.Items = append(out.sel.Items, sqlast.Item{X: sqlast.Column{Name: columnName(c.ID)}, Name: name})
		out.cols[n.Cols[i].ID] = of.cols[c.ID]
	}
	for _, k := range of.order {
		name, ok := renamed[k.item]
		if !ok {
			name = p.name("o")
			renamed[k.item] = name
			out.sel.Items = append(out.sel.Items, sqlast.Item{X: sqlast.Column{Name: k.item}, Name: name})
		}
		out.order = append(out.order, orderKey{name, k.desc, k.nullsFirst})
	}
	return out, nil
}

func (p *part) subquery(e *plan.Subquery) (Arg, error) {
	r, err := p.lower(e.Input)
	if err != nil {
		return Arg{}, err
	}
	cols := e.Input.Columns()
	if len(cols) == 0 {
		return Arg{}, inexact("toscalar of no column")
	}
	a := Arg{Type: e.T, Form: r.cols[cols[0].ID].form}
	if r.sel.Limit != nil || len(r.sel.DistinctOn) > 0 {
		r = p.wrap(r)
	}
	sel := *r.sel
	sel.OrderBy, sel.Limit = r.orderBy(), sqlast.Int(1)
	x := sqlast.Expr(sqlast.Scalar{Query: &sqlast.Select{
		Items: []sqlast.Item{{X: sqlast.Column{Name: columnName(cols[0].ID)}, Name: columnName(cols[0].ID)}},
		From:  sqlast.Sub{Query: &sel, Alias: p.name("t")},
	}})
	if e.T == types.String {
		x = sqlast.Call("coalesce", x, sqlast.String(""))
	}
	a.X = x
	return a, nil
}

func (p *part) inSubquery(sc scope, e *plan.InSubquery, m mode) (Arg, error) {
	x, err := p.value(sc, e.X)
	if err != nil {
		return Arg{}, err
	}
	r, err := p.lower(e.Input)
	if err != nil {
		return Arg{}, err
	}
	cols := e.Input.Columns()
	if len(cols) == 0 {
		return Arg{}, inexact("in of no column")
	}
	name, c := columnName(cols[0].ID), r.cols[cols[0].ID]
	alias := p.name("t")
	y := Arg{X: sqlast.Column{Of: alias, Name: name}, Type: c.t, Form: c.form}
	not := e.Op == "!in" || e.Op == "!in~"
	if e.Op == "in~" || e.Op == "!in~" {
		var ok bool
		if x.Type != types.String || y.Type != types.String {
			return Arg{}, inexact("%s of %v", e.Op, y.Type)
		}
		lower := func(a Arg) (sqlast.Expr, bool) {
			if x, ok := p.d.Function("tolower", []Arg{a}, types.String); ok {
				return x, true
			}
			return p.kernel("tolower", []Arg{a}, types.String)
		}
		if x.X, ok = lower(x); !ok {
			return Arg{}, inexact("tolower")
		}
		if y.X, ok = lower(y); !ok {
			return Arg{}, inexact("tolower")
		}
	}
	x, y, _, ok := p.comparable(p.plain(x), p.plain(y), "=")
	if !ok {
		return Arg{}, inexact("%v in %v", x.Type, y.Type)
	}
	q := &sqlast.Select{Items: []sqlast.Item{{X: y.X, Name: name}}, From: sqlast.Sub{Query: r.sel, Alias: alias}}
	if nullable(y) {
		q.Where = []sqlast.Expr{sqlast.IsNull{X: y.X, Not: true}}
	}
	in := sqlast.Expr(sqlast.InQuery{X: x.X, Query: q})
	inner := m
	if not {
		inner = m.flip()
	}
	if nullable(x) && inner != positive {
		in = sqlast.Call("coalesce", in, sqlast.Bool(false))
	}
	if not {
		in = sqlast.Not{X: in}
	}
	return Arg{X: in, Type: types.Bool}, nil
}
