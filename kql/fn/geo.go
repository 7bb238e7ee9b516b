package fn

import (
	"math"
	"slices"
	"strings"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/azflow/azflow/kql/internal/sphere"
	"github.com/azflow/azflow/kql/types"
)

// The earth is a sphere here, of the radius that Kusto uses. Edges are
// geodesics. (MS Learn: "Geospatial data types".)
const earthRadius = 6371010.0

func geoPoint(lng, lat float64) (s2.Point, bool) {
	ok := lng >= -180 && lng <= 180 && lat >= -90 && lat <= 90
	return s2.PointFromLatLng(s2.LatLngFromDegrees(lat, lng)), ok
}

// coordinates of a point as GeoJSON has them.
func coordinates(p s2.Point) []types.Value {
	ll := s2.LatLngFromPoint(p)
	return []types.Value{ll.Lng.Degrees(), ll.Lat.Degrees()}
}

func geometry(kind string, coords types.Value) types.Value {
	return bagOf("type", kind, "coordinates", coords)
}

// vertex is a point with the coordinates that it was written with.
type vertex struct {
	p   s2.Point
	raw types.Value
}

// vertexOf reads a position.
func vertexOf(v types.Value) (vertex, bool) {
	list, ok := array(v)
	if !ok || len(list) < 2 {
		return vertex{}, false
	}
	lng, okX := toReal(list[0])
	lat, okY := toReal(list[1])
	p, okP := geoPoint(lng, lat)
	return vertex{p, v}, okX && okY && okP
}

// path reads a list of positions of which no neighbours are the same.
func path(v types.Value, least int) ([]vertex, bool) {
	list, ok := array(v)
	if !ok || len(list) < least {
		return nil, false
	}
	out := make([]vertex, len(list))
	for i, e := range list {
		if out[i], ok = vertexOf(e); !ok || i > 0 && out[i].p == out[i-1].p {
			return nil, false
		}
	}
	return out, true
}

// coordsOf returns the coordinates of a geometry of one kind, or of its Multi…
// form, one entry a part.
func coordsOf(v types.Value, kind string) ([]types.Value, bool) {
	switch Member(v, "type") {
	case kind:
		return []types.Value{Member(v, "coordinates")}, true
	case "Multi" + kind:
		list, ok := array(Member(v, "coordinates"))
		return list, ok && len(list) > 0
	}
	return nil, false
}

// geoLines reads a LineString or MultiLineString.
func geoLines(v types.Value) ([][]vertex, bool) {
	parts, ok := coordsOf(v, "LineString")
	if !ok {
		return nil, false
	}
	var lines [][]vertex
	for _, part := range parts {
		l, ok := path(part, 2)
		if !ok {
			return nil, false
		}
		lines = append(lines, l)
	}
	return lines, true
}

// ring is one closed line of a polygon; its loop has the smaller area inside.
type ring struct {
	vertices []vertex
	loop     *s2.Loop
}

// shape is a polygon: the outer ring and its holes.
type shape []ring

// geoShapes reads a Polygon or MultiPolygon.
func geoShapes(v types.Value) ([]shape, bool) {
	parts, ok := coordsOf(v, "Polygon")
	if !ok {
		return nil, false
	}
	var shapes []shape
	for _, part := range parts {
		rings, ok := array(part)
		if !ok || len(rings) == 0 {
			return nil, false
		}
		var s shape
		for _, r := range rings {
			vs, ok := path(r, 4)
			if !ok || vs[0].p != vs[len(vs)-1].p {
				return nil, false
			}
			var points []s2.Point
			for _, v := range vs[:len(vs)-1] {
				points = append(points, v.p)
			}
			loop := s2.LoopFromPoints(points)
			if loop.Validate() != nil {
				return nil, false
			}
			loop.Normalize()
			s = append(s, ring{vs, loop})
		}
		shapes = append(shapes, s)
	}
	return shapes, true
}

// ringOf makes a ring of points that are not closed.
func ringOf(points []s2.Point, at func(s2.Point) vertex) ring {
	vertices := make([]vertex, 0, len(points)+1)
	for _, p := range points {
		vertices = append(vertices, at(p))
	}
	loop := s2.LoopFromPoints(points)
	loop.Normalize()
	return ring{append(vertices, vertices[0]), loop}
}

func (s shape) contains(p s2.Point) bool {
	if !s[0].loop.ContainsPoint(p) {
		return false
	}
	for _, hole := range s[1:] {
		if hole.loop.ContainsPoint(p) {
			return false
		}
	}
	return true
}

func anyContains(shapes []shape, p s2.Point) bool {
	return slices.ContainsFunc(shapes, func(s shape) bool { return s.contains(p) })
}

