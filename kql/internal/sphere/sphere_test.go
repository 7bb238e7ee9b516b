package sphere

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

func at(lng, lat float64) s2.Point { return s2.PointFromLatLng(s2.LatLngFromDegrees(lat, lng)) }

func box(west, south, east, north float64) Polygon {
	return Polygon{{at(west, south), at(east, south), at(east, north), at(west, north)}}
}

// area is what the polygons of a region cover, in steradians.
func area(polygons []Polygon) float64 {
	sum := 0.0
	for _, p := range polygons {
		for i, ring := range p {
			loop := s2.LoopFromPoints(ring)
			loop.Normalize()
			if i == 0 {
				sum += loop.Area()
			} else {
				sum -= loop.Area()
			}
		}
	}
	return sum
}

// star makes a polygon with up to 22 corners at random distances from a centre.
func star(rnd *rand.Rand) Polygon {
	centre := at(rnd.Float64()*2+100, rnd.Float64()*2+60)
	var ring []s2.Point
	frame := s2.RegularLoop(centre, s1.Angle(0.01), 3+rnd.IntN(20))
	for _, v := range frame.Vertices() {
		ring = append(ring, s2.Interpolate(0.3+3*rnd.Float64(), centre, v))
	}
	return Polygon{ring}
}

func contains(polygons []Polygon, p s2.Point) bool {
	for _, rings := range polygons {
		inside := false
		for _, ring := range rings {
			loop := s2.LoopFromPoints(ring)
			loop.Normalize()
			inside = inside != loop.ContainsPoint(p)
		}
		if inside {
			return true
		}
	}
	return false
}

func TestUnionOfManyHoldsWhatAnyHolds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 5))
	for i := range 20 {
		var stars []Polygon
		for range 2 + i {
			stars = append(stars, star(rnd))
		}
		union, err := Union(stars)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			p := at(99+4*rnd.Float64(), 59+4*rnd.Float64())
			if contains(stars, p) != contains(union.Polygons, p) {
				t.Fatalf("%d stars: %v is covered otherwise", len(stars), s2.LatLngFromPoint(p))
			}
		}
	}
}

func TestUnionAndIntersectionShareOutTheArea(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	for i := range 300 {
		a, b := []Polygon{star(rnd)}, []Polygon{star(rnd)}
		union, err := Union([]Polygon{a[0], b[0]})
		if err != nil {
			t.Fatal(i, err)
		}
		both, err := Intersection(a, b)
		if err != nil {
			t.Fatal(i, err)
		}
		got, want := area(union.Polygons)+area(both.Polygons), area(a)+area(b)
		if math.Abs(got-want) > 1e-9*want {
			t.Errorf("%d: union and intersection cover %g, the polygons %g", i, got, want)
		}
	}
}

func TestUnionKeepsCornersAndFillsNoHole(t *testing.T) {
	frame := []Polygon{box(0, 0, 3, 1), box(0, 2, 3, 3), box(0, 0, 1, 3), box(2, 0, 3, 3)}
	got, err := Union(frame)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Polygons) != 1 || len(got.Polygons[0]) != 2 {
		t.Fatalf("got %v, want one polygon with a hole", got.Polygons)
	}
	corners := map[s2.Point]bool{}
	for _, p := range got.Polygons[0][0] {
		corners[p] = true
	}
	for _, want := range []s2.Point{at(0, 0), at(3, 0), at(3, 3), at(0, 3)} {
		if !corners[want] {
			t.Errorf("the corner %v is gone", s2.LatLngFromPoint(want))
		}
	}
}

func TestPolygonsThatTouchShareALineOrAPoint(t *testing.T) {
	edge, err := Intersection([]Polygon{box(0, 0, 1, 1)}, []Polygon{box(1, 0, 2, 1)})
	if err != nil || len(edge.Lines) != 1 || len(edge.Polygons) != 0 {
		t.Errorf("by an edge: %+v, %v", edge, err)
	}
	corner, err := Intersection([]Polygon{box(0, 0, 1, 1)}, []Polygon{box(1, 1, 2, 2)})
	if err != nil || len(corner.Points) != 1 || corner.Points[0] != at(1, 1) {
		t.Errorf("by a corner: %+v, %v", corner, err)
	}
	apart, err := Intersection([]Polygon{box(0, 0, 1, 1)}, []Polygon{box(5, 5, 6, 6)})
	if err != nil || len(apart.Points)+len(apart.Lines)+len(apart.Polygons) != 0 {
		t.Errorf("apart: %+v, %v", apart, err)
	}
}

func TestEdgesAreGeodesics(t *testing.T) {
	// The geodesic between two points of a parallel runs north of it.
	got, err := Union([]Polygon{box(0, 50, 20, 51)})
	if err != nil {
		t.Fatal(err)
	}
	if s2.LoopFromPoints(got.Polygons[0][0]).ContainsPoint(at(10, 50.01)) {
		t.Error("a southern edge holds what lies south of its geodesic")
	}
	far, err := Intersection([]Polygon{box(0, 50, 20, 51)}, []Polygon{box(9, 49, 11, 50.02)})
	if err != nil || len(far.Polygons) != 0 {
		t.Errorf("got %v, %v, want nothing", far, err)
	}
}

func TestPolygonsAroundTheGlobeAreRefused(t *testing.T) {
	if _, err := Union([]Polygon{box(0, 0, 1, 1), box(120, 0, 121, 1), box(-121, 0, -120, 1)}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}
