package bind

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A Graph is a bound graph: what a Table with a Graph stands for.
type Graph struct {
	Plan  plan.Graph
	Edges []Column // the properties of edges
	Props []Column // the properties of nodes
	// Open: it is made of something that could not be bound; it may have any
	// property.
	Open bool
}

// An Element is a node or an edge of a pattern, or each node or edge in turn.
type Element struct {
	Graph *Graph
	Edge  bool
	// Path: the edge stands for several in a row; Number is its place in the
	// pattern.
	Path   bool
	Number int
	// Cols are what expressions use of it so far, Inner what they use of the nodes
	// between the edges of a path.
	Cols, Inner []plan.GraphColumn
}

// graphEnv is the surroundings of an expression in a graph operator.
type graphEnv struct {
	// where: it is a condition, in which a path is no array.
	where bool
	// current is what an expression is computed for in turn; nil outside of map,
	// all, any and graph-where-….
	current *Element
	inner   bool
}

// WithElements runs f with the elements of a pattern in scope under their
// names; where says that a condition is bound.
func (b *Binder) WithElements(elements map[string]*Element, where bool, f func()) {
	save := b.env
	b.env.row, b.env.right, b.env.aggregates, b.env.windows = nil, nil, nil, nil
	b.env.scope = newScope(save.scope)
	for name, e := range elements {
		b.env.scope.add(name, e)
	}
	b.env.graph = &graphEnv{where: where}
	f()
	b.env = save
}

// EachElement binds an expression that is computed for each node or edge in
// turn, whose properties f sees as columns. f returns the expression.
func (b *Binder) EachElement(e *Element, inner bool, f func() plan.Expr) plan.Expr {
	props, used := e.Graph.Props, &e.Cols
	if e.Edge && !inner {
		props = e.Graph.Edges
	}
	if inner {
		used = &e.Inner
	}
	row := &Table{Open: e.Graph.Open}
	for _, p := range props {
		row.Columns = append(row.Columns, b.NewColumn(p.Name, p.Type))
	}
	save := b.env
	env := graphEnv{current: e, inner: inner}
	if save.graph != nil {
		env.where = save.graph.where
	}
	b.env.row, b.env.graph = row, &env
	x := f()
	b.env = save
	mentioned := map[plan.ColumnID]bool{}
	plan.WalkExpr(x, func(x plan.Expr) bool {
		if r, ok := x.(*plan.Ref); ok {
			mentioned[r.Column] = true
		}
		return true
	})
	for i, c := range row.Columns {
		if mentioned[c.ID] {
			*used = append(*used, plan.GraphColumn{Column: c.Plan(), Of: props[i].ID})
		}
	}
	return x
}

// property returns the property of e called name; false if there is none.
func (b *Binder) property(e *Element, name string) (*Value, bool) {
	props := e.Graph.Props
	if e.Edge {
		props = e.Graph.Edges
	}
	for _, p := range props {
		if p.Name == name {
			return b.elementColumn(&e.Cols, name, p.Type, plan.GraphColumn{Of: p.ID}), true
		}
	}
	return nil, false
}

// elementColumn returns what is asked of an element as a column, the same one
// if it is asked again.
func (b *Binder) elementColumn(cols *[]plan.GraphColumn, name string, t types.Type, want plan.GraphColumn) *Value {
	for _, c := range *cols {
		if c.Of == want.Of && c.Func == want.Func {
			return &Value{Type: t, Expr: &plan.Ref{Column: c.Column.ID, T: c.Column.Type}}
		}
	}
	c := b.NewColumn(name, t)
	want.Column = c.Plan()
	*cols = append(*cols, want)
	return &Value{Type: t, Expr: c.Ref()}
}

// elementPath binds x.name where x is a node or an edge of a pattern. Of a
// path it is the array of the values of its edges.
func (b *Binder) elementPath(e *Element, n ast.Name) entity {
	if e.Path && b.env.graph != nil && b.env.graph.where {
		b.Reportf("AZ071", n.Span(), "use all(…), any(…) or map(…)", "an edge of variable length has no single '%s'", n.Text)
		return &failure{}
	}
	if !e.Path {
		if v, ok := b.property(e, n.Text); ok {
			return v
		}
		return b.noProperty(e, n)
	}
	var out entity
	x := b.EachElement(e, false, func() plan.Expr {
		c, ok := b.env.row.Find(n.Text)
		if !ok {
			out = b.noProperty(e, n)
			return nil
		}
		return c.Ref()
	})
	if x == nil {
		return out
	}
	return b.along("_map", e, false, x, types.Dynamic)
}

// noProperty reports a property that an element has not.
func (b *Binder) noProperty(e *Element, n ast.Name) entity {
	if e.Graph.Open {
		return unknown()
	}
	row := &Table{Columns: e.Graph.Props}
	if e.Edge {
		row.Columns = e.Graph.Edges
	}
	save := b.env
	b.env.row, b.env.right, b.env.scope = row, nil, newScope(nil)
	b.unknownName(n, "column, table, variable or function")
	b.env = save
	return &failure{}
}

// along is what a function asks of the edges of a path, or of its inner nodes.
func (b *Binder) along(f string, e *Element, inner bool, x plan.Expr, t types.Type) *Value {
	v := &Value{Type: t, Expr: &plan.Call{Func: f, T: t, Args: []plan.Expr{
		&plan.Const{Value: int64(e.Number), T: types.Long}, &plan.Const{Value: inner, T: types.Bool}, x,
	}}}
	if t == types.Dynamic {
		v.Shape = ArrayShape
	}
	return v
}