// paths returns all rings of all shapes.
func paths(shapes []shape) [][]vertex {
	var out [][]vertex
	for _, s := range shapes {
		for _, r := range s {
			out = append(out, r.vertices)
		}
	}
	return out
}

// edges calls f for every edge of lines.
func edges(lines [][]vertex, f func(a, b vertex)) {
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			f(l[i-1], l[i])
		}
	}
}

// nearest returns the point of lines that is nearest to p, and how far it is in
// metres.
func nearest(lines [][]vertex, p s2.Point) (s2.Point, float64) {
	best, at := s1.InfAngle(), p
	edges(lines, func(a, b vertex) {
		if d := s2.DistanceFromSegment(p, a.p, b.p); d < best {
			best, at = d, s2.Project(p, a.p, b.p)
		}
	})
	return at, best.Radians() * earthRadius
}

func lengthOf(lines [][]vertex) float64 {
	sum := 0.0
	edges(lines, func(a, b vertex) { sum += a.p.Distance(b.p).Radians() * earthRadius })
	return sum
}

// onPoint makes a kernel whose first arguments are pairs of longitude and
// latitude; it is null where one is out of range.
func onPoint(pairs int, f func(p []s2.Point, r *row) types.Value) Kernel {
	return lax(func(r *row) types.Value {
		points := make([]s2.Point, pairs)
		for i := range points {
			lng, okX := toReal(arg(r, 2*i))
			lat, okY := toReal(arg(r, 2*i+1))
			p, ok := geoPoint(lng, lat)
			if !okX || !okY || !ok {
				return nil
			}
			points[i] = p
		}
		return f(points, r)
	})
}

var geoDistanceKernel = onPoint(2, func(p []s2.Point, _ *row) types.Value {
	return p[0].Distance(p[1]).Radians() * earthRadius
})

// azimuth is the direction from a to b, clockwise from north, in [0, 2π).
func azimuth(a, b s2.Point) float64 {
	x, y := s2.LatLngFromPoint(a), s2.LatLngFromPoint(b)
	d := (y.Lng - x.Lng).Radians()
	t := math.Atan2(math.Sin(d)*math.Cos(y.Lat.Radians()),
		math.Cos(x.Lat.Radians())*math.Sin(y.Lat.Radians())-math.Sin(x.Lat.Radians())*math.Cos(y.Lat.Radians())*math.Cos(d))
	if t < 0 {
		t += 2 * math.Pi
	}
	return t
}

var geoAzimuthKernel = onPoint(2, func(p []s2.Point, _ *row) types.Value {
	if p[0] == p[1] {
		return nil
	}
	return azimuth(p[0], p[1])
})

// geoAngleKernel turns clockwise from the first line to the second.
var geoAngleKernel = onPoint(3, func(p []s2.Point, _ *row) types.Value {
	if p[0] == p[1] || p[1] == p[2] {
		return nil
	}
	t := azimuth(p[1], p[2]) - azimuth(p[1], p[0])
	if t < 0 {
		t += 2 * math.Pi
	}
	return t
})

var geoInCircleKernel = onPoint(2, func(p []s2.Point, r *row) types.Value {
	radius, ok := toReal(arg(r, 4))
	if !ok || radius < 0 {
		return nil
	}
	return p[0].Distance(p[1]).Radians()*earthRadius <= radius
})

// onPointAndLine and onPointAndPolygon take a point and a geometry after it.
func onPointAndLine(f func(p s2.Point, lines [][]vertex) types.Value) Kernel {
	return onPoint(1, func(p []s2.Point, r *row) types.Value {
		lines, ok := geoLines(arg(r, 2))
		if !ok {
			return nil
		}
		return f(p[0], lines)
	})
}

func onPointAndPolygon(f func(p s2.Point, shapes []shape) types.Value) Kernel {
	return onPoint(1, func(p []s2.Point, r *row) types.Value {
		shapes, ok := geoShapes(arg(r, 2))
		if !ok {
			return nil
		}
		return f(p[0], shapes)
	})
}

var (
	geoPointLineKernel = onPointAndLine(func(p s2.Point, lines [][]vertex) types.Value {
		_, d := nearest(lines, p)
		return d
	})
	geoClosestOnLineKernel = onPointAndLine(func(p s2.Point, lines [][]vertex) types.Value {
		at, _ := nearest(lines, p)
		return geometry("Point", coordinates(at))
	})
	geoPointPolygonKernel = onPointAndPolygon(func(p s2.Point, shapes []shape) types.Value {
		if anyContains(shapes, p) {
			return 0.0
		}
		_, d := nearest(paths(shapes), p)
		return d
	})
	geoClosestOnPolygonKernel = onPointAndPolygon(func(p s2.Point, shapes []shape) types.Value {
		if anyContains(shapes, p) {
			return geometry("Point", coordinates(p))
		}
		at, _ := nearest(paths(shapes), p)
		return geometry("Point", coordinates(at))
	})
	geoInPolygonKernel = onPointAndPolygon(func(p s2.Point, shapes []shape) types.Value { return anyContains(shapes, p) })
)

