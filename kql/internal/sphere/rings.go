package sphere

import (
	"math"
	"slices"

	"github.com/peterstace/simplefeatures/geom"
)

// origin knows the directed edges of the operands of an overlay, in their
// order, to tell which of them an edge of the result is a part of.
type origin struct {
	edges [][2]geom.XY
	whole map[[2]geom.XY]int
	from  map[geom.XY][]int // the edges that begin at a corner
	to    map[geom.XY][]int // the edges that end at one
}

func originOf(operands ...geom.Geometry) *origin {
	o := &origin{whole: map[[2]geom.XY]int{}, from: map[geom.XY][]int{}, to: map[geom.XY][]int{}}
	for _, g := range operands {
		for _, part := range g.Dump() {
			if part.Type() != geom.TypePolygon {
				continue
			}
			for _, ring := range part.MustAsPolygon().DumpRings() {
				seq := ring.Coordinates()
				for i := 1; i < seq.Length(); i++ {
					e := [2]geom.XY{seq.GetXY(i - 1), seq.GetXY(i)}
					id := len(o.edges)
					o.edges = append(o.edges, e)
					if _, ok := o.whole[e]; !ok {
						o.whole[e] = id
					}
					o.from[e[0]] = append(o.from[e[0]], id)
					o.to[e[1]] = append(o.to[e[1]], id)
				}
			}
		}
	}
	return o
}

// of returns the number of the edge that the one from p to q is a part of, and
// how far along that q lies; -1 for none.
func (o *origin) of(p, q geom.XY) (id int, along float64) {
	if id, ok := o.whole[[2]geom.XY{p, q}]; ok {
		return id, 1
	}
	for _, candidates := range [][]int{o.from[p], o.to[q]} {
		for _, id := range candidates {
			if at, ok := o.holds(id, p, q); ok {
				return id, at
			}
		}
	}
	for id := range o.edges {
		if at, ok := o.holds(id, p, q); ok {
			return id, at
		}
	}
	return -1, 0
}

// holds reports whether the edge from p to q is a part of another.
func (o *origin) holds(id int, p, q geom.XY) (along float64, ok bool) {
	u, v := o.edges[id][0], o.edges[id][1]
	d := v.Sub(u)
	length := math.Sqrt(d.Dot(d))
	near := func(x geom.XY) (float64, bool) {
		w := x.Sub(u)
		at := w.Dot(d) / (length * length)
		return at, math.Abs(d.Cross(w)) <= coincident*length && at >= -coincident/length && at <= 1+coincident/length
	}
	a, okP := near(p)
	b, okQ := near(q)
	return b, okP && okQ && b > a
}

// ring returns the corners of a closed ring, each once. The first is where the
// last edge of the operands that has a part in it ends: so do Kusto's results,
// whose library S2 keeps the order of the input in this way.
func (o *origin) ring(l geom.LineString) []geom.XY {
	seq := l.Coordinates()
	corners := make([]geom.XY, seq.Length()-1)
	for i := range corners {
		corners[i] = seq.GetXY(i)
	}
	best, bestAlong, start := -1, 0.0, 0
	for i, p := range corners {
		next := (i + 1) % len(corners)
		if id, along := o.of(p, corners[next]); id > best || id == best && along > bestAlong {
			best, bestAlong, start = id, along, next
		}
	}
	return slices.Concat(corners[start:], corners[:start])
}

// polygons returns the polygons of a result with their rings as [origin.ring]
// has them, borders counterclockwise, in the order of the edges that they begin
// with.
func (o *origin) polygons(g geom.Geometry) [][][]geom.XY {
	var out [][][]geom.XY
	for _, part := range g.Dump() {
		if part.Type() != geom.TypePolygon {
			continue
		}
		var p [][]geom.XY
		for _, ring := range part.MustAsPolygon().ForceCCW().DumpRings() {
			p = append(p, o.ring(ring))
		}
		out = append(out, p)
	}
	first := func(p [][]geom.XY) int {
		id, _ := o.of(p[0][0], p[0][1])
		return id
	}
	slices.SortStableFunc(out, func(x, y [][]geom.XY) int { return first(x) - first(y) })
	return out
}

// closed makes a geometry of polygons whose rings are not closed.
func closed(polygons [][][]geom.XY) geom.Geometry {
	all := make([]geom.Polygon, len(polygons))
	for i, p := range polygons {
		rings := make([]geom.LineString, len(p))
		for k, corners := range p {
			flat := make([]float64, 0, 2*len(corners)+2)
			for _, at := range corners {
				flat = append(flat, at.X, at.Y)
			}
			flat = append(flat, corners[0].X, corners[0].Y)
			rings[k] = geom.NewLineString(geom.NewSequence(flat, geom.DimXY))
		}
		all[i] = geom.NewPolygon(rings)
	}
	if len(all) == 1 {
		return all[0].AsGeometry()
	}
	return geom.NewMultiPolygon(all).AsGeometry()
}
