package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// shape is a question in KQL and in the SQL of who knows the tables. T stands
// for the table; the answer's last column is a number.
type shape struct{ name, kql, sql string }

// shapes are those of the published recipes for virtual network flow logs, with
// values that generated traffic has, and of what is asked most beside them.
var shapes = []shape{
	{
		"peers of an address",
		`T | where TimeGenerated > ago(60d) | where SrcIp == "10.0.0.10" and strlen(DestIp) > 0
			| summarize TotalBytes = sum(BytesDestToSrc + BytesSrcToDest) by SrcIp, DestIp`,
		`select SrcIp, DestIp, sum(BytesDestToSrc + BytesSrcToDest)::bigint as total from T
			where TimeGenerated > FROM and SrcIp = '10.0.0.10' and length(DestIp) > 0 group by all`,
	},
	{
		"peers with what is known of them",
		`T | where TimeGenerated > ago(60d) | where SrcIp == "10.0.0.10" and strlen(DestIp) > 0
			| join kind=leftouter (NTAIpDetails) on $left.DestIp == $right.Ip
			| summarize TotalBytes = sum(BytesDestToSrc + BytesSrcToDest) by SrcIp, DestIp, PublicIpDetails, Location`,
		`select SrcIp, DestIp, PublicIpDetails, "Location", sum(BytesDestToSrc + BytesSrcToDest)::bigint as total
			from (select * from T where TimeGenerated > FROM and SrcIp = '10.0.0.10' and length(DestIp) > 0) left join DETAILS on DestIp = Ip group by all`,
	},
	{
		"services of a peer by day",
		`T | where TimeGenerated > ago(60d) | where SrcIp == "10.0.0.10" and DestIp startswith "11."
			| join kind=leftouter (NTAIpDetails) on $left.DestIp == $right.Ip
			| extend App = strcat(L4Protocol, tostring(DestPort))
			| summarize TotalBytes = sum(BytesDestToSrc + BytesSrcToDest) by App, bin(TimeGenerated, 1d)`,
		`select concat(L4Protocol, DestPort) as app, epoch_us(TimeGenerated) // 86400000000 as d, sum(BytesDestToSrc + BytesSrcToDest)::bigint as total
			from (select * from T where TimeGenerated > FROM and SrcIp = '10.0.0.10' and DestIp like '11.%') left join DETAILS on DestIp = Ip group by all`,
	},
	{
		"sources of what a rule allows",
		`T | where TimeGenerated > ago(60d) | where AclRule contains "https" or AclGroup contains "web"
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by tostring(SrcIp)`,
		`select SrcIp, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T
			where TimeGenerated > FROM and (AclRule ilike '%https%' or AclGroup ilike '%web%') group by all`,
	},
	{
		"sources of what a rule allows by day",
		`T | where TimeGenerated > ago(60d) | where AclRule contains "https" or AclGroup contains "web"
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by tostring(SrcIp), bin(TimeGenerated, 1d)`,
		`select SrcIp, epoch_us(TimeGenerated) // 86400000000 as d, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T
			where TimeGenerated > FROM and (AclRule ilike '%https%' or AclGroup ilike '%web%') group by all`,
	},
	{
		"targets of what a rule allows by day",
		`T | where TimeGenerated > ago(60d) | where AclRule contains "https" or AclGroup contains "web"
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by tostring(DestIp), bin(TimeGenerated, 1d)`,
		`select DestIp, epoch_us(TimeGenerated) // 86400000000 as d, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T
			where TimeGenerated > FROM and (AclRule ilike '%https%' or AclGroup ilike '%web%') group by all`,
	},
	{
		"matrix of interfaces and services",
		`T | where TimeGenerated > ago(60d) | where isnotempty(MacAddress)
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by MacAddress, FlowDirection, L4Protocol, DestPort`,
		`select MacAddress, FlowDirection, L4Protocol, DestPort, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T
			where TimeGenerated > FROM and MacAddress <> '' group by all`,
	},
	{
		"between two prefixes",
		prefixes + `| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcIp, DestIp, L4Protocol, DestPort, L7Protocol`,
		`select SrcIp, DestIp, L4Protocol, DestPort, L7Protocol, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T where ` + sqlPrefixes + ` group by all`,
	},
	{
		"between two prefixes by flow and day",
		prefixes + `| extend FlowDescription = strcat(SrcIp, "-", DestIp, "-", L4Protocol, tostring(DestPort))
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by FlowDescription, bin(TimeGenerated, 1d)`,
		`select concat(SrcIp, '-', DestIp, '-', L4Protocol, DestPort) as f, epoch_us(TimeGenerated) // 86400000000 as d, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total
			from T where ` + sqlPrefixes + ` group by all`,
	},
	{
		"logged networks by day",
		`T | where TimeGenerated > ago(60d) | extend TargetResourceName = tostring(split(TargetResourceId, "/")[2])
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by TargetResourceName, bin(TimeGenerated, 1d)`,
		`select split_part(TargetResourceId, '/', 3) as t, epoch_us(TimeGenerated) // 86400000000 as d, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total
			from T where TimeGenerated > FROM group by all`,
	},
	{
		"both ways between two prefixes",
		prefixes + `| extend Direction = iff(SrcIpIsInPrefix1 and DestIpIsInPrefix2, "There", "Back")
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by Direction`,
		`select case when SrcIp4 < 167772168 then 'There' else 'Back' end as w, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T where ` + sqlPrefixes + ` group by all`,
	},
	{
		"kinds of flow by hour",
		`T | where TimeGenerated > ago(60d)
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by FlowType, FlowStatus, FlowDirection, bin(TimeGenerated, 1h)`,
		`select FlowType, FlowStatus, FlowDirection, epoch_us(TimeGenerated) // 3600000000 as h, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T
			where TimeGenerated > FROM group by all`,
	},
	{
		"the twenty pairs with most traffic",
		`T | where TimeGenerated > ago(60d)
			| summarize TotalBytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcIp, DestIp | top 20 by TotalBytes`,
		`select SrcIp, DestIp, sum(BytesSrcToDest + BytesDestToSrc)::bigint as total from T where TimeGenerated > FROM group by all order by total desc nulls last limit 20`,
	},
}