// onLines and onPolygons take a geometry first.
func onLines(f func(lines [][]vertex, r *row) (types.Value, error)) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		lines, ok := geoLines(r.args[0])
		if !ok {
			return nil, nil
		}
		return f(lines, r)
	})
}

func onPolygons(f func(shapes []shape, r *row) (types.Value, error)) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		shapes, ok := geoShapes(r.args[0])
		if !ok {
			return nil, nil
		}
		return f(shapes, r)
	})
}

var geoLineLengthKernel = onLines(func(lines [][]vertex, _ *row) (types.Value, error) { return lengthOf(lines), nil })

func polyline(l []vertex) s2.Polyline {
	out := make(s2.Polyline, len(l))
	for i, v := range l {
		out[i] = v.p
	}
	return out
}

var geoLineCentroidKernel = onLines(func(lines [][]vertex, _ *row) (types.Value, error) {
	var sum s2.Point
	for _, l := range lines {
		p := polyline(l)
		sum = s2.Point{Vector: sum.Add(p.Centroid().Vector)}
	}
	return geometry("Point", coordinates(s2.Point{Vector: sum.Normalize()})), nil
})

var geoInterpolateKernel = onLines(func(lines [][]vertex, r *row) (types.Value, error) {
	f, ok := toReal(arg(r, 1))
	if !ok || f < 0 || f > 1 || len(lines) > 1 {
		return nil, nil
	}
	p := polyline(lines[0])
	at, _ := p.Interpolate(f)
	return geometry("Point", coordinates(at)), nil
})

var geoLocateKernel = onLines(func(lines [][]vertex, r *row) (types.Value, error) {
	lng, okX := toReal(arg(r, 1))
	lat, okY := toReal(arg(r, 2))
	p, ok := geoPoint(lng, lat)
	if !okX || !okY || !ok || len(lines) > 1 {
		return nil, nil
	}
	l := polyline(lines[0])
	at, next := l.Project(p)
	return l.Uninterpolate(at, next), nil
})

// tolerance reads a tolerance in metres; not ok outside of (0, limit].
func tolerance(r *row, i int, limit float64) (float64, bool) {
	t := 10.0
	if arg(r, i) != nil {
		x, ok := toReal(arg(r, i))
		if !ok {
			return 0, false
		}
		t = x
	}
	return t, t >= 0.1 && t <= limit
}

// densify adds points so that edges that are straight on a map stay within a
// tolerance of their geodesics: it halves those that do not.
func densify(l []vertex, metres float64) types.Value {
	out := []types.Value{l[0].raw}
	for i := 1; i < len(l); i++ {
		x1, y1 := position(l[i-1])
		x2, y2 := position(l[i])
		out = halve(out, l[i-1].p, l[i].p, x1, y1, x2, y2, metres, 0)
		out = append(out, l[i].raw)
	}
	return out
}

// position returns longitude and latitude as they were written.
func position(v vertex) (lng, lat float64) {
	xy, _ := array(v.raw)
	lng, _ = toReal(xy[0])
	lat, _ = toReal(xy[1])
	return lng, lat
}

// halve appends the points to put between two others.
func halve(out []types.Value, a, b s2.Point, x1, y1, x2, y2, metres float64, depth int) []types.Value {
	x, y := (x1+x2)/2, (y1+y2)/2
	middle, ok := geoPoint(x, y)
	if !ok || depth > 20 || s2.DistanceFromSegment(middle, a, b).Radians()*earthRadius <= metres {
		return out
	}
	out = halve(out, a, middle, x1, y1, x, y, metres, depth+1)
	out = append(out, []types.Value{shortest(x), shortest(y)})
	return halve(out, middle, b, x, y, x2, y2, metres, depth+1)
}

// shortest writes a whole number as one.
func shortest(x float64) types.Value {
	if x == math.Trunc(x) {
		return int64(x)
	}
	return x
}

