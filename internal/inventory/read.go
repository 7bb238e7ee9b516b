package inventory

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"
)

// reading collects what a file says.
type reading struct {
	name     string
	at       time.Time // of the file
	data     []byte
	out      []Observation
	problems []error
	ignored  map[string]int // by what it is
	lists    bool           // the elements being read stand in a list
	before   int64          // lines of the file before data
	end      int64          // of the last document in data
	mixed    bool           // not every document is one record of the activity log
}

// maxProblems is how many problems of one file are told one by one.
const maxProblems = 10

// read takes in a file's content. What cannot be read is in problems, by
// position, and costs nothing else.
func read(name string, data []byte, at time.Time) *reading { return readFrom(name, data, at, 0) }

// readFrom takes in what follows some lines of a file.
func readFrom(name string, data []byte, at time.Time, before int64) *reading {
	r := &reading{name: name, at: at.UTC().Truncate(time.Microsecond), data: decodeText(data), ignored: map[string]int{}, before: before}
	r.mixed = len(r.data) != len(data) // offsets are not those of the file
	body := bytes.TrimLeft(r.data, " \t\r\n")
	switch {
	case len(body) == 0:
	case body[0] == '[' || body[0] == '{':
		r.json()
	case strings.EqualFold(filepath.Ext(name), ".csv") || bytes.ContainsRune(firstLine(body), ','):
		r.mixed = true
		r.csv()
	default:
		r.problem(0, errors.New("neither JSON nor CSV"))
	}
	if n := len(r.problems); n > maxProblems {
		r.problems = append(r.problems[:maxProblems:maxProblems], fmt.Errorf("%s: and %d other problems", name, n-maxProblems))
	}
	return r
}

// appended returns the length of what was read to its end and will not change when
// the file grows: records of the activity log, one a line. It is 0 for anything
// else.
func (r *reading) appended() int64 {
	if r.mixed || len(r.problems) > 0 {
		return 0
	}
	return r.end
}

func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return line
}

// decodeText returns UTF-8 without a byte order mark. Windows PowerShell
// redirects text as UTF-16.
func decodeText(b []byte) []byte {
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// problem notes what is wrong at a byte offset.
func (r *reading) problem(offset int64, err error) {
	line := r.before + 1 + int64(bytes.Count(r.data[:min(offset, int64(len(r.data)))], []byte("\n")))
	r.problems = append(r.problems, fmt.Errorf("%s:%d: %w", r.name, line, err))
}

// json reads one document, or one a line.
func (r *reading) json() {
	at := int64(0)
	for {
		dec := json.NewDecoder(bytes.NewReader(r.data[at:]))
		for {
			start := at + dec.InputOffset()
			var doc json.RawMessage
			err := dec.Decode(&doc)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				end := r.salvage(start, err)
				if end < 0 {
					return
				}
				at = end
				break
			}
			r.mixed = !r.document(start, doc) || r.mixed
			r.end = at + dec.InputOffset()
			if bytes.HasPrefix(r.data[r.end:], []byte("\n")) {
				r.end++ // the line's
			}
		}
	}
}

// salvage takes what is whole of a document that is not, and returns where the
// next one may begin, -1 for nowhere.
func (r *reading) salvage(start int64, err error) int64 {
	rest := r.data[start:]
	line := bytes.TrimLeft(rest, " \t\r\n")
	skipped := int64(len(rest) - len(line))
	first, _, more := bytes.Cut(line, []byte("\n"))
	// The elements before the flaw of a list that stands on its own.
	open := 0
	if line[0] == '{' {
		open = -1
		for _, key := range []string{`"value"`, `"data"`, `"records"`} {
			if i := bytes.Index(line, []byte(key)); i >= 0 {
				if j := bytes.IndexByte(line[i:], '['); j >= 0 && len(bytes.Trim(line[i+len(key):i+j], " \t\r\n:")) == 0 {
					open = i + j
					break
				}
			}
		}
	}
	if open >= 0 {
		dec := json.NewDecoder(bytes.NewReader(line[open:]))
		if _, e := dec.Token(); e == nil {
			for dec.More() {
				at := start + skipped + int64(open) + dec.InputOffset()
				at += int64(len(r.data[at:]) - len(bytes.TrimLeft(r.data[at:], ", \t\r\n")))
				var el json.RawMessage
				if e := dec.Decode(&el); e != nil {
					r.problem(at, fmt.Errorf("the list breaks off here, what stands before it is kept: %w", e))
					break
				}
				r.lists = false // it is not whole
				r.element(at, el)
			}
		}
		return -1
	}
	r.problem(start+skipped, fmt.Errorf("not JSON: %w", err))
	if !more {
		return -1
	}
	return start + skipped + int64(len(first)) + 1
}

