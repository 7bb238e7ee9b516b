package sqlgen

import (
	"slices"
	"strconv"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// part is one part being written.
type part struct {
	d      Dialect
	now    *plan.Plan
	scans  []Scan
	calls  map[string]Call
	ctes   []sqlast.CTE
	shared map[*plan.Shared]*relation
	read   map[*plan.Shared]bool    // those that a SharedRef reads
	leaves map[*plan.Leaf]*relation // the rows that the subquery of an Apply reads
	names  int
	flow   flow
	// checked: something in the part fails where it overflows.
	checked bool
}

// flow says what happens above the node being written before the part's first
// row is given.
type flow uint8

const (
	direct flow = iota // rows may be given as they come, and nothing else is begun
	mixed              // other rows may be given first
	held               // all rows are taken
)

// name returns a new name that starts with prefix. Columns of the plan are
// called c and their id, so user text never becomes a name.
func (p *part) name(prefix string) string {
	p.names++
	return prefix + "_" + strconv.Itoa(p.names)
}

func columnName(id plan.ColumnID) string { return "c" + strconv.Itoa(int(id)) }

// A relation is a SELECT under construction. Its items are the columns of the
// node, by the names of their ids, and hidden ones that hold its order.
type relation struct {
	sel *sqlast.Select
	// open: rows may still be filtered and items computed in sel.
	open bool
	cols map[plan.ColumnID]column
	// order is the order of the rows, by names of items; nil for none.
	order []orderKey
	// total: no two rows are equal in order.
	total bool
}

type column struct {
	t    types.Type
	form physical.Form
}

type orderKey struct {
	item             string
	desc, nullsFirst bool
}

// item returns the expression of the item called name.
func (r *relation) item(name string) (sqlast.Expr, bool) {
	for _, it := range r.sel.Items {
		if it.Name == name {
			return it.X, true
		}
	}
	return nil, false
}

func (r *relation) orderBy() []sqlast.Order {
	var out []sqlast.Order
	for _, k := range r.order {
		out = append(out, sqlast.Order{By: sqlast.Column{Name: k.item}, Desc: k.desc, NullsFirst: k.nullsFirst})
	}
	return out
}

// wrap returns r as the FROM of a new SELECT with the same items.
func (p *part) wrap(r *relation) *relation {
	out := *r
	out.sel = &sqlast.Select{From: sqlast.Sub{Query: r.sel, Alias: p.name("t")}}
	for _, it := range r.sel.Items {
		out.sel.Items = append(out.sel.Items, sqlast.Item{X: sqlast.Column{Name: it.Name}, Name: it.Name})
	}
	out.open = true
	return &out
}

// over returns r such that the expressions can be evaluated in its SELECT:
// what they refer to must be columns of the FROM. A whole expression that is a
// reference needs nothing, its item can be copied.
func (p *part) over(r *relation, exprs ...plan.Expr) *relation {
	if !r.open {
		return p.wrap(r)
	}
	for _, e := range exprs {
		if _, ok := e.(*plan.Ref); ok {
			continue
		}
		if e != nil && !r.evaluates(e) {
			return p.wrap(r)
		}
	}
	return r
}

// evaluates reports whether all that e refers to are columns of r's FROM.
func (r *relation) evaluates(e plan.Expr) bool {
	ok := true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if ref, is := e.(*plan.Ref); is {
			if x, have := r.item(columnName(ref.Column)); have {
				if _, bare := x.(sqlast.Column); !bare {
					ok = false
				}
			}
		}
		return ok
	})
	return ok
}

// scope is the columns that an expression may use.
type scope map[plan.ColumnID]Arg

func (r *relation) scope() scope {
	sc := make(scope, len(r.cols))
	for id, c := range r.cols {
		if x, ok := r.item(columnName(id)); ok {
			sc[id] = Arg{X: x, Type: c.t, Form: c.form}
		}
	}
	return sc
}

// finish returns the query of a whole part, with its columns in order.
func (p *part) finish(r *relation, cols []plan.Column) (*sqlast.Select, []Column) {
	var out []Column
	exact := len(cols) == len(r.sel.Items)
	for i, c := range cols {
		out = append(out, Column{Column: c, Form: r.cols[c.ID].form})
		exact = exact && r.sel.Items[i].Name == columnName(c.ID)
	}
	if len(r.order) > 0 && r.sel.Limit == nil && len(r.sel.DistinctOn) == 0 && exact {
		r.sel.OrderBy = r.orderBy()
		return r.sel, out
	}
	if exact && (len(r.order) == 0 || slices.Equal(r.sel.OrderBy, r.orderBy())) {
		return r.sel, out
	}
	top := &sqlast.Select{From: sqlast.Sub{Query: r.sel, Alias: p.name("t")}, OrderBy: r.orderBy()}
	for _, c := range cols {
		name := columnName(c.ID)
		top.Items = append(top.Items, sqlast.Item{X: sqlast.Column{Name: name}, Name: name})
	}
	return top, out
}

// keep appends the items of r's order that items lacks.
func (r *relation) keep(items []sqlast.Item) []sqlast.Item {
	for _, k := range r.order {
		if slices.ContainsFunc(items, func(it sqlast.Item) bool { return it.Name == k.item }) {
			continue
		}
		if x, ok := r.item(k.item); ok {
			items = append(items, sqlast.Item{X: x, Name: k.item})
		}
	}
	return items
}

// numbered returns r with a total order in one hidden column.
func (p *part) numbered(r *relation) *relation {
	if r.total {
		return r
	}
	if !r.open {
		r = p.wrap(r)
	}
	for _, k := range r.order {
		if x, ok := r.item(k.item); ok {
			if _, bare := x.(sqlast.Column); !bare {
				r = p.wrap(r)
				break
			}
		}
	}
	out := *r
	sel := *r.sel
	out.sel = &sel
	name := p.name("o")
	var by []sqlast.Order
	for _, k := range r.order {
		x, _ := r.item(k.item)
		by = append(by, sqlast.Order{By: x, Desc: k.desc, NullsFirst: k.nullsFirst})
	}
	number := sqlast.Over{Func: sqlast.Call("row_number"), OrderBy: by}
	sel.Items = append(slices.Clone(r.sel.Items), sqlast.Item{X: number, Name: name})
	out.order, out.total, out.open = []orderKey{{item: name}}, true, false
	return &out
}
