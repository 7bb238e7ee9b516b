package reattribution

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/rollup"
)

// settingSighted is the setting that says up to which generation of the lake
// flows were searched for addresses that NICs logged.
const settingSighted = "inventory.sighted"

// maxOwn is how many addresses a NIC logs at most for them to be taken as its
// own: what logs more passes on what is others'.
const maxOwn = 16

// pair is an address that a NIC logged as being on its side.
type pair struct{ mac, ip, network string }

// sight finds, in flows that came since it was last done, which NICs logged which
// addresses as theirs, and keeps what inventory does not explain. It returns how
// many sightings that were.
func sight(ctx context.Context, l *lake.Lake, all []inventory.Observation, x *attribution.Index, now time.Time) (_ int, err error) {
	text, err := l.Setting(ctx, settingSighted)
	if err != nil {
		return 0, err
	}
	done, _ := strconv.ParseInt(text, 10, 64) // 0 if it was never done
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	segs, err := snap.Segments(ctx, lake.TableFlows, lake.TimeRange{})
	if err != nil {
		return 0, err
	}
	hours := map[pair]map[int64][2]int64{} // first and last time by hour
	for _, s := range segs {
		if s.Added <= done {
			continue
		}
		if err := sightings(ctx, l, s, hours); err != nil {
			return 0, fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	fresh, err := unexplained(all, x, hours)
	if err != nil {
		return 0, err
	}
	n := 0
	if len(fresh) > 0 {
		if n, err = inventory.Add(ctx, l, fresh, now); err != nil {
			return 0, err
		}
	}
	return n, l.SetSetting(ctx, settingSighted, strconv.FormatInt(snap.Generation, 10))
}

// sightings adds those of a segment. Logs of an NSG do not tell the network.
func sightings(ctx context.Context, l *lake.Lake, s lake.Segment, hours map[pair]map[int64][2]int64) error {
	columns := []string{"TimeGenerated", "MacAddress", "SrcIp", "DestIp", "FlowDirection", "TargetResourceId"}
	const hour = int64(time.Hour / time.Microsecond)
	return rollup.Scan(ctx, l, s, columns, func(rollup.Position) int { return 0 }, func(b *batch.Batch, _ int) error {
		var cols [6]*batch.Column
		for i, name := range columns {
			cols[i] = &b.Columns[b.Index(name)]
		}
		type key struct {
			mac, addr, target uint32
			out               bool
		}
		known := map[key]map[int64][2]int64{}
		var last key
		var of map[int64][2]int64
		for row := range b.Rows {
			k := key{mac: cols[1].ID(row), target: cols[5].ID(row), out: cols[4].TextAt(row) == "Outbound"}
			near := cols[3]
			if k.out {
				near = cols[2]
			}
			k.addr = near.ID(row)
			if row == 0 || k != last {
				var ok bool
				if of, ok = known[k]; !ok {
					network, _, _ := strings.Cut(strings.ToLower(cols[5].TextAt(row)), "/subnets/")
					if strings.Contains(network, "/virtualnetworks/") {
						p := pair{strings.ToUpper(strings.ReplaceAll(cols[1].TextAt(row), "-", "")), near.TextAt(row), network}
						if of = hours[p]; of == nil {
							of = map[int64][2]int64{}
							hours[p] = of
						}
					}
					known[k] = of
				}
				last = k
			}
			if of == nil {
				continue
			}
			t, _ := cols[0].IntAt(row) // never null
			h := t / hour
			w, ok := of[h]
			if !ok {
				w = [2]int64{t, t}
			}
			of[h] = [2]int64{min(w[0], t), max(w[1], t)}
		}
		return nil
	})
}

// unexplained returns the sightings of addresses of which inventory does not
// explain one, as observations, without those that are known.
func unexplained(all []inventory.Observation, x *attribution.Index, hours map[pair]map[int64][2]int64) ([]inventory.Observation, error) {
	type slot struct{ network, ip string }
	of := map[string]int{} // addresses by MAC address
	for p := range hours {
		of[p.mac]++
	}
	bySlot := map[slot][]inventory.Sighting{}
	for p, at := range hours {
		addr, err := netip.ParseAddr(p.ip)
		if err != nil || of[p.mac] > maxOwn {
			continue
		}
		k := slot{p.network, p.ip}
		hs := make([]int64, 0, len(at))
		for h := range at {
			hs = append(hs, h)
		}
		slices.Sort(hs)
		for i, h := range hs {
			w := at[h]
			if n := len(bySlot[k]); i > 0 && hs[i-1] == h-1 {
				bySlot[k][n-1].Last = time.UnixMicro(w[1])
				continue
			}
			bySlot[k] = append(bySlot[k], inventory.Sighting{MAC: p.mac, Address: addr, Network: p.network, First: time.UnixMicro(w[0]), Last: time.UnixMicro(w[1])})
		}
	}
	known := map[string][]inventory.Observation{}
	for _, o := range all {
		if o.Type == inventory.TypeSighting {
			known[o.ID] = append(known[o.ID], o)
		}
	}
	var fresh []inventory.Observation
	for _, list := range bySlot {
		if !slices.ContainsFunc(list, func(s inventory.Sighting) bool { return !x.Explains(&s) }) {
			continue
		}
		for i := range list {
			o, err := list[i].Observation()
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(known[o.ID], func(k inventory.Observation) bool { return inventory.Within(&list[i], &k) }) {
				fresh = append(fresh, o)
			}
		}
	}
	slices.SortFunc(fresh, func(a, b inventory.Observation) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
	})
	return fresh, nil
}
