package wire

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// valid reports whether s is one JSON value, as Skip sees it.
func valid(s string) bool {
	var sc Scanner
	sc.reset([]byte(s))
	i := sc.Space(sc.Skip(sc.Space(0)))
	return sc.reason == "" && i == len(s)
}

func TestSkipAcceptsWhatEncodingJSONAccepts(t *testing.T) {
	seeds := []string{
		`{"a":[1,-2.5e+3,0.1E-7,null,true,false,"x\"y\\\/\b\f\n\r\t\u00e9\ud83d\ude00"],"b":{}, "c" : [ ] }`,
		`[[],{},"",0,-0,10]`, `"longer than eight bytes, and more \u0041"`, `{"":""}`, "\t[\r\n]", `"\u12"`, `"\ud83d\ude"`, `1.`, `01`, `-`, `1e`, `tru`, `nul`,
		`{"a" 1}`, `{a:1}`, `[1 2]`, `[1,]`, `{"a":1,}`, `"a`, `"\x"`, "\"a\x00b\"", "\"a\x1f\"", "", " ",
	}
	for _, s := range seeds {
		if got, want := valid(s), json.Valid([]byte(s)); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 100000 {
		b := []byte(seeds[r.IntN(len(seeds))])
		for range r.IntN(4) {
			if len(b) == 0 {
				break
			}
			i := r.IntN(len(b))
			switch r.IntN(3) {
			case 0:
				b = append(b[:i:i], b[i+1:]...)
			case 1:
				b[i] = "{}[]\",:\\ 01.eEtfnu\x00\n"[r.IntN(20)]
			case 2:
				b = append(b[:i:i], append([]byte{"{}[]\",:\\01"[r.IntN(10)]}, b[i:]...)...)
			}
		}
		if got, want := valid(string(b)), json.Valid(b); got != want {
			t.Fatalf("%q: %v, want %v", b, got, want)
		}
	}
}

func TestStringReadsWhatEncodingJSONReads(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	parts := []string{"a", "12345678", `\"`, `\\`, `\/`, `\n`, `\u0041`, `\ud83d\ude00`, `\ud83d`, `\ude00`, `\ud83dx`, `\ud83d\u0041`, "é", "😀", `\b\f\r\t`}
	for range 20000 {
		var b strings.Builder
		b.WriteByte('"')
		for range r.IntN(6) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		b.WriteByte('"')
		var want string
		if err := json.Unmarshal([]byte(b.String()), &want); err != nil {
			t.Fatal(err)
		}
		var sc Scanner
		sc.reset([]byte(b.String()))
		if got, i := sc.String(0); string(got) != want || i != b.Len() {
			t.Fatalf("%s: %q, want %q", b.String(), got, want)
		}
	}
}

// Text cut short anywhere must be told from text that is wrong.
func TestTextCutShortFailsAtItsEnd(t *testing.T) {
	const text = `{"a":[1,-2.5e+3,null,"x\"\u00e9\ud83d\ude00y"],"b":{"c":true}}`
	for n := range len(text) {
		var sc Scanner
		sc.reset([]byte(text[:n]))
		if sc.Skip(0); sc.reason == "" || sc.failed < n {
			t.Errorf("%s: failed at %d with %q, want at its end", text[:n], sc.failed, sc.reason)
		}
	}
}

func TestParseTicks(t *testing.T) {
	for in, want := range map[string]string{
		"2018-11-13T12:00:35.3899262Z":     "2018-11-13T12:00:35.3899262Z",
		"2018-11-13T12:00:35Z":             "2018-11-13T12:00:35.0000000Z",
		"2018-11-13t12:00:35z":             "2018-11-13T12:00:35.0000000Z",
		"2018-11-13T12:00:35.1":            "2018-11-13T12:00:35.1000000Z",
		"2018-11-13T12:00:35.38992629999Z": "2018-11-13T12:00:35.3899262Z",
		"2025-04-30T09:07:40.986182+00:00": "2025-04-30T09:07:40.9861820Z",
		"2025-04-30T09:07:40.986182+05:30": "2025-04-30T03:37:40.9861820Z",
		"2025-04-30T09:07:40-01:00":        "2025-04-30T10:07:40.0000000Z",
		"2024-02-29T00:00:00Z":             "2024-02-29T00:00:00.0000000Z",
		"9999-12-31T23:59:59.9999999Z":     "9999-12-31T23:59:59.9999999Z",
		"2023-02-29T00:00:00Z":             "",
		"2023-13-01T00:00:00Z":             "",
		"2023-01-01T24:00:00Z":             "",
		"2023-01-01 00:00:00Z":             "",
		"2023-01-01T00:00:00X":             "",
		"2023-01-01T00:00:00.Z":            "",
		"2023-01-01T00:00:00+0100":         "",
		"2023-01-01T00:00:00+25:00":        "",
		"0001-01-01T00:00:00+01:00":        "",
		"":                                 "",
		"yesterday":                        "",
	} {
		ticks, ok := parseTicks([]byte(in))
		got := ""
		if ok {
			got = flowlog.TicksToTime(ticks).Format("2006-01-02T15:04:05.0000000Z")
		}
		if got != want {
			t.Errorf("parseTicks(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseTicksAgreesWithTheTimePackage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		want := time.Unix(r.Int64N(253402300799), r.Int64N(1e7)*100).UTC()
		ticks, ok := parseTicks([]byte(want.Format("2006-01-02T15:04:05.0000000Z07:00")))
		if got := flowlog.TicksToTime(ticks); !ok || !got.Equal(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestRolloversAreMarkedWithinOneTimeOnly(t *testing.T) {
	type tuple struct {
		time  int64
		state uint32
		port  uint32
	}
	const b, e, c = flowlog.StateB, flowlog.StateE, flowlog.StateC
	many := make([]tuple, 0, 60)
	for port := range uint32(30) {
		many = append(many, tuple{5, e, port})
	}
	for port := range uint32(30) {
		many = append(many, tuple{5, b, 2 * port})
	}
	wantMany := strings.Repeat("x.", 15) + strings.Repeat(".", 30)
	for _, test := range []struct {
		name   string
		tuples []tuple
		want   string // an x for each rollover
	}{
		{"E then B", []tuple{{1, b, 1}, {2, e, 1}, {2, b, 1}, {3, e, 1}}, ".x.."},
		{"B then E", []tuple{{2, b, 1}, {2, e, 1}}, ".."},
		{"B, E, B", []tuple{{2, b, 1}, {2, e, 1}, {2, b, 1}}, ".x."},
		{"another connection between", []tuple{{2, e, 1}, {2, c, 2}, {2, b, 1}}, "x.."},
		{"another connection", []tuple{{2, e, 1}, {2, b, 2}}, ".."},
		{"a millisecond later", []tuple{{2, e, 1}, {3, b, 1}}, ".."},
		{"unsorted", []tuple{{2, e, 1}, {1, c, 9}, {2, b, 1}, {2, e, 1}}, "x..."},
		{"many at once", many, wantMany},
	} {
		d := flowlog.NewDict()
		r := Reader{dst: flowlog.NewColumns(d)}
		for _, tu := range test.tuples {
			r.Append(&Tuple{Time: tu.time, State: tu.state, SrcPort: tu.port})
		}
		r.MarkRollovers(0)
		got := ""
		for _, f := range r.dst.Flags {
			if f&flowlog.Rollover != 0 {
				got += "x"
			} else {
				got += "."
			}
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