// simplify drops points that lie within a tolerance of the line without them
// (Douglas and Peucker).
func simplify(l []vertex, metres float64) []vertex {
	if len(l) < 3 {
		return l
	}
	worst, at := 0.0, 0
	for i := 1; i < len(l)-1; i++ {
		if d := s2.DistanceFromSegment(l[i].p, l[0].p, l[len(l)-1].p).Radians() * earthRadius; d > worst {
			worst, at = d, i
		}
	}
	if worst <= metres {
		return []vertex{l[0], l[len(l)-1]}
	}
	left, right := simplify(l[:at+1], metres), simplify(l[at:], metres)
	return append(append([]vertex(nil), left...), right[1:]...)
}

func raw(l []vertex) types.Value {
	out := make([]types.Value, len(l))
	for i, v := range l {
		out[i] = v.raw
	}
	return out
}

// lineGeometry makes a LineString of one line, a MultiLineString of several.
func lineGeometry(parts []types.Value) types.Value {
	switch len(parts) {
	case 0:
		return collection(nil)
	case 1:
		return geometry("LineString", parts[0])
	}
	return geometry("MultiLineString", parts)
}

func pointGeometry(points []types.Value) types.Value {
	if len(points) == 1 {
		return geometry("Point", points[0])
	}
	return geometry("MultiPoint", points)
}

// collection makes a GeometryCollection, which stands for nothing if it is
// empty.
func collection(parts []types.Value) types.Value {
	if parts == nil {
		parts = []types.Value{}
	}
	return bagOf("type", "GeometryCollection", "geometries", parts)
}

func polygonGeometry(parts []types.Value) types.Value {
	if len(parts) == 1 {
		return geometry("Polygon", parts[0])
	}
	return geometry("MultiPolygon", parts)
}

// maxTolerance bounds the tolerances. MS Learn: "geo_line_densify()".
const maxTolerance = 1e5

var geoLineDensifyKernel = onLines(func(lines [][]vertex, r *row) (types.Value, error) {
	t, ok := tolerance(r, 1, maxTolerance)
	if !ok {
		return nil, nil
	}
	var parts []types.Value
	for _, l := range lines {
		parts = append(parts, densify(l, t))
	}
	return lineGeometry(parts), nil
})

var geoLineSimplifyKernel = onLines(func(lines [][]vertex, r *row) (types.Value, error) {
	t, ok := tolerance(r, 1, maxTolerance)
	if !ok {
		return nil, nil
	}
	var parts []types.Value
	for _, l := range lines {
		kept := simplify(l, t)
		if len(kept) == 2 && kept[0].p.Distance(kept[1].p).Radians()*earthRadius <= t {
			return nil, nil // nothing is left of the line
		}
		parts = append(parts, raw(kept))
	}
	return lineGeometry(parts), nil
})

var geoPolygonDensifyKernel = onPolygons(func(shapes []shape, r *row) (types.Value, error) {
	t, ok := tolerance(r, 1, maxTolerance)
	if !ok {
		return nil, nil
	}
	var parts []types.Value
	for _, s := range shapes {
		var rings []types.Value
		for _, g := range s {
			rings = append(rings, densify(g.vertices, t))
		}
		parts = append(parts, rings)
	}
	return polygonGeometry(parts), nil
})

var geoPolygonSimplifyKernel = onPolygons(func(shapes []shape, r *row) (types.Value, error) {
	t, ok := tolerance(r, 1, maxTolerance)
	if !ok {
		return nil, nil
	}
	return simplifyShapes(shapes, t), nil
})

// simplifyShapes simplifies every ring; null if a border vanishes.
func simplifyShapes(shapes []shape, metres float64) types.Value {
	var parts []types.Value
	for _, s := range shapes {
		var rings []types.Value
		for _, g := range s {
			// The ring is cut at the point farthest from its start.
			far, at := 0.0, 0
			for i, v := range g.vertices {
				if d := v.p.Distance(g.vertices[0].p).Radians(); d > far {
					far, at = d, i
				}
			}
			left, right := simplify(g.vertices[:at+1], metres), simplify(g.vertices[at:], metres)
			ring := append(append([]vertex(nil), left...), right[1:]...)
			if len(ring) >= 4 {
				rings = append(rings, raw(ring))
			}
		}
		if len(rings) == 0 {
			return nil
		}
		parts = append(parts, rings)
	}
	return polygonGeometry(parts)
}

var geoAreaKernel = onPolygons(func(shapes []shape, _ *row) (types.Value, error) {
	shapes, err := united(shapes)
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for _, s := range shapes {
		for i, g := range s {
			a := g.loop.Area() * earthRadius * earthRadius
			if i > 0 {
				a = -a
			}
			sum += a
		}
	}
	return sum, nil
})

var geoPerimeterKernel = onPolygons(func(shapes []shape, _ *row) (types.Value, error) {
	shapes, err := united(shapes)
	return lengthOf(paths(shapes)), err
})

