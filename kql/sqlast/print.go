package sqlast

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Syntax is how an engine writes what engines write differently.
type Syntax struct {
	// Types are the names of the types.
	Types map[Type]string
	// QuoteString writes a text as a literal.
	QuoteString func(string) string
	// QuoteIdent writes a name that is not one of the compiler's own.
	QuoteIdent func(string) string
	// Stamp writes a timestamp given in microseconds since 1970-01-01 UTC.
	Stamp func(us int64) string
	// Infix respells operators that are written otherwise.
	Infix map[string]string
	// Joins respells kinds of join, the word JOIN included.
	Joins map[string]string
	// Materialized is written after AS of a CTE.
	Materialized string
	// Rows writes literal rows as a relation, from the names, the types and the
	// printed values.
	Rows func(names, types []string, rows [][]string) string
	// Series writes a relation with the column name of the integers 0 to n-1.
	Series func(n int64, name, alias string) string
	// DistinctOn: SELECT DISTINCT ON is written as LIMIT 1 BY if false.
	DistinctOn bool
	// Struct and Field write row values.
	Struct func(fields []string) string
	Field  func(of string, n int) string
	// Element and Slice write the access to lists.
	Element func(list, at string) string
	Slice   func(list, from, to string) string
}

// infix holds the operators and how tight they bind; all are left-associative.
var infix = map[string]int{
	"OR": 1, "AND": 2, "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
	"IS DISTINCT FROM": 4, "IS NOT DISTINCT FROM": 4,
	"||": 5, "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7,
}

const (
	tightNot  = 3
	tightIs   = 4
	tightAtom = 9
)

// Print returns q in the given syntax. It returns an error for a tree that no
// SQL stands for.
func Print(q Query, s *Syntax) (string, error) {
	p := &printer{s: s}
	p.query(q, 0)
	return p.b.String(), p.err
}

// PrintExact prints q as Print does, but the exact form of what is Checked.
func PrintExact(q Query, s *Syntax) (string, error) {
	p := &printer{s: s, exact: true}
	p.query(q, 0)
	return p.b.String(), p.err
}

// PrintExpr returns e in the given syntax.
func PrintExpr(e Expr, s *Syntax) (string, error) {
	p := &printer{s: s}
	p.expr(e, 0)
	return p.b.String(), p.err
}

type printer struct {
	s     *Syntax
	b     strings.Builder
	err   error
	exact bool // of what is Checked, the exact form
}

func (p *printer) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("sql: "+format, args...)
	}
}

// text returns e printed apart.
func (p *printer) text(e Expr, tight int) string {
	sub := &printer{s: p.s, exact: p.exact}
	sub.expr(e, tight)
	if sub.err != nil && p.err == nil {
		p.err = sub.err
	}
	return sub.b.String()
}

func (p *printer) texts(es []Expr) []string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = p.text(e, 0)
	}
	return out
}

// name writes a name that the compiler made.
func (p *printer) name(n string) {
	for i := 0; i < len(n); i++ {
		c := n[i]
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			p.b.WriteString(p.s.QuoteIdent(n))
			return
		}
	}
	p.b.WriteString(n)
}

// list writes n parts with commas between them.
func (p *printer) list(n int, write func(i int)) {
	for i := range n {
		if i > 0 {
			p.b.WriteString(", ")
		}
		write(i)
	}
}

func (p *printer) exprs(es []Expr) { p.list(len(es), func(i int) { p.expr(es[i], 0) }) }