// document takes in a whole document. It reports whether that is one record of the
// activity log.
func (r *reading) document(at int64, doc json.RawMessage) bool {
	if doc[0] == '[' {
		r.elements(at, doc)
		return false
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(doc, &top); err != nil {
		r.problem(at, fmt.Errorf("neither an object nor a list: %w", err))
		return false
	}
	find := func(key string) json.RawMessage {
		for k, v := range top {
			if fold(k) == key {
				return v
			}
		}
		return nil
	}
	if v := find("values"); v != nil && find("cloud") != nil {
		r.tags(at, v)
		return false
	}
	if v := find("tables"); v != nil {
		r.tables(at, v)
		return false
	}
	if find("id") == nil || find("type") == nil {
		for _, key := range []string{"value", "data", "records"} {
			if v := bytes.TrimSpace(find(key)); len(v) > 0 && v[0] == '[' {
				r.elements(at, v)
				return false
			}
		}
	}
	r.lists = false
	r.element(at, doc)
	return find("operationname") != nil
}

// tables takes in an answer of Log Analytics' query API: {"tables": [{"columns":
// [{"name": …}], "rows": [[…]]}]}.
func (r *reading) tables(at int64, text json.RawMessage) {
	var tables []struct {
		Columns []struct{ Name string }
		Rows    [][]any
	}
	if err := json.Unmarshal(text, &tables); err != nil {
		r.problem(at, fmt.Errorf("no answer of a query: %w", err))
		return
	}
	for _, t := range tables {
		for _, row := range t.Rows {
			o := object{}
			for i, c := range t.Columns {
				if i < len(row) {
					o[c.Name] = row[i]
				}
			}
			if o.text("operationnamevalue") == "" {
				r.problem(at, errors.New("a row without OperationNameValue: query AzureActivity with all its columns"))
				continue
			}
			r.event(at, o)
		}
	}
}

func (r *reading) elements(at int64, list json.RawMessage) {
	var els []json.RawMessage
	if err := json.Unmarshal(list, &els); err != nil {
		r.problem(at, err)
		return
	}
	out, problems := len(r.out), len(r.problems)
	// Where the elements stand is found by looking for them in order.
	pos := at
	for _, el := range els {
		if i := bytes.Index(r.data[pos:], el); i >= 0 {
			pos += int64(i)
		}
		r.lists = true
		r.element(pos, el)
		pos += int64(len(el))
	}
	if len(r.problems) == problems {
		return
	}
	for i := range r.out[out:] { // what could not be read is not absent
		if o := &r.out[out+i]; o.Kind == List {
			o.Kind = Show
		}
	}
}

// element takes in one resource, event or route.
func (r *reading) element(at int64, text json.RawMessage) {
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		r.problem(at, errors.New("not an object"))
		return
	}
	o := object(m)
	id := strings.ToLower(o.text("id"))
	switch {
	case o.text("operationname") != "" || o.text("operationnamevalue") != "":
		r.event(at, o)
	case strings.HasPrefix(id, "/subscriptions/"):
		kind := Show
		if r.lists {
			kind = List
		}
		r.resource(at, Observation{Time: r.at, Kind: kind, ID: id, Tenant: strings.ToLower(o.text("tenantid"))}, o, text)
	case o.text("network") != "" && o.first("nexthop", "sourcepeer") != "":
		r.keep(Observation{Time: r.at, Kind: Show, Type: typeRoute, ID: strings.ToLower(o.text("network")), Body: compact(text)})
	case records(text) != nil: // a message of an Event Hub
		r.elements(at, records(text))
	case o.object("error").text("code") != "": // of Azure Resource Manager
		e := o.object("error")
		r.problem(at, fmt.Errorf("an error of Azure's instead of a list (%s: %s): ask for it again", e.text("code"), e.text("message")))
	case id != "":
		r.problem(at, fmt.Errorf("%q is no resource ID, which begins with /subscriptions/: it is left", o.text("id")))
	default:
		r.problem(at, errors.New("neither a resource, which has an id, nor an event of the activity log, which has an operationName"))
	}
}

