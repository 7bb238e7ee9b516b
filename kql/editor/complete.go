package editor

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/op"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/plugin"
)

// ItemKind is what a completion stands for.
type ItemKind uint8

// The kinds of completions.
const (
	Table ItemKind = iota
	Column
	Variable
	Function
	AggregateFunction
	Plugin
	Operator // a tabular operator
	Word     // a reserved word, an infix operator or a constant
)

// An Item is something that can stand at a place.
type Item struct {
	Kind   ItemKind
	Label  string
	Insert string // what to write; a function's ends in an opening parenthesis
	Detail string // a type or a signature
	Doc    string // a sentence or two; may be empty
}

// Completions are the items that fit a place, the likeliest first, and the text
// that the chosen one replaces.
type Completions struct {
	Replace diag.Span
	Items   []Item
}

// probe is the name that stands at the place asked for while the query is read.
const probe = "azflow_cursor_"

// Complete returns what can stand at offset of src.
func (s *Service) Complete(src string, offset int) Completions {
	offset = max(0, min(offset, len(src)))
	tokens, _ := parser.Tokens(src)
	at := diag.Span{Start: offset, End: offset}
	for _, t := range tokens {
		if t.Span.Start >= offset || offset > t.Span.End {
			continue
		}
		switch t.Kind {
		case parser.Comment:
			return Completions{Replace: at}
		case parser.StringLiteral:
			return s.completeText(src, offset, t)
		case parser.Identifier, parser.Keyword:
			at = t.Span
		}
	}
	prefix := src[at.Start:offset]
	mended := src[:at.Start] + probe + src[at.End:]
	r := s.read(mended)
	c := collector{service: s, src: mended, reading: r, locals: r.locals(at.Start), prefix: strings.ToLower(prefix)}
	if endsOperand(tokens, at.Start) {
		c.afterOperand(at.Start)
	} else {
		c.collect(at.Start)
	}
	return Completions{Replace: at, Items: c.ranked()}
}

// endsOperand reports whether the last token before offset ends an operand, so
// that no other can follow.
func endsOperand(tokens []parser.Token, offset int) bool {
	var last parser.Token
	for _, t := range tokens {
		if t.Span.End > offset || t.Kind == parser.EndOfText {
			break
		}
		if t.Kind != parser.Comment {
			last = t
		}
	}
	switch last.Kind {
	case parser.Identifier, parser.StringLiteral, parser.BoolLiteral, parser.IntLiteral, parser.LongLiteral, parser.RealLiteral,
		parser.DecimalLiteral, parser.TimeSpanLiteral, parser.DateTimeLiteral, parser.GUIDLiteral:
		return true
	case parser.Punctuation:
		return last.Text == ")" || last.Text == "]"
	}
	return false
}

// completeText offers the words of a column that a string is compared with.
func (s *Service) completeText(src string, offset int, t parser.Token) Completions {
	out := Completions{Replace: diag.Span{Start: t.Span.Start + 1, End: max(t.Span.Start+1, t.Span.End)}}
	if last := src[t.Span.End-1]; t.Span.End > t.Span.Start+1 && last == src[t.Span.Start] {
		out.Replace.End--
	}
	if src[t.Span.Start] != '"' && src[t.Span.Start] != '\'' || offset < out.Replace.Start {
		return Completions{Replace: diag.Span{Start: offset, End: offset}}
	}
	r := s.read(src)
	path := r.path(offset)
	_, in := r.operator(path)
	if in == nil {
		return out
	}
	for _, n := range slices.Backward(path) {
		var x ast.Expr
		switch n := n.(type) {
		case *ast.Binary:
			x = n.X
		case *ast.In:
			x = n.X
		}
		id, ok := x.(*ast.Ident)
		if !ok {
			continue
		}
		if col, ok := in.Find(id.Name.Text); ok {
			for _, w := range s.words(in.Node, col.ID) {
				out.Items = append(out.Items, Item{Kind: Word, Label: w, Insert: w})
			}
		}
		break
	}
	return out
}

// A collector gathers the items for one place.
type collector struct {
	service *Service
	src     string
	reading reading
	locals  []local
	prefix  string // in lower case
	items   []Item
}

