package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/flowlog"
)

// Check reports what is wrong with a batch whatever it was decoded from.
func Check(c *flowlog.Columns) error {
	n := c.Len()
	for _, k := range []int{
		len(c.Src), len(c.Dest), len(c.SrcPort), len(c.DestPort), len(c.Protocol), len(c.Direction), len(c.Status),
		len(c.State), len(c.Encryption), len(c.Flags), len(c.PacketsSrcToDest), len(c.BytesSrcToDest),
		len(c.PacketsDestToSrc), len(c.BytesDestToSrc),
	} {
		if k != n {
			return fmt.Errorf("a column has %d rows, another %d", n, k)
		}
	}
	at, next, offset := 0, int64(0), int64(0)
	for i, r := range c.Records {
		if r.End < at || (i > 0 && r.Ordinal <= c.Records[i-1].Ordinal) || r.Offset < offset || r.Length < 2 {
			return fmt.Errorf("record run %d is %+v, after row %d and byte %d", i, r, at, offset)
		}
		at, offset = r.End, r.Offset+r.Length
	}
	if at != n {
		return fmt.Errorf("records cover %d of %d rows", at, n)
	}
	at = 0
	for i, g := range c.Groups {
		if g.End <= at {
			return fmt.Errorf("group run %d ends at %d, after row %d", i, g.End, at)
		}
		at = g.End
	}
	if at != n {
		return fmt.Errorf("groups cover %d of %d rows", at, n)
	}
	at = 0
	for i, o := range c.Ordinals {
		if o.End <= at || o.First < next {
			return fmt.Errorf("ordinal run %d is %+v, after row %d and ordinal %d", i, o, at, next-1)
		}
		next = o.First + int64(o.End-at)
		at = o.End
	}
	if at != n {
		return fmt.Errorf("ordinals cover %d of %d rows", at, n)
	}
	for i := range n {
		if c.Flags[i]&flowlog.HasCounters == 0 && c.PacketsSrcToDest[i]|c.BytesSrcToDest[i]|c.PacketsDestToSrc[i]|c.BytesDestToSrc[i] != 0 {
			return fmt.Errorf("row %d has counters that its flags deny", i)
		}
	}
	for i, e := range c.EmptyRules {
		if e.Record >= len(c.Records) || (i > 0 && e.Record < c.EmptyRules[i-1].Record) {
			return fmt.Errorf("empty rule %d is of record %d", i, e.Record)
		}
	}
	for i, is := range c.Issues {
		if (is.Kind == flowlog.TupleIssue) != (is.Tuple >= 0) || is.Count < 1 || is.Reason == "" || len(is.Raw) > 3*flowlog.MaxIssueRaw {
			return fmt.Errorf("issue %d is %+v", i, is)
		}
	}
	return nil
}

// short returns a tenth of rounds in a short test.
func short(rounds int) int {
	if testing.Short() {
		return rounds/10 + 1
	}
	return rounds
}

// Differential decodes a blob and scrambled forms of it, and compares each row
// with what encoding/json reads.
func Differential(t *testing.T, newDecoder func() flowlog.ColumnDecoder, blob []byte, rounds int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for round := range short(rounds) {
		doc := blob
		if round > 0 {
			var err error
			if doc, err = Scramble(r, blob); err != nil {
				t.Fatal(err)
			}
		}
		want, err := Reference(doc)
		if err != nil {
			t.Fatal(err)
		}
		cols, _ := Decode(newDecoder(), doc)
		if err := Check(cols); err != nil {
			t.Fatal(err)
		}
		got := Lines(cols)
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("round %d, row %d:\ngot  %s\nwant %s", round, i, got[i], want[i])
			}
		}
		if len(got) != len(want) || len(cols.Issues) > 0 {
			t.Fatalf("round %d: %d rows, want %d; issues %v", round, len(got), len(want), cols.Issues)
		}
	}
}

// ManyBlobs decodes blob after blob into columns of one Dict, as a program does that
// reads a storage account, and compares each row with what encoding/json reads.
func ManyBlobs(t *testing.T, d flowlog.ColumnDecoder, shape Shape, blobs int) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, uint64(shape)))
	cols := flowlog.NewColumns(flowlog.NewDict())
	for blob := range short(blobs) {
		doc := Generate(r, shape, 4000)
		want, err := Reference(doc)
		if err != nil {
			t.Fatal(err)
		}
		var cur flowlog.Cursor
		cols.Reset()
		d.DecodeColumns(append(doc, make([]byte, flowlog.Pad)...)[:len(doc)], true, &cur, cols)
		got := Lines(cols)
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("blob %d, row %d:\ngot  %s\nwant %s", blob, i, got[i], want[i])
			}
		}
		if len(got) != len(want) || len(cols.Issues) > 0 {
			t.Fatalf("blob %d: %d rows, want %d; issues %v", blob, len(got), len(want), cols.Issues)
		}
	}
}

