package bind

import (
	"strconv"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/types"
)

// Name returns the name that a column computed by e gets by itself, and whether
// it gets one. kql.md §5 (15): tostring(x) is x, d.x is d_x, sum(x) is sum_x.
func (b *Binder) Name(e ast.Expr) (string, bool) { return b.exprName(e) }

func (b *Binder) exprName(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.Paren:
		return b.exprName(e.X)
	case *ast.Ident:
		return e.Name.Text, true
	case *ast.Wildcard:
		return e.Pattern, true
	case *ast.Named:
		if len(e.Names) == 1 && !e.Parens {
			return e.Names[0].Text, true
		}
	case *ast.Path:
		if b.isRow(e.X) {
			return e.Name.Text, true
		}
		return b.memberName(e.X, e.Name.Text), true
	case *ast.Index:
		text, ok := indexText(e.I)
		if b.isRow(e.X) {
			return text, ok
		}
		return b.memberName(e.X, text), ok
	case *ast.Call:
		return b.callName(e)
	}
	return "", false
}

// memberName is the name of x.name.
func (b *Binder) memberName(x ast.Expr, name string) string {
	if left, ok := b.exprName(x); ok && left != "" {
		return left + "_" + name
	}
	return name
}

// isRow reports whether e is $left, $right, a scan step or a database: what
// stands before a column's or table's own name.
func (b *Binder) isRow(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Paren:
		return b.isRow(e.X)
	case *ast.Ident:
		if e.Name.Text == "$left" || e.Name.Text == "$right" {
			return true
		}
		s, _ := b.env.scope.find(e.Name.Text)
		_, ok := s.(*row)
		return ok
	case *ast.Call:
		return e.Name.Text == "database"
	case *ast.PathCall:
		return true
	}
	return false
}

// indexText is the text of a literal index.
func indexText(e ast.Expr) (string, bool) {
	switch l := e.(type) {
	case *ast.Literal:
		switch v := l.Value.(type) {
		case string:
			return v, true
		case int64:
			return strconv.FormatInt(v, 10), true
		case int32:
			return strconv.Itoa(int(v)), true
		}
	case *ast.Unary:
		if l.Op == "-" {
			if s, ok := indexText(l.X); ok {
				return "-" + s, true
			}
		}
	}
	return "", false
}

// callName is the name of a column computed by a call.
func (b *Binder) callName(e *ast.Call) (string, bool) {
	name := e.Name.Text
	if _, declared := b.env.scope.find(name); declared {
		return "", false
	}
	switch name {
	case "toscalar", "totable", "materialize":
		return "", false
	}
	naming, prefix := fn.NoName, ""
	if a, ok := fn.LookupAggregate(name); ok && (b.env.aggregates != nil || b.naming) {
		naming, prefix = a.Naming, a.Prefix
	} else if f, ok := fn.LookupScalar(name); ok && !f.Operator {
		naming, prefix = f.Naming, f.Prefix
	}
	first := func() (string, bool) {
		if len(e.Args) == 0 {
			return "", false
		}
		return b.exprName(e.Args[0].X)
	}
	switch naming {
	case fn.FirstArgName:
		return first()
	case fn.OnlyArgName:
		if len(e.Args) == 1 {
			return first()
		}
	case fn.FirstArgValue:
		if len(e.Args) > 0 {
			if s, ok := b.literalText(e.Args[0].X); ok && b.env.row != nil {
				if _, found := b.env.row.Find(s); found {
					return s, true
				}
			}
		}
	case fn.NameAndFirstArg:
		s, _ := first()
		return name + "_" + s, true
	case fn.PrefixAndFirstArg, fn.TakeAnyName:
		s, ok := first()
		if prefix == "" {
			return s, ok
		}
		return prefix + "_" + s, true
	case fn.PrefixOnly:
		return prefix, prefix != ""
	}
	return "", false
}

// literalText is the value of a string that is constant.
func (b *Binder) literalText(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.Literal:
		s, ok := e.Value.(string)
		return s, ok && e.Type == types.String
	case *ast.Ident:
		if s, ok := b.env.scope.find(e.Name.Text); ok {
			if v, ok := s.(*Value); ok {
				k, known := v.Constant()
				text, isString := k.(string)
				return text, known && isString
			}
		}
	}
	return "", false
}

// DefaultName returns the next free name of the form Column1.
func (b *Binder) DefaultName() string {
	for {
		name := "Column" + strconv.Itoa(*b.env.suffix)
		*b.env.suffix++
		if b.env.row != nil {
			if _, taken := b.env.row.Find(name); taken {
				continue
			}
		}
		if _, taken := b.env.scope.find(name); !taken {
			return name
		}
	}
}

// A UniqueNames gives out names that differ: the first taker keeps a name, later
// ones get it with the first number that is free.
type UniqueNames struct{ names map[string]taken }

// taken is what is known of a name.
type taken struct {
	reserved bool
	declared bool  // in a projection: it cannot be declared again
	last     int32 // the last number that was tried for it
	place    int32 // in a projection: one more than its column's, 0 for none
}

// set changes what is known of name.
func (u *UniqueNames) set(name string, t taken) {
	if u.names == nil {
		u.names = map[string]taken{}
	}
	u.names[name] = t
}

func (u *UniqueNames) declare(name string) {
	t := u.names[name]
	t.declared = true
	u.set(name, t)
}

func (u *UniqueNames) place(name string, place int) {
	t := u.names[name]
	t.place = int32(place)
	u.set(name, t)
}

// Add reserves name.
func (u *UniqueNames) Add(name string) {
	if t := u.names[name]; !t.reserved {
		t.reserved = true
		u.set(name, t)
	}
}

// Get returns name, or name with a number where it is taken, and reserves it.
func (u *UniqueNames) Get(name string) string { return u.take(name, 0) }

// take is Get for a column at a place.
func (u *UniqueNames) take(name string, place int) string {
	t := u.names[name]
	if !t.reserved {
		t.reserved, t.place = true, int32(place)
		u.set(name, t)
		return name
	}
	for n := t.last + 1; ; n++ {
		next := name + strconv.Itoa(int(n))
		if other := u.names[next]; !other.reserved {
			t.last = n
			u.set(name, t)
			other.reserved, other.place = true, int32(place)
			u.set(next, other)
			return next
		}
	}
}

// MakeUnique renames columns of equal names: the first keeps its name.
func MakeUnique(cols []Column) []Column {
	u := UniqueNames{names: make(map[string]taken, len(cols))}
	first := make(map[string]int, len(cols))
	for i, c := range cols {
		if _, ok := first[c.Name]; !ok {
			first[c.Name] = i
			u.Add(c.Name)
		}
	}
	out := make([]Column, len(cols))
	for i, c := range cols {
		if first[c.Name] != i {
			c.Name = u.Get(c.Name)
		}
		out[i] = c
	}
	return out
}