func (c *collector) add(i Item) {
	if i.Insert == "" {
		i.Insert = i.Label
	}
	c.items = append(c.items, i)
}

// ranked returns the items that fit what has been typed: those that begin with
// it, then those that have it inside.
func (c *collector) ranked() []Item {
	var begin, inside []Item
	seen := map[string]bool{}
	for _, i := range c.items {
		key := strings.ToLower(i.Label)
		if seen[i.Label] {
			continue
		}
		seen[i.Label] = true
		switch {
		case strings.HasPrefix(key, c.prefix):
			begin = append(begin, i)
		case strings.Contains(key, c.prefix):
			inside = append(inside, i)
		}
	}
	return append(begin, inside...)
}

// collect finds out what the probe at offset stands for, and adds what could
// stand there.
func (c *collector) collect(offset int) {
	path := c.reading.path(offset)
	for len(path) > 0 && !isProbe(path[len(path)-1]) {
		path = path[:len(path)-1]
	}
	if len(path) == 0 {
		c.afterOperand(offset)
		return
	}
	leaf := path[len(path)-1]
	operator, in := c.reading.operator(path)
	switch leaf := leaf.(type) {
	case *ast.BadOperator:
		c.operators()
		return
	case *ast.Render:
		c.words("timechart", "columnchart", "barchart", "piechart", "linechart", "areachart", "stackedareachart", "scatterchart", "table", "card")
		return
	case *ast.Path:
		c.members(leaf, operator, in)
		return
	}
	switch {
	case operator == nil, c.isSource(path):
		if operator != nil {
			c.properties(offset, operator)
		}
		c.sources()
		if operator == nil {
			c.words("let", "set", "declare query_parameters", "print", "range", "union", "search", "find", "datatable", "externaldata")
			c.functions()
		}
	case c.called(leaf, operator), c.propertyValue(leaf, operator, in):
	default:
		c.properties(offset, operator)
		c.expression(operator, in, path)
	}
}

// isProbe reports whether n is what the probe was read as.
func isProbe(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name.Text == probe
	case *ast.Call:
		return n.Name.Text == probe
	case *ast.Path:
		return n.Name.Text == probe
	case *ast.BadOperator:
		return n.Keyword.Text == probe
	case *ast.Render:
		return n.Chart.Text == probe
	}
	return false
}

// isSource reports whether a table stands at the end of path.
func (c *collector) isSource(path []ast.Node) bool {
	leaf := path[len(path)-1]
	for i := len(path) - 2; i >= 0; i-- {
		switch n := path[i].(type) {
		case *ast.Paren:
			leaf = n
			continue
		case *ast.Pipeline:
			return n.Source == leaf
		case *ast.ExprStatement, *ast.Let:
			return true
		case *ast.Join:
			return n.Right == leaf
		case *ast.Lookup:
			return n.Right == leaf
		case *ast.Union:
			return true
		case *ast.Search:
			return slices.Contains(n.In, leaf.(ast.Expr))
		case *ast.Find:
			return slices.Contains(n.In, leaf.(ast.Expr))
		case *ast.Call:
			return n.Name.Text == "toscalar" || n.Name.Text == "materialize" || n.Name.Text == "totable"
		}
		return false
	}
	return false
}

// called adds what evaluate and invoke call.
func (c *collector) called(leaf ast.Node, operator ast.Operator) bool {
	switch o := operator.(type) {
	case *ast.Evaluate:
		if leaf != ast.Node(o.Call) {
			return false
		}
		for _, p := range plugin.Plugins() {
			d := pluginOf(p)
			c.add(Item{Kind: Plugin, Label: d.name, Insert: d.name + "(", Detail: d.label(), Doc: d.doc})
		}
		return true
	case *ast.Invoke:
		if leaf != ast.Node(o.Call) {
			return false
		}
		c.localFunctions()
		c.storedFunctions()
		return true
	}
	return false
}

// properties adds the properties of an operator right after its keyword.
func (c *collector) properties(offset int, operator ast.Operator) {
	if strings.TrimSpace(c.src[operator.Head().Keyword.End:offset]) != "" {
		return
	}
	for _, p := range parser.Properties(operator.Head().Keyword.Text) {
		if !strings.HasPrefix(p.Name, "__") && operator.Head().Keyword.Text != "render" {
			c.add(Item{Kind: Word, Label: p.Name + "=", Detail: strings.Join(p.Words, " | ")})
		}
	}
}

