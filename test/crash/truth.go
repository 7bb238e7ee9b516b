package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// position is where a tuple stands in its blob.
type position struct{ record, tuple int64 }

// truth is what Flows has to hold: for each blob, by its id, the text of every
// tuple with what its record says of it.
type truth map[string]map[position]string

// sums are what merged rows must add up to.
type sums struct{ tuples, packetsOut, bytesOut, packetsIn, bytesIn int64 }

// read puts a blob's content in place of what it held. It is read with
// encoding/json and strings.Split, which share nothing with azflow.
func (t truth) read(name string, content []byte) error {
	var doc struct {
		Records []struct {
			MacAddress  string
			FlowRecords struct {
				Flows []struct {
					ACLID      string `json:"aclID"`
					FlowGroups []struct {
						Rule       string
						FlowTuples []string
					}
				}
			}
		}
	}
	if err := json.Unmarshal(content, &doc); err != nil {
		return fmt.Errorf("generated content of %s: %w", name, err)
	}
	rows := map[position]string{}
	n := int64(0)
	for r, record := range doc.Records {
		for _, flow := range record.FlowRecords.Flows {
			for _, group := range flow.FlowGroups {
				for _, tuple := range group.FlowTuples {
					f := strings.Split(tuple, ",")
					if len(f) != 13 {
						return fmt.Errorf("generated tuple %q has %d fields", tuple, len(f))
					}
					// What begins or is denied counts nothing yet.
					if (f[7] == "B" || f[7] == "D") && !slices.ContainsFunc(f[9:], func(c string) bool { return c != "0" }) {
						f[9], f[10], f[11], f[12] = "", "", "", ""
					}
					rows[position{int64(r), n}] = strings.Join(append(f, record.MacAddress, flow.ACLID, group.Rule), ",")
					n++
				}
			}
		}
	}
	t[blobID(name)] = rows
	return nil
}

// blobID returns the id under which a blob is stored, of those whose name begins
// with the resource.
func blobID(name string) string { return strings.ToUpper(name) }

// total adds up all rows.
func (t truth) total() (s sums) {
	for _, rows := range t {
		for _, text := range rows {
			f := strings.Split(text, ",")
			s.tuples++
			for i, to := range []*int64{&s.packetsOut, &s.bytesOut, &s.packetsIn, &s.bytesIn} {
				if f[9+i] != "" {
					n, _ := strconv.ParseInt(f[9+i], 10, 64) // it was generated
					*to += n
				}
			}
		}
	}
	return s
}

// view is a lake open for reading.
type view struct {
	lake    *lake.Lake
	session *query.Session
	close   func() error
}

