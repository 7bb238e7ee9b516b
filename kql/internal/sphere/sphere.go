// Package sphere overlays polygons and lines whose edges are geodesics of the
// unit sphere.
//
// A gnomonic projection makes geodesics straight, so that the overlay is one of
// the plane. Points of an operand come back as they were; points where edges
// cross are exact to some 1e-15 of the size of the operands together. Corners
// within [coincident] of each other are one.
package sphere

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s2"
	"github.com/peterstace/simplefeatures/geom"
)

// ErrTooLarge says that polygons lie too far apart for one projection.
var ErrTooLarge = errors.New("polygons that together span nearly a hemisphere cannot be overlaid")

// coincident is how near two corners count as one, in radians: some 6 µm on
// the earth. Cells of a grid that share a corner compute it with less error.
const coincident = 1e-12

// horizon is the least cosine between a corner and the projection's centre.
const horizon = 0.02

// A Polygon is a border and the holes in it. Rings are not closed: the last
// point is joined to the first. They may turn either way; what is returned
// has borders counterclockwise and holes clockwise.
type Polygon [][]s2.Point

// A Region is what an overlay leaves: where areas touch at a border only,
// lines or points.
type Region struct {
	Points   []s2.Point
	Lines    [][]s2.Point
	Polygons []Polygon
}

// Union returns the area that any of the polygons covers.
func Union(polygons []Polygon) (Region, error) {
	pr, err := newProjection(polygons...)
	if err != nil {
		return Region{}, err
	}
	g, err := pr.union(polygons)
	if err != nil {
		return Region{}, err
	}
	return pr.region(g, originOf(g)), nil
}

// Intersection returns what the area of a has in common with that of b. The
// polygons of one operand may overlap.
func Intersection(a, b []Polygon) (Region, error) {
	pr, err := newProjection(slices.Concat(a, b)...)
	if err != nil {
		return Region{}, err
	}
	x, err := pr.union(a)
	if err != nil {
		return Region{}, err
	}
	y, err := pr.union(b)
	if err != nil {
		return Region{}, err
	}
	return pr.intersection(x, y)
}

// IntersectLines returns the points and lines that lines have in common.
func IntersectLines(a, b [][]s2.Point) (Region, error) {
	pr, err := newProjection(a, b)
	if err != nil {
		return Region{}, err
	}
	return pr.intersection(pr.lines(a), pr.lines(b))
}

// Clip returns the parts of lines that lie in polygons or on their borders.
func Clip(lines [][]s2.Point, polygons []Polygon) (Region, error) {
	pr, err := newProjection(append([]Polygon{lines}, polygons...)...)
	if err != nil {
		return Region{}, err
	}
	area, err := pr.union(polygons)
	if err != nil {
		return Region{}, err
	}
	return pr.intersection(pr.lines(lines), area)
}

// projection maps the sphere's half around a centre to a plane.
type projection struct {
	centre, u, v r3.Vector
	known        map[geom.XY]s2.Point   // the corners of the operands
	grid         map[[2]int64][]geom.XY // the same, by place
}

// newProjection fits a projection to polygons, or to lines as if they were the
// rings of one.
func newProjection(polygons ...Polygon) (*projection, error) {
	var sum r3.Vector
	for _, p := range polygons {
		for _, ring := range p {
			for _, at := range ring {
				sum = sum.Add(at.Vector)
			}
		}
	}
	if sum.Norm() == 0 {
		return nil, ErrTooLarge
	}
	pr := &projection{centre: sum.Normalize(), known: map[geom.XY]s2.Point{}, grid: map[[2]int64][]geom.XY{}}
	pr.u = pr.centre.Ortho()
	pr.v = pr.centre.Cross(pr.u)
	for _, p := range polygons {
		for _, ring := range p {
			for _, at := range ring {
				if at.Dot(pr.centre) < horizon {
					return nil, ErrTooLarge
				}
			}
		}
	}
	return pr, nil
}

