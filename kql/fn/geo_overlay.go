package fn

import (
	"errors"
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/azflow/azflow/kql/internal/sphere"
	"github.com/azflow/azflow/kql/types"
)

// Polygons laid over each other: unions, intersections, and what lies within a
// distance of something.

// written remembers how the corners of polygons were written.
type written map[s2.Point]types.Value

func (w written) at(p s2.Point) vertex {
	if raw, ok := w[p]; ok {
		return vertex{p, raw}
	}
	return vertex{p, coordinates(p)}
}

// lines returns lines as package sphere takes them, and notes how their points
// were written.
func (w written) lines(lines [][]vertex) [][]s2.Point {
	out := make([][]s2.Point, len(lines))
	for i, l := range lines {
		for _, v := range l {
			out[i] = append(out[i], v.p)
			w[v.p] = v.raw
		}
	}
	return out
}

// overlaid returns shapes as package sphere takes them, and notes in w how
// their corners were written.
func overlaid(shapes []shape, w written) []sphere.Polygon {
	out := make([]sphere.Polygon, len(shapes))
	for i, s := range shapes {
		for _, r := range s {
			out[i] = append(out[i], r.loop.Vertices())
			for _, v := range r.vertices {
				w[v.p] = v.raw
			}
		}
	}
	return out
}

// shapesOf returns the polygons of a region.
func shapesOf(region sphere.Region, w written) []shape {
	shapes := make([]shape, len(region.Polygons))
	for i, p := range region.Polygons {
		for _, points := range p {
			shapes[i] = append(shapes[i], ringOf(points, w.at))
		}
	}
	return shapes
}

func rawRings(s shape) types.Value {
	rings := make([]types.Value, len(s))
	for i, r := range s {
		rings[i] = raw(r.vertices)
	}
	return rings
}

// areaGeometry makes a Polygon of one shape, a MultiPolygon of several.
func areaGeometry(shapes []shape) types.Value {
	parts := make([]types.Value, len(shapes))
	for i, s := range shapes {
		parts[i] = rawRings(s)
	}
	return polygonGeometry(parts)
}

