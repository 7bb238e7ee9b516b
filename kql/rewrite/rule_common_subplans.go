package rewrite

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/azflow/azflow/kql/plan"
)

// commonSubplans computes a subplan once that stands in several places: a let
// that is used twice, a view that two sides of a join go through. It looks at the
// plan as pushFilters leaves it, since what differs in its conditions is better
// read twice, and at operators that are dear and give few rows.
func commonSubplans(r *run, root plan.Node) plan.Node {
	if !readsTwice(root) {
		return root
	}
	pushed := pushFilters(r, root)
	out, o := pushed, outliner{}
	for range maxShared {
		same := o.largestRepeated(out)
		if same == nil {
			break
		}
		shared := &plan.Shared{Input: same[0]}
		out = plan.Transform(out, func(n plan.Node) plan.Node {
			switch i := slices.Index(same, n); i {
			case -1:
				return n
			case 0:
				return shared
			default:
				return &plan.SharedRef{Of: shared, Cols: n.Columns()}
			}
		})
	}
	if out == pushed {
		return root
	}
	return out
}

// maxShared bounds how many subplans of one plan are shared.
const maxShared = 32

// readsTwice reports whether two leaves of the plan read the same table, or
// literal rows: most plans need not be looked at more closely.
func readsTwice(root plan.Node) bool {
	seen, twice := map[string]bool{}, false
	plan.Walk(root, func(n plan.Node) {
		var of string
		switch n := n.(type) {
		case *plan.Scan:
			of = n.Table
		case *plan.Values, *plan.External:
			of = fmt.Sprintf("%T", n)
		default:
			return
		}
		twice = twice || seen[of]
		seen[of] = true
	})
	return twice
}

// largestRepeated returns the nodes of the largest subplan that is worth to be
// shared and stands in more than one place; nil if there is none.
func (o outliner) largestRepeated(root plan.Node) []plan.Node {
	within := map[plan.Node]bool{} // of what runs once a row or group
	var candidates []plan.Node
	alike := map[uint64]int{}
	plan.Walk(root, func(n plan.Node) {
		if a, ok := n.(*plan.Apply); ok {
			plan.Walk(a.Sub, func(n plan.Node) { within[n] = true })
		}
		if dear(n) {
			candidates = append(candidates, n)
			alike[o.of(n)]++
		}
	})
	places := map[string][]plan.Node{}
	largest := ""
	for _, n := range candidates {
		if within[n] || alike[o.of(n)] < 2 {
			continue
		}
		k, ok := shape(n)
		if !ok {
			continue
		}
		places[k] = append(places[k], n)
		if len(places[k]) > 1 && len(k) > len(largest) {
			largest = k
		}
	}
	return places[largest]
}

// dear reports whether n costs more than to keep its rows.
func dear(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Aggregate, *plan.Join, *plan.MakeSeries, *plan.TopNested, *plan.Window:
		return true
	case *plan.Limit:
		_, sorted := n.Input.(*plan.Sort)
		return sorted
	}
	return false
}

// An outliner knows the outlines of nodes: numbers that are equal for plans of
// the same shape, and mostly differ for others. To write a shape is dear.
type outliner map[plan.Node]uint64

// of returns the outline of n: its operators, functions, tables and the number
// of its columns.
func (o outliner) of(n plan.Node) uint64 {
	if h, ok := o[n]; ok {
		return h
	}
	h := mix(0, reflect.TypeOf(n).String())
	switch n := n.(type) {
	case *plan.Scan:
		h = mix(h, n.Table)*prime + uint64(n.From)*prime + uint64(n.To)*prime + uint64(len(n.Cols))
	case *plan.Project:
		h = h*prime + uint64(len(n.Items))
	}
	for _, in := range n.Inputs() {
		h = (h ^ o.of(in)) * prime
	}
	plan.EachExpr(n, func(e plan.Expr) {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			switch e := e.(type) {
			case *plan.Call:
				h = mix(h, e.Func)
			case *plan.Const:
				if s, ok := e.Value.(string); ok {
					h = mix(h, s)
				}
			}
			return true
		})
	})
	o[n] = h
	return h
}

// prime is that of the 64 bit FNV hash.
const prime = 1099511628211

func mix(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	return h * prime
}