const prefixes = `let prefix1 = "10.0.0.0/29"; let prefix2 = "10.0.0.8/29";
	T | where TimeGenerated > ago(60d)
	| extend SrcIpIsInPrefix1 = ipv4_is_in_range(SrcIp, prefix1), SrcIpIsInPrefix2 = ipv4_is_in_range(SrcIp, prefix2)
	| extend DestIpIsInPrefix1 = ipv4_is_in_range(DestIp, prefix1), DestIpIsInPrefix2 = ipv4_is_in_range(DestIp, prefix2)
	| where (SrcIpIsInPrefix1 and DestIpIsInPrefix2) or (SrcIpIsInPrefix2 and DestIpIsInPrefix1)
	`

// 10.0.0.0/29 is 167772160 to 167772167, 10.0.0.8/29 the eight after it.
const sqlPrefixes = `TimeGenerated > FROM and (SrcIp4 between 167772160 and 167772167 and DestIp4 between 167772168 and 167772175
	or SrcIp4 between 167772168 and 167772175 and DestIp4 between 167772160 and 167772167)`

// queries measures the shapes over the lake that storage has made.
func (b *bench) queries() error {
	if b.lake == nil && b.lakeDir != "" {
		var err error
		if b.lake, err = b.openLake(); err != nil {
			return err
		}
	}
	if b.lake == nil {
		return errNoLake
	}
	engine, err := duckdb.Open(duckdb.Config{
		Segments: b.lake.SegmentsDir(), TempDir: b.folder, MemoryLimit: "4GB", Threads: 2, Resolver: &query.Resolver{Lake: b.lake},
	})
	if err != nil {
		return err
	}
	defer engine.Close()
	session := &query.Session{Lake: b.lake, Engine: engine, Catalog: schema.NewCatalog(schema.Tables())}
	now := start.Add(48 * time.Hour)
	if err := b.compileTimes(session, now); err != nil {
		return err
	}
	details := "(select Ip, arg_max(PublicIpDetails, TimeGenerated) as PublicIpDetails, arg_max(\"Location\", TimeGenerated) as \"Location\" from DETAILSROWS group by Ip)"
	rival, err := b.nativeTables("NTAIpDetailsHistory", "NTANetAnalytics", "Flows")
	if err != nil {
		return err
	}
	defer rival.Close()
	for _, table := range []string{"NTANetAnalytics", "Flows"} {
		fmt.Printf(" %s\n", table)
		var native, same []float64
		slowest := time.Duration(0)
		for _, s := range shapes {
			text := replaceTable(s.kql, table)
			sqlOver := func(rows, detailRows string) string {
				q := strings.ReplaceAll(s.sql, "DETAILS", strings.ReplaceAll(details, "DETAILSROWS", detailRows))
				q = strings.ReplaceAll(q, "FROM", "TIMESTAMPTZ '"+now.AddDate(0, 0, -60).Format("2006-01-02 15:04:05+00")+"'")
				return replaceTable(q, rows)
			}
			m := [3]*asked{
				{run: func() (string, error) { return b.ask(session, text, now) }},
				{run: func() (string, error) { return b.selectSQL(rival, sqlOver(table, "NTAIpDetailsHistory")) }},
				{run: func() (string, error) {
					return b.selectSQL(rival, sqlOver(segments(b.lake, table), segments(b.lake, "NTAIpDetailsHistory")))
				}},
			}
			for round := range b.runs + 1 {
				for i, a := range m {
					cpu, wall, err := cost(func() (err error) {
						a.answer, err = a.run()
						return err
					})
					if err != nil {
						return fmt.Errorf("%s over %s: %w", s.name, table, err)
					}
					if a.answer != m[0].answer {
						return fmt.Errorf("%s over %s: %s, by hand on %s %s", s.name, table, m[0].answer, [...]string{"", "a native table", "the segments"}[i], a.answer)
					}
					if round > 0 { // once to warm up
						a.cpu, a.wall = append(a.cpu, cpu), append(a.wall, wall)
					}
				}
			}
			ratio := func(i int) float64 { return median(m[0].cpu).Seconds() / max(median(m[i].cpu).Seconds(), 1e-4) }
			native, same = append(native, ratio(1)), append(same, ratio(2))
			slowest = max(slowest, median(m[0].wall))
			fmt.Printf("  %-40s %6.0f ms  cpu %6.0f ms; native table %6.0f (%.2f x), same segments %6.0f (%.2f x); %s\n", s.name, ms(median(m[0].wall)),
				ms(median(m[0].cpu)), ms(median(m[1].cpu)), ratio(1), ms(median(m[2].cpu)), ratio(2), m[0].answer)
		}
		b.limit("slowest query over "+table, slowest.Seconds(), 1, "s", true)
		b.limit("queries over "+table+", median against SQL on a native table", median(native), 1.25, "x", true)
		b.limit("queries over "+table+", worst against SQL on a native table", largest(native), 2, "x", true)
		b.limit("queries over "+table+", worst against SQL on the same segments", largest(same), 1.25, "x", true)
	}
	return nil
}

