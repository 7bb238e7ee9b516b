package attribution

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/inventory"
)

// A Footprint is what the owners in a segment of Flows rest on: the addresses of
// its rows' ends, public ones in blocks, the MAC addresses that logged them and the
// targets of the flow logs. It may take one for another, but never leaves one out.
type Footprint struct {
	keys []uint32 // private addresses, MAC addresses and targets
	far4 []uint32 // first 24 bits of public IPv4 addresses
	far6 []uint32 // first 32 bits of public IPv6 addresses
	// wide has a bit for each first 16 bits of public IPv4 addresses; nil as long
	// as few are in far4, which it stands for.
	wide []uint64
	// old is set for one that knows nothing of targets and public addresses, which
	// may then be any.
	old bool
}

const (
	maxFar4   = 4096 // as many as take the room of wide
	wideWords = 1 << 16 / 64
)

// NewFootprint returns the footprint of addresses, of MAC addresses in any
// spelling, and of the resources whose flow logs they are.
func NewFootprint(addrs []netip.Addr, macs, targets []string) *Footprint {
	var b FootprintBuilder
	for _, a := range addrs {
		b.Add(a)
	}
	return b.Footprint(macs, targets)
}

// A FootprintBuilder gathers the addresses of a [Footprint]. The zero one has none.
type FootprintBuilder struct{ f Footprint }

// Add takes in an address.
func (b *FootprintBuilder) Add(a netip.Addr) {
	switch a = a.Unmap(); {
	case !a.IsValid():
	case private(a):
		b.f.keys = append(b.f.keys, addressKey(a))
	case a.Is4():
		b.AddPublic(addressKey(a))
	default:
		b.f.far6 = append(b.f.far6, first6(a))
	}
}

// AddPublic takes in a public IPv4 address, as a number.
func (b *FootprintBuilder) AddPublic(a uint32) {
	if f := &b.f; f.wide != nil {
		f.wide[a>>22] |= 1 << (a >> 16 & 63)
	} else if f.far4 = append(f.far4, a>>8); len(f.far4) == 2*maxFar4 {
		f.sort()
	}
}

// Footprint returns the footprint of the addresses taken in, of MAC addresses in
// any spelling, and of the resources whose flow logs they are. The builder is used
// up.
func (b *FootprintBuilder) Footprint(macs, targets []string) *Footprint {
	f := &b.f
	for _, m := range macs {
		f.keys = append(f.keys, macKey(bareMAC(m)))
	}
	for _, t := range targets {
		f.keys = append(f.keys, targetKey(networkOf(t)))
	}
	f.sort()
	return f
}

// networkOf returns the network of a flow log's target, in lower case; the target
// itself if it is of none.
func networkOf(target string) inventory.ID {
	network, _, _ := strings.Cut(strings.ToLower(target), "/subnets/")
	return network
}

// sort puts the lists in order, and public IPv4 addresses into wider blocks if
// they are many.
func (f *Footprint) sort() {
	for _, s := range []*[]uint32{&f.keys, &f.far4, &f.far6} {
		slices.Sort(*s)
		*s = slices.Compact(*s)
	}
	if len(f.far4) > maxFar4 {
		f.widen()
	}
}

func (f *Footprint) widen() {
	if f.wide == nil {
		f.wide = make([]uint64, wideWords)
	}
	for _, block := range f.far4 {
		f.wide[block>>14] |= 1 << (block >> 8 & 63)
	}
	f.far4 = nil
}

// addressKey is an IPv4 address itself, so that neighbours take little room, and
// a hash of any other.
func addressKey(a netip.Addr) uint32 {
	if a.Is4() {
		b := a.As4()
		return binary.BigEndian.Uint32(b[:])
	}
	b := a.As16()
	return hash(b[:])
}

// macKey is a hash of a MAC address as bareMAC has it.
func macKey(mac string) uint32 { return hash([]byte(mac)) }

// targetKey is a hash of the ID of a network, or of what else is logged.
func targetKey(id inventory.ID) uint32 { return hash([]byte(id)) }

// first6 returns the first 32 bits of an IPv6 address.
func first6(a netip.Addr) uint32 {
	b := a.As16()
	return binary.BigEndian.Uint32(b[:])
}

func hash(b []byte) uint32 {
	h := fnv.New32a()
	_, _ = h.Write(b) // a hash takes any bytes
	return h.Sum32()
}

// The forms of encoded footprints, which they begin with.
const (
	oldForm       = 1 // private addresses and MAC addresses
	footprintForm = 2 // each list after its length
	wideForm      = 3 // wide, little-endian, then as in footprintForm
)