// expr writes e, in parentheses if it binds less than tight.
func (p *printer) expr(e Expr, tight int) {
	b := &p.b
	open := func(own int) func() {
		if own >= tight {
			return func() {}
		}
		b.WriteByte('(')
		return func() { b.WriteByte(')') }
	}
	switch e := e.(type) {
	case Column:
		if e.Of != "" {
			p.name(e.Of)
			b.WriteByte('.')
		}
		p.name(e.Name)
	case Null:
		b.WriteString("NULL")
	case Bool:
		if e {
			b.WriteString("TRUE")
		} else {
			b.WriteString("FALSE")
		}
	case Int:
		switch {
		case e == math.MinInt64:
			b.WriteString("(-9223372036854775807 - 1)")
		case e < 0:
			fmt.Fprintf(b, "(%d)", int64(e))
		default:
			b.WriteString(strconv.FormatInt(int64(e), 10))
		}
	case Real:
		p.real(float64(e))
	case String:
		b.WriteString(p.s.QuoteString(string(e)))
	case Stamp:
		b.WriteString(p.s.Stamp(int64(e)))
	case Func:
		p.name(e.Name)
		b.WriteByte('(')
		p.exprs(e.Args)
		b.WriteByte(')')
	case Infix:
		own, ok := infix[e.Op]
		if !ok {
			p.fail("no operator %q", e.Op)
		}
		done := open(own)
		left := own
		if own == tightIs {
			left++ // comparisons do not chain
		}
		p.expr(e.L, left)
		op := e.Op
		if o, ok := p.s.Infix[op]; ok {
			op = o
		}
		b.WriteString(" " + op + " ")
		p.expr(e.R, own+1)
		done()
	case Not:
		done := open(tightNot)
		b.WriteString("NOT ")
		p.expr(e.X, tightAtom)
		done()
	case IsNull:
		done := open(tightIs)
		p.expr(e.X, tightIs+1)
		if e.Not {
			b.WriteString(" IS NOT NULL")
		} else {
			b.WriteString(" IS NULL")
		}
		done()
	case Cast:
		b.WriteString("CAST(")
		p.expr(e.X, 0)
		b.WriteString(" AS " + p.s.Types[e.Type] + ")")
	case Case:
		b.WriteString("CASE")
		for _, w := range e.Whens {
			b.WriteString(" WHEN ")
			p.expr(w.If, 0)
			b.WriteString(" THEN ")
			p.expr(w.Then, 0)
		}
		if e.Else != nil {
			b.WriteString(" ELSE ")
			p.expr(e.Else, 0)
		}
		b.WriteString(" END")
	case InList:
		done := open(tightIs)
		p.expr(e.X, tightIs+1)
		b.WriteString(" IN (")
		p.exprs(e.List)
		b.WriteByte(')')
		done()
	case InQuery:
		done := open(tightIs)
		p.expr(e.X, tightIs+1)
		b.WriteString(" IN (")
		p.query(e.Query, 1)
		b.WriteByte(')')
		done()
	case Scalar:
		b.WriteByte('(')
		p.query(e.Query, 1)
		b.WriteByte(')')
	case Aggregate:
		p.aggregate(e)
	case Over:
		p.over(e)
	case Slice:
		to := ""
		if e.To != nil {
			to = p.text(e.To, 0)
		}
		b.WriteString(p.s.Slice(p.text(e.List, tightAtom), p.text(e.From, 0), to))
	case Element:
		b.WriteString(p.s.Element(p.text(e.List, tightAtom), p.text(e.At, 0)))
	case Struct:
		b.WriteString(p.s.Struct(p.texts(e.Fields)))
	case Checked:
		if p.exact {
			p.expr(e.Exact, tight)
		} else {
			p.expr(e.Fast, tight)
		}
	case Field:
		b.WriteString(p.s.Field(p.text(e.Of, tightAtom), e.N))
	default:
		p.fail("no expression %T", e)
	}
}

func (p *printer) real(f float64) {
	switch {
	case math.IsNaN(f):
		p.b.WriteString("CAST('nan' AS " + p.s.Types[Double] + ")")
	case math.IsInf(f, 1):
		p.b.WriteString("CAST('inf' AS " + p.s.Types[Double] + ")")
	case math.IsInf(f, -1):
		p.b.WriteString("CAST('-inf' AS " + p.s.Types[Double] + ")")
	case math.Signbit(f):
		p.b.WriteString("(" + strconv.FormatFloat(f, 'e', -1, 64) + ")")
	default:
		p.b.WriteString(strconv.FormatFloat(f, 'e', -1, 64))
	}
}

func (p *printer) aggregate(a Aggregate) {
	b := &p.b
	p.name(a.Name)
	b.WriteByte('(')
	if a.Distinct {
		b.WriteString("DISTINCT ")
	}
	if len(a.Args) == 0 && !a.Distinct {
		b.WriteByte('*')
	}
	p.exprs(a.Args)
	if len(a.OrderBy) > 0 {
		b.WriteByte(' ')
		p.orderBy(a.OrderBy)
	}
	b.WriteByte(')')
	if a.Filter != nil {
		b.WriteString(" FILTER (WHERE ")
		p.expr(a.Filter, 0)
		b.WriteByte(')')
	}
}