// propertyValue adds the words of the property whose value leaf is.
func (c *collector) propertyValue(leaf ast.Node, operator ast.Operator, in *bind.Table) bool {
	head := operator.Head()
	all := slices.Clone(head.Params)
	switch o := operator.(type) {
	case *ast.Render:
		all = append(all, o.With...)
	case *ast.ParseKV:
		all = append(all, o.With...)
	}
	for _, p := range all {
		if list, ok := p.Value.(*ast.List); ok && leaf != ast.Node(p.Value) {
			for _, x := range list.Items {
				if leaf == ast.Node(x) {
					c.columns(in)
					return true
				}
			}
			continue
		}
		if leaf != ast.Node(p.Value) {
			continue
		}
		words := 0
		for _, known := range parser.Properties(head.Keyword.Text) {
			if known.Name == p.Name.Text {
				c.words(known.Words...)
				words = len(known.Words)
			}
		}
		if words == 0 {
			c.columns(in)
		}
		return true
	}
	return false
}

func (c *collector) words(all ...string) {
	for _, w := range all {
		c.add(Item{Kind: Word, Label: w})
	}
}

// operators adds the tabular operators.
func (c *collector) operators() {
	for _, d := range op.Docs() {
		c.add(Item{Kind: Operator, Label: d.Keyword, Detail: d.Syntax, Doc: d.Summary})
	}
}

// sources adds what rows come from.
func (c *collector) sources() {
	for _, l := range c.locals {
		if l.isTable() || !l.isFunction() && l.param == nil {
			c.add(Item{Kind: Variable, Label: l.name, Insert: quotedName(l.name), Detail: "let"})
		}
	}
	for _, name := range c.service.cat.Tables() {
		if t, ok := c.service.cat.Table(name); ok {
			c.add(Item{Kind: Table, Label: name, Insert: quotedName(name), Detail: "table", Doc: t.Doc})
		}
	}
	c.localFunctions()
	c.storedFunctions()
}

func (c *collector) localFunctions() {
	for _, l := range c.locals {
		if x, ok := l.value.(*ast.Lambda); ok && l.isFunction() {
			c.add(Item{Kind: Function, Label: l.name, Insert: quotedName(l.name) + "(", Detail: lambda(l.name, x, c.src).label()})
		}
	}
}

func (c *collector) storedFunctions() {
	for _, name := range c.service.cat.Functions() {
		f, ok := c.service.cat.Function(name)
		if !ok {
			continue
		}
		d := stored(f)
		insert := quotedName(name)
		if len(d.params) > 0 {
			insert += "("
		}
		c.add(Item{Kind: Function, Label: name, Insert: insert, Detail: d.label(), Doc: d.doc})
	}
}

// functions adds the scalar functions.
func (c *collector) functions() {
	for _, f := range fn.Scalars() {
		if f.Operator || f.Hidden || f.Obsolete != "" {
			continue
		}
		d := scalar(f)
		c.add(Item{Kind: Function, Label: f.Name, Insert: f.Name + "(", Detail: d.label(), Doc: d.doc})
	}
}

// columns adds the columns of rows.
func (c *collector) columns(in *bind.Table) {
	if in == nil {
		return
	}
	for _, col := range in.Columns {
		c.add(Item{
			Kind: Column, Label: col.Name, Insert: quotedName(col.Name),
			Detail: typeName(col.Type), Doc: c.service.columnDoc(in.Node, col.ID),
		})
	}
}

