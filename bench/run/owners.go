package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/formats"
	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/inventory"
)

// ownerWindows is how often an address of an estate has another owner, over all
// of its addresses.
const ownerWindows = 200_000

// estateShape is an estate and its logs.
type estateShape struct {
	name   string
	nics   int           // at a time, as many addresses
	hours  int           // of logs
	lasted time.Duration // how long the inventory goes back before their end
	target bool
}

var estateShapes = []estateShape{
	{"a month's owners, 2,000 addresses", 2_000, 2, 30 * 24 * time.Hour, true},
	{"all owners within the logs' twelve hours", 2_000, 12, 12 * time.Hour, false},
	{"100,000 addresses at random", 100_000, 1, 30 * 24 * time.Hour, false},
}

// owners measures what it costs to tell who owned both ends of every tuple, with
// all columns that follow.
func (b *bench) owners() error {
	for i, s := range estateShapes {
		if b.quick && !s.target {
			continue
		}
		e := &owned{estateShape: s, nics: s.nics, windows: ownerWindows}
		if b.tuples < 10_000_000 {
			// Fewer NICs, lest blobs get too short.
			e.nics = max(20, s.nics*b.tuples/10_000_000)
			e.windows = ownerWindows / s.nics * e.nics
		}
		if err := e.generate(b.tuples); err != nil {
			return err
		}
		if err := b.ownersOf(e, i == 0); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (b *bench) ownersOf(e *owned, rivals bool) error {
	before := heap()
	began := time.Now()
	x, err := attribution.Of(e.observations())
	if err != nil {
		return err
	}
	took := time.Since(began)
	index := float64(heap()-before) / 1e6
	fmt.Printf(" %s: %d tuples in %d blobs, %d windows on %d addresses; index made in %.1f s, %.0f MB\n",
		e.name, e.tuples, e.blobs, e.windows, e.nics, took.Seconds(), index)

	dict := flowlog.NewDict()
	who := attribution.NewNamer(x, dict)
	each := func(f func(life *addressLife, c *flowlog.Columns, ipText *batch.Dict, named []batch.Column) error) error {
		ipText := &batch.Dict{}
		for i := range e.lives {
			life := &e.lives[i]
			// As a worker does when it has met very many addresses.
			*dict = *life.dict
			who.Reset()
			*ipText = batch.Dict{Generation: ipText.Generation + 1, Text: dict.Addresses.Texts()}
			for j := range life.blobs {
				if err := f(life, &life.blobs[j], ipText, who.Columns(&life.blobs[j], ipText)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := each(e.check); err != nil {
		return err
	}
	times, err := race([]way{{
		name: "azflow", result: func() (string, error) { return "", nil },
		run: func() error {
			return each(func(*addressLife, *flowlog.Columns, *batch.Dict, []batch.Column) error { return nil })
		},
	}}, b.runs)
	if err != nil {
		return err
	}
	ns := float64(times[0].cpu) / float64(e.tuples)
	fmt.Printf("  %.1f ns a tuple, both ends, all columns\n", ns)
	if e.target {
		b.limit(fmt.Sprintf("owners of both ends of a tuple, %d windows", e.windows), ns, 20, "ns", true)
		b.limit("index of owners, for 200,000 windows", index*ownerWindows/float64(e.windows), 512, "MB", false)
	}
	if !rivals || b.quick {
		return nil
	}
	asof, between, err := b.ownersInDuckDB(e)
	if err != nil {
		return err
	}
	fmt.Printf("  DuckDB, one run: ASOF LEFT JOIN %.0f ns (%.0f x), equal address and BETWEEN %.0f ns (%.0f x)\n", asof, asof/ns, between, between/ns)
	return nil
}

// owned is an estate whose addresses pass from NIC to NIC, and its logs as they
// are decoded.
type owned struct {
	estateShape
	nics, windows int
	start, end    time.Time // of the logs
	lives         []addressLife
	blobs, tuples int
	addrs         []netip.Addr // of each NIC
	targets       []string     // of each NIC's flow log
	byAddr        map[netip.Addr]int
}

// addressLife is what a worker decodes between two resets of its Dict.
type addressLife struct {
	dict  *flowlog.Dict
	blobs []flowlog.Columns
}

// maxOwnerAddresses is when a worker resets its Dict.
const maxOwnerAddresses = 100_000

// generate makes the logs. The owners come later; but of which NIC a record is,
// they decide.
func (e *owned) generate(tuples int) error {
	e.start = start
	e.end = start.Add(time.Duration(e.hours) * time.Hour)
	e.addrs, e.targets, e.byAddr = make([]netip.Addr, e.nics), make([]string, e.nics), map[netip.Addr]int{}
	counts, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: flowgen.VNet4, Tuples: tuples, NICs: e.nics, Hours: e.hours, Start: start}, &ownedLogs{
		e: e, dec: formats.NewDecoder(), nicOf: map[string]int{},
	})
	e.blobs, e.tuples = counts.Blobs, counts.Tuples
	return err
}

// ownedLogs decodes blobs.
type ownedLogs struct {
	e     *owned
	dec   *formats.Decoder
	cols  *flowlog.Columns
	nicOf map[string]int // by MAC address as generated
	buf   []byte
}

func (o *ownedLogs) File(flowgen.File) error { return errors.New("bulk traffic has no files") }

func (o *ownedLogs) Blob(blob flowgen.Blob) error {
	e := o.e
	if n := len(e.lives); n == 0 || e.lives[n-1].dict.Addresses.Len() >= maxOwnerAddresses {
		d := flowlog.NewDict()
		e.lives = append(e.lives, addressLife{dict: d})
		o.cols = flowlog.NewColumns(d)
	}
	life := &e.lives[len(e.lives)-1]
	o.buf = o.buf[:0]
	for block := range blob.Blocks {
		o.buf = append(o.buf, block.Data...)
	}
	var cur flowlog.Cursor
	c := o.cols
	o.dec.DecodeColumns(append(o.buf, make([]byte, flowlog.Pad)...)[:len(o.buf)], true, &cur, c)
	if len(c.Issues) > 0 {
		return fmt.Errorf("refused: %s", c.Issues[0].Reason)
	}
	strings := &life.dict.Strings
	row, rec := 0, 0
	for i := range c.Groups {
		g := &c.Groups[i]
		for c.Records[rec].End <= row {
			rec++
		}
		mac := strings.Text(g.MAC)
		nic, ok := o.nicOf[mac]
		if !ok {
			nic = len(o.nicOf)
			o.nicOf[mac] = nic
			id := c.Dest[row]
			if c.Direction[row] == uint32(flowlog.Outbound) {
				id = c.Src[row]
			}
			e.addrs[nic], e.targets[nic] = life.dict.Addresses.Addr(id), strings.Text(c.Records[rec].Target)
			e.byAddr[e.addrs[nic]] = nic
		}
		g.MAC = strings.ID([]byte(macOf(nic, e.ownerAt(nic, c.Time[row]))))
		row = g.End
	}
	life.blobs = append(life.blobs, flowlog.Columns{
		Dict: life.dict, Time: slices.Clone(c.Time), Src: slices.Clone(c.Src), Dest: slices.Clone(c.Dest), Direction: slices.Clone(c.Direction),
		Groups: slices.Clone(c.Groups), Records: slices.Clone(c.Records),
	})
	c.Reset()
	return nil
}

// each is how many owners an address has.
func (e *owned) each() int { return e.windows / e.nics }

// from returns when an address gets an owner, which is on the minute, as records
// begin.
func (e *owned) from(nic, owner int) int64 {
	length := e.lasted / time.Duration(e.each())
	at := e.end.Add(-e.lasted + length*time.Duration(owner))
	if owner > 0 {
		r := rand.New(rand.NewPCG(uint64(nic), uint64(owner)))
		at = at.Add(time.Duration(r.Int64N(int64(length / 2)))).Truncate(time.Minute).Add(time.Minute)
	}
	return at.UnixMicro()
}

// ownerAt returns the owner of an address.
func (e *owned) ownerAt(nic int, t int64) int {
	begun := e.end.Add(-e.lasted)
	k := min(e.each()-1, int(time.UnixMicro(t).Sub(begun)/(e.lasted/time.Duration(e.each()))))
	if e.from(nic, k) > t {
		k--
	}
	return k
}

func macOf(nic, owner int) string { return fmt.Sprintf("000D3A%06X", nic<<7|owner) }

const ownerGroup = "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourcegroups/rg/providers/microsoft."

func nicName(nic, owner int) string {
	return fmt.Sprintf("%snetwork/networkinterfaces/nic%d-%d", ownerGroup, nic, owner)
}

// observations are the networks, peered with the first, and the NICs as they were
// made.
func (e *owned) observations() []inventory.Observation {
	var all []inventory.Observation
	for nic := 0; nic < e.nics; {
		first, network := nic, e.targets[nic]
		for nic < e.nics && e.targets[nic] == network {
			nic++
		}
		var prefixes []string
		for _, p := range blocks(e.addrs[first], nic-first) {
			prefixes = append(prefixes, `"`+p.String()+`"`)
		}
		peering := ""
		if first > 0 {
			peering = `,"virtualNetworkPeerings":[{"remoteVirtualNetwork":{"id":"` + e.targets[0] + `"}}]`
		}
		all = append(all, inventory.Observation{
			Time: e.end.Add(-e.lasted), Kind: inventory.List, Type: "virtualnetworks", ID: strings.ToLower(network), Source: "vnets",
			Body: `{"location":"westeurope","addressSpace":{"addressPrefixes":["10.0.0.0/8"]},"subnets":[{"id":"` + network + `/subnets/all","addressPrefixes":[` + strings.Join(prefixes, ",") + `]}]` + peering + `}`,
		})
	}
	for nic := range e.nics {
		for owner := range e.each() {
			id := nicName(nic, owner)
			all = append(all, inventory.Observation{
				Time: time.UnixMicro(e.from(nic, owner)).UTC(), Kind: inventory.Write, Type: "networkinterfaces", ID: id, Source: "activity",
				Body: fmt.Sprintf(`{"macAddress":"%s","location":"westeurope","virtualMachine":{"id":"%scompute/virtualmachines/vm%d-%d"},"ipConfigurations":[{"id":"%s/ipconfigurations/c","privateIPAddress":"%s","subnet":{"id":"%s/subnets/all"}}]}`,
					macOf(nic, owner), ownerGroup, nic, owner, id, e.addrs[nic], strings.ToLower(e.targets[nic])),
			})
		}
	}
	return all
}

// blocks returns the fewest blocks that hold n addresses from the first on.
func blocks(first netip.Addr, n int) []netip.Prefix {
	var out []netip.Prefix
	b := first.As4()
	at := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	for n > 0 {
		size := at & -at
		for size > n {
			size /= 2
		}
		bits := 32
		for s := size; s > 1; s /= 2 {
			bits--
		}
		out = append(out, netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(at >> 24), byte(at >> 16), byte(at >> 8), byte(at)}), bits))
		at, n = at+size, n-size
	}
	return out
}

// check holds the columns of a blob against who owned its ends.
func (e *owned) check(life *addressLife, c *flowlog.Columns, _ *batch.Dict, named []batch.Column) error {
	column := func(name string) *batch.Column { return &named[slices.Index(attribution.ColumnNames, name)] }
	for _, end := range []struct {
		name string
		ids  []uint32
	}{{"Src", c.Src}, {"Dest", c.Dest}} {
		owners, reasons := column(end.name+"NicResourceId"), column(end.name+"Miss")
		for row, id := range end.ids {
			want, miss := "", attribution.PublicMiss
			if nic, ours := e.byAddr[life.dict.Addresses.Addr(id)]; ours {
				want, miss = nicName(nic, e.ownerAt(nic, c.Time[row])), ""
			}
			if got, reason := owners.TextAt(row), reasons.TextAt(row); got != want || reason != miss {
				return fmt.Errorf("%s at %s is of %q (%s), the truth is %q", life.dict.Addresses.Text(id), time.UnixMicro(c.Time[row]).UTC(), got, reason, want)
			}
		}
	}
	return nil
}

// ownersInDuckDB returns what two joins in SQL take a tuple, in ns of processor
// time: numbers for the addresses, times and NICs, nothing else is told.
func (b *bench) ownersInDuckDB(e *owned) (asof, between float64, err error) {
	db, err := openDuckDB("")
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	number := func(a netip.Addr) uint32 {
		if !a.Is4() {
			return 0
		}
		v := a.As4()
		return uint32(v[0])<<24 | uint32(v[1])<<16 | uint32(v[2])<<8 | uint32(v[3])
	}
	if err := appendRows(b.ctx, db, "owners", "ip UINTEGER, since BIGINT, until BIGINT, nic INTEGER", func(row func(...driver.Value) error) error {
		for nic := range e.nics {
			for owner := range e.each() {
				until := e.end.Add(24 * time.Hour).UnixMicro()
				if owner+1 < e.each() {
					until = e.from(nic, owner+1)
				}
				if err := row(number(e.addrs[nic]), e.from(nic, owner), until, int32(nic*e.each()+owner)); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		return 0, 0, err
	}
	if err := appendRows(b.ctx, db, "flows", "t BIGINT, src UINTEGER, dest UINTEGER", func(row func(...driver.Value) error) error {
		for _, life := range e.lives {
			numbers := make([]uint32, life.dict.Addresses.Len())
			for id := range numbers {
				numbers[id] = number(life.dict.Addresses.Addr(uint32(id)))
			}
			for _, c := range life.blobs {
				for i, t := range c.Time {
					if err := row(t, numbers[c.Src[i]], numbers[c.Dest[i]]); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}); err != nil {
		return 0, 0, err
	}
	var answers []string
	var ns []float64
	for _, join := range []string{
		"asof left join owners s on f.src = s.ip and f.t >= s.since asof left join owners d on f.dest = d.ip and f.t >= d.since",
		"left join owners s on f.src = s.ip and f.t >= s.since and f.t < s.until left join owners d on f.dest = d.ip and f.t >= d.since and f.t < d.until",
	} {
		cpu, _, err := cost(func() error {
			var n, src, dest, sum int64
			err := db.QueryRowContext(b.ctx, "select count(*), count(s.nic), count(d.nic), sum(hash(s.nic, d.nic) % 1000)::bigint from flows f "+join).Scan(&n, &src, &dest, &sum)
			answers = append(answers, fmt.Sprintf("%d rows, %d and %d owned, %d", n, src, dest, sum))
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		ns = append(ns, float64(cpu)/float64(e.tuples))
	}
	if answers[0] != answers[1] {
		return 0, 0, fmt.Errorf("the joins differ: %s; %s", answers[0], answers[1])
	}
	fmt.Printf("  %s\n", answers[0])
	return ns[0], ns[1], nil
}

// appendRows makes a table.
func appendRows(ctx context.Context, db *sql.DB, table, columns string, fill func(row func(...driver.Value) error) error) (err error) {
	if _, err := db.ExecContext(ctx, "create table "+table+" ("+columns+")"); err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(raw any) error {
		a, err := duckdb.NewAppenderFromConn(raw.(*duckdb.Conn), "", table)
		if err != nil {
			return err
		}
		return errors.Join(fill(a.AppendRow), a.Close())
	})
}

// heap returns the bytes of the heap in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
