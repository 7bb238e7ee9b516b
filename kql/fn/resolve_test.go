package fn

import (
	"testing"

	"github.com/azflow/azflow/kql/types"
)

func resolve(t *testing.T, name string, args ...types.Type) (Match, *Mismatch) {
	t.Helper()
	f, ok := LookupScalar(name)
	if !ok {
		t.Fatalf("no function %q", name)
	}
	return Resolve(f.Sigs, args, make([]types.Value, len(args)), f.Operator)
}

func TestResultTypeFollowsFromArguments(t *testing.T) {
	const b, i, l, r, d = types.Bool, types.Int, types.Long, types.Real, types.Decimal
	const dt, ts, s, g, y = types.DateTime, types.TimeSpan, types.String, types.GUID, types.Dynamic
	for _, c := range []struct {
		name string
		args []types.Type
		want types.Type
	}{
		{"+", []types.Type{i, i}, l},
		{"+", []types.Type{i, r}, r},
		{"+", []types.Type{y, i}, l},
		{"+", []types.Type{r, d}, d},
		{"+", []types.Type{dt, ts}, dt},
		{"-", []types.Type{dt, dt}, ts},
		{"*", []types.Type{i, ts}, ts},
		{"/", []types.Type{ts, ts}, r},
		{"%", []types.Type{ts, i}, ts},
		{"==", []types.Type{b, s}, b},
		{"<", []types.Type{dt, dt}, b},
		{"between", []types.Type{dt, dt, ts}, b},
		{"bin", []types.Type{i, i}, l},
		{"bin", []types.Type{dt, ts}, dt},
		{"round", []types.Type{i}, i},
		{"abs", []types.Type{i}, l},
		{"iff", []types.Type{b, i, l}, l},
		{"iff", []types.Type{b, s, y}, s},
		{"iff", []types.Type{b, s, i}, y},
		{"case", []types.Type{b, s, b, s, s}, s},
		{"coalesce", []types.Type{i, r}, r},
		{"max_of", []types.Type{dt, dt}, dt},
		{"split", []types.Type{s, s, i}, y},
		{"tolower", []types.Type{g}, s},
		{"parse_ipv4", []types.Type{y}, l},
		{"array_sort_asc", []types.Type{y, y, b}, types.Unknown},
		{"neg", []types.Type{i}, l},
	} {
		m, err := resolve(t, c.name, c.args...)
		if err != nil {
			t.Errorf("%s%v: %v", c.name, c.args, err)
		} else if m.Ret != c.want {
			t.Errorf("%s%v gives %s, want %s", c.name, c.args, m.Ret, c.want)
		}
	}
}

func TestMismatchHasKustosCode(t *testing.T) {
	for _, c := range []struct {
		name string
		args []types.Type
		code string
		arg  int
	}{
		{"+", []types.Type{types.String, types.String}, "KS106", -1},
		{"<", []types.Type{types.DateTime, types.String}, "KS106", -1},
		{"parse_ipv4", []types.Type{types.Long}, "KS107", 0},
		{"sqrt", []types.Type{types.String}, "KS137", 0},
		{"array_length", []types.Type{types.String}, "KS234", 0},
		{"bag_keys", []types.Type{types.String}, "KS235", 0},
		{"strlen", []types.Type{types.Long}, "KS141", 0},
		{"coalesce", []types.Type{types.Long, types.String}, "KS232", -1},
		{"max_of", []types.Type{types.Long, types.Dynamic}, "KS206", 1},
		{"strlen", nil, "", -1},
		{"case", []types.Type{types.Bool, types.Long, types.Bool, types.Long}, "", -1},
	} {
		if _, m := resolve(t, c.name, c.args...); m == nil || m.Code != c.code || m.Arg != c.arg {
			t.Errorf("%s%v: got %+v, want %s at %d", c.name, c.args, m, c.code, c.arg)
		}
	}
}

func TestEveryFunctionIsDescribedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Scalars() {
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		if f.Doc == "" || len(f.Sigs) == 0 {
			t.Errorf("%s has no doc or no signature", f.Name)
		}
	}
	for _, a := range Aggregates() {
		if a.Doc == "" || len(a.Sigs) == 0 {
			t.Errorf("%s has no doc or no signature", a.Name)
		}
	}
}