var geoPolygonCentroidKernel = onPolygons(func(shapes []shape, _ *row) (types.Value, error) {
	shapes, err := united(shapes)
	if err != nil {
		return nil, err
	}
	var sum s2.Point
	for _, s := range shapes {
		for i, g := range s {
			c := g.loop.Centroid()
			if i > 0 {
				c = s2.Point{Vector: c.Mul(-1)}
			}
			sum = s2.Point{Vector: sum.Add(c.Vector)}
		}
	}
	return geometry("Point", coordinates(s2.Point{Vector: sum.Normalize()})), nil
})

// crossing says how two edges meet: at a point, or not at all.
func crossing(a, b, c, d vertex) (s2.Point, bool) {
	for _, p := range []vertex{a, b} {
		if p.p == c.p || p.p == d.p {
			return p.p, true
		}
	}
	if s2.CrossingSign(a.p, b.p, c.p, d.p) == s2.Cross {
		return s2.Intersection(a.p, b.p, c.p, d.p), true
	}
	return s2.Point{}, false
}

// meets reports whether edges of two lines meet.
func meets(x, y [][]vertex) bool {
	found := false
	edges(x, func(a, b vertex) {
		edges(y, func(c, d vertex) {
			if !found {
				_, found = crossing(a, b, c, d)
			}
		})
	})
	return found
}

// shareEdge reports whether lines run along each other.
func shareEdge(x, y [][]vertex) bool {
	type edge [2]s2.Point
	seen := map[edge]bool{}
	edges(x, func(a, b vertex) { seen[edge{a.p, b.p}], seen[edge{b.p, a.p}] = true, true })
	found := false
	edges(y, func(a, b vertex) { found = found || seen[edge{a.p, b.p}] })
	return found
}

// along turns the lines of a region, which are parts of others, to run as those.
func along(lines [][]vertex, region sphere.Region) sphere.Region {
	const near = 1e-9 // radians
	for _, part := range region.Lines {
		p, q := part[0], part[1]
		backwards := false
		edges(lines, func(a, b vertex) {
			if s2.DistanceFromSegment(s2.Interpolate(0.5, p, q), a.p, b.p) < near {
				backwards = q.Sub(p.Vector).Dot(b.p.Sub(a.p.Vector)) < 0
			}
		})
		if backwards {
			slices.Reverse(part)
		}
	}
	return region
}

// onTwo reads two geometries.
func onTwo[A, B any](readA func(types.Value) (A, bool), readB func(types.Value) (B, bool), f func(a A, b B) (types.Value, error)) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		a, okA := readA(r.args[0])
		b, okB := readB(r.args[1])
		if !okA || !okB {
			return nil, nil
		}
		return f(a, b)
	})
}

var geoLinesMeetKernel = onTwo(geoLines, geoLines, func(a, b [][]vertex) (types.Value, error) { return meets(a, b), nil })

var geoLinePolygonMeetKernel = onTwo(geoLines, geoShapes, func(a [][]vertex, b []shape) (types.Value, error) {
	return anyContains(b, a[0][0].p) || meets(a, paths(b)), nil
})

var geoPolygonsMeetKernel = onTwo(geoShapes, geoShapes, func(a, b []shape) (types.Value, error) { return shapesMeet(a, b), nil })

func shapesMeet(a, b []shape) bool {
	x, y := paths(a), paths(b)
	if meets(x, y) {
		return true
	}
	for _, s := range a {
		if anyContains(b, s[0].vertices[0].p) {
			return true
		}
	}
	for _, s := range b {
		if anyContains(a, s[0].vertices[0].p) {
			return true
		}
	}
	return false
}

// geoIntersectLinesKernel gives the points where lines meet, and the lines that
// both have.
var geoIntersectLinesKernel = onTwo(geoLines, geoLines, func(a, b [][]vertex) (types.Value, error) {
	if len(a) == 1 && len(b) == 1 && slices.EqualFunc(a[0], b[0], func(x, y vertex) bool { return x.p == y.p }) {
		return geometry("LineString", raw(a[0])), nil
	}
	w := written{}
	x, y := w.lines(a), w.lines(b)
	if shareEdge(a, b) {
		region, err := sphere.IntersectLines(x, y)
		if err != nil {
			return nil, err
		}
		return regionGeometry(along(a, region), w), nil
	}
	var points []types.Value
	seen := map[s2.Point]bool{}
	edges(a, func(p, q vertex) {
		edges(b, func(c, d vertex) {
			if at, ok := crossing(p, q, c, d); ok && !seen[at] {
				seen[at] = true
				points = append(points, w.at(at).raw)
			}
		})
	})
	switch len(points) {
	case 0:
		return collection(nil), nil
	}
	return pointGeometry(points), nil
})