func (p *printer) over(o Over) {
	b := &p.b
	p.expr(o.Func, 0)
	b.WriteString(" OVER (")
	sep := ""
	if len(o.PartitionBy) > 0 {
		b.WriteString("PARTITION BY ")
		p.exprs(o.PartitionBy)
		sep = " "
	}
	if len(o.OrderBy) > 0 {
		b.WriteString(sep)
		p.orderBy(o.OrderBy)
		sep = " "
	}
	if o.Running {
		b.WriteString(sep + "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
	}
	b.WriteByte(')')
}

func (p *printer) orderBy(keys []Order) {
	p.b.WriteString("ORDER BY ")
	p.list(len(keys), func(i int) {
		p.expr(keys[i].By, 1)
		if keys[i].Desc {
			p.b.WriteString(" DESC")
		} else {
			p.b.WriteString(" ASC")
		}
		if keys[i].NullsFirst {
			p.b.WriteString(" NULLS FIRST")
		} else {
			p.b.WriteString(" NULLS LAST")
		}
	})
}

// line starts a new line, indented by depth.
func (p *printer) line(depth int) {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
		p.b.WriteString(strings.Repeat("  ", depth))
	}
}

func (p *printer) query(q Query, depth int) {
	switch q := q.(type) {
	case *Select:
		p.selectQuery(q, depth)
	case *UnionAll:
		for i, u := range q.Queries {
			if i > 0 {
				p.line(depth)
				p.b.WriteString("UNION ALL ")
			}
			p.b.WriteByte('(')
			p.query(u, depth+1)
			p.b.WriteByte(')')
		}
	case *Rows:
		ts := make([]string, len(q.Types))
		for i, t := range q.Types {
			ts[i] = p.s.Types[t]
		}
		rows := make([][]string, len(q.Rows))
		for i, r := range q.Rows {
			rows[i] = p.texts(r)
		}
		p.b.WriteString("SELECT * FROM " + p.s.Rows(q.Names, ts, rows))
	default:
		p.fail("no query %T", q)
	}
}

func (p *printer) selectQuery(q *Select, depth int) {
	b := &p.b
	if len(q.With) > 0 {
		b.WriteString("WITH ")
		p.list(len(q.With), func(i int) {
			p.line(depth + 1)
			p.name(q.With[i].Name)
			b.WriteString(" AS " + p.s.Materialized + "(")
			p.query(q.With[i].Query, depth+2)
			b.WriteByte(')')
		})
		p.line(depth)
	}
	b.WriteString("SELECT ")
	if len(q.DistinctOn) > 0 && p.s.DistinctOn {
		b.WriteString("DISTINCT ON (")
		p.exprs(q.DistinctOn)
		b.WriteString(") ")
	}
	if len(q.Items) == 0 {
		b.WriteString("NULL AS none") // only the number of rows counts
	}
	p.list(len(q.Items), func(i int) {
		it := q.Items[i]
		p.expr(it.X, 0)
		if c, ok := it.X.(Column); !ok || c.Name != it.Name || c.Of != "" {
			b.WriteString(" AS ")
			p.name(it.Name)
		}
	})
	if q.From != nil {
		p.line(depth)
		b.WriteString("FROM ")
		p.from(q.From, depth)
	}
	if len(q.Where) > 0 {
		p.line(depth)
		b.WriteString("WHERE ")
		p.expr(And(q.Where...), 0)
	}
	if q.Group && q.By > 0 {
		p.line(depth)
		b.WriteString("GROUP BY ")
		p.list(q.By, func(i int) { b.WriteString(strconv.Itoa(i + 1)) })
	}
	if len(q.OrderBy) > 0 {
		p.line(depth)
		p.orderBy(q.OrderBy)
	}
	if len(q.DistinctOn) > 0 && !p.s.DistinctOn {
		p.line(depth)
		b.WriteString("LIMIT 1 BY ")
		p.exprs(q.DistinctOn)
	}
	if q.Limit != nil {
		p.line(depth)
		b.WriteString("LIMIT ")
		p.expr(q.Limit, 0)
	}
}

func (p *printer) from(f From, depth int) {
	b := &p.b
	switch f := f.(type) {
	case Table:
		p.name(f.Name)
	case Sub:
		b.WriteByte('(')
		p.query(f.Query, depth+1)
		b.WriteString(") AS ")
		p.name(f.Alias)
	case Join:
		p.from(f.Left, depth)
		p.line(depth)
		kind, ok := p.s.Joins[f.Kind]
		if !ok {
			p.fail("no join %q", f.Kind)
		}
		b.WriteString(kind + " ")
		p.from(f.Right, depth)
		b.WriteString(" ON ")
		p.expr(f.On, 0)
	case Series:
		b.WriteString(p.s.Series(f.N, f.Name, f.Alias))
	default:
		p.fail("no relation %T", f)
	}
}
