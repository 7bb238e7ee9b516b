package inventory

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// kindAgain is that of an observation that stands for many: a listing showed what
// the one before it had shown, but for some resources.
const kindAgain Kind = "again"

// typeListing is the type of an observation that is of no one resource.
const typeListing = "listing"

// repetition is the body of such an observation.
type repetition struct {
	As     int64 `json:"as"`               // when the one before was, in µs since 1970
	Except []ID  `json:"except,omitempty"` // resources that it does not show so
}

// A chain is a series of listings, each of which showed what the one before it
// had, but for what came, changed or went.
type chain struct {
	at    []int64 // when they were, in µs since 1970, ascending
	taken []int64 // and when they were taken in
}

// end returns when it was last seen that it is as observed.
func (o *Observation) end() int64 {
	if o.in == nil {
		return o.Time.UnixMicro()
	}
	return o.in.at[o.last]
}

// shownAt reports whether it was observed at a time, in a first listing or again.
func (o *Observation) shownAt(at int64) bool {
	if o.in == nil {
		return o.Time.UnixMicro() == at
	}
	_, found := slices.BinarySearch(o.in.at[o.first:o.last+1], at)
	return found
}

// shownNear reports whether a listing between two times showed it.
func (o *Observation) shownNear(from, to int64) bool {
	times := o.in.at[o.first : o.last+1]
	i, _ := slices.BinarySearch(times, from)
	return i < len(times) && times[i] <= to
}

// listed reports whether listings show it.
func (o *Observation) listed() bool { return o.Kind == List || o.Kind == Show }

// A linker puts observations of listings together with those that are the same.
type linker struct {
	all    []Observation
	byTime map[int64][]int // of listings
	chains map[int64]*chain
	alive  map[*chain][]int // what the last listing of a chain showed
	latest map[ID]int       // the last that was observed of a resource
	ofID   map[ID][]int
}

// link returns the observations that stored ones stand for.
func link(stored []Observation) (*linker, error) {
	k := &linker{byTime: map[int64][]int{}, chains: map[int64]*chain{}, alive: map[*chain][]int{}, latest: map[ID]int{}, ofID: map[ID][]int{}}
	slices.SortStableFunc(stored, func(a, b Observation) int { return compare(&a, &b) })
	for i := range stored {
		if stored[i].Kind != kindAgain {
			k.add(stored[i])
		}
	}
	for i := range stored {
		if stored[i].Kind == kindAgain {
			if err := k.again(&stored[i]); err != nil {
				return nil, err
			}
		}
	}
	return k, nil
}

func (k *linker) add(o Observation) {
	i := len(k.all)
	k.all = append(k.all, o)
	if o.listed() {
		at := o.Time.UnixMicro()
		k.byTime[at] = append(k.byTime[at], i)
	}
	k.ofID[o.ID] = append(k.ofID[o.ID], i)
	k.last(i)
}

// last notes what was observed last of a resource.
func (k *linker) last(i int) {
	o := &k.all[i]
	j, ok := k.latest[o.ID]
	if !ok || k.all[j].end() < o.end() || k.all[j].end() == o.end() && compare(&k.all[j], o) < 0 {
		k.latest[o.ID] = i
	}
}

// again takes in what a listing showed again, after all that it showed anew.
func (k *linker) again(o *Observation) error {
	var a repetition
	if err := json.Unmarshal([]byte(o.Body), &a); err != nil {
		return fmt.Errorf("observation of a listing at %s in %s: %w", o.Time.Format(time.RFC3339), o.Source, err)
	}
	c := k.chains[a.As]
	if c == nil {
		c = &chain{at: []int64{a.As}, taken: []int64{o.Taken}}
		for _, i := range k.start(a.As) {
			if m := &k.all[i]; m.Taken <= o.Taken {
				m.in, c.taken[0] = c, m.Taken
				k.alive[c] = append(k.alive[c], i)
			}
		}
	}
	delete(k.chains, a.As)
	at := o.Time.UnixMicro()
	n := len(c.at)
	c.at, c.taken = append(c.at, at), append(c.taken, o.Taken)
	k.chains[at] = c
	except := make(map[ID]bool, len(a.Except))
	for _, id := range a.Except {
		except[id] = true
	}
	alive := k.alive[c][:0]
	for _, i := range k.alive[c] {
		if m := &k.all[i]; !except[m.ID] {
			m.last = n
			k.last(i)
			alive = append(alive, i)
		}
	}
	for _, i := range k.byTime[at] {
		if m := &k.all[i]; m.in == nil && m.Taken <= o.Taken {
			m.in, m.first, m.last = c, n, n
			alive = append(alive, i)
		}
	}
	k.alive[c] = alive
	return nil
}