// geoClipLineKernel gives the parts of a line that lie in a polygon.
var geoClipLineKernel = onTwo(geoLines, geoShapes, func(lines [][]vertex, shapes []shape) (types.Value, error) {
	borders := paths(shapes)
	if shareEdge(lines, borders) {
		w := written{}
		region, err := sphere.Clip(w.lines(lines), overlaid(shapes, w))
		if err != nil {
			return nil, err
		}
		return regionGeometry(along(lines, region), w), nil
	}
	var parts []types.Value
	for _, l := range lines {
		var open []types.Value
		for i := 1; i < len(l); i++ {
			cuts := []vertex{l[i-1]}
			edges(borders, func(c, d vertex) {
				if s2.CrossingSign(l[i-1].p, l[i].p, c.p, d.p) == s2.Cross {
					at := s2.Intersection(l[i-1].p, l[i].p, c.p, d.p)
					cuts = append(cuts, vertex{at, coordinates(at)})
				}
			})
			slices.SortStableFunc(cuts[1:], func(x, y vertex) int {
				return compareReal(x.p.Distance(l[i-1].p).Radians(), y.p.Distance(l[i-1].p).Radians())
			})
			cuts = append(cuts, l[i])
			for k := 1; k < len(cuts); k++ {
				middle := s2.Interpolate(0.5, cuts[k-1].p, cuts[k].p)
				if !anyContains(shapes, middle) {
					if open != nil {
						parts, open = append(parts, open), nil
					}
					continue
				}
				if open == nil {
					open = []types.Value{cuts[k-1].raw}
				}
				open = append(open, cuts[k].raw)
			}
		}
		if open != nil {
			parts = append(parts, open)
		}
	}
	return lineGeometry(parts), nil
})

func compareReal(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// onGeometries reads an array of geometries; null if one is invalid.
func onGeometries[T any](read func(types.Value) (T, bool), f func(all []T, r *row) (types.Value, error)) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		list, ok := array(r.args[0])
		if !ok {
			return nil, nil
		}
		var all []T
		for _, e := range list {
			g, ok := read(e)
			if !ok {
				return nil, nil
			}
			all = append(all, g)
		}
		return f(all, r)
	})
}

// geoUnionLinesKernel joins the edges of lines, each once, into as few lines as
// they make.
var geoUnionLinesKernel = onGeometries(geoLines, func(all [][][]vertex, _ *row) (types.Value, error) {
	type edge struct{ a, b s2.Point }
	seen := map[edge]bool{}
	var parts [][]vertex
	for _, lines := range all {
		edges(lines, func(a, b vertex) {
			if seen[edge{a.p, b.p}] || seen[edge{b.p, a.p}] {
				return
			}
			seen[edge{a.p, b.p}] = true
			for i, l := range parts {
				switch {
				case l[len(l)-1].p == a.p:
					parts[i] = append(l, b)
					return
				case l[0].p == b.p:
					parts[i] = append([]vertex{a}, l...)
					return
				}
			}
			parts = append(parts, []vertex{a, b})
		})
	}
	out := make([]types.Value, len(parts))
	for i, l := range parts {
		out[i] = raw(l)
	}
	return lineGeometry(out), nil
})

// Geohashes. https://en.wikipedia.org/wiki/Geohash

const geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"

// geohashCell is a cell: its ranges of longitude and latitude.
type geohashCell struct{ west, east, south, north float64 }

func geohashOf(lng, lat float64, length int) string {
	c := geohashCell{-180, 180, -90, 90}
	b := make([]byte, 0, length)
	even := true
	for len(b) < length {
		digit := 0
		for range 5 {
			digit <<= 1
			if even {
				if mid := (c.west + c.east) / 2; lng >= mid {
					digit |= 1
					c.west = mid
				} else {
					c.east = mid
				}
			} else {
				if mid := (c.south + c.north) / 2; lat >= mid {
					digit |= 1
					c.south = mid
				} else {
					c.north = mid
				}
			}
			even = !even
		}
		b = append(b, geohashDigits[digit])
	}
	return string(b)
}

func geohashCellOf(s string) (geohashCell, bool) {
	c := geohashCell{-180, 180, -90, 90}
	even := true
	for i := range len(s) {
		digit := strings.IndexByte(geohashDigits, s[i])
		if digit < 0 {
			return c, false
		}
		for bit := 4; bit >= 0; bit-- {
			high := digit>>bit&1 == 1
			switch mid := (c.west + c.east) / 2; {
			case even && high:
				c.west = mid
			case even:
				c.east = mid
			}
			switch mid := (c.south + c.north) / 2; {
			case !even && high:
				c.south = mid
			case !even:
				c.north = mid
			}
			even = !even
		}
	}
	return c, s != "" && len(s) <= 18
}