// Truncations decodes every beginning of a blob: the rows must be those of its
// whole records, and the rest one issue.
func Truncations(t *testing.T, newDecoder func() flowlog.ColumnDecoder, blob []byte) {
	t.Helper()
	whole, _ := Decode(newDecoder(), blob)
	lines := Lines(whole)
	d := newDecoder()
	step := 1
	if testing.Short() {
		step = 7
	}
	for cut := 0; cut < len(blob); cut += step {
		cols, cur := Decode(d, slices.Clone(blob[:cut]))
		if err := Check(cols); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		rows, records := 0, 0
		for _, r := range whole.Records {
			if r.Offset+r.Length <= int64(cut) {
				rows, records = r.End, records+1
			}
		}
		if got := Lines(cols); len(cols.Records) != records || !slices.Equal(got, lines[:rows]) {
			t.Fatalf("cut at %d: %d records with %d rows, want %d with %d", cut, len(cols.Records), len(got), records, rows)
		}
		if len(cols.Issues) > 1 || cur.Offset > int64(cut) {
			t.Fatalf("cut at %d: cursor at %d, issues %v", cut, cur.Offset, cols.Issues)
		}
	}
}

// Corruptions changes bytes of one record of a blob, time and again: the other
// records must be read as ever, in windows of any size too.
func Corruptions(t *testing.T, newDecoder func() flowlog.ColumnDecoder, blob []byte, rounds int) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	whole, _ := Decode(newDecoder(), blob)
	d := newDecoder()
	for round := range short(rounds) {
		victim := whole.Records[r.IntN(len(whole.Records))]
		bad := slices.Clone(blob)
		for range 1 + r.IntN(3) {
			at := victim.Offset + r.Int64N(victim.Length)
			switch r.IntN(3) {
			case 0:
				bad[at] = byte(r.IntN(256))
			case 1:
				bad[at] = `{}[]",:\0`[r.IntN(9)]
			case 2:
				bad[at] ^= 1 << r.IntN(8)
			}
		}
		cols, cur := Decode(d, bad)
		if err := Check(cols); err != nil {
			t.Fatalf("round %d: %v\n%q", round, err, bad)
		}
		found := map[string]int{}
		for _, text := range recordTexts(cols) {
			found[text]++
		}
		for i, text := range recordTexts(whole) {
			if whole.Records[i].Ordinal == victim.Ordinal {
				continue
			}
			if found[text]--; found[text] < 0 {
				t.Fatalf("round %d: record %d is lost after record %d was changed to %q\n%s", round, i, victim.Ordinal, bad[victim.Offset:victim.Offset+victim.Length], cols)
			}
		}
		if round%10 == 0 {
			size := 1 + r.IntN(600)
			parts, at := DecodeWindows(d, bad, size)
			if parts.String() != cols.String() || at != cur {
				t.Fatalf("round %d: windows of %d: cursor %+v, whole %+v; got\n%s\nwant\n%s", round, size, at, cur, parts, cols)
			}
		}
	}
}

// recordTexts prints each record with its rows, without positions.
func recordTexts(c *flowlog.Columns) []string {
	texts := make([]string, len(c.Records))
	at := map[*flowlog.RecordRun]int{}
	for i := range c.Records {
		at[&c.Records[i]] = i
	}
	lines := Lines(c)
	for i, row := range c.Rows() {
		p := strings.Split(lines[i], "|")
		texts[at[row.Record]] += strings.Join(slices.Delete(p, 11, 13), "|") + "\n" // the ordinals
	}
	return texts
}

