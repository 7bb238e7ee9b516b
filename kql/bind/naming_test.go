package bind

import (
	"slices"
	"strings"
	"testing"
)

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		x, y  string
		limit int
		want  int
	}{
		{"srcip", "srcip", 3, 0},
		{"srcip", "scrip", 3, 1},
		{"srcip", "srcipp", 3, 1},
		{"srcport", "srcports", 3, 1},
		{"destip", "dstip", 3, 1},
		{"abc", "xyz", 3, 3},
		{"abc", "abcdefgh", 3, 3},
		{"", "ab", 3, 2},
	} {
		if got := editDistance(c.x, c.y, c.limit); got != c.want {
			t.Errorf("from %q to %q: got %d, want %d", c.x, c.y, got, c.want)
		}
		if got := editDistance(c.y, c.x, c.limit); got != c.want {
			t.Errorf("from %q to %q: got %d, want %d", c.y, c.x, got, c.want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"NTA*", "NTANetAnalytics", true},
		{"*Analytics", "NTANetAnalytics", true},
		{"*Net*", "NTANetAnalytics", true},
		{"N*t*s", "NTANetAnalytics", true},
		{"*", "", true},
		{"NTA", "NTANetAnalytics", false},
		{"nta*", "NTANetAnalytics", false},
		{"*Nets*", "NTANetAnalytics", false},
		{"a*a", "a", false},
		{"a**", "a", true},
		{"", "", true},
		{"", "a", false},
		{"*ab*abc", "xababxababc", true},
		{strings.Repeat("*a", 30) + "b", strings.Repeat("a", 2000), false},
	} {
		if got := Matches(c.pattern, c.name); got != c.want {
			t.Errorf("%q and %q: got %v", c.pattern, c.name, got)
		}
	}
}

func TestUniqueNamesCountFromOne(t *testing.T) {
	var u UniqueNames
	u.Add("b")
	var got []string
	for _, name := range []string{"a", "a", "a", "b", "a1", "b1"} {
		got = append(got, u.Get(name))
	}
	if want := []string{"a", "a1", "a2", "b1", "a11", "b11"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMakeUniqueKeepsTheFirstOfEachName(t *testing.T) {
	var got []string
	for _, c := range MakeUnique([]Column{{Name: "a"}, {Name: "a"}, {Name: "a1"}, {Name: "a"}}) {
		got = append(got, c.Name)
	}
	if want := []string{"a", "a2", "a1", "a3"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
