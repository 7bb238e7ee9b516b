package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// Format returns the plan below n as a tree, one node a line, the root first:
//
//	aggregate Count = count()
//	└─ limit 10
//	   └─ scan NTANetAnalytics
//
// Columns stand under their names; where several columns of the plan have one
// name, all but the first made are numbered (x, x#2, x#3).
func Format(n Node) string {
	f := newFormatter(n)
	f.tree(n, "", "")
	return f.b.String()
}

// Format returns all results of the plan, each as a tree, with its render.
func (p *Plan) Format() string {
	var b strings.Builder
	for i, r := range p.Results {
		if i > 0 {
			b.WriteByte('\n')
		}
		if r.Name != "" {
			fmt.Fprintf(&b, "result %s\n", r.Name)
		}
		if r.Render != nil {
			fmt.Fprintf(&b, "render %s\n", r.Render.Chart)
		}
		b.WriteString(Format(r.Root))
	}
	return b.String()
}

// FormatExpr returns e in the notation of Format; columns that in does not
// give are shown by their ids.
func FormatExpr(e Expr, in Node) string {
	f := newFormatter(in)
	return f.expr(e)
}

type formatter struct {
	b      strings.Builder
	names  map[ColumnID]string
	used   map[string]int
	shared map[*Shared]int
	edges  []GraphEdge // of the pattern whose expressions are shown
}

func newFormatter(n Node) *formatter {
	f := &formatter{names: map[ColumnID]string{}, used: map[string]int{}, shared: map[*Shared]int{}}
	if n == nil {
		return f
	}
	Walk(n, func(n Node) {
		for _, c := range n.Columns() {
			f.name(c)
		}
		for _, c := range Locals(n) {
			f.name(c)
		}
	})
	return f
}

func (f *formatter) name(c Column) string {
	if s, ok := f.names[c.ID]; ok {
		return s
	}
	name := c.Name
	if !plainName(name) {
		name = "[" + strconv.Quote(name) + "]"
	}
	f.used[name]++
	if n := f.used[name]; n > 1 {
		name += "#" + strconv.Itoa(n)
	}
	f.names[c.ID] = name
	return name
}