// start returns what a listing of no chain showed.
func (k *linker) start(at int64) []int {
	return slices.DeleteFunc(slices.Clone(k.byTime[at]), func(i int) bool { return k.all[i].in != nil })
}

// known reports whether the lake has an observation.
func (k *linker) known(o *Observation) bool {
	at := o.Time.UnixMicro()
	return slices.ContainsFunc(k.ofID[o.ID], func(i int) bool {
		have := &k.all[i]
		return have.Kind == o.Kind && have.Body == o.Body && have.shownAt(at)
	})
}

// shorten returns what is to be stored of observations that are new, and takes
// them in: of each listing what it shows anew, and an observation of what it shows
// as the one before. same is how many the latter stands for; daily are those of them
// that no listing showed that day.
func (k *linker) shorten(fresh []Observation) (stored, daily []Observation, same int, err error) {
	slices.SortStableFunc(fresh, func(a, b Observation) int { return compare(&a, &b) })
	for from := 0; from < len(fresh); {
		to := from + 1
		for to < len(fresh) && fresh[to].Time.Equal(fresh[from].Time) {
			to++
		}
		anew, as, again, err := k.listing(fresh[from:to])
		if err != nil {
			return nil, nil, 0, err
		}
		for i := range as {
			was := time.UnixMicro(k.all[k.latest[as[i].ID]].end()).UTC()
			if was.Format(time.DateOnly) != as[i].Time.UTC().Format(time.DateOnly) {
				daily = append(daily, as[i])
			}
		}
		for i := range anew {
			k.add(anew[i])
		}
		stored, same = append(stored, anew...), same+len(as)
		if again != nil {
			if err := k.again(again); err != nil {
				return nil, nil, 0, err
			}
			stored = append(stored, *again)
		}
		from = to
	}
	return stored, daily, same, nil
}

// listing tells what is new among observations of one time.
func (k *linker) listing(now []Observation) (anew, same []Observation, as *Observation, err error) {
	at := now[0].Time.UnixMicro()
	times := map[ID]int{} // how often it is among them
	for i := range now {
		times[now[i].ID]++
	}
	before := map[int64][]int{} // positions in now, by the time of the listing that they repeat
	for i := range now {
		o := &now[i]
		j, ok := k.latest[o.ID]
		if !ok || !o.listed() || times[o.ID] > 1 {
			continue
		}
		l := &k.all[j]
		if l.Kind != o.Kind || l.Type != o.Type || l.Tenant != o.Tenant || l.Body != o.Body || l.end() >= at {
			continue
		}
		// It must be of the listing, not of one before it, or taken in after it.
		if c := k.chains[l.end()]; c == l.in && (c == nil || l.last == len(c.at)-1) {
			before[l.end()] = append(before[l.end()], i)
		}
	}
	best := int64(0)
	for t, in := range before {
		if n := len(before[best]); len(in) > n || len(in) == n && t > best {
			best = t
		}
	}
	if len(before[best]) == 0 || k.chains[at] != nil {
		return now, nil, nil, nil
	}
	repeated := map[ID]bool{}
	for _, i := range before[best] {
		repeated[now[i].ID] = true
	}
	shown := k.start(best)
	if c := k.chains[best]; c != nil {
		shown = k.alive[c]
	}
	a := repetition{As: best}
	for _, i := range shown {
		if id := k.all[i].ID; !repeated[id] && !slices.Contains(a.Except, id) {
			a.Except = append(a.Except, id)
		}
	}
	if len(a.Except) >= len(before[best]) {
		return now, nil, nil, nil
	}
	slices.Sort(a.Except)
	body, err := json.Marshal(a)
	if err != nil {
		return nil, nil, nil, err
	}
	first := &now[before[best][0]]
	as = &Observation{Time: first.Time, Kind: kindAgain, Type: typeListing, Body: string(body), Source: first.Source, Taken: first.Taken}
	for i := range now {
		if repeated[now[i].ID] {
			same = append(same, now[i])
		} else {
			anew = append(anew, now[i])
		}
	}
	return anew, same, as, nil
}