// records returns the list of that name in an object, nil if there is none.
func records(text json.RawMessage) json.RawMessage {
	var m struct{ Records json.RawMessage }
	if err := json.Unmarshal(text, &m); err != nil || !bytes.HasPrefix(m.Records, []byte("[")) {
		return nil
	}
	return m.Records
}

// resource takes in a resource if it is of a kind that says something of addresses.
func (r *reading) resource(at int64, o Observation, body object, text json.RawMessage) {
	o.Type = typeOf(o.ID)
	if o.Type == "" {
		r.problem(at, fmt.Errorf("%q is no resource ID", o.ID))
		return
	}
	if !keeps(o.ID) {
		r.ignored["resources of type "+o.Type]++
		return
	}
	o.Body = compact(text)
	r.keep(o)
	if o.Type == "networkinterfaces" && body.get("ipconfigurations") == nil {
		version := ""
		if v := body.text("apiversion"); v != "" {
			version = " of API version " + v
		}
		r.problem(at, fmt.Errorf("%s%s shows no ipConfigurations: it is kept, but not which addresses it has; az network nic list shows them", o.ID, version))
	}
}

func (r *reading) keep(o Observation) {
	o.Source = r.name
	r.out = append(r.out, o)
}

func compact(text json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return string(text) // it was parsed before: it is JSON
	}
	return b.String()
}

// event takes in a record of the activity log, or a row of Log Analytics' table
// AzureActivity: the outcome of a write, which carries the resource in its
// response, and of a deletion. MS Learn: "Azure Activity Log event schema",
// "AzureActivity".
func (r *reading) event(at int64, o object) {
	op := strings.ToLower(o.first("operationnamevalue", "operationname"))
	if op == "flowlogflowevent" || op == "networksecuritygroupflowevents" {
		r.ignored["records of flow logs, which azflow ingest reads"]++
		return
	}
	result := strings.ToLower(o.first("resulttype", "activitystatusvalue", "status"))
	props := o.nested("properties")
	if props == nil {
		props = o.nested("propertiesd")
	}
	if nested := props.object("eventproperties"); nested != nil {
		props = nested
	}
	id := strings.ToLower(o.text("resourceid"))
	if typeOf(id) == "" { // AzureActivity's ResourceId may be blank
		id = strings.ToLower(props.text("entity"))
	}
	verb := op[strings.LastIndexByte(op, '/')+1:]
	switch {
	case verb != "write" && verb != "delete":
		r.ignored["events that change no resource"]++
		return
	case strings.HasPrefix(result, "start"), strings.HasPrefix(result, "fail"):
		r.ignored["events without an outcome"]++
		return
	case !keeps(id):
		r.ignored["events of other resources"]++
		return
	}
	text := o.first("time", "eventtimestamp", "timegenerated")
	when, err := parseDay(text)
	if err != nil {
		r.problem(at, fmt.Errorf("event of %s has no time but %q", id, text))
		return
	}
	ob := Observation{Time: when.UTC().Truncate(time.Microsecond), ID: id, Type: typeOf(id), Tenant: strings.ToLower(o.text("tenantid"))}
	if verb == "delete" {
		ob.Kind = Delete
		r.keep(ob)
		return
	}
	var body json.RawMessage
	switch v := props.get("responsebody").(type) {
	case string:
		body = json.RawMessage(v)
	case map[string]any:
		if body, err = json.Marshal(v); err != nil {
			r.problem(at, err)
			return
		}
	}
	if len(body) == 0 {
		r.ignored["writes without the resource in their response"]++
		return
	}
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		r.problem(at, fmt.Errorf("response of a write of %s is no JSON object: %w", id, err))
		return
	}
	ob.Kind = Write
	ob.Body = compact(body)
	r.keep(ob)
}

// tags takes in a service tags file, a tag at a time.
func (r *reading) tags(at int64, values json.RawMessage) {
	var all []json.RawMessage
	if err := json.Unmarshal(values, &all); err != nil {
		r.problem(at, fmt.Errorf("service tags: %w", err))
		return
	}
	for _, v := range all {
		var m map[string]any
		if err := json.Unmarshal(v, &m); err != nil || object(m).text("name") == "" {
			r.problem(at, errors.New("a service tag without a name"))
			continue
		}
		r.keep(Observation{Time: r.at, Kind: Show, Type: typeTag, ID: strings.ToLower(object(m).text("name")), Body: compact(v)})
	}
}

