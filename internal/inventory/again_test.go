package inventory

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
)

const againGroup = "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourcegroups/rg%d/providers/microsoft."

// listedNIC is a NIC of a listing; its state decides address and VM.
func listedNIC(n, state int) Observation {
	group := fmt.Sprintf(againGroup, n%2)
	id := fmt.Sprintf("%snetwork/networkinterfaces/nic%d", group, n)
	return Observation{
		Kind: List, Type: "networkinterfaces", ID: id,
		Body: fmt.Sprintf(`{"macAddress":"00-00-00-00-00-%02X","virtualMachine":{"id":"%scompute/virtualmachines/vm%d"},"ipConfigurations":[{"id":"%s/ipconfigurations/c","privateIPAddress":"10.%d.%d.%d","subnet":{"id":"%snetwork/virtualnetworks/net/subnets/all"}}]}`,
			n%256, group, state, id, n/200, n%200, 4+state, fmt.Sprintf(againGroup, 0)),
	}
}

// brief tells observations in short.
func brief(all []Observation) string {
	var out strings.Builder
	for i := range all {
		o := &all[i]
		body := o.Body
		if o.Kind != kindAgain {
			body = body[max(0, strings.Index(body, "privateIPAddress")):]
			body = body[:min(28, len(body))]
		}
		fmt.Fprintf(&out, "%s %s %s %s %s %d\n", o.Time.Format("15:04"), o.Kind, o.ID[max(0, strings.LastIndexByte(o.ID, '/')):], o.Source, body, o.Taken)
	}
	return out.String()
}

// TestListingsThatShowTheSameAreKeptAsOne imports listings and events in order of
// time, and holds what is made of the observations that are stored against what is
// made of all.
func TestListingsThatShowTheSameAreKeptAsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		states := map[int]int{1: 0, 2: 0, 3: 0, 4: 0}
		var plain, stored []Observation
		for i := range rapid.IntRange(1, 12).Draw(t, "imports") {
			at = at.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "minutes")) * time.Minute)
			var got []Observation
			switch n := rapid.IntRange(1, 5).Draw(t, "NIC"); rapid.SampledFrom([]string{"list", "list", "list", "list", "part", "write", "delete"}).Draw(t, "what") {
			case "write":
				o := listedNIC(n, rapid.IntRange(0, 1).Draw(t, "state"))
				o.Kind, o.Time = Write, at
				got = append(got, o)
				states[n] = rapid.IntRange(0, 1).Draw(t, "state now")
			case "delete":
				o := listedNIC(n, 0)
				o.Kind, o.Time, o.Body = Delete, at, ""
				got = append(got, o)
				delete(states, n)
			case "part": // of the NICs
				if state, ok := states[n]; ok {
					o := listedNIC(n, state)
					o.Time, o.Source = at, "part"
					got = append(got, o)
				}
			default:
				if rapid.IntRange(0, 2).Draw(t, "changes") == 0 {
					states[n] = rapid.IntRange(0, 1).Draw(t, "state")
				}
				for n := range 6 {
					if state, ok := states[n]; ok {
						o := listedNIC(n, state)
						o.Time, o.Source = at, "list"
						got = append(got, o)
					}
				}
			}
			for k := range got {
				got[k].Taken = int64(i + 1)
			}
			plain = append(plain, got...)
			have, err := link(slices.Clone(stored))
			if err != nil {
				t.Fatal(err)
			}
			if n := len(have.all); n > 0 && !have.known(&have.all[n-1]) {
				t.Fatal("what the lake has is not known to it")
			}
			fresh, _, same, err := have.shorten(got)
			if err != nil {
				t.Fatal(err)
			}
			if same > 0 && len(fresh) > len(got) {
				t.Fatalf("%d observations are stored of %d", len(fresh), len(got))
			}
			stored = append(stored, fresh...)
			for k := range got {
				if !have.known(&got[k]) {
					t.Fatalf("%+v is not known", got[k])
				}
			}
		}
		for version := int64(1); version <= int64(len(plain))+1; version++ {
			have, err := link(slices.Clone(stored))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Build(Until(have.all, version))
			if err != nil {
				t.Fatal(err)
			}
			want, err := Build(Until(plain, version))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				what      string
				got, want any
			}{{"holdings", got.Holdings, want.Holdings}, {"attachments", got.Attachments, want.Attachments}, {"MACs", got.MACs, want.MACs}} {
				if !reflect.DeepEqual(c.got, c.want) {
					t.Fatalf("version %d, %s:\n%+v\nwant\n%+v\nof\n%s", version, c.what, c.got, c.want, brief(stored))
				}
			}
			if got, want := Version(Until(have.all, version)), Version(Until(plain, version)); got != want {
				t.Fatalf("version %d, want %d", got, want)
			}
		}
	})
}

// TestListingsThatShowTheSameTakeNoRoom takes a listing of 300 NICs in a hundred
// times.
func TestListingsThatShowTheSameTakeNoRoom(t *testing.T) {
	l := laketest.Open(t, t.TempDir(), lake.Options{Now: time.Now})
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	size := func() (bytes int64, rows int) {
		snap, err := l.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snap.Close()
		segs, err := snap.Segments(t.Context(), tableObservations, lake.TimeRange{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range segs {
			info, err := os.Stat(l.Path(s))
			if err != nil {
				t.Fatal(err)
			}
			bytes += info.Size()
			all, err := readObservations(l.Path(s), nil)
			if err != nil {
				t.Fatal(err)
			}
			rows += len(all)
		}
		return bytes, rows
	}
	listings := 100
	if testing.Short() {
		listings = 20
	}
	var first int64
	for i := range listings {
		at = at.Add(10 * time.Minute)
		var got []Observation
		for n := range 300 {
			o := listedNIC(n, 0)
			o.Time, o.Source = at, "resource graph"
			got = append(got, o)
		}
		n, err := Add(t.Context(), l, got, at)
		if err != nil {
			t.Fatal(err)
		}
		if want := 300; i == 0 && n != want || i > 0 && n != 0 {
			t.Fatalf("listing %d: %d observations are new", i, n)
		}
		if i == 0 {
			first, _ = size()
		}
	}
	bytes, rows := size()
	if want := 300 + listings - 1; rows != want {
		t.Errorf("%d rows of observations, want %d", rows, want)
	}
	if each := (bytes - first) / int64(listings-1); each > 4096 {
		t.Errorf("a listing that shows the same takes %d bytes, the first %d", each, first)
	}
	// What was first seen long ago is still so.
	if _, err := l.Forget(t.Context(), lake.ForgetRequest{Before: at.Add(-time.Minute)}); err != nil {
		t.Fatal(err)
	}
	all, err := Load(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Build(all)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 300 || e.Holdings[0].Last != at.UnixMicro() {
		t.Errorf("%d observations, the first window was last seen at %s, want %s", len(all), time.UnixMicro(e.Holdings[0].Last).UTC(), at)
	}
}
