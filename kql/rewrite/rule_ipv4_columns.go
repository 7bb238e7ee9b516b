package rewrite

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// ipv4Columns replaces tests of a stored address against constant prefixes by
// comparisons of the hidden integer column that holds the same address.
func ipv4Columns(r *run, root plan.Node) plan.Node {
	if r.catalog == nil {
		return root
	}
	return plan.Transform(root, func(n plan.Node) plan.Node {
		if len(n.Inputs()) != 1 {
			return n
		}
		switch n.(type) {
		case *plan.Filter, *plan.Project, *plan.Aggregate:
		default:
			return n
		}
		in := n.Inputs()[0]
		changed := plan.MapExprs(n, func(e plan.Expr) plan.Expr {
			return plan.MapExpr(e, func(e plan.Expr) plan.Expr {
				c, ok := e.(*plan.Call)
				if !ok {
					return e
				}
				ranges, ok := prefixTest(c)
				if !ok {
					return e
				}
				addr := c.Args[0].(*plan.Ref)
				exposed, twin, ok := r.exposeTwin(in, addr.Column)
				if !ok {
					return e
				}
				in = exposed
				return inRanges(twin, ranges)
			})
		})
		if in == n.Inputs()[0] {
			return n
		}
		cols := n.Columns()
		changed = plan.WithInputs(changed, []plan.Node{in})
		if len(changed.Columns()) != len(cols) {
			return &plan.Project{Input: changed, Items: passes(cols)}
		}
		return changed
	})
}

type ipRange struct{ lo, hi int64 }

// private are RFC 1918's ranges, which ipv4_is_private means.
var private = []ipRange{{10 << 24, 11<<24 - 1}, {172<<24 | 16<<16, 172<<24 | 32<<16 - 1}, {192<<24 | 168<<16, 192<<24 | 169<<16 - 1}}

// prefixTest returns the ranges that a call tests its first argument for.
func prefixTest(c *plan.Call) ([]ipRange, bool) {
	if len(c.Args) == 0 {
		return nil, false
	}
	if _, ok := c.Args[0].(*plan.Ref); !ok || c.Args[0].Type() != types.String {
		return nil, false
	}
	var prefixes []types.Value
	for _, a := range c.Args[1:] {
		k, ok := a.(*plan.Const)
		if !ok {
			return nil, false
		}
		if list, ok := k.Value.([]types.Value); ok {
			prefixes = append(prefixes, list...)
		} else {
			prefixes = append(prefixes, k.Value)
		}
	}
	switch c.Func {
	case "ipv4_is_private":
		return private, len(prefixes) == 0
	case "ipv4_is_in_range":
		if len(prefixes) != 1 {
			return nil, false
		}
	case "ipv4_is_in_any_range":
		if len(prefixes) == 0 {
			return nil, false
		}
	default:
		return nil, false
	}
	var out []ipRange
	for _, p := range prefixes {
		s, ok := p.(string)
		if !ok {
			return nil, false
		}
		r, ok := parsePrefix(s)
		if !ok {
			return nil, false // null, or an error: the function knows
		}
		out = append(out, r)
	}
	return out, true
}

// parsePrefix reads "10.0.0.0/8" or a single address.
func parsePrefix(s string) (ipRange, bool) {
	text, bits, found := strings.Cut(s, "/")
	n := 32
	if found {
		var err error
		if n, err = strconv.Atoi(bits); err != nil || n < 0 || n > 32 {
			return ipRange{}, false
		}
	}
	a, err := netip.ParseAddr(text)
	if err != nil || !a.Is4() {
		return ipRange{}, false
	}
	b := a.As4()
	x := int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3])
	size := int64(1) << (32 - n)
	lo := x &^ (size - 1)
	return ipRange{lo, lo + size - 1}, true
}

// inRanges tests whether an integer address lies in one of the ranges; null
// for null.
func inRanges(twin plan.Column, ranges []ipRange) plan.Expr {
	var out plan.Expr
	for _, r := range ranges {
		var e plan.Expr = &plan.Call{Func: "between", T: types.Bool, Args: []plan.Expr{
			ref(twin), &plan.Const{Value: r.lo, T: types.Long}, &plan.Const{Value: r.hi, T: types.Long},
		}}
		if out != nil {
			e = &plan.Call{Func: "or", T: types.Bool, Args: []plan.Expr{out, e}}
		}
		out = e
	}
	return out
}

// exposeTwin returns n giving, besides its columns, the integer twin of the
// address column id; false if that is no stored column with a twin.
func (r *run) exposeTwin(n plan.Node, id plan.ColumnID) (plan.Node, plan.Column, bool) {
	switch n := n.(type) {
	case *plan.Filter:
		in, twin, ok := r.exposeTwin(n.Input, id)
		return &plan.Filter{Input: in, Cond: n.Cond}, twin, ok
	case *plan.Sort:
		in, twin, ok := r.exposeTwin(n.Input, id)
		return &plan.Sort{Input: in, Keys: n.Keys}, twin, ok
	case *plan.Project:
		for _, it := range n.Items {
			src, ok := it.Expr.(*plan.Ref)
			if it.Column.ID != id || !ok {
				continue
			}
			in, twin, ok := r.exposeTwin(n.Input, src.Column)
			if !ok {
				return nil, twin, false
			}
			for _, other := range n.Items {
				if other.Column.ID == twin.ID {
					return &plan.Project{Input: in, Items: n.Items}, twin, true
				}
			}
			items := append(append([]plan.Assign(nil), n.Items...), plan.Assign{Column: twin, Expr: ref(twin)})
			return &plan.Project{Input: in, Items: items}, twin, true
		}
	case *plan.Scan:
		t, ok := r.catalog.Table(n.Table)
		if !ok {
			return nil, plan.Column{}, false
		}
		for _, c := range n.Cols {
			if c.ID == id {
				return r.addTwin(n, t, c)
			}
		}
	}
	return nil, plan.Column{}, false
}

func (r *run) addTwin(n *plan.Scan, t *plan.Table, addr plan.Column) (plan.Node, plan.Column, bool) {
	name := ""
	for _, c := range t.Columns {
		if c.Name == addr.Name {
			name = c.IPv4
		}
	}
	if name == "" {
		return nil, plan.Column{}, false
	}
	for _, c := range n.Cols {
		if c.Name == name {
			return n, c, true
		}
	}
	for _, c := range t.Columns {
		if c.Name == name {
			twin := r.newColumn(c.Name, c.Type)
			out := *n
			out.Cols = append(append([]plan.Column(nil), n.Cols...), twin)
			return &out, twin, true
		}
	}
	return nil, plan.Column{}, false
}