// whole is an element as a value: a bag of its properties, of a path an array
// of such bags. Emulator: nulls and empty strings are left out.
func (b *Binder) whole(e *Element) *Value {
	x := b.EachElement(e, false, func() plan.Expr { return Pack(b.env.row.Columns, true) })
	if e.Path {
		return b.along("_map", e, false, x, types.Dynamic)
	}
	return &Value{Type: types.Dynamic, Expr: x, Shape: BagShape}
}

// graphFunction binds the functions that only expressions of graph operators
// have.
func (b *Binder) graphFunction(e *ast.Call) (entity, bool) {
	if b.env.graph == nil {
		return nil, false
	}
	switch name := e.Name.Text; name {
	case "all", "any":
		return b.alongCall(e, "_"+name, types.Bool), true
	case "map":
		return b.alongCall(e, "_map", types.Dynamic), true
	case "node_degree_in", "node_degree_out":
		return b.nodeFunction(e, types.Long), true
	case "node_id":
		return b.nodeFunction(e, types.String), true
	case "labels":
		b.anElement(e)
		v := constant([]types.Value{}, types.Dynamic) // emulator: none in a graph that make-graph made
		v.Shape, v.IsConst = ArrayShape, false
		return v, true
	}
	return nil, false
}

// alongCall binds all, any and map: of a path or its inner nodes.
func (b *Binder) alongCall(e *ast.Call, f string, t types.Type) entity {
	if len(e.Args) != 2 {
		b.Errorf("KS119", e.Name.Span(), "The function '%s' expects 2 arguments.", e.Name.Text)
		return &Value{Expr: &plan.Const{T: t}, Type: t}
	}
	of, inner := e.Args[0].X, false
	if c, ok := unparen(of).(*ast.Call); ok && c.Name.Text == "inner_nodes" {
		inner = true
		if len(c.Args) != 1 {
			b.Errorf("KS119", c.Name.Span(), "The function 'inner_nodes' expects 1 argument.")
			return &Value{Expr: &plan.Const{T: t}, Type: t}
		}
		of = c.Args[0].X
	}
	path := b.element(of)
	if path == nil || !path.Path {
		if path != nil {
			b.Errorf("AZ072", of.Span(), "%s is asked of an edge of variable length, as -[e*1..5]->", e.Name.Text)
		}
		return &Value{Expr: &plan.Const{T: t}, Type: t}
	}
	x := b.EachElement(path, inner, func() plan.Expr {
		v := b.Scalar(e.Args[1].X)
		if t == types.Bool && v.Type != types.Bool {
			if v.Type != types.Unknown {
				b.Errorf("KS107", e.Args[1].X.Span(), "A value of type bool expected.")
			}
			return &plan.Const{T: types.Bool}
		}
		return v.Expr
	})
	return b.along(f, path, inner, x, t)
}

// nodeFunction binds a function of a node, or of the one that it is computed
// for.
func (b *Binder) nodeFunction(e *ast.Call, t types.Type) entity {
	none := &Value{Expr: &plan.Const{T: t}, Type: t}
	node, inner, ok := b.anElement(e)
	if !ok {
		return none
	}
	if node.Edge && !inner {
		b.Errorf("AZ073", e.Span(), "%s is asked of a node", e.Name.Text)
		return none
	}
	cols := &node.Cols
	if inner {
		cols = &node.Inner
	}
	return b.elementColumn(cols, e.Name.Text, t, plan.GraphColumn{Func: e.Name.Text})
}

// anElement returns what a function of at most one argument is asked of.
func (b *Binder) anElement(e *ast.Call) (of *Element, inner, ok bool) {
	switch len(e.Args) {
	case 0:
		if g := b.env.graph; g.current != nil {
			return g.current, g.inner, true
		}
		b.Errorf("AZ073", e.Span(), "%s needs the name of a node or edge of the pattern here", e.Name.Text)
		return nil, false, false
	case 1:
		of = b.element(e.Args[0].X)
		return of, false, of != nil
	}
	b.Errorf("KS119", e.Name.Span(), "The function '%s' expects between 0 and 1 arguments.", e.Name.Text)
	return nil, false, false
}

// element returns the element that an expression names, nil if it is none,
// which is reported.
func (b *Binder) element(e ast.Expr) *Element {
	if id, ok := unparen(e).(*ast.Ident); ok {
		if s, found := b.env.scope.find(id.Name.Text); found {
			if x, isElement := s.(*Element); isElement {
				return x
			}
		}
	}
	b.Errorf("AZ073", e.Span(), "the name of a node or an edge of the pattern is wanted here")
	return nil
}

func unparen(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// MustKnow reports that a value has to be known when the query is bound, unless
// a function is being checked by itself.
func (b *Binder) MustKnow(code string, e ast.Expr, msg string) { b.mustKnow(code, e, msg) }

// GraphTable returns a table that stands for graph g. in is what it is made of.
func (b *Binder) GraphTable(in *Table, g *Graph) *Table {
	return &Table{Node: g.Plan.Edges, Graph: g, Failed: in.Failed, Missing: in.Missing}
}