// SlowAgrees checks that tuples decoded eight bytes at a time are the same as
// decoded part by part: an escape in a tuple leaves it to the latter. It makes
// up tuples around what is valid.
func SlowAgrees(t *testing.T, newDecoder func() flowlog.ColumnDecoder, shape Shape, rounds int) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, uint64(shape)))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	number := func() string {
		s := fmt.Sprint(r.Uint64N(1 << r.IntN(64)))
		return pick(s, s, s, "0", "", "00", "-1", "1e3", "9223372036854775807", "9223372036854775808", "99999999", "100000000", "9999999999999999", "10000000000000000")
	}
	address := func() string {
		return pick(fmt.Sprintf("10.0.%d.%d", r.IntN(2), r.IntN(256)), "192.168.100.200", "1.1.1.1", "fd00::1", "2001:db8:0:1:1:1:1:1",
			"fd00:1:2::3:4:55", "fd00:1:22::3:4:55", "::ffff:10.0.0.1", "10.0.0.256", "", "10.0.0.1 ", "10.0.0.1\x00", "x", "10.0.0", "fe80::1%a",
			"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
	}
	for round := range short(rounds) {
		arrays := [][]string{nil}
		for range 1 + r.IntN(10) {
			var p []string
			p = append(p, pick("1735689600000", "1735689600123", "1735689600", "0000000000001", "99999999999", "100000000000", "9999999999999", "12345678901234", "", "x735689600000"))
			p = append(p, address(), address())
			p = append(p, pick("0", "443", "65535", "65536", "00443", "000443", "", "-1"), pick("80", "22", "99999", "1", " 1"))
			if shape == VNet4 {
				p = append(p, pick("6", "17", "1", "255", "256", "006", "T", "U", "", "ESP"), pick("I", "O", "I", "O", "X", "i", ""), pick("B", "C", "E", "D", "F", "", "BB"),
					pick("NX", "NX", "X", "NX_HW_NOT_SUPPORTED", "NX_FALLBACK", "NX_LOCAL_DST", "NX_LOCAL", "N", "", "Y"))
			} else {
				p = append(p, pick("T", "U", "T", "6", "17", "I", ""), pick("I", "O", "X", ""), pick("A", "D", "A", "D", "X", ""))
				if r.IntN(3) > 0 {
					p = append(p, pick("B", "C", "E", "", "F"))
				}
			}
			switch r.IntN(4) {
			case 0:
				p = append(p, "0", "0", "0", "0")
			case 1:
				p = append(p, "", "", "", "")
			case 2:
				for range 4 - r.IntN(10)/9 {
					p = append(p, number())
				}
			}
			if r.IntN(4) == 0 {
				arrays = append(arrays, nil)
			}
			last := &arrays[len(arrays)-1]
			*last = append(*last, strings.Join(p, ","))
		}
		fast, slow := envelope(shape, arrays, false), envelope(shape, arrays, true)
		got, _ := Decode(newDecoder(), append(fast, make([]byte, flowlog.Pad)...)[:len(fast)])
		want, _ := Decode(newDecoder(), slow)
		if err := Check(got); err != nil {
			t.Fatal(err)
		}
		if g, w := refusals(got), refusals(want); !slices.Equal(Lines(got), Lines(want)) || g != w {
			t.Fatalf("round %d: %q\nfast %q\n%s\nslow %q\n%s", round, arrays, Lines(got), g, Lines(want), w)
		}
	}
}

func refusals(c *flowlog.Columns) string {
	var b strings.Builder
	for _, i := range c.Issues {
		fmt.Fprintf(&b, "%s %d %d %s\n", i.Kind, i.Record, i.Tuple, i.Reason)
	}
	for _, d := range c.Drift.Counts() {
		fmt.Fprintf(&b, "%s %q %d\n", d.Kind, d.What, d.Count)
	}
	return b.String()
}

// envelope writes a record of arrays of tuples, all of them with an escape if asked.
func envelope(shape Shape, arrays [][]string, escaped bool) []byte {
	var b bytes.Buffer
	if shape == VNet4 {
		b.WriteString(`{"flowLogVersion":4,"flowRecords":{"flows":[{"flowGroups":[`)
	} else {
		b.WriteString(`{"properties":{"Version":2,"flows":[{"rule":"r","flows":[`)
	}
	for a, tuples := range arrays {
		if a > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"flowTuples":[`)
		for i, tuple := range tuples {
			if i > 0 {
				b.WriteByte(',')
			}
			text, err := json.Marshal(tuple)
			if err != nil {
				panic(err) // a string can be encoded
			}
			if comma := bytes.IndexByte(text, ','); escaped && comma >= 0 {
				text = slices.Concat(text[:comma], []byte(`\u002c`), text[comma+1:])
			}
			b.Write(text)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}]}}`)
	return b.Bytes()
}

// Fuzz checks what holds for any input whatever: nothing panics, the columns
// are consistent, and windows of any size give the same.
func Fuzz(f *testing.F, newDecoder func() flowlog.ColumnDecoder, seeds ...[]byte) {
	for i, s := range seeds {
		f.Add(s, uint16(i*37+1))
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint16) {
		d := newDecoder()
		cols, cur := Decode(d, b)
		if err := Check(cols); err != nil {
			t.Fatal(err)
		}
		if cur.Offset > int64(len(b)) || cur.Records < int64(len(cols.Records)) {
			t.Fatalf("cursor %+v after %d bytes and %d records", cur, len(b), len(cols.Records))
		}
		parts, at := DecodeWindows(d, b, 1+int(size))
		if parts.String() != cols.String() || at != cur {
			t.Fatalf("windows of %d: cursor %+v, whole %+v; got\n%s\nwant\n%s", 1+int(size), at, cur, parts, cols)
		}
	})
}