// takenLast returns when the last word of it was taken in.
func (o *Observation) takenLast() int64 {
	if o.in == nil {
		return o.Taken
	}
	return max(o.Taken, o.in.taken[o.last])
}

// until returns the observation as it was when the last word of it was taken in no
// later than a version; false if there was none.
func (o *Observation) until(version int64) (Observation, bool) {
	out := *o
	if o.in != nil {
		for out.last > out.first && o.in.taken[out.last] > version {
			out.last--
		}
	}
	return out, o.Taken <= version
}

// listing is one of a chain, at its time among the observations.
type listing struct {
	in *chain
	n  int
}

// expanded returns the observations at the times that matter: of what listings
// showed again the first and the last, and those around another word of the same
// resource and around a time without listings, in which it may be taken for gone;
// and the listings that showed something again.
func expanded(all []Observation) []Observation {
	others := map[ID][]int64{}
	lists := map[*chain]int{} // how many listings of a chain count
	for i := range all {
		o := &all[i]
		others[o.ID] = append(others[o.ID], o.Time.UnixMicro())
		if o.in != nil && o.last > o.first {
			lists[o.in] = max(lists[o.in], o.last+1)
		}
	}
	gaps := map[*chain][]int{} // listings that come long after the one before
	for c := range lists {
		for i := 1; i < len(c.at); i++ {
			if c.at[i]-c.at[i-1] > near {
				gaps[c] = append(gaps[c], i)
			}
		}
	}
	out := slices.Clone(all)
	for i := range all {
		o := &all[i]
		if o.in == nil || o.last == o.first {
			continue
		}
		last := o.last
		times := []int64{o.in.at[last]}
		for _, t := range others[o.ID] {
			if n, _ := slices.BinarySearch(o.in.at, t+1); n > o.first && n < last {
				times = append(times, o.in.at[n-1], o.in.at[n])
			}
		}
		for _, n := range gaps[o.in] {
			if n > o.first && n <= last {
				times = append(times, o.in.at[n-1], o.in.at[n])
			}
		}
		slices.Sort(times)
		for _, t := range slices.Compact(times) {
			if t == o.Time.UnixMicro() {
				continue
			}
			again := *o
			again.Time = time.UnixMicro(t).UTC()
			again.in, again.first, again.last = nil, 0, 0
			out = append(out, again)
		}
	}
	for c, n := range lists {
		for i := 1; i < n; i++ {
			out = append(out, Observation{Time: time.UnixMicro(c.at[i]).UTC(), Kind: kindAgain, Type: typeListing, list: &listing{c, i}})
		}
	}
	return out
}

// scopes are the resource groups whose NICs the listings of a chain show.
type scopes map[*chain]map[string][]bool

// scopesOf returns those of the listings of all chains.
func scopesOf(all []Observation) scopes {
	out := scopes{}
	for i := range all {
		o := &all[i]
		if o.in == nil || o.Kind != List || o.Type != "networkinterfaces" {
			continue
		}
		if out[o.in] == nil {
			out[o.in] = map[string][]bool{}
		}
		s := scopeOf(o.ID)
		shown := out[o.in][s]
		if shown == nil {
			shown = make([]bool, len(o.in.at))
			out[o.in][s] = shown
		}
		for n := o.first; n <= o.last; n++ {
			shown[n] = true
		}
	}
	return out
}
