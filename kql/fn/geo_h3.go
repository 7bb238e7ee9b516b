package fn

import (
	"errors"
	"math"

	"github.com/azflow/azflow/kql/internal/h3"
	"github.com/azflow/azflow/kql/types"
)

// Cells of H3.

// h3Default is the level of cells where none is given. MS Learn:
// "geo_point_to_h3cell()".
const h3Default = 6

// h3Text makes a kernel of a cell's text; it is null for what is none.
func h3Text(f func(c h3.Cell, r *row) (types.Value, error)) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		c, ok := h3.Parse(r.text(0))
		if !ok {
			return nil, nil
		}
		return f(c, r)
	}, types.String, types.Long)
}

// h3List returns cells as an array of texts.
func h3List(cells []h3.Cell) types.Value {
	out := make([]types.Value, len(cells))
	for i, c := range cells {
		out[i] = c.String()
	}
	return out
}

func h3Position(p h3.Position) types.Value { return []types.Value{p.Lng, p.Lat} }

var geoH3CellKernel = rowwise(func(r *row) (types.Value, error) {
	lng, okX := toReal(r.args[0])
	lat, okY := toReal(r.args[1])
	_, ok := geoPoint(lng, lat)
	level := r.longArg(2, h3Default)
	if !okX || !okY || !ok || level < 0 || level > h3.MaxLevel {
		return "", nil
	}
	c, err := h3.At(h3.Position{Lng: lng, Lat: lat}, int(level))
	if err != nil {
		return nil, err
	}
	return c.String(), nil
})

var h3LevelKernel = map1(func(s string) (int32, bool) {
	c, ok := h3.Parse(s)
	return int32(c.Level()), ok
})

var h3ParentKernel = lax(func(r *row) types.Value {
	c, ok := h3.Parse(r.text(0))
	p, okP := c.Parent(int(r.long(1, int64(c.Level()-1))))
	if !ok || !okP {
		return ""
	}
	return p.String()
}, types.String, types.Long)

// h3Deepest is how many levels below a cell its children may be. MS Learn:
// "geo_h3cell_children()".
const h3Deepest = 5

var h3ChildrenKernel = h3Text(func(c h3.Cell, r *row) (types.Value, error) {
	level := int(r.long(1, int64(c.Level()+1)))
	if level <= c.Level() || level > min(c.Level()+h3Deepest, h3.MaxLevel) {
		return nil, nil
	}
	return h3List(c.Children(level)), nil
})

var h3CentreKernel = h3Text(func(c h3.Cell, _ *row) (types.Value, error) {
	p, err := c.Centre()
	if err != nil {
		return nil, err
	}
	return geometry("Point", h3Position(p)), nil
})

var h3PolygonKernel = h3Text(func(c h3.Cell, _ *row) (types.Value, error) {
	border, err := c.Boundary()
	if err != nil {
		return nil, err
	}
	var ring []types.Value
	for _, p := range border {
		ring = append(ring, h3Position(p))
	}
	return geometry("Polygon", []types.Value{append(ring, ring[0])}), nil
})

var h3NeighborsKernel = h3Text(func(c h3.Cell, _ *row) (types.Value, error) {
	rings, err := c.Rings(1)
	if err != nil {
		return nil, err
	}
	return h3List(rings[1]), nil
})

// h3Farthest bounds the distance of rings. MS Learn: "geo_h3cell_rings()".
const h3Farthest = 142

var h3RingsKernel = h3Text(func(c h3.Cell, r *row) (types.Value, error) {
	distance := r.long(1, -1)
	if distance < 0 || distance > h3Farthest {
		return nil, nil
	}
	rings, err := c.Rings(int(distance))
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, len(rings))
	for i, ring := range rings {
		out[i] = h3List(ring)
	}
	return out, nil
})

// maxH3Cells bounds the cells of one polygon. MS Learn:
// "geo_polygon_to_h3cells()".
const maxH3Cells = 61680

// The library sets aside room for the cells of a polygon's bounding box.
const maxH3Box = 10_000_000

var errH3Box = errors.New("the polygon is too long for cells of this resolution; ask for larger cells")

var geoPolygonH3Kernel = onPolygons(func(shapes []shape, r *row) (types.Value, error) {
	level := r.longArg(1, h3Default)
	if level < 0 || level > h3.MaxLevel {
		return nil, nil
	}
	shapes, err := widened(shapes, nil, r)
	if err != nil || shapes == nil {
		return nil, err
	}
	// There are 120 · 7^level + 2 cells.
	cellArea := 4 * math.Pi / (120*math.Pow(7, float64(level)) + 2)
	seen := map[h3.Cell]bool{}
	var all []h3.Cell
	for _, s := range shapes {
		switch border := s[0].loop; {
		case border.Area()/cellArea > 4*maxH3Cells:
			return nil, nil
		case border.RectBound().Area()/cellArea > maxH3Box:
			return nil, errH3Box
		}
		rings := make([][]h3.Position, len(s))
		for i, g := range s {
			for _, v := range g.vertices[1:] {
				lng, lat := position(v)
				rings[i] = append(rings[i], h3.Position{Lng: lng, Lat: lat})
			}
		}
		cells, err := h3.Fill(rings, int(level))
		if err != nil {
			return nil, err
		}
		for _, c := range cells {
			if !seen[c] {
				seen[c] = true
				all = append(all, c)
			}
		}
	}
	if len(all) > maxH3Cells {
		return nil, nil
	}
	return h3List(all), nil
})
