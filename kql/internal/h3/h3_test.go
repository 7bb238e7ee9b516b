package h3

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// grid skips a test where the library is not there.
func grid(t *testing.T) {
	t.Helper()
	if _, err := At(Position{}, 0); errors.Is(err, ErrNoGrid) {
		t.Skip("built without cgo")
	}
}

func TestNumbersThatAreNoCellsAreRefused(t *testing.T) {
	for _, s := range []string{
		"", "abc", "1", "962a1072fffffff", "862a1072ffffff0", "86f41072fffffff", "ffffffffffffffff",
	} {
		if c, ok := Parse(s); ok {
			t.Errorf("%q is read as %v", s, c)
		}
	}
	pentagon, ok := Parse("8009fffffffffff")
	if !ok || !pentagon.Pentagon() {
		t.Fatalf("base cell 4 is a pentagon; got %v, %v", pentagon, ok)
	}
	gone := pentagon.withDigit(1, digitGone).withLevel(1)
	if _, ok := Parse(gone.String()); ok {
		t.Errorf("%v is read, which a pentagon does not have", gone)
	}
}

func TestPentagonsHaveAChildLess(t *testing.T) {
	pentagon, _ := Parse("8009fffffffffff")
	hexagon, _ := Parse("862a1072fffffff")
	if n := len(pentagon.Children(1)); n != 6 {
		t.Errorf("%d children", n)
	}
	if n := len(hexagon.Children(8)); n != 49 {
		t.Errorf("%d grandchildren", n)
	}
}

func TestChildrenAndParentsAgreeWithTheGrid(t *testing.T) {
	grid(t)
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 500 {
		p := Position{Lng: rnd.Float64()*360 - 180, Lat: rnd.Float64()*180 - 90}
		small, _ := At(p, 9)
		if got, ok := Parse(small.String()); !ok || got != small {
			t.Fatalf("%v is not read back", small)
		}
		centre, err := small.Centre()
		if err != nil {
			t.Fatal(err)
		}
		if c, _ := At(centre, 9); c != small {
			t.Errorf("the centre of %v lies in %v", small, c)
		}
		parent, _ := small.Parent(8)
		found := false
		for _, c := range parent.Children(9) {
			found = found || c == small
		}
		if !found {
			t.Errorf("%v is no child of its parent %v", small, parent)
		}
	}
}

func TestRingsAroundAPentagonHaveNoGaps(t *testing.T) {
	grid(t)
	pentagon, _ := Parse("8009fffffffffff")
	rings, err := pentagon.Rings(1)
	if err != nil || len(rings) != 2 || len(rings[0]) != 1 || len(rings[1]) != 5 {
		t.Errorf("got %v, %v", rings, err)
	}
}

func TestFillTakesTheCellsWhoseCentresAreInside(t *testing.T) {
	grid(t)
	square := []Position{{2, 48}, {3, 48}, {3, 49}, {2, 49}}
	cells, err := Fill([][]Position{square}, 5)
	if err != nil || len(cells) < 20 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	for _, c := range cells {
		p, _ := c.Centre()
		if p.Lng < 2 || p.Lng > 3 || p.Lat < 48 || p.Lat > 49 {
			t.Errorf("the centre of %v is %v", c, p)
		}
	}
	hole := []Position{{2.2, 48.2}, {2.8, 48.2}, {2.8, 48.8}, {2.2, 48.8}}
	fewer, err := Fill([][]Position{square, hole}, 5)
	if err != nil || len(fewer) >= len(cells) {
		t.Errorf("%d cells with a hole, %d without, %v", len(fewer), len(cells), err)
	}
}
