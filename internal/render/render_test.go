package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var cols = []plan.Column{
	{Name: "Name", Type: types.String},
	{Name: "Bytes", Type: types.Long},
	{Name: "At", Type: types.DateTime},
	{Name: "Share", Type: types.Real},
	{Name: "Bag", Type: types.Dynamic},
}

func sample() ([]*types.Vector, int) {
	bag := types.NewBag(1)
	bag.Set("a", []types.Value{int64(1), "x"})
	return []*types.Vector{
		types.FromValues(types.String, []types.Value{"web, \"one\"", "ü|\x1b[31m"}),
		types.FromValues(types.Long, []types.Value{int64(9007199254740993), nil}),
		types.FromValues(types.DateTime, []types.Value{types.Instant(types.UnixEpochTicks + 1), nil}),
		types.FromValues(types.Real, []types.Value{math.NaN(), 0.5}),
		types.FromValues(types.Dynamic, []types.Value{bag, nil}),
	}, 2
}

func draw(t *testing.T, format string, o Options) string {
	t.Helper()
	var b bytes.Buffer
	w, err := New(format, &b, cols, o)
	if err != nil {
		t.Fatal(err)
	}
	vs, n := sample()
	if err := w.Write(vs, n); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNDJSONKeepsTypesAndPrecision(t *testing.T) {
	want := `{"Name":"web, \"one\"","Bytes":9007199254740993,"At":"1970-01-01T00:00:00.0000001Z","Share":"NaN","Bag":{"a":[1,"x"]}}` + "\n" +
		`{"Name":"ü|\u001b[31m","Bytes":null,"At":null,"Share":0.5,"Bag":null}` + "\n"
	if got := draw(t, "ndjson", Options{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSONIsOneArray(t *testing.T) {
	var rows []map[string]any
	if err := json.Unmarshal([]byte(draw(t, "json", Options{})), &rows); err != nil || len(rows) != 2 {
		t.Errorf("%d rows, error %v", len(rows), err)
	}
	var b bytes.Buffer
	w, err := New("json", &b, cols, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil || b.String() != "[]\n" {
		t.Errorf("no rows give %q, error %v", b.String(), err)
	}
}

func TestCSVIsReadBack(t *testing.T) {
	got, err := csv.NewReader(strings.NewReader(draw(t, "csv", Options{}))).ReadAll()
	if err != nil || len(got) != 3 || got[1][0] != `web, "one"` || got[2][1] != "" {
		t.Errorf("%q, error %v", got, err)
	}
}

func TestATableNeverLetsAValueSteerTheTerminal(t *testing.T) {
	for _, format := range []string{"table", "line"} {
		got := draw(t, format, Options{ShowTypes: true})
		if strings.ContainsRune(got, '\x1b') || !strings.Contains(got, `\u001b`) {
			t.Errorf("%s: %q", format, got)
		}
	}
}

func TestATableFitsTheTerminal(t *testing.T) {
	for _, width := range []int{20, 30, 40, 60, 200} {
		for line := range strings.Lines(draw(t, "table", Options{Width: width})) {
			if strings.HasPrefix(line, "│") && width >= 60 && cells(strings.TrimSuffix(line, "\n")) > width {
				t.Errorf("width %d: %d cells: %s", width, cells(line), line)
			}
		}
	}
}

func TestALongTableShowsBothEnds(t *testing.T) {
	var b bytes.Buffer
	w, err := New("table", &b, []plan.Column{{Name: "x", Type: types.Long}}, Options{MaxRows: 4})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := w.Write([]*types.Vector{types.FromValues(types.Long, []types.Value{int64(i)})}, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "┌────┐\n│  x │\n├────┤\n│  0 │\n│  1 │\n│  · │\n│ 98 │\n│ 99 │\n└────┘\n100 rows (4 shown; --max-rows 0 shows all)\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAFullDiskIsReported(t *testing.T) {
	for _, format := range Formats() {
		w, err := New(format, full{}, cols, Options{})
		if err != nil {
			t.Fatal(err)
		}
		vs, n := sample()
		err = w.Write(vs, n)
		if err == nil {
			err = w.Close()
		}
		if err == nil {
			t.Errorf("%s: no error", format)
		}
	}
}

func TestAnUnknownFormatListsTheOthers(t *testing.T) {
	if _, err := New("xml", full{}, cols, Options{}); err == nil || !strings.Contains(err.Error(), "ndjson") {
		t.Errorf("error %v", err)
	}
}