var geoGeohashKernel = onPoint(1, func(_ []s2.Point, r *row) types.Value {
	n := r.longArg(2, 5)
	if n < 1 || n > 18 {
		return nil
	}
	lng, _ := toReal(r.args[0])
	lat, _ := toReal(r.args[1])
	return geohashOf(lng, lat, int(n))
})

func geohashCentre(s string) (types.Value, bool) {
	c, ok := geohashCellOf(s)
	return geometry("Point", []types.Value{(c.west + c.east) / 2, (c.south + c.north) / 2}), ok
}

func geohashPolygon(s string) (types.Value, bool) {
	c, ok := geohashCellOf(s)
	at := func(x, y float64) types.Value { return []types.Value{x, y} }
	return geometry("Polygon", []types.Value{[]types.Value{
		at(c.west, c.south), at(c.east, c.south), at(c.east, c.north), at(c.west, c.north), at(c.west, c.south),
	}}), ok
}

// geohashNeighbors stand in the order of Microsoft's documentation: south-west,
// north-west, south-east, north, west, north-east, east, south.
func geohashNeighbors(s string) (types.Value, bool) {
	c, ok := geohashCellOf(s)
	if !ok {
		return nil, false
	}
	w, h := c.east-c.west, c.north-c.south
	x, y := (c.west+c.east)/2, (c.south+c.north)/2
	var out []types.Value
	for _, d := range [][2]float64{{-1, -1}, {-1, 1}, {1, -1}, {0, 1}, {-1, 0}, {1, 1}, {1, 0}, {0, -1}} {
		lng, lat := x+d[0]*w, y+d[1]*h
		if lat < -90 || lat > 90 {
			continue
		}
		if lng < -180 {
			lng += 360
		} else if lng > 180 {
			lng -= 360
		}
		out = append(out, geohashOf(lng, lat, len(s)))
	}
	return out, true
}

// Cells of S2.

func s2Cell(token string) (s2.CellID, bool) {
	if token == "" || len(token) > 16 {
		return 0, false
	}
	id := s2.CellIDFromToken(token)
	return id, id.IsValid()
}

var geoS2CellKernel = onPoint(1, func(p []s2.Point, r *row) types.Value {
	level := r.longArg(2, 11)
	if level < 0 || level > 30 {
		return nil
	}
	return s2.CellIDFromLatLng(s2.LatLngFromPoint(p[0])).Parent(int(level)).ToToken()
})

func s2Centre(token string) (types.Value, bool) {
	id, ok := s2Cell(token)
	if !ok {
		return nil, false
	}
	return geometry("Point", coordinates(id.Point())), true
}

func s2Polygon(token string) (types.Value, bool) {
	id, ok := s2Cell(token)
	if !ok {
		return nil, false
	}
	cell := s2.CellFromCellID(id)
	var ring []types.Value
	for k := range 5 {
		ring = append(ring, coordinates(cell.Vertex(k%4)))
	}
	return geometry("Polygon", []types.Value{ring}), true
}

// s2Neighbors stand in the order of Microsoft's documentation, which mixes the
// neighbours by edge and those by corner.
func s2Neighbors(token string) (types.Value, bool) {
	id, ok := s2Cell(token)
	if !ok {
		return nil, false
	}
	edge := id.EdgeNeighbors()
	var corner []s2.CellID
	for _, n := range id.AllNeighbors(id.Level()) {
		if !slices.Contains(edge[:], n) && !slices.Contains(corner, n) {
			corner = append(corner, n)
		}
	}
	all := append(edge[:], corner...)
	if len(corner) == 4 {
		all = []s2.CellID{corner[3], corner[0], corner[1], edge[0], edge[2], edge[1], edge[3], corner[2]}
	}
	out := make([]types.Value, len(all))
	for i, n := range all {
		out[i] = n.ToToken()
	}
	return out, true
}

// maxCells bounds a covering. MS Learn: "geo_polygon_to_s2cells()".
const maxCells = 65536

