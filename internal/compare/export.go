package compare

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// columns of an export that are needed; the names are Azure's.
var needed = []string{
	"FlowIntervalStartTime", "SrcIp", "DestIp", "DestPort", "L4Protocol", "AclRule", "FlowDirection", "MacAddress",
	"AllowedInFlows", "DeniedInFlows", "AllowedOutFlows", "DeniedOutFlows", "CompletedFlows",
	"PacketsSrcToDest", "PacketsDestToSrc", "BytesSrcToDest", "BytesDestToSrc", "SrcPublicIps", "DestPublicIps",
}

// ReadExport reads an export of NTANetAnalytics and calls add for each row of
// flows, and for each public address of one that has them packed. It takes CSV
// as the portal saves it, JSON as `az monitor log-analytics query` and the query
// API answer it, and JSON lines as data export writes them. It returns how many
// rows of the table there were, status messages not counted. An error names
// the row.
func ReadExport(r io.Reader, add func(*Row) error) (rows int64, err error) {
	b := bufio.NewReaderSize(r, 1<<20)
	if bom, err := b.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		if _, err := b.Discard(3); err != nil {
			return 0, err
		}
	}
	var first byte
	for i := 1; ; i++ {
		head, err := b.Peek(i)
		if len(head) < i {
			if errors.Is(err, io.EOF) {
				return 0, errors.New("the file is empty")
			}
			return 0, err
		}
		if first = head[i-1]; !strings.ContainsRune(" \t\r\n", rune(first)) {
			break
		}
	}
	n := int64(0)
	each := func(get func(string) (string, bool)) error {
		n++
		if t, ok := get("SubType"); ok && t != "" && t != "FlowLog" {
			return nil
		}
		rows++
		if err := expand(get, add); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		return nil
	}
	if first == '{' || first == '[' {
		err = readJSON(b, each)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = fmt.Errorf("the JSON breaks off after row %d: export it again", n)
		}
		return rows, err
	}
	err = readCSV(b, each)
	return rows, err
}

func readCSV(r io.Reader, each func(func(string) (string, bool)) error) error {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	header, err := c.Read()
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, h := range header {
		name, zone, zoned := strings.Cut(h, " [")
		if zoned && zone != "UTC]" {
			return fmt.Errorf("column %q is not in UTC: set the portal's display time zone to UTC and export again", h)
		}
		at[name] = i
	}
	if err := complete(func(name string) bool { _, ok := at[name]; return ok }); err != nil {
		return err
	}
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := each(func(name string) (string, bool) {
			i, ok := at[name]
			if !ok || i >= len(rec) {
				return "", false
			}
			return rec[i], true
		}); err != nil {
			return err
		}
	}
}

func complete(has func(string) bool) error {
	var missing []string
	for _, name := range needed {
		if !has(name) {
			missing = append(missing, name)
		}
	}
	if missing == nil {
		return nil
	}
	return fmt.Errorf("the export has no column %s: export NTANetAnalytics with all its columns", strings.Join(missing, ", "))
}

// readJSON reads an array of objects, lines of objects, or an answer of the
// query API: {"tables": [{"columns": [{"name": …}], "rows": [[…]]}]}.
func readJSON(r io.Reader, each func(func(string) (string, bool)) error) error {
	d := json.NewDecoder(r)
	d.UseNumber()
	checked := false
	object := func(o map[string]any) error {
		if !checked {
			checked = true
			if err := complete(func(name string) bool { _, ok := o[name]; return ok }); err != nil {
				return err
			}
		}
		return each(func(name string) (string, bool) {
			v, ok := o[name]
			return text(v), ok
		})
	}
	for {
		var v any
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch tok {
		case json.Delim('['):
			for d.More() {
				var o map[string]any
				if err := d.Decode(&o); err != nil {
					return err
				}
				if err := object(o); err != nil {
					return err
				}
			}
			if _, err := d.Token(); err != nil {
				return err
			}
			continue
		case json.Delim('{'):
		default:
			return fmt.Errorf("neither an array nor an object: %v", tok)
		}
		o := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if err := d.Decode(&v); err != nil {
				return err
			}
			o[fmt.Sprint(name)] = v
			v = nil
		}
		if _, err := d.Token(); err != nil {
			return err
		}
		if tables, ok := o["tables"].([]any); ok {
			if err := readTables(tables, object); err != nil {
				return err
			}
			continue
		}
		if err := object(o); err != nil {
			return err
		}
	}
}

