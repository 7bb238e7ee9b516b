package flowgen

import (
	"time"
)

// demoDays is how many whole days lie before the demo's last one.
const demoDays = 8

// A Demo is an estate with eight days and a bit of traffic, up to a given
// minute. It is the same for the same seed and end; another end on another day
// shifts it, a later one on the same day lengthens it.
type Demo struct {
	estate  *demoEstate
	traffic *traffic
	truth   *Truth // once it is known
}

// NewDemo makes the demo whose logs end at end, cut to the minute.
func NewDemo(seed uint64, end time.Time) (*Demo, error) {
	end = end.UTC().Truncate(time.Minute)
	midnight := end.Truncate(day).Add(-demoDays * day)
	d := &Demo{estate: newDemoEstate()}
	d.traffic = &traffic{
		estate: &d.estate.estate, seed: seed, midnight: midnight, end: end.Sub(midnight),
		byKey: map[streamKey]*stream{},
	}
	if err := d.estate.tell(d.traffic); err != nil {
		return nil, err
	}
	d.traffic.sort()
	return d, nil
}

// Start returns the midnight at which the demo's traffic begins.
func (d *Demo) Start() time.Time { return d.traffic.midnight }

// End returns the minute at which it ends.
func (d *Demo) End() time.Time { return d.traffic.midnight.Add(d.traffic.end) }

// WriteLogs writes the flow log blobs.
func (d *Demo) WriteLogs(to Sink) error {
	for _, s := range d.traffic.streams {
		if err := d.traffic.hourly(s, func(b Blob, _ []tuple) error { return to.Blob(b) }); err != nil {
			return err
		}
	}
	return nil
}

// Write writes all there is: logs, inventory and truth.
func (d *Demo) Write(to Sink) error {
	if err := d.WriteLogs(to); err != nil {
		return err
	}
	if err := d.WriteInventory(to); err != nil {
		return err
	}
	return d.WriteTruth(to)
}
