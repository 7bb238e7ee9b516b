package inventory

import (
	"encoding/json"
	"fmt"
	"time"
)

// withBeginnings adds to all what VMs tell of their beginning: a VM that is first
// seen some time after it was made (timeCreated) was there all the while, and
// had the NICs that it is first seen with, with their addresses.
func withBeginnings(all []Observation) ([]Observation, error) {
	vms, nics := map[ID]*Observation{}, map[ID]*Observation{}
	for i := range all {
		o := &all[i]
		var of map[ID]*Observation
		switch {
		case o.Kind == Delete:
			continue
		case o.Type == "virtualmachines":
			of = vms
		case o.Type == "networkinterfaces":
			of = nics
		default:
			continue
		}
		if f, ok := of[o.ID]; !ok || compare(o, f) < 0 {
			of[o.ID] = o
		}
	}
	made := map[ID]time.Time{}
	ofVM := map[ID]ID{} // the VM that is first seen with a NIC
	var out []Observation
	begin := func(f *Observation, at time.Time) {
		o := *f
		o.Time, o.Kind = at, kindMade
		o.in, o.first, o.last = nil, 0, 0
		out = append(out, o)
	}
	for id, f := range vms {
		body, err := f.object()
		if err != nil {
			return nil, err
		}
		at, err := time.Parse(time.RFC3339Nano, body.text("timecreated"))
		if err != nil {
			continue // older API versions do not tell
		}
		made[id] = at.UTC().Truncate(time.Microsecond)
		for _, nic := range body.object("networkprofile").refs("networkinterfaces") {
			if other, ok := ofVM[nic]; !ok || compare(f, vms[other]) < 0 {
				ofVM[nic] = id
			}
		}
		if made[id].Before(f.Time) {
			begin(f, made[id])
		}
	}
	for id, f := range nics {
		body, err := f.object()
		if err != nil {
			return nil, err
		}
		vm := body.ref("virtualmachine")
		if vm == "" {
			vm = ofVM[id]
		}
		if at, ok := made[vm]; ok && at.Before(f.Time) {
			begin(f, at)
		}
	}
	if len(out) == 0 {
		return all, nil
	}
	return append(all, out...), nil
}

// object returns the body of an observation.
func (o *Observation) object() (object, error) {
	var m map[string]any
	if err := json.Unmarshal([]byte(o.Body), &m); err != nil {
		return nil, fmt.Errorf("observation of %s at %s in %s: %w", o.ID, o.Time.Format(time.RFC3339), o.Source, err)
	}
	return m, nil
}
