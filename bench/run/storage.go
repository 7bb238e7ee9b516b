package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/upkeep"
)

// errNoLake is returned by a part that needs the lake of another.
var errNoLake = errors.New("run the part storage too: it makes the lake")

// prototypeColumns are those that a flow's 17.5 bytes pay for: the tuple, its
// record, and what is known of both ends.
var prototypeColumns = []string{
	"TimeGenerated", "SrcIp", "DestIp", "SrcPort", "DestPort", "Protocol", "FlowDirection", "FlowState", "FlowEncryption", "FlowStatus",
	"PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc",
	"AclRule", "AclGroup", "MacAddress", "TargetResourceId", "FlowLogResourceId", "RecordTime",
	"SrcVnet", "DestVnet", "SrcSubscription", "DestSubscription", "SrcPublic", "DestPublic", "FlowType",
}

// openLake opens the lake of all logs.
func (b *bench) openLake() (*lake.Lake, error) {
	if b.lakeDir != "" {
		return lake.Open(b.ctx, b.lakeDir, lake.Options{})
	}
	data, err := b.dir("lake")
	if err != nil {
		return nil, err
	}
	return lake.Open(b.ctx, data, lake.Options{})
}

// storage measures what a flow takes on disk once segments are compacted.
func (b *bench) storage() error {
	folder, counts, err := b.logs("all", vnet4(b.tuples))
	if err != nil {
		return err
	}
	l, err := b.openLake()
	if err != nil {
		return err
	}
	b.lake = l
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"ingest", func() error { return b.fill(l, folder, false) }},
		{"compaction", func() error {
			_, err := upkeep.Compact(b.ctx, l, upkeep.Options{Now: time.Now, Grace: time.Nanosecond})
			return err
		}},
	} {
		cpu, wall, err := cost(step.run)
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Printf("  %-12s of %d tuples: %.2f M a cpu-second, %.1f s\n", step.name, counts.Tuples, float64(counts.Tuples)/cpu.Seconds()/1e6, wall.Seconds())
	}
	db, err := openDuckDB("")
	if err != nil {
		return err
	}
	defer db.Close()
	sizes := func(table string) (all, some float64, rows int64, err error) {
		glob := fmt.Sprintf("%s/%s/**/*.parquet", l.SegmentsDir(), table)
		r, err := db.QueryContext(b.ctx, "select path_in_schema, sum(total_compressed_size)::bigint, sum(num_values)::bigint from parquet_metadata('"+glob+"') group by all")
		if err != nil {
			return 0, 0, 0, err
		}
		defer r.Close()
		wanted := map[string]bool{}
		for _, c := range prototypeColumns {
			wanted[c] = true
		}
		for r.Next() {
			var name string
			var size, n int64
			if err := r.Scan(&name, &size, &n); err != nil {
				return 0, 0, 0, err
			}
			all += float64(size)
			if wanted[name] {
				some += float64(size)
			}
			rows = max(rows, n)
		}
		return all, some, rows, r.Err()
	}
	all, some, rows, err := sizes("Flows")
	if err != nil {
		return err
	}
	if rows != int64(counts.Tuples) {
		return fmt.Errorf("the segments of Flows hold %d rows, %d tuples were written", rows, counts.Tuples)
	}
	merged, _, mergedRows, err := sizes("NTANetAnalytics")
	if err != nil {
		return err
	}
	perFlow := func(n float64) float64 { return n / float64(counts.Tuples) }
	fmt.Printf("  Flows %.1f bytes a flow, the columns of the prototype %.1f; JSON %.1f\n", perFlow(all), perFlow(some), float64(counts.Bytes)/float64(counts.Tuples))
	fmt.Printf("  NTANetAnalytics %.1f bytes a row, %.1f a flow (%d rows)\n", merged/float64(mergedRows), perFlow(merged), mergedRows)
	b.limit("bytes a flow of compacted Flows, the prototype's columns", perFlow(some), 17.5, "B", false)
	b.limit("bytes a flow of compacted Flows, all columns", perFlow(all), 26, "B", false)
	return nil
}
