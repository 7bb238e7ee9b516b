package lake

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func FuzzAFileNameIsReadAsItWasGiven(f *testing.F) {
	for _, s := range []string{
		"0123456789abcdef-1-2of3.parquet", "0123456789abcdef-1-2.tmp", "x.parquet", "", "0123456789abcdef-99999999999999999999-1of1.parquet",
		"0123456789abcdef-01-2of3.parquet",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseFileName(s)
		if !ok {
			return
		}
		again, ok := parseFileName(n.String())
		if !ok || again != n {
			t.Errorf("%q is %+v, written %q it is %+v", s, n, n, again)
		}
	})
}

func FuzzAFooterIsReadAsItWasWritten(f *testing.F) {
	full := Footer{
		Table: TableFlows, SchemaVersion: 3, Writer: "w", Commit: "w-1", Created: noon, MinTime: noon, MaxTime: noon.Add(time.Hour),
		MinFlowStart: noon, MaxFlowStart: noon, Level: 1, Partial: true, Interval: time.Hour, Columns: []string{"a"},
		Subscriptions: []string{"s"}, AddressFilter: []byte{0, 255}, Replaces: []string{"x"}, Origins: []Origin{{"w", 1, 2}},
		Blobs: []BlobRange{{
			BlobGen: BlobGen{"B", 1}, First: 1, Last: 2, Rows: 2, From: Position{1, 2, 3},
			Cursor: Cursor{Blob: "B", Generation: 1, Position: Position{4, 5, 6}, Hour: noon, ETag: "e", FirstRecord: []byte{1}, Final: true},
			Rules:  []RuleCount{{"g", "r", noon, noon, 1, 0}}, Captures: []CaptureHour{{"n", "m", noon, "VNet"}}, Locals: []LocalAddress{{noon, "i", "m", "v"}},
		}},
	}
	s, err := full.Encode()
	if err != nil {
		f.Fatal(err)
	}
	if got, err := ParseFooter(s); err != nil || !reflect.DeepEqual(got, full) {
		f.Errorf("got %+v, %v\nwant %+v", got, err, full)
	}
	for _, s := range []string{s, "", "{}", "null", `{"table":"T","commit":"c","writer":"w"}`, `{"table":"T","commit":"c","writer":"w","blobs":[{"first":-1}]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ft, err := ParseFooter(s)
		if err != nil {
			return
		}
		enc, err := ft.Encode()
		if err != nil {
			return // a time of a year that JSON cannot write
		}
		again, err := ParseFooter(enc)
		if err != nil {
			t.Fatalf("%s: %v", enc, err)
		}
		if twice, err := again.Encode(); err != nil || twice != enc {
			t.Errorf("written %s\nand again %s, %v", enc, twice, err)
		}
	})
}

func TestCommitsAreDueEveryTwoSecondsOrAQuarterMillionRows(t *testing.T) {
	var p Pace
	if !p.Due(noon, 1) || p.Due(noon, 0) {
		t.Error("the first commit is due once there are rows")
	}
	p.Committed(noon)
	for _, c := range []struct {
		after time.Duration
		rows  int64
		want  bool
	}{{time.Second, 1, false}, {time.Second, 249_999, false}, {0, 250_000, true}, {2 * time.Second, 1, true}, {time.Hour, 0, false}} {
		if got := p.Due(noon.Add(c.after), c.rows); got != c.want {
			t.Errorf("%d rows after %v: due = %v", c.rows, c.after, got)
		}
	}
}

func TestABlobsRangesAreJoinedOnlyWhereOneGoesOn(t *testing.T) {
	r := func(from, to int64) BlobRange {
		return BlobRange{
			BlobGen: BlobGen{"B", 0}, First: from, Last: to - 1, Rows: to - from, From: Position{NextTuple: from}, Cursor: Cursor{Position: Position{NextTuple: to}},
			Rules:  []RuleCount{{AclGroup: "g", AclRule: "r", FirstSeen: noon.Add(time.Duration(from) * time.Minute), LastSeen: noon, Hits: to - from}},
			Locals: []LocalAddress{{IP: "i"}},
		}
	}
	seg := func(rs ...BlobRange) Segment { return Segment{Footer: Footer{Table: TableFlows, Blobs: rs}} }
	f := MergeFooters([]Segment{seg(r(10, 20)), seg(r(30, 40)), seg(r(0, 10), BlobRange{BlobGen: BlobGen{"C", 0}})}, []BlobGen{{"C", 0}})
	if len(f.Blobs) != 2 {
		t.Fatalf("ranges %+v", f.Blobs)
	}
	a, b := f.Blobs[0], f.Blobs[1]
	if a.First != 0 || a.Last != 19 || a.Rows != 20 || a.Cursor.NextTuple != 20 || b.First != 30 || b.Rows != 10 {
		t.Errorf("ranges %+v", f.Blobs)
	}
	if len(a.Rules) != 1 || a.Rules[0].Hits != 20 || !a.Rules[0].FirstSeen.Equal(noon) || len(a.Locals) != 1 {
		t.Errorf("sightings %+v %+v", a.Rules, a.Locals)
	}
}

func TestOriginsAreKeptAsRanges(t *testing.T) {
	seg := func(writer string, seq int64, origins ...Origin) Segment {
		return Segment{Footer: Footer{Writer: writer, Commit: commitID(writer, seq), Origins: origins}}
	}
	f := MergeFooters([]Segment{seg("a", 3), seg("b", 7, Origin{"a", 5, 9}, Origin{"c", 1, 2}), seg("a", 4), seg("c", 4), seg("a", 8)}, nil)
	want := []Origin{{"a", 3, 9}, {"b", 7, 7}, {"c", 1, 2}, {"c", 4, 4}}
	if !reflect.DeepEqual(f.Origins, want) {
		t.Errorf("origins %v, want %v", f.Origins, want)
	}
}

func TestTableNamesThatCannotBeFoldersAreRefused(t *testing.T) {
	w := openWriter(t, openLake(t, t.TempDir(), Options{}))
	for _, name := range []string{"", "..", "a/b", `a\b`, "1x", "a b", strings.Repeat("/", 3)} {
		if _, err := w.Begin().NewFile(name, noon); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}