// covering lists the cells of one level that meet a region; null if they are
// too many.
func covering(regions []s2.Region, level int64) types.Value {
	if level < 0 || level > 30 {
		return nil
	}
	var ids s2.CellUnion
	for _, g := range regions {
		// A rough estimate spares the work on hopeless levels.
		cap := g.CapBound().Area()
		if cap/s2.AvgAreaMetric.Value(int(level)) > 8*maxCells {
			return nil
		}
		c := s2.RegionCoverer{MinLevel: int(level), MaxLevel: int(level), MaxCells: maxCells}
		ids = append(ids, c.Covering(g)...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > maxCells {
		return nil
	}
	out := make([]types.Value, len(ids))
	for i, id := range ids {
		out[i] = id.ToToken()
	}
	return out
}

var geoPolygonCellsKernel = onPolygons(func(shapes []shape, r *row) (types.Value, error) {
	shapes, err := widened(shapes, nil, r)
	if err != nil || shapes == nil {
		return nil, err
	}
	return covering(regionsOf(shapes), r.longArg(1, 11)), nil
})

func regionsOf(shapes []shape) []s2.Region {
	var regions []s2.Region
	for _, s := range shapes {
		if len(s) == 1 {
			regions = append(regions, s[0].loop)
			continue
		}
		var loops []*s2.Loop
		for _, g := range s {
			loops = append(loops, g.loop)
		}
		regions = append(regions, s2.PolygonFromLoops(loops))
	}
	return regions
}

var geoLineCellsKernel = onLines(func(lines [][]vertex, r *row) (types.Value, error) {
	if r.realArg(2, 0) != 0 {
		shapes, err := widened(nil, lines, r)
		if err != nil || shapes == nil {
			return nil, err
		}
		return covering(regionsOf(shapes), r.longArg(1, 11)), nil
	}
	var regions []s2.Region
	for _, l := range lines {
		p := polyline(l)
		regions = append(regions, &p)
	}
	return covering(regions, r.longArg(1, 11)), nil
})

// Well-known text.

// wkt reads a geometry.
type wkt struct{ s string }

func parseWKT(s string) (types.Value, bool) {
	w := &wkt{s}
	g, ok := w.geometry()
	return g, ok && strings.TrimSpace(w.s) == ""
}

func (w *wkt) word() string {
	w.s = strings.TrimLeft(w.s, " \t\r\n")
	end := strings.IndexFunc(w.s, func(r rune) bool { return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') })
	if end < 0 {
		end = len(w.s)
	}
	word := strings.ToUpper(w.s[:end])
	w.s = w.s[end:]
	return word
}

func (w *wkt) token(c byte) bool {
	w.s = strings.TrimLeft(w.s, " \t\r\n")
	if w.s != "" && w.s[0] == c {
		w.s = w.s[1:]
		return true
	}
	return false
}

// list reads ( item , item … ).
func (w *wkt) list(item func() (types.Value, bool)) (types.Value, bool) {
	if !w.token('(') {
		return nil, false
	}
	var out []types.Value
	for {
		v, ok := item()
		if !ok {
			return nil, false
		}
		out = append(out, v)
		if w.token(')') {
			return out, true
		}
		if !w.token(',') {
			return nil, false
		}
	}
}

func (w *wkt) position() (types.Value, bool) {
	var xy []types.Value
	for range 2 {
		w.s = strings.TrimLeft(w.s, " \t\r\n")
		end := strings.IndexAny(w.s, " ,)\t\r\n")
		if end < 0 {
			end = len(w.s)
		}
		v, ok := types.ParseJSON(w.s[:end])
		if !ok || !types.IsNumber(v) {
			return nil, false
		}
		xy = append(xy, v)
		w.s = w.s[end:]
	}
	return xy, true
}

func (w *wkt) line() (types.Value, bool)    { return w.list(w.position) }
func (w *wkt) polygon() (types.Value, bool) { return w.list(w.line) }

// point reads a position with or without parentheses.
func (w *wkt) point() (types.Value, bool) {
	if !w.token('(') {
		return w.position()
	}
	v, ok := w.position()
	return v, ok && w.token(')')
}

func (w *wkt) geometry() (types.Value, bool) {
	var kind string
	var v types.Value
	ok := false
	switch w.word() {
	case "POINT":
		kind = "Point"
		v, ok = w.point()
	case "LINESTRING":
		kind = "LineString"
		v, ok = w.line()
	case "POLYGON":
		kind = "Polygon"
		v, ok = w.polygon()
	case "MULTIPOINT":
		kind = "MultiPoint"
		v, ok = w.list(w.point)
	case "MULTILINESTRING":
		kind = "MultiLineString"
		v, ok = w.polygon()
	case "MULTIPOLYGON":
		kind = "MultiPolygon"
		v, ok = w.list(w.polygon)
	case "GEOMETRYCOLLECTION":
		v, ok = w.list(w.geometry)
		return bagOf("type", "GeometryCollection", "geometries", v), ok
	}
	return geometry(kind, v), ok
}