func open(ctx context.Context, folder, temp string) (*view, error) {
	l, err := lake.Open(ctx, folder, lake.Options{MustExist: true})
	if err != nil {
		return nil, err
	}
	engine, err := duckdb.Open(duckdb.Config{
		Segments: l.SegmentsDir(), TempDir: temp, MemoryLimit: "1GB", Threads: 1, Resolver: &query.Resolver{Lake: l},
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	v := &view{lake: l, session: &query.Session{Lake: l, Engine: engine, Catalog: schema.NewCatalog(schema.Tables())}}
	v.close = func() error { return errors.Join(engine.Close(), l.Close()) }
	return v, nil
}

// each runs a query and calls f for every row.
func (v *view) each(ctx context.Context, text string, f func(row []types.Value)) error {
	c, err := v.session.Compile(query.Request{Text: text, Now: time.Now()})
	if err != nil {
		return err
	}
	return v.session.Run(ctx, c, 0, func(cols []*types.Vector, n int) error {
		row := make([]types.Value, len(cols))
		for i := range n {
			for j, c := range cols {
				row[j] = c.Value(i)
			}
			f(row)
		}
		return nil
	})
}

const allRows = `Flows | project BlobId, RecordOrdinal, TupleOrdinal, tolong(TimeGenerated - datetime(1970-01-01)) / 10000, SrcIp, DestIp, SrcPort, DestPort, Protocol,
	FlowDirection, FlowState, FlowEncryption, PacketsSrcToDest, BytesSrcToDest, PacketsDestToSrc, BytesDestToSrc, MacAddress, AclGroup, AclRule`

// difference is how the lake differs from the truth.
type difference struct {
	stored, missing, wrong, twice int
	example                       string
	others                        []string // of other tables, if no row is missing
}

// some reports whether there is a difference, and not only that rows are still
// missing if they may be.
func (d *difference) some(mayMiss bool) bool {
	return d.wrong > 0 || d.twice > 0 || !mayMiss && (d.missing > 0 || len(d.others) > 0)
}

func (d *difference) String() string {
	text := fmt.Sprintf("%d tuples stored, %d missing, %d wrong, %d twice", d.stored, d.missing, d.wrong, d.twice)
	if d.example != "" {
		text += ", such as " + d.example
	}
	return strings.Join(append([]string{text}, d.others...), "; ")
}

// compare compares every row of Flows with the truth, and once all are there
// what the other tables say of them. A blob may be as in any of the given
// truths, one for all its rows: a process that was killed may have stored a
// content that another one took the place of.
func (v *view) compare(ctx context.Context, want truth, before ...truth) (*difference, error) {
	d := &difference{}
	got := map[string]map[position]string{}
	err := v.each(ctx, allRows, func(row []types.Value) {
		text := func(i int) string {
			switch x := row[i].(type) {
			case nil:
				return ""
			case string:
				return x
			case int32:
				return strconv.Itoa(int(x))
			case int64:
				return strconv.FormatInt(x, 10)
			}
			return fmt.Sprint(row[i])
		}
		f := make([]string, 0, 16)
		for i := 3; i < len(row); i++ {
			f = append(f, text(i))
		}
		f[6] = f[6][:1]                            // Inbound, Outbound
		f[13] = strings.ReplaceAll(f[13], "-", "") // as logged
		id := text(0)
		at := position{row[1].(int64), row[2].(int64)}
		if got[id] == nil {
			got[id] = map[position]string{}
		}
		d.stored++
		if _, ok := got[id][at]; ok {
			d.twice++
			d.example = fmt.Sprintf("%v of %s", at, id)
		}
		got[id][at] = strings.Join(f, ",")
	})
	if err != nil {
		return nil, err
	}
	for id, rows := range got {
		best := -1
		for _, t := range append([]truth{want}, before...) {
			wrong := 0
			for at, text := range rows {
				if t[id][at] != text {
					wrong++
					if best < 0 {
						d.example = fmt.Sprintf("%v of %s: %q, want %q", at, id, text, t[id][at])
					}
				}
			}
			if best < 0 || wrong < best {
				best = wrong
			}
		}
		d.wrong += best
	}
	for id, rows := range want {
		for at, text := range rows {
			if _, ok := got[id][at]; !ok {
				d.missing++
				if d.missing == 1 && d.wrong == 0 && d.twice == 0 {
					d.example = fmt.Sprintf("%v of %s: %q", at, id, text)
				}
			}
		}
	}
	if d.wrong == 0 && d.twice == 0 && d.missing == 0 {
		d.example = ""
		d.others, err = v.others(ctx, want)
	}
	return d, err
}

// others says where other tables do not add up to the truth.
func (v *view) others(ctx context.Context, want truth) ([]string, error) {
	var wrong []string
	total := want.total()
	whole := []int64{total.tuples, total.packetsOut, total.bytesOut, total.packetsIn, total.bytesIn}
	blobs := 0
	for _, rows := range want {
		if len(rows) > 0 {
			blobs++
		}
	}
	for _, q := range []struct {
		text string
		want []int64
	}{
		{`NTANetAnalytics | summarize sum(RecordCount), sum(PacketsSrcToDest), sum(BytesSrcToDest), sum(PacketsDestToSrc), sum(BytesDestToSrc)`, whole},
		{`IngestBlobs | where Tuples > 0 | summarize count(), sum(Tuples)`, []int64{int64(blobs), total.tuples}},
		{`RuleSightings | summarize sum(Hits)`, []int64{total.tuples}},
		{`IngestErrors | where Kind != "message" | count`, []int64{0}},
	} {
		err := v.each(ctx, q.text, func(row []types.Value) {
			for i, w := range q.want {
				// A sum of no rows is null.
				if n, ok := row[i].(int64); n != w || !ok && row[i] != nil {
					wrong = append(wrong, fmt.Sprintf("%s: %v, want %v", q.text, row, q.want))
					return
				}
			}
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.text, err)
		}
	}
	return wrong, nil
}