func plainName(s string) bool {
	for i, r := range s {
		if r != '_' && r != '$' && !(r >= 'a' && r <= 'z') && !(r >= 'A' && r <= 'Z') && !(i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != ""
}

// tree writes n after the branch head and its inputs after stem.
func (f *formatter) tree(n Node, head, stem string) {
	f.b.WriteString(head)
	if n == nil {
		f.b.WriteString("nothing\n")
		return
	}
	repeat := false
	if s, ok := n.(*Shared); ok {
		_, repeat = f.shared[s]
		if !repeat {
			f.shared[s] = len(f.shared) + 1
		}
	}
	f.b.WriteString(f.line(n))
	f.b.WriteByte('\n')
	if repeat {
		return
	}
	type child struct {
		label string
		n     Node
	}
	var kids []child
	EachExpr(n, func(e Expr) {
		WalkExpr(e, func(e Expr) bool {
			switch e := e.(type) {
			case *Subquery:
				kids = append(kids, child{"subquery ", e.Input})
			case *InSubquery:
				kids = append(kids, child{"subquery ", e.Input})
			}
			return true
		})
	})
	for _, in := range n.Inputs() {
		kids = append(kids, child{"", in})
	}
	for i, k := range kids {
		if i == len(kids)-1 {
			f.tree(k.n, stem+"└─ "+k.label, stem+"   ")
		} else {
			f.tree(k.n, stem+"├─ "+k.label, stem+"│  ")
		}
	}
}

// title is the first word or two of a node's line.
func title(n Node) string {
	switch n := n.(type) {
	case *Scan:
		return "scan " + n.Table
	case *Values:
		return "values"
	case *Sequence:
		return "range"
	case *Filter:
		return "filter"
	case *Project:
		return "project"
	case *Aggregate:
		return "aggregate"
	case *Join:
		return "join " + n.Kind.String()
	case *Union:
		return "union"
	case *Sort:
		return "sort"
	case *Limit:
		return "limit"
	case *Sample:
		return "sample"
	case *Window:
		return "window"
	case *Unnest:
		return "unnest"
	case *Apply:
		return "apply"
	case *MakeSeries:
		return "make-series"
	case *Parse:
		if n.Where {
			return "parse-where"
		}
		return "parse"
	case *ParseKV:
		return "parse-kv"
	case *TopNested:
		return "top-nested"
	case *ScanSteps:
		return "scan-steps"
	case *Plugin:
		return "plugin " + n.Name
	case *GraphMatch:
		if n.Shortest {
			return "graph-shortest-paths"
		}
		return "graph-match"
	case *GraphTable:
		return "graph-to-table"
	case *GraphPartition:
		return "graph-partition"
	case *Shared:
		return "shared"
	case *SharedRef:
		return "shared-ref"
	case *Leaf:
		return "leaf"
	case *Foreign:
		return "foreign"
	case *External:
		return "external"
	}
	return fmt.Sprintf("%T", n)
}

// listed is how many columns a line shows before it only counts them.
const listed = 12

func (f *formatter) columns(cols []Column) string {
	if len(cols) > listed {
		return fmt.Sprintf("(%d columns)", len(cols))
	}
	s := make([]string, len(cols))
	for i, c := range cols {
		s[i] = f.name(c)
	}
	return "(" + strings.Join(s, ", ") + ")"
}

func (f *formatter) typedColumns(cols []Column) string {
	s := make([]string, len(cols))
	for i, c := range cols {
		s[i] = f.name(c) + ":" + c.Type.String()
	}
	return "(" + strings.Join(s, ", ") + ")"
}

func (f *formatter) assigns(items []Assign) string {
	s := make([]string, 0, len(items))
	for _, a := range items {
		s = append(s, f.assign(a))
	}
	return strings.Join(s, ", ")
}

func (f *formatter) assign(a Assign) string {
	if r, ok := a.Expr.(*Ref); ok && r.Column == a.Column.ID {
		return f.name(a.Column)
	}
	return f.name(a.Column) + " = " + f.expr(a.Expr)
}

func (f *formatter) exprs(list []Expr) string {
	s := make([]string, len(list))
	for i, e := range list {
		s[i] = f.expr(e)
	}
	return strings.Join(s, ", ")
}

func (f *formatter) agg(a AggItem) string {
	s := make([]string, len(a.Cols))
	for i, c := range a.Cols {
		s[i] = f.name(c)
	}
	names := strings.Join(s, ", ")
	if len(s) > 1 {
		names = "(" + names + ")"
	}
	return names + " = " + a.Func + "(" + f.exprs(a.Args) + ")"
}

func (f *formatter) aggs(list []AggItem) string {
	s := make([]string, len(list))
	for i, a := range list {
		s[i] = f.agg(a)
	}
	return strings.Join(s, ", ")
}

func (f *formatter) keys(keys []SortKey) string {
	s := make([]string, len(keys))
	for i, k := range keys {
		s[i] = f.expr(k.Expr) + " asc"
		if k.Desc {
			s[i] = f.expr(k.Expr) + " desc"
		}
		if k.NullsFirst == k.Desc { // not the default
			if k.NullsFirst {
				s[i] += " nulls first"
			} else {
				s[i] += " nulls last"
			}
		}
	}
	return strings.Join(s, ", ")
}

func (f *formatter) by(items []Assign) string {
	if len(items) == 0 {
		return ""
	}
	return " by " + f.assigns(items)
}

func (f *formatter) line(n Node) string {
	t := title(n)
	switch n := n.(type) {
	case *Scan:
		t += " " + f.columns(n.Cols)
		if n.From != 0 {
			t += " from " + n.From.String()
		}
		if n.To != 0 {
			t += " to " + n.To.String()
		}
	case *Values:
		t += " " + f.typedColumns(n.Cols)
		t += fmt.Sprintf(" %d rows", len(n.Rows))
	case *Sequence:
		t += fmt.Sprintf(" %s from %s to %s step %s", f.name(n.Col), f.expr(n.From), f.expr(n.To), f.expr(n.Step))
	case *Filter:
		t += " " + f.expr(n.Cond)
	case *Project:
		t += " " + f.project(n)
	case *Aggregate:
		if len(n.Aggs) > 0 {
			t += " " + f.aggs(n.Aggs)
		}
		t += f.by(n.By)
	case *Join:
		on := make([]string, len(n.On))
		for i, k := range n.On {
			on[i] = f.expr(k.Left) + " == " + f.expr(k.Right)
		}
		if len(on) > 0 {
			t += " on " + strings.Join(on, ", ")
		}
		if n.Where != nil {
			t += " where " + f.expr(n.Where)
		}
	case *Union:
		t += " " + f.columns(n.Cols)
	case *Sort:
		t += " by " + f.keys(n.Keys)
	case *Limit:
		t += " " + f.expr(n.N)
	case *Sample:
		t += " " + f.expr(n.N)
	case *Window:
		s := make([]string, len(n.Items))
		for i, w := range n.Items {
			s[i] = f.name(w.Column) + " = " + w.Func + "(" + f.exprs(w.Args) + ")"
		}
		t += " " + strings.Join(s, ", ")
	case *Unnest:
		t += " " + f.unnest(&n.Spec)
	case *Apply:
		if n.Unnest != nil {
			t += " " + f.unnest(n.Unnest)
		}
		if n.By != nil {
			t += " by " + f.expr(n.By)
		}
	case *MakeSeries:
		s := make([]string, len(n.Aggs))
		for i, a := range n.Aggs {
			s[i] = f.name(a.Col) + " = " + a.Func + "(" + f.exprs(a.Args) + ")"
			if a.Default != nil {
				s[i] += " default = " + f.expr(a.Default)
			}
		}
		t += " " + strings.Join(s, ", ") + " on " + f.name(n.Axis) + " = " + f.expr(n.On)
		if n.From != nil {
			t += " from " + f.expr(n.From)
		}
		if n.To != nil {
			t += " to " + f.expr(n.To)
		}
		t += " step " + f.expr(n.Step) + f.by(n.By)
		if n.NonEmpty {
			t += " kind=nonempty"
		}
	case *Parse:
		t += " kind=" + n.Kind
		if n.Flags != "" {
			t += " flags=" + n.Flags
		}
		t += " " + f.expr(n.X) + " with"
		for _, p := range n.Parts {
			switch {
			case p.Star:
				t += " *"
			case p.IsText:
				t += " " + strconv.Quote(p.Text)
			case p.Capture != nil:
				t += " " + f.name(*p.Capture) + ":" + p.Capture.Type.String()
			}
		}
	case *ParseKV:
		t += " " + f.expr(n.X) + " as " + f.assigns(n.Keys)
	case *TopNested:
		s := make([]string, len(n.Levels))
		for i, l := range n.Levels {
			if l.N != nil {
				s[i] = f.expr(l.N) + " "
			}
			s[i] += "of " + f.assign(l.Of)
			if l.Others != nil {
				s[i] += " with others = " + f.expr(l.Others)
			}
			s[i] += " by " + f.agg(l.Agg)
			if l.Asc {
				s[i] += " asc"
			}
		}
		t += " " + strings.Join(s, ", ")
	case *ScanSteps:
		if len(n.Order) > 0 {
			t += " order by " + f.keys(n.Order)
		}
		if len(n.Partition) > 0 {
			t += " partition by " + f.exprs(n.Partition)
		}
		if len(n.Declare) > 0 {
			t += " declare " + f.assigns(n.Declare)
		}
		for _, s := range n.Steps {
			t += " step " + s.Name
			if s.Optional {
				t += " optional"
			}
			t += " output=" + s.Output + ": " + f.expr(s.Cond)
			if len(s.Assign) > 0 {
				t += " => " + f.assigns(s.Assign)
			}
			t += ";"
		}
	case *Plugin:
		var s []string
		for _, a := range n.Args {
			text := "table"
			if a.Expr != nil {
				text = f.expr(a.Expr)
			}
			if a.Name != "" {
				text = a.Name + " = " + text
			}
			s = append(s, text)
		}
		t += "(" + strings.Join(s, ", ") + ") " + f.columns(n.Cols)
		if n.Open {
			t += " and what the data has"
		}
	case *GraphMatch:
		f.edges = n.Edges
		t += " " + f.graph(&n.Graph) + " cycles=" + n.Cycles
		if n.Every {
			t += " output=all"
		}
		t += " " + f.pattern(n)
		if n.Where != nil {
			t += " where " + f.expr(n.Where)
		}
		t += " project " + f.assigns(n.Items)
	case *GraphTable:
		t += " " + f.graph(&n.Graph) + " " + f.columns(n.Cols)
	case *GraphPartition:
		by := make([]string, len(n.Ins))
		for i, p := range n.Ins {
			by[i] = f.id(p.By)
		}
		t += " by " + strings.Join(by, ", ")
	case *Shared:
		t += " " + strconv.Itoa(f.shared[n])
		if n.Name != "" {
			t += " " + n.Name
		}
	case *SharedRef:
		t += " " + f.columns(n.Cols)
	case *Leaf:
		t += " " + f.columns(n.Cols)
	case *Foreign:
		t += " " + f.typedColumns(n.Cols) + " from " + n.What
	case *External:
		from := make([]string, len(n.URIs))
		for i, uri := range n.URIs {
			from[i] = uri
			if at := strings.IndexAny(uri, "?;"); at >= 0 { // what follows may be a key
				from[i] = uri[:at] + "…"
			}
		}
		t += " " + f.typedColumns(n.Cols) + " from " + strings.Join(from, ", ")
	}
	return t
}

// project shows what changes: columns that pass through are counted once they
// are many.
func (f *formatter) project(n *Project) string {
	var made []Assign
	for _, a := range n.Items {
		if r, ok := a.Expr.(*Ref); !ok || r.Column != a.Column.ID {
			made = append(made, a)
		}
	}
	if len(n.Items)-len(made) <= listed {
		return f.assigns(n.Items)
	}
	s := fmt.Sprintf("(%d columns)", len(n.Items)-len(made))
	if len(made) > 0 {
		s += ", " + f.assigns(made)
	}
	return s
}

func (f *formatter) unnest(u *UnnestSpec) string {
	s := make([]string, len(u.Items))
	for i, a := range u.Items {
		s[i] = f.assign(a)
		if a.Column.Type != types.Dynamic {
			s[i] += " to typeof(" + a.Column.Type.String() + ")"
		}
	}
	t := strings.Join(s, ", ")
	if u.BagArray {
		t += " bagexpansion=array"
	}
	if u.ItemIndex != nil {
		t += " with_itemindex=" + f.name(*u.ItemIndex)
	}
	if u.Limit != nil {
		t += " limit " + f.expr(u.Limit)
	}
	return t
}

// infix are the calls that are shown between their arguments.
var infix = map[string]bool{
	"+": true, "-": true, "*": true, "/": true, "%": true, "==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true,
	"=~": true, "!~": true, "and": true, "or": true, "has": true, "contains": true, "startswith": true, "endswith": true,
	"hasprefix": true, "hassuffix": true, "matches regex": true,
}

func (f *formatter) expr(e Expr) string {
	switch e := e.(type) {
	case nil:
		return "nothing"
	case *Ref:
		if s, ok := f.names[e.Column]; ok {
			return s
		}
		return "$" + strconv.Itoa(int(e.Column))
	case *Const:
		return FormatLiteral(e.Value, e.T)
	case *Subquery:
		return "toscalar(subquery)"
	case *InSubquery:
		return f.operand(e.X) + " " + e.Op + " (subquery)"
	case *Call:
		base := strings.TrimSuffix(strings.TrimPrefix(e.Func, "!"), "_cs")
		switch {
		case len(e.Args) == 2 && (infix[e.Func] || infix[base]):
			return f.operand(e.Args[0]) + " " + e.Func + " " + f.operand(e.Args[1])
		case e.Func == "neg" && len(e.Args) == 1:
			return "-" + f.operand(e.Args[0])
		case (e.Func == "between" || e.Func == "!between") && len(e.Args) == 3:
			return f.operand(e.Args[0]) + " " + e.Func + " (" + f.expr(e.Args[1]) + " .. " + f.expr(e.Args[2]) + ")"
		case isIn(e.Func) && len(e.Args) > 0:
			return f.operand(e.Args[0]) + " " + e.Func + " (" + f.exprs(e.Args[1:]) + ")"
		case (e.Func == "_map" || e.Func == "_all" || e.Func == "_any") && len(e.Args) == 3:
			return e.Func[1:] + "(" + f.path(e.Args[0], e.Args[1]) + ", " + f.expr(e.Args[2]) + ")"
		case (e.Func == "_member" || e.Func == "_index") && len(e.Args) == 2:
			return f.operand(e.Args[0]) + "[" + f.expr(e.Args[1]) + "]"
		}
		return e.Func + "(" + f.exprs(e.Args) + ")"
	}
	return fmt.Sprintf("%T", e)
}

func isIn(name string) bool {
	switch name {
	case "in", "!in", "in~", "!in~", "has_any", "has_all":
		return true
	}
	return false
}

// operand is expr in parentheses where it is an infix expression itself.
func (f *formatter) operand(e Expr) string {
	s := f.expr(e)
	if c, ok := e.(*Call); ok && len(c.Args) >= 2 {
		base := strings.TrimSuffix(strings.TrimPrefix(c.Func, "!"), "_cs")
		if infix[c.Func] || infix[base] || isIn(c.Func) || strings.HasSuffix(c.Func, "between") {
			return "(" + s + ")"
		}
	}
	return s
}
