package plan

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/kql/types"
)

func scan() *Scan {
	return &Scan{Table: "T", Cols: []Column{{1, "a", types.Long}, {2, "s", types.String}}}
}

func ref(c Column) *Ref { return &Ref{Column: c.ID, T: c.Type} }

func long(x int64) *Const { return &Const{Value: x, T: types.Long} }

func TestFormatShowsATree(t *testing.T) {
	s := scan()
	filter := &Filter{Input: s, Cond: &Call{Func: ">", Args: []Expr{ref(s.Cols[0]), long(3)}, T: types.Bool}}
	again := &Scan{Table: "T", Cols: []Column{{11, "a", types.Long}, {12, "s", types.String}}}
	join := &Join{Kind: LeftOuter, Left: filter, Right: again, On: []JoinKey{{ref(s.Cols[1]), ref(again.Cols[1])}}}
	agg := &Aggregate{
		Input: join, Grouped: true, By: []Assign{{s.Cols[1], ref(s.Cols[1])}},
		Aggs: []AggItem{{Cols: []Column{{20, "n", types.Long}}, Func: "count"}},
	}
	want := `aggregate n = count() by s
└─ join leftouter on s == s#2
   ├─ filter a > 3
   │  └─ scan T (a, s)
   └─ scan T (a#2, s#2)
`
	if got := Format(agg); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if err := Verify(agg); err != nil {
		t.Error(err)
	}
}

func TestVerifyFindsFaults(t *testing.T) {
	s := scan()
	for name, c := range map[string]struct {
		plan Node
		want string
	}{
		"an unknown column":     {&Filter{Input: s, Cond: &Ref{Column: 9, T: types.Bool}}, "column 9 is used where it is not given"},
		"a column of two types": {&Limit{Input: s, N: &Ref{Column: 1, T: types.Int}}, "column 1 is long, used as int"},
		"a condition that is no bool": {
			&Filter{Input: s, Cond: ref(s.Cols[0])}, "the condition is long, not bool",
		},
		"a column made twice": {
			&Project{Input: s, Items: []Assign{{Column{3, "x", types.Long}, long(1)}, {Column{3, "y", types.Long}, long(1)}}},
			`"y" is given twice`,
		},
		"one id on both sides": {&Union{Ins: []Node{s, scan()}, Cols: []Column{{5, "a", types.Long}}, Map: [][]ColumnID{{1}, {1}}}, "made in two places"},
		"a projection of another type": {
			&Project{Input: s, Items: []Assign{{Column{3, "x", types.String}, long(1)}}}, `"x" is string, its expression long`,
		},
		"a fault in a subquery": {
			&Filter{Input: s, Cond: &InSubquery{Op: "in", X: ref(s.Cols[0]), Input: &Filter{Input: &Values{Cols: []Column{{50, "v", types.Long}}}, Cond: &Ref{Column: 77, T: types.Bool}}}},
			"column 77",
		},
	} {
		err := Verify(c.plan)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestTransformKeepsSharedNodesOne(t *testing.T) {
	s := scan()
	shared := &Shared{Input: s}
	second := &SharedRef{Of: shared, Cols: []Column{{31, "a", types.Long}, {32, "s", types.String}}}
	u := &Union{Ins: []Node{shared, second}, Cols: []Column{{40, "a", types.Long}}, Map: [][]ColumnID{{1}, {31}}}
	got := Transform(u, func(n Node) Node {
		if sc, ok := n.(*Scan); ok {
			return &Limit{Input: sc, N: long(1)}
		}
		return n
	}).(*Union)
	if got.Ins[0].(*Shared) != got.Ins[1].(*SharedRef).Of {
		t.Error("the shared node was split in two")
	}
	if _, ok := shared.Input.(*Scan); !ok {
		t.Error("the old plan was changed")
	}
	if err := Verify(got); err != nil {
		t.Error(err)
	}
}

func TestFormatLiteralReadsAsKQL(t *testing.T) {
	bag := types.NewBag(1)
	bag.Set("k", []types.Value{int64(1), "x", nil})
	for _, c := range []struct {
		v    types.Value
		t    types.Type
		want string
	}{
		{nil, types.Long, "long(null)"},
		{int64(3), types.Long, "3"},
		{int32(3), types.Int, "int(3)"},
		{2.0, types.Real, "2.0"},
		{"a\"b\n", types.String, `"a\"b\n"`},
		{bag, types.Dynamic, `dynamic({"k":[1,"x",null]})`},
		{types.Interval(types.TicksPerDay), types.TimeSpan, "timespan(1.00:00:00)"},
		{types.Instant(types.UnixEpochTicks), types.DateTime, "datetime(1970-01-01T00:00:00.0000000Z)"},
	} {
		if got := FormatLiteral(c.v, c.t); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