// regionGeometry makes the geometry of what polygons have in common: one kind
// of geometry if there is only one, else a collection, points first.
func regionGeometry(region sphere.Region, w written) types.Value {
	var parts []types.Value
	if len(region.Points) > 0 {
		var points []types.Value
		for _, p := range region.Points {
			points = append(points, w.at(p).raw)
		}
		parts = append(parts, pointGeometry(points))
	}
	if len(region.Lines) > 0 {
		var lines []types.Value
		for _, l := range region.Lines {
			var line []types.Value
			for _, p := range l {
				line = append(line, w.at(p).raw)
			}
			lines = append(lines, line)
		}
		parts = append(parts, lineGeometry(lines))
	}
	if len(region.Polygons) > 0 {
		parts = append(parts, areaGeometry(shapesOf(region, w)))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return collection(parts)
}

// united returns shapes that cover the same area without overlapping.
func united(shapes []shape) ([]shape, error) {
	apart := true
	for i := range shapes {
		for k := range shapes[:i] {
			near := shapes[i][0].loop.RectBound().Intersects(shapes[k][0].loop.RectBound())
			apart = apart && !(near && shapesMeet(shapes[i:i+1], shapes[k:k+1]))
		}
	}
	if apart {
		return shapes, nil
	}
	w := written{}
	region, err := sphere.Union(overlaid(shapes, w))
	return shapesOf(region, w), err
}

var geoIntersectPolygonsKernel = onTwo(geoShapes, geoShapes, func(a, b []shape) (types.Value, error) {
	if !shapesMeet(a, b) {
		return collection(nil), nil
	}
	w := written{}
	region, err := sphere.Intersection(overlaid(a, w), overlaid(b, w))
	if err != nil {
		return nil, err
	}
	return regionGeometry(region, w), nil
})

var geoUnionPolygonsKernel = onGeometries(geoShapes, func(all [][]shape, _ *row) (types.Value, error) {
	var shapes []shape
	for _, s := range all {
		shapes = append(shapes, s...)
	}
	if len(shapes) == 0 {
		return nil, nil
	}
	shapes, err := united(shapes)
	if err != nil {
		return nil, err
	}
	return areaGeometry(shapes), nil
})

// geoSimplifyPolygonsKernel simplifies the union, so that borders that polygons
// share leave no gaps.
var geoSimplifyPolygonsKernel = onGeometries(geoShapes, func(all [][]shape, r *row) (types.Value, error) {
	t, ok := tolerance(r, 1, maxTolerance)
	var shapes []shape
	for _, s := range all {
		shapes = append(shapes, s...)
	}
	if !ok || len(shapes) == 0 {
		return nil, nil
	}
	shapes, err := united(shapes)
	if err != nil {
		return nil, err
	}
	return simplifyShapes(shapes, t), nil
})

// corners returns how many corners a circle needs to keep a tolerance; both in
// metres.
func corners(radius, tolerance float64) int {
	if tolerance >= radius {
		return 8
	}
	return min(max(8, int(math.Ceil(math.Pi/math.Acos(1-tolerance/radius)))), 100_000)
}

// around draws the points at a distance from p, starting at a bearing and
// turning clockwise; bearings and distance are angles.
func around(p s2.Point, bearing, turn, distance float64, steps int) []s2.Point {
	north := s2.Point{Vector: p.Ortho()}
	east := s2.Point{Vector: north.Cross(p.Vector)}
	out := make([]s2.Point, steps+1)
	for i := range out {
		b := bearing + turn*float64(i)/float64(steps)
		side := north.Mul(math.Cos(b)).Add(east.Mul(math.Sin(b)))
		out[i] = s2.Point{Vector: p.Mul(math.Cos(distance)).Add(side.Mul(math.Sin(distance))).Normalize()}
	}
	return out
}

// bearing is the direction from p to q as [around] counts it.
func bearing(p, q s2.Point) float64 {
	north := p.Ortho()
	return math.Atan2(q.Dot(north.Cross(p.Vector)), q.Dot(north))
}

// A buffer is refused where it nears a hemisphere, or would have more corners
// than maxCorners on its way.
const (
	maxBuffer  = 1.3 // radians
	maxCorners = 500_000
)

var errBuffer = errors.New("the buffer is too fine for its size; ask for a larger tolerance")

// capsules returns areas that together hold what lies within a distance of
// lines. Long edges are cut, because a geodesic beside them leaves them.
func capsules(lines [][]vertex, radius, tolerance float64) ([]sphere.Polygon, error) {
	distance := radius / earthRadius
	if distance > maxBuffer {
		return nil, sphere.ErrTooLarge
	}
	n := (corners(radius, tolerance) + 1) / 2
	longest := math.Sqrt(8 * tolerance / radius)
	pieces := 0.0
	edges(lines, func(a, b vertex) { pieces += math.Ceil(a.p.Distance(b.p).Radians() / longest) })
	if pieces*float64(2*n) > maxCorners {
		return nil, errBuffer
	}
	var out []sphere.Polygon
	edges(lines, func(x, y vertex) {
		a, b := x.p, y.p
		cuts := int(math.Ceil(a.Distance(b).Radians() / longest))
		for k := range cuts {
			p := s2.Interpolate(float64(k)/float64(cuts), a, b)
			q := s2.Interpolate(float64(k+1)/float64(cuts), a, b)
			ring := around(p, bearing(p, q)+math.Pi/2, math.Pi, distance, n)
			out = append(out, sphere.Polygon{append(ring, around(q, bearing(q, p)+math.Pi/2, math.Pi, distance, n)...)})
		}
	})
	return out, nil
}

// buffered returns what lies within a distance of shapes and lines.
func buffered(shapes []shape, lines [][]vertex, radius, tolerance float64) ([]shape, error) {
	near, err := capsules(append(paths(shapes), lines...), radius, tolerance)
	if err != nil {
		return nil, err
	}
	region, err := sphere.Union(append(overlaid(shapes, written{}), near...))
	return shapesOf(region, written{}), err
}

// bufferArgs reads the radius and the tolerance of a buffer. MS Learn:
// "geo_polygon_buffer()".
func bufferArgs(r *row, i int) (radius, tolerance float64, ok bool) {
	radius, tolerance = r.realArg(i, 0), r.realArg(i+1, 10)
	return radius, min(tolerance, radius), radius > 0 && tolerance >= 1e-6*radius
}

var geoPolygonBufferKernel = onPolygons(func(shapes []shape, r *row) (types.Value, error) {
	radius, tolerance, ok := bufferArgs(r, 1)
	if !ok {
		return nil, nil
	}
	shapes, err := buffered(shapes, nil, radius, tolerance)
	if err != nil {
		return nil, err
	}
	return areaGeometry(shapes), nil
})

var geoLineBufferKernel = onLines(func(lines [][]vertex, r *row) (types.Value, error) {
	radius, tolerance, ok := bufferArgs(r, 1)
	if !ok {
		return nil, nil
	}
	shapes, err := buffered(nil, lines, radius, tolerance)
	if err != nil {
		return nil, err
	}
	return areaGeometry(shapes), nil
})

// widened returns geometries with the buffer that their third argument asks
// for before they become cells; nil if that is invalid. The buffer is exact to
// a hundredth.
func widened(shapes []shape, lines [][]vertex, r *row) ([]shape, error) {
	radius := r.realArg(2, 0)
	switch {
	case radius == 0:
		return shapes, nil
	case !(radius > 0):
		return nil, nil
	}
	return buffered(shapes, lines, radius, radius/100)
}

// geoPointBufferKernel draws a circle with as many corners as the tolerance asks.
var geoPointBufferKernel = onPoint(1, func(p []s2.Point, r *row) types.Value {
	radius, ok := toReal(arg(r, 2))
	t, okT := tolerance(r, 3, math.MaxFloat64)
	if !ok || !okT || !(radius > 0 && radius <= 1e7) {
		return nil
	}
	loop := s2.RegularLoop(p[0], s1.Angle(radius/earthRadius), corners(radius, t))
	var ring []types.Value
	for _, v := range loop.Vertices() {
		ring = append(ring, coordinates(v))
	}
	return geometry("Polygon", []types.Value{append(ring, ring[0])})
})