// nativeTables copies tables of the lake, whole, into a file of DuckDB's own and
// opens it in an engine of the same kind and settings as azflow's.
func (b *bench) nativeTables(names ...string) (*duckdb.Engine, error) {
	path := filepath.Join(b.folder, "native.duckdb")
	db, err := openDuckDB(path)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := db.ExecContext(b.ctx, "create table "+name+" as select * from "+segments(b.lake, name)); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if _, err := db.ExecContext(b.ctx, "checkpoint"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return duckdb.Open(duckdb.Config{Segments: b.lake.SegmentsDir(), Database: path, TempDir: b.folder, MemoryLimit: "4GB", Threads: 2})
}

type asked struct {
	run       func() (string, error)
	answer    string
	cpu, wall []time.Duration
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

func largest(v []float64) float64 {
	most := v[0]
	for _, x := range v {
		most = max(most, x)
	}
	return most
}

// replaceTable puts a table in T's place, a word by itself.
func replaceTable(text, table string) string {
	for _, after := range []string{" ", "\n"} {
		for _, before := range []string{"from ", "\t", "; "} {
			text = strings.ReplaceAll(text, before+"T"+after, before+table+after)
		}
	}
	if rest, ok := strings.CutPrefix(text, "T "); ok {
		text = table + " " + rest
	}
	return text
}

// ask runs a query of KQL and returns how many rows it has and their sum.
func (b *bench) ask(s *query.Session, text string, now time.Time) (string, error) {
	c, err := s.Compile(query.Request{Text: text, Now: now})
	if err != nil {
		return "", err
	}
	var t tally
	err = s.Run(b.ctx, c, 0, func(cols []*types.Vector, n int) error { return t.add(cols, n) })
	return t.String(), err
}

// selectSQL does the same with a query of SQL, whose rows the same reader hands
// over.
func (b *bench) selectSQL(e *duckdb.Engine, text string) (_ string, err error) {
	rows, err := e.SQL(b.ctx, text, func(string) (sqlgen.Scan, bool) { return sqlgen.Scan{}, false })
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var t tally
	for {
		batch, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return t.String(), nil
		}
		if err != nil {
			return "", err
		}
		if err := t.add(batch.Columns, batch.Rows); err != nil {
			return "", err
		}
	}
}

// tally counts rows and adds up their last column.
type tally struct{ rows, sum int64 }

func (t *tally) add(cols []*types.Vector, n int) error {
	last := cols[len(cols)-1]
	if last.Type != types.Long {
		return fmt.Errorf("the last column is %v, not long", last.Type)
	}
	t.rows += int64(n)
	for _, x := range last.Longs[:n] { // 0 where it is null
		t.sum += x
	}
	return nil
}

func (t *tally) String() string { return fmt.Sprintf("%d rows, %d bytes", t.rows, t.sum) }

// compileTimes measures how long one waits from text to SQL, as a median: what the
// collector of garbage does meanwhile on another processor is not waited for.
func (b *bench) compileTimes(s *query.Session, now time.Time) error {
	compile := func(text string) (time.Duration, error) {
		took := make([]time.Duration, 50)
		for i := range took {
			began := time.Now()
			if _, err := s.Compile(query.Request{Text: text, Now: now}); err != nil {
				return 0, err
			}
			took[i] = time.Since(began)
		}
		return median(took), nil
	}
	slowest := time.Duration(0)
	for _, shape := range shapes {
		took, err := compile(replaceTable(shape.kql, "NTANetAnalytics"))
		if err != nil {
			return fmt.Errorf("%s: %w", shape.name, err)
		}
		slowest = max(slowest, took)
	}
	fmt.Printf("  KQL to SQL, the slowest of the shapes: %.2f ms\n", ms(slowest))
	b.limit("KQL to SQL, the slowest of the shapes", ms(slowest), 1, "ms", true)
	parsers, err := asimParsers()
	if err != nil {
		return err
	}
	if len(parsers) == 0 {
		fmt.Println("  KQL to SQL, ASIM parsers: not measured, since no folder above has shared/kql/corpus")
		return nil
	}
	slowest = 0
	for _, path := range parsers {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		took, err := compile(string(text))
		if err != nil {
			fmt.Printf("  %s does not compile over the product's tables: %v\n", filepath.Base(path), err)
			continue
		}
		slowest = max(slowest, took)
	}
	if slowest == 0 {
		return errors.New("no ASIM parser compiles")
	}
	fmt.Printf("  KQL to SQL, the slowest ASIM parser: %.2f ms\n", ms(slowest))
	b.limit("KQL to SQL, the slowest ASIM parser", ms(slowest), 20, "ms", true)
	return nil
}

// asimParsers returns the parsers that lie in the nearest folder shared above
// the current one: they are not ours to ship.
func asimParsers() ([]string, error) {
	at, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		found, err := filepath.Glob(filepath.Join(at, "shared/kql/corpus/asim-*.kql"))
		if err != nil || len(found) > 0 || filepath.Dir(at) == at {
			return found, err
		}
		at = filepath.Dir(at)
	}
}