func readTables(tables []any, object func(map[string]any) error) error {
	for _, t := range tables {
		t, _ := t.(map[string]any)
		columns, _ := t["columns"].([]any)
		rows, _ := t["rows"].([]any)
		names := make([]string, len(columns))
		for i, c := range columns {
			c, _ := c.(map[string]any)
			names[i] = text(c["name"])
		}
		for i, r := range rows {
			r, _ := r.([]any)
			if len(r) != len(names) {
				return fmt.Errorf("row %d: %d values for %d columns", i+1, len(r), len(names))
			}
			o := map[string]any{}
			for j, v := range r {
				o[names[j]] = v
			}
			if err := object(o); err != nil {
				return err
			}
		}
	}
	return nil
}

// text returns a JSON scalar as an export of text would have it.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// expand makes a row, or the rows of its packed public addresses.
func expand(get func(string) (string, bool), add func(*Row) error) error {
	of := func(name string) string { s, _ := get(name); return s }
	var r Row
	var err error
	number := func(name string) int64 {
		s := of(name)
		if s == "" || err != nil {
			return 0
		}
		// Spreadsheets write 1.0 and 1E+06.
		n, nerr := strconv.ParseInt(s, 10, 64)
		if nerr != nil {
			var f float64
			if f, nerr = strconv.ParseFloat(s, 64); nerr != nil || f != float64(int64(f)) {
				err = fmt.Errorf("%s: %q is not a whole number", name, s)
			}
			n = int64(f)
		}
		return n
	}
	if r.Interval, err = parseTime(of("FlowIntervalStartTime")); err != nil {
		return fmt.Errorf("FlowIntervalStartTime: %w", err)
	}
	if end := of("FlowIntervalEndTime"); end != "" {
		if r.IntervalEnd, err = parseTime(end); err != nil {
			return fmt.Errorf("FlowIntervalEndTime: %w", err)
		}
	}
	r.Src, r.Dest, r.Protocol = of("SrcIp"), of("DestIp"), of("L4Protocol")
	r.Rule, r.Direction, r.Mac = of("AclRule"), of("FlowDirection"), of("MacAddress")
	r.Port = int32(number("DestPort"))
	r.Counts = Counts{
		Started:     number("AllowedInFlows") + number("DeniedInFlows") + number("AllowedOutFlows") + number("DeniedOutFlows"),
		Ended:       number("CompletedFlows"),
		PacketsSent: number("PacketsSrcToDest"), PacketsBack: number("PacketsDestToSrc"),
		BytesSent: number("BytesSrcToDest"), BytesBack: number("BytesDestToSrc"),
	}
	if err != nil {
		return err
	}
	packedSrc, list := true, of("SrcPublicIps")
	if r.Src != "" {
		packedSrc, list = false, of("DestPublicIps")
	}
	if list == "" || !packedSrc && r.Dest != "" {
		return add(&r)
	}
	for entry := range strings.FieldsSeq(list) {
		one := r
		one.Packed = true
		ip, counts, err := parseEntry(entry)
		if err != nil {
			return err
		}
		one.Counts = counts
		if packedSrc {
			one.Src = ip
		} else {
			one.Dest = ip
		}
		if err := add(&one); err != nil {
			return err
		}
	}
	return nil
}

// parseEntry reads ip|flows started|flows ended|packets out|packets in|bytes
// out|bytes in (MS Learn: traffic analytics schema). Out is source to
// destination.
func parseEntry(s string) (ip string, c Counts, err error) {
	f := strings.Split(s, "|")
	if len(f) != 7 {
		return "", c, fmt.Errorf("public address %q has %d parts, not 7", s, len(f))
	}
	for i, n := range []*int64{&c.Started, &c.Ended, &c.PacketsSent, &c.PacketsBack, &c.BytesSent, &c.BytesBack} {
		if *n, err = strconv.ParseInt(f[i+1], 10, 64); err != nil {
			return "", c, fmt.Errorf("public address %q: %w", s, err)
		}
	}
	return f[0], c, nil
}

// timeLayouts are those of the APIs and of the portal's CSV, in UTC.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.9999999", "2006-01-02 15:04:05.9999999",
	"1/2/2006, 3:04:05.999999 PM", "1/2/2006, 15:04:05.999999", "1/2/2006 3:04:05.999999 PM",
}

func parseTime(s string) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time that azflow knows: it reads RFC 3339 and the portal's 11/22/2026, 9:00:00.000 AM", s)
}