// Encode returns the footprint as a segment keeps it.
func (f *Footprint) Encode() []byte {
	out := make([]byte, 0, 8+2*(len(f.keys)+len(f.far4)+len(f.far6)))
	list := func(values []uint32) {
		last := uint32(0)
		for _, k := range values {
			out = binary.AppendUvarint(out, uint64(k-last))
			last = k
		}
	}
	if f.old {
		out = append(out, oldForm)
		list(f.keys)
		return out
	}
	if f.wide != nil {
		out = append(out, wideForm)
		for _, word := range f.wide {
			out = binary.LittleEndian.AppendUint64(out, word)
		}
	} else {
		out = append(out, footprintForm)
	}
	for _, values := range [][]uint32{f.keys, f.far4, f.far6} {
		out = binary.AppendUvarint(out, uint64(len(values)))
		list(values)
	}
	return out
}

var errFootprint = errors.New("the address filter of a segment is not one of this azflow's")

// ParseFootprint reads what Encode wrote; nil for no bytes: a segment that has
// none may hold anything.
func ParseFootprint(b []byte) (*Footprint, error) {
	if len(b) == 0 {
		return nil, nil
	}
	next := func() (uint64, error) {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return 0, errFootprint
		}
		b = b[n:]
		return v, nil
	}
	// list reads up to n values.
	list := func(n uint64) (out []uint32, err error) {
		last := uint64(0)
		for ; n > 0 && len(b) > 0; n-- {
			d, err := next()
			if last += d; err != nil || d > math.MaxUint32 || last > math.MaxUint32 {
				return nil, errFootprint
			}
			out = append(out, uint32(last))
		}
		return out, nil
	}
	form := b[0]
	b = b[1:]
	f := &Footprint{old: form == oldForm}
	switch form {
	case oldForm:
		var err error
		f.keys, err = list(math.MaxUint64)
		return f, err
	case wideForm, footprintForm:
		if form == wideForm {
			if len(b) < 8*wideWords {
				return nil, errFootprint
			}
			f.wide = make([]uint64, wideWords)
			for i := range f.wide {
				f.wide[i], b = binary.LittleEndian.Uint64(b), b[8:]
			}
		}
		for _, values := range []*[]uint32{&f.keys, &f.far4, &f.far6} {
			n, err := next()
			if err != nil {
				return nil, err
			}
			if *values, err = list(n); err != nil || uint64(len(*values)) != n {
				return nil, errFootprint
			}
		}
		if len(b) > 0 {
			return nil, errFootprint
		}
		return f, nil
	}
	return nil, fmt.Errorf("%w: form %d", errFootprint, form)
}

// JoinFootprints returns the footprint of several segments' rows; none if one of
// them has none.
func JoinFootprints(all [][]byte) ([]byte, error) {
	joined := &Footprint{}
	for _, b := range all {
		f, err := ParseFootprint(b)
		if f == nil || err != nil {
			return nil, err
		}
		joined.keys, joined.far4, joined.far6 = append(joined.keys, f.keys...), append(joined.far4, f.far4...), append(joined.far6, f.far6...)
		joined.old = joined.old || f.old
		if f.wide != nil {
			joined.widen()
			for i, word := range f.wide {
				joined.wide[i] |= word
			}
		}
	}
	if joined.wide != nil {
		joined.widen()
	}
	joined.sort()
	return joined.Encode(), nil
}

// within reports whether the footprint can have an address of p.
func (f *Footprint) within(p netip.Prefix) bool {
	first := p.Masked().Addr()
	if !first.Is4() {
		if p.Bits() < 3 || f.old || private(first) || first.As16()[0]>>5 != 1 {
			return true // keys of private ones do not tell where they lie
		}
		return anyOf(f.far6, first6(first), first6(first)|uint32(1<<max(0, 32-p.Bits())-1))
	}
	from := addressKey(first)
	to := from | uint32(1<<(32-p.Bits())-1)
	last := netip.AddrFrom4([4]byte{byte(to >> 24), byte(to >> 16), byte(to >> 8), byte(to)})
	if p.Bits() < 8 || !private(first) || !private(last) { // it has public ones
		if f.old || anyOf(f.far4, from>>8, to>>8) || f.wide != nil && f.anyWide(from>>16, to>>16) {
			return true
		}
	}
	return anyOf(f.keys, from, to)
}

// anyWide reports whether a block between two, both included, is in wide.
func (f *Footprint) anyWide(from, to uint32) bool {
	for block := from; block <= to; block++ {
		if f.wide[block>>6]>>(block&63)&1 != 0 {
			return true
		}
	}
	return false
}

// anyOf reports whether one of ascending values lies between two, both included.
func anyOf(values []uint32, from, to uint32) bool {
	i, _ := slices.BinarySearch(values, from)
	return i < len(values) && values[i] <= to
}