// expression adds what can stand in an expression over the rows of in.
func (c *collector) expression(operator ast.Operator, in *bind.Table, path []ast.Node) {
	c.columns(in)
	switch operator.(type) {
	case *ast.ProjectAway, *ast.ProjectKeep, *ast.ProjectReorder, *ast.Distinct:
		return
	}
	for _, l := range c.locals {
		if !l.isTable() && !l.isFunction() {
			c.add(Item{Kind: Variable, Label: l.name, Insert: quotedName(l.name), Detail: "let"})
		}
	}
	for _, n := range path {
		if _, ok := n.(*ast.In); ok {
			c.sources()
		}
	}
	if aggregates(operator, path) {
		for _, f := range fn.Aggregates() {
			if f.Hidden || f.Obsolete != "" {
				continue
			}
			d := aggregate(f)
			c.add(Item{Kind: AggregateFunction, Label: f.Name, Insert: f.Name + "(", Detail: d.label(), Doc: d.doc})
		}
	}
	c.localFunctions()
	c.functions()
	c.words("true", "false")
}

// aggregates reports whether an aggregation function can stand at the end of
// path.
func aggregates(operator ast.Operator, path []ast.Node) bool {
	leaf := path[len(path)-1]
	within := func(all []ast.Expr) bool {
		for _, x := range all {
			if x.Span().Start <= leaf.Span().Start && leaf.Span().End <= x.Span().End {
				return true
			}
		}
		return false
	}
	switch o := operator.(type) {
	case *ast.Summarize:
		return within(o.Aggregates)
	case *ast.MakeSeries:
		for _, a := range o.Aggregates {
			if within([]ast.Expr{a.X}) {
				return true
			}
		}
	case *ast.TopNested:
		for _, l := range o.Levels {
			if within([]ast.Expr{l.By}) {
				return true
			}
		}
	}
	return false
}

// members adds what can follow a dot.
func (c *collector) members(p *ast.Path, operator ast.Operator, in *bind.Table) {
	id, ok := p.X.(*ast.Ident)
	if !ok {
		return
	}
	switch id.Name.Text {
	case "$left":
		c.columns(in)
	case "$right":
		if j, ok := operator.(*ast.Join); ok {
			c.columns(c.rows(j.Right))
		}
		if l, ok := operator.(*ast.Lookup); ok {
			c.columns(c.rows(l.Right))
		}
	}
}

// rows returns the rows that an expression over tables gives, as a query of its
// own after the statements before it.
func (c *collector) rows(x ast.Expr) *bind.Table {
	var before strings.Builder
	for _, s := range c.reading.query.Statements {
		if let, ok := s.(*ast.Let); ok && let.End < x.Span().Start {
			before.WriteString(c.src[let.Start:let.End] + ";\n")
		}
	}
	span := x.Span()
	r := c.service.read(before.String() + c.src[span.Start:span.End] + "\n| consume")
	for o, in := range r.inputs {
		if _, ok := o.(*ast.Consume); ok {
			return in
		}
	}
	return nil
}

// clauses has the words that continue an operator after an operand.
var clauses = map[string][]string{
	"summarize": {"by"}, "sort": {"asc", "desc", "nulls first", "nulls last"}, "order": {"asc", "desc", "nulls first", "nulls last"},
	"top": {"by", "asc", "desc"}, "top-nested": {"of", "by", "with others="}, "top-hitters": {"of", "by"},
	"join": {"on"}, "lookup": {"on"}, "mv-expand": {"to typeof(", "limit"}, "mv-apply": {"to typeof(", "on ("},
	"make-series": {"on", "from", "to", "step", "by", "default="}, "range": {"from", "to", "step"},
	"parse": {"with"}, "parse-where": {"with"}, "parse-kv": {"as (", "with ("}, "sample-distinct": {"of"},
	"render": {"with ("}, "reduce": {"by", "with"}, "facet": {"by", "with ("}, "partition": {"by"}, "count": {"as"},
}

// afterOperand adds what can follow a complete operand: infix operators and
// the words of the operator around it.
func (c *collector) afterOperand(offset int) {
	before := len(strings.TrimRight(c.src[:offset], " \t\r\n"))
	operator, _ := c.reading.operator(c.reading.path(before))
	if operator == nil {
		c.words("|")
		return
	}
	c.words(clauses[operator.Head().Keyword.Text]...)
	c.words("and", "or")
	for _, f := range fn.Scalars() {
		if f.Operator && f.Name != "" && f.Doc != "" {
			c.add(Item{Kind: Word, Label: f.Name, Doc: f.Doc})
		}
	}
	c.words("in", "!in", "in~", "!in~", "has_any", "has_all", "between", "|")
}