// csv reads one of the CSV forms, which its header tells apart: sites (cidr,
// name, circuit, since), labels (cidr, label) and NICs (time, nic, ip, mac, vm).
func (r *reading) csv() {
	in := csv.NewReader(bytes.NewReader(r.data))
	in.FieldsPerRecord = -1
	in.TrimLeadingSpace = true
	header, err := in.Read()
	if err != nil {
		r.problem(in.InputOffset(), err)
		return
	}
	at := map[string]int{}
	for i, h := range header {
		name, zone, zoned := strings.Cut(strings.TrimSpace(h), " [")
		if zoned && zone != "UTC]" {
			r.problem(0, fmt.Errorf("column %q is not in UTC: set the portal's display time zone to UTC and export again", h))
			return
		}
		at[fold(name)] = i
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := at[n]; !ok {
				return false
			}
		}
		return true
	}
	var take func(get func(string) string) (Observation, map[string]any, error)
	switch {
	case has("cidr", "label"):
		take = func(get func(string) string) (Observation, map[string]any, error) {
			p, err := netip.ParsePrefix(get("cidr"))
			return Observation{Type: typeLabel, ID: p.String()}, map[string]any{"cidr": p.String(), "label": get("label")}, err
		}
	case has("cidr", "name"):
		take = func(get func(string) string) (Observation, map[string]any, error) {
			p, err := netip.ParsePrefix(get("cidr"))
			if s := get("since"); err == nil && s != "" {
				_, err = parseDay(s)
			}
			return Observation{Type: typeSite, ID: p.String()}, map[string]any{"cidr": p.String(), "name": get("name"), "circuit": get("circuit"), "since": get("since")}, err
		}
	case has("time", "nic", "ip"):
		take = nicOfRow
	case has("operationnamevalue"):
		r.activity(in, at)
		return
	default:
		r.problem(0, fmt.Errorf("columns %s: want cidr,name,circuit,since or cidr,label or time,nic,ip,mac,vm,subnet or those of AzureActivity", strings.Join(header, ",")))
		return
	}
	for {
		pos := in.InputOffset()
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.problem(pos, err)
			continue
		}
		o, m, err := take(func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		})
		if err != nil {
			r.problem(pos, err)
			continue
		}
		if o.Time.IsZero() {
			o.Time = r.at
		}
		o.Kind = Seen
		body, err := json.Marshal(m)
		if err != nil {
			r.problem(pos, err)
			continue
		}
		o.Body = string(body)
		r.keep(o)
	}
}

// activity takes in rows of AzureActivity. at says where its columns stand.
func (r *reading) activity(in *csv.Reader, at map[string]int) {
	for {
		pos := in.InputOffset()
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.problem(pos, err)
			continue
		}
		o := object{}
		for name, i := range at {
			if i < len(row) {
				o[name] = row[i]
			}
		}
		r.event(pos, o)
	}
}

// nicOfRow returns a NIC as ARM would show it.
func nicOfRow(get func(string) string) (Observation, map[string]any, error) {
	when, err := parseDay(get("time"))
	if err != nil {
		return Observation{}, nil, err
	}
	ip, err := netip.ParseAddr(get("ip"))
	if err != nil {
		return Observation{}, nil, err
	}
	id := strings.ToLower(get("nic"))
	if typeOf(id) != "networkinterfaces" {
		return Observation{}, nil, fmt.Errorf("%q is no resource ID of a NIC", get("nic"))
	}
	body := map[string]any{
		"id": get("nic"), "macAddress": get("mac"),
		"ipConfigurations": []any{map[string]any{"privateIPAddress": ip.String(), "subnet": map[string]any{"id": get("subnet")}}},
	}
	if vm := get("vm"); vm != "" {
		body["virtualMachine"] = map[string]any{"id": vm}
	}
	return Observation{Time: when, Type: "networkinterfaces", ID: id}, body, nil
}

// parseDay reads a time, as the portal writes it too, or the midnight that begins
// a day.
func parseDay(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", time.DateOnly, "1/2/2006, 3:04:05.999999 PM"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 2026-03-01T10:00:00Z", s)
}
