package recount

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/source"
)

// gaps returns the hours in which a NSG or flow log, or one of its NICs, has no
// blob although it has some before and after them. Of a NIC only those hours count
// in which another NIC of the same log has one: else the log as a whole has the
// gap.
func gaps(blobs []source.Blob) []Finding {
	type log struct {
		hours map[time.Time]bool
		nics  map[string]map[time.Time]bool
	}
	logs := map[string]*log{}
	for _, b := range blobs {
		p, ok := flowlog.ParsePath(b.ID)
		if !ok {
			continue
		}
		l := logs[p.Resource]
		if l == nil {
			l = &log{map[time.Time]bool{}, map[string]map[time.Time]bool{}}
			logs[p.Resource] = l
		}
		l.hours[p.Hour] = true
		if l.nics[p.MAC] == nil {
			l.nics[p.MAC] = map[time.Time]bool{}
		}
		l.nics[p.MAC][p.Hour] = true
	}
	var all []Finding
	for _, name := range slices.Sorted(maps.Keys(logs)) {
		l := logs[name]
		for _, s := range holes(l.hours, func(time.Time) bool { return true }) {
			all = append(all, Finding{Gap, name, fmt.Sprintf("no NIC has a blob %s", s)})
		}
		for _, mac := range slices.Sorted(maps.Keys(l.nics)) {
			if mac == "" {
				continue
			}
			for _, s := range holes(l.nics[mac], func(h time.Time) bool { return l.hours[h] }) {
				all = append(all, Finding{Gap, name, fmt.Sprintf("NIC %s has no blob %s, though others have", flowlog.FormatMAC(mac), s)})
			}
		}
	}
	return all
}

// hole is a run of hours without a blob.
type hole struct {
	from time.Time
	n    int // hours
}

// String returns the hole as "from … to …".
func (h hole) String() string {
	const form = "2006-01-02 15:04Z"
	if h.n == 1 {
		return "of " + h.from.Format(form)
	}
	return fmt.Sprintf("from %s to %s (%d hours)", h.from.Format(form), h.from.Add(time.Duration(h.n)*time.Hour).Format(form), h.n)
}

// holes returns the runs of hours between the first and the last one there that
// are not there but count.
func holes(there map[time.Time]bool, counts func(time.Time) bool) []hole {
	hours := slices.SortedFunc(maps.Keys(there), time.Time.Compare)
	var all []hole
	for i := 1; i < len(hours); i++ {
		var open *hole
		for h := hours[i-1].Add(time.Hour); h.Before(hours[i]); h = h.Add(time.Hour) {
			switch {
			case !counts(h):
				open = nil
			case open == nil:
				all = append(all, hole{h, 1})
				open = &all[len(all)-1]
			default:
				open.n++
			}
		}
	}
	return all
}
