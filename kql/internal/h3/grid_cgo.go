//go:build cgo

package h3

import uber "github.com/uber/h3-go/v4"

// At returns the cell of a level, 0 to [MaxLevel], that holds a point.
func At(p Position, level int) (Cell, error) {
	return Cell(uber.LatLngToCell(uber.LatLng{Lat: p.Lat, Lng: p.Lng}, level)), nil
}

// Centre returns the middle of a cell.
func (c Cell) Centre() (Position, error) {
	return position(uber.CellToLatLng(uber.Cell(c))), nil
}

// Boundary returns the corners of a cell, counterclockwise.
func (c Cell) Boundary() ([]Position, error) {
	b := uber.CellToBoundary(uber.Cell(c))
	out := make([]Position, len(b))
	for i, p := range b {
		out[i] = position(p)
	}
	return out, nil
}

// Rings returns the cells at each distance from c, from 0 to distance, each
// ring in the order of the grid's walk around it.
func (c Cell) Rings(distance int) ([][]Cell, error) {
	out := make([][]Cell, distance+1)
	for d, ring := range uber.GridDiskDistances(uber.Cell(c), distance) {
		for _, n := range ring {
			if n != 0 { // pentagons leave gaps
				out[d] = append(out[d], Cell(n))
			}
		}
	}
	return out, nil
}

// Fill returns the cells of a level whose centres a polygon holds: the first
// ring is its border, the others are holes. They come in no order.
func Fill(rings [][]Position, level int) ([]Cell, error) {
	loops := make([]uber.GeoLoop, len(rings))
	for i, r := range rings {
		for _, p := range r {
			loops[i] = append(loops[i], uber.LatLng{Lat: p.Lat, Lng: p.Lng})
		}
	}
	cells := uber.PolygonToCells(uber.GeoPolygon{GeoLoop: loops[0], Holes: loops[1:]}, level)
	out := make([]Cell, len(cells))
	for i, c := range cells {
		out[i] = Cell(c)
	}
	return out, nil
}

func position(p uber.LatLng) Position { return Position{Lng: p.Lng, Lat: p.Lat} }