// shape writes the plan below n such that two plans have the same shape if and
// only if they give the same rows by the same steps: columns are numbered in the
// order in which they are met. It is false for a plan that uses something from
// outside, or that may give other rows the next time.
func shape(n plan.Node) (string, bool) {
	s := shaper{numbers: map[plan.ColumnID]int{}, made: map[plan.ColumnID]bool{}, used: map[plan.ColumnID]bool{}, ok: true}
	s.write(reflect.ValueOf(&n).Elem())
	for id := range s.used {
		s.ok = s.ok && s.made[id]
	}
	return string(s.b), s.ok
}

type shaper struct {
	b          []byte
	numbers    map[plan.ColumnID]int
	made, used map[plan.ColumnID]bool
	ok         bool
}

var columnType, refType, idType = reflect.TypeFor[plan.Column](), reflect.TypeFor[plan.Ref](), reflect.TypeFor[plan.ColumnID]()

// write appends v, whatever it is made of. Plans are plain data, so that all
// kinds of node, those of tomorrow too, are written alike.
func (s *shaper) write(v reflect.Value) {
	if !s.ok {
		return
	}
	switch v.Kind() {
	case reflect.Invalid:
		s.b = append(s.b, '~')
	case reflect.Interface:
		if v.IsNil() {
			s.b = append(s.b, '~')
			return
		}
		s.write(v.Elem())
	case reflect.Pointer:
		switch n := v.Interface().(type) {
		case *plan.Shared: // one node in all places
			s.b = fmt.Appendf(s.b, "shared %p;", n)
			for _, c := range n.Columns() {
				s.column(c.ID)
				s.made[c.ID] = true
			}
			return
		case *plan.Leaf, *plan.Sample, *plan.Plugin:
			s.ok = false
			return
		case *plan.Limit:
			if _, sorted := n.Input.(*plan.Sort); !sorted {
				s.ok = false
				return
			}
		case *plan.Call:
			if volatile(n.Func) {
				s.ok = false
				return
			}
		}
		s.write(v.Elem())
	case reflect.Struct:
		s.b = append(append(s.b, v.Type().String()...), '{')
		for i := range v.NumField() {
			f := v.Field(i)
			if f.Type() == idType {
				id := plan.ColumnID(f.Int())
				switch v.Type() {
				case columnType:
					s.made[id] = true
				case refType:
					s.used[id] = true
				}
			}
			s.write(f)
			s.b = append(s.b, ',')
		}
		s.b = append(s.b, '}')
	case reflect.Slice, reflect.Array:
		s.b = append(strconv.AppendInt(s.b, int64(v.Len()), 10), '[')
		for i := range v.Len() {
			s.write(v.Index(i))
			s.b = append(s.b, ',')
		}
		s.b = append(s.b, ']')
	case reflect.Map:
		s.entries(v)
	case reflect.String:
		s.text(v.String())
	case reflect.Bool:
		s.b = strconv.AppendBool(s.b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if v.Type() == idType {
			s.column(plan.ColumnID(v.Int()))
			return
		}
		s.b = append(append(s.b, v.Type().String()...), ' ')
		s.b = strconv.AppendInt(s.b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		s.b = strconv.AppendUint(s.b, v.Uint(), 10)
	case reflect.Float64:
		s.b = strconv.AppendUint(s.b, math.Float64bits(v.Float()), 16)
	default:
		s.ok = false
	}
}

// column appends the number of a column.
func (s *shaper) column(id plan.ColumnID) {
	n, ok := s.numbers[id]
	if !ok {
		n = len(s.numbers) + 1
		s.numbers[id] = n
	}
	s.b = strconv.AppendInt(append(s.b, '#'), int64(n), 10)
}

// text appends a text after its length.
func (s *shaper) text(t string) {
	s.b = append(strconv.AppendInt(s.b, int64(len(t)), 10), ':')
	s.b = append(s.b, t...)
}

// entries appends a map, in the order of its keys.
func (s *shaper) entries(v reflect.Value) {
	keys := v.MapKeys()
	if v.Type().Key().Kind() != reflect.String {
		s.ok = false
		return
	}
	slices.SortFunc(keys, func(x, y reflect.Value) int {
		if x.String() < y.String() {
			return -1
		}
		return 1
	})
	s.b = append(s.b, '{')
	for _, k := range keys {
		s.text(k.String())
		s.write(v.MapIndex(k))
	}
	s.b = append(s.b, '}')
}