// xy returns where a corner lies in the plane.
func (pr *projection) xy(p s2.Point) geom.XY {
	d := p.Dot(pr.centre)
	at := geom.XY{X: p.Dot(pr.u) / d, Y: p.Dot(pr.v) / d}
	cell := [2]int64{int64(math.Floor(at.X / coincident)), int64(math.Floor(at.Y / coincident))}
	for dx := int64(-1); dx <= 1; dx++ {
		for dy := int64(-1); dy <= 1; dy++ {
			for _, other := range pr.grid[[2]int64{cell[0] + dx, cell[1] + dy}] {
				if math.Hypot(other.X-at.X, other.Y-at.Y) <= coincident {
					return other
				}
			}
		}
	}
	pr.grid[cell] = append(pr.grid[cell], at)
	pr.known[at] = p
	return at
}

// point returns what lies at a place of the plane.
func (pr *projection) point(at geom.XY) s2.Point {
	if p, ok := pr.known[at]; ok {
		return p
	}
	return s2.Point{Vector: pr.centre.Add(pr.u.Mul(at.X)).Add(pr.v.Mul(at.Y)).Normalize()}
}

func (pr *projection) polygon(p Polygon) geom.Polygon {
	rings := make([]geom.LineString, len(p))
	for i, ring := range p {
		rings[i] = pr.lineString(append(ring[:len(ring):len(ring)], ring[0]))
	}
	return geom.NewPolygon(rings)
}

// operand is an area on its way into a union.
type operand struct {
	area    geom.Geometry
	corners int
}

// union unites polygons in pairs, the two with the fewest corners first: the
// library's union of many takes what several borders surround for a hole. The
// order is that of S2, which decides where Kusto's rings begin.
func (pr *projection) union(polygons []Polygon) (geom.Geometry, error) {
	var queue []operand
	add := func(o operand) {
		at := sort.Search(len(queue), func(i int) bool { return queue[i].corners > o.corners })
		queue = slices.Insert(queue, at, o)
	}
	for _, p := range polygons {
		o := operand{area: pr.polygon(p).AsGeometry()}
		for _, ring := range p {
			o.corners += len(ring)
		}
		add(o)
	}
	if len(queue) == 0 {
		return geom.Geometry{}, nil
	}
	for len(queue) > 1 {
		x, y := queue[0], queue[1]
		queue = queue[2:]
		g, err := geom.Union(x.area, y.area)
		if err != nil {
			return g, fmt.Errorf("union of polygons: %w", err)
		}
		add(operand{closed(originOf(x.area, y.area).polygons(g)), x.corners + y.corners})
	}
	return queue[0].area, nil
}

func (pr *projection) lines(lines [][]s2.Point) geom.Geometry {
	all := make([]geom.LineString, len(lines))
	for i, l := range lines {
		all[i] = pr.lineString(l)
	}
	return geom.NewMultiLineString(all).AsGeometry()
}

func (pr *projection) lineString(points []s2.Point) geom.LineString {
	flat := make([]float64, 0, 2*len(points))
	for _, p := range points {
		at := pr.xy(p)
		flat = append(flat, at.X, at.Y)
	}
	return geom.NewLineString(geom.NewSequence(flat, geom.DimXY))
}

func (pr *projection) intersection(x, y geom.Geometry) (Region, error) {
	g, err := geom.Intersection(x, y)
	if err != nil {
		return Region{}, fmt.Errorf("intersection on the sphere: %w", err)
	}
	return pr.region(g, originOf(x, y)), nil
}

// region takes a result of the plane apart.
func (pr *projection) region(g geom.Geometry, o *origin) Region {
	var out Region
	for _, part := range g.Dump() {
		switch part.Type() {
		case geom.TypePoint:
			if at, ok := part.MustAsPoint().XY(); ok {
				out.Points = append(out.Points, pr.point(at))
			}
		case geom.TypeLineString:
			out.Lines = append(out.Lines, pr.line(part.MustAsLineString()))
		}
	}
	for _, rings := range o.polygons(g) {
		p := make(Polygon, len(rings))
		for i, corners := range rings {
			for _, at := range corners {
				p[i] = append(p[i], pr.point(at))
			}
		}
		out.Polygons = append(out.Polygons, p)
	}
	return out
}

func (pr *projection) line(l geom.LineString) []s2.Point {
	seq := l.Coordinates()
	out := make([]s2.Point, seq.Length())
	for i := range out {
		out[i] = pr.point(seq.GetXY(i))
	}
	return out
}
