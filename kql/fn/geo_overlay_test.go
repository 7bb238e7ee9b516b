package fn

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/s2"

	"github.com/azflow/azflow/kql/internal/sphere"
	"github.com/azflow/azflow/kql/types"
)

func readGeo[T any](t *testing.T, read func(types.Value) (T, bool), text string) T {
	t.Helper()
	v, ok := types.ParseJSON(text)
	if !ok {
		t.Fatalf("%s is no JSON", text)
	}
	g, ok := read(v)
	if !ok {
		t.Fatalf("%s is no such geometry", text)
	}
	return g
}

func TestABufferHoldsWhatIsNearAndNothingElse(t *testing.T) {
	const radius, tolerance = 5000, 20
	lines := readGeo(t, geoLines, `{"type":"LineString","coordinates":[[10,50],[10.4,50.3],[10.5,49.9],[14,52]]}`)
	shapes := readGeo(t, geoShapes, `{"type":"Polygon","coordinates":[[[11,49],[13,49],[13,50],[11,50],[11,49]],[[11.9,49.4],[11.9,49.42],[12.1,49.42],[12.1,49.4],[11.9,49.4]]]}`)
	got, err := buffered(shapes, lines, radius, tolerance)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	inside := 0
	for range 20_000 {
		p, _ := geoPoint(9.8+4.5*rnd.Float64(), 48.8+3.4*rnd.Float64())
		_, d := nearest(append(paths(shapes), lines...), p)
		if anyContains(shapes, p) {
			d = 0
		}
		in := anyContains(got, p)
		if in {
			inside++
		}
		if in != (d <= radius) && math.Abs(d-radius) > tolerance {
			t.Fatalf("%v is %.0f m away; in the buffer: %v", s2.LatLngFromPoint(p), d, in)
		}
	}
	if inside < 1000 {
		t.Errorf("only %d points lie in the buffer", inside)
	}
}

func TestBuffersThatCannotBeDrawnAreRefused(t *testing.T) {
	lines := readGeo(t, geoLines, `{"type":"LineString","coordinates":[[0,0],[50,0]]}`)
	for _, c := range []struct {
		radius, tolerance float64
		want              error
	}{{1.5e7, 10, sphere.ErrTooLarge}, {1e6, 1, errBuffer}} {
		if got, err := buffered(nil, lines, c.radius, c.tolerance); !errors.Is(err, c.want) {
			t.Errorf("%g m to %g: %d shapes, %v", c.radius, c.tolerance, len(got), err)
		}
	}
	if _, err := buffered(nil, lines, 1e6, 1000); err != nil {
		t.Error(err)
	}
}

func TestUnitedShapesCoverEachPointOnce(t *testing.T) {
	shapes := readGeo(t, geoShapes, `{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,2],[0,0]]],[[[1,1],[3,1],[3,3],[1,3],[1,1]]],[[[5,5],[6,5],[6,6],[5,5]]]]}`)
	got, err := united(shapes)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d shapes, %v", len(got), err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		p, _ := geoPoint(7*rnd.Float64(), 7*rnd.Float64())
		if anyContains(got, p) != anyContains(shapes, p) {
			t.Errorf("%v is covered otherwise", s2.LatLngFromPoint(p))
		}
	}
}

func TestLinesThatRunAlongEachOtherShareALine(t *testing.T) {
	const border = `{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}`
	for _, c := range []struct{ function, a, b, want string }{
		{
			"geo_intersection_2lines", `{"type":"LineString","coordinates":[[0,0],[1,1],[2,1],[3,0]]}`,
			`{"type":"LineString","coordinates":[[1,2],[1,1],[2,1],[2,5]]}`, `{"type":"LineString","coordinates":[[1,1],[2,1]]}`,
		},
		{
			"geo_intersection_line_with_polygon", `{"type":"LineString","coordinates":[[-1,0],[0,0],[2,0],[3,0]]}`,
			border, `{"type":"LineString","coordinates":[[0,0],[2,0]]}`,
		},
		{
			"geo_intersection_2lines", `{"type":"LineString","coordinates":[[0,0],[1,1]]}`,
			`{"type":"LineString","coordinates":[[1,1],[2,5]]}`, `{"type":"Point","coordinates":[1,1]}`,
		},
	} {
		a, _ := types.ParseJSON(c.a)
		b, _ := types.ParseJSON(c.b)
		got := string(types.AppendJSON(nil, call(t, c.function, types.Dynamic, a, b)))
		if got != c.want {
			t.Errorf("%s of %s and %s: %s", c.function, c.a, c.b, got)
		}
	}
}
