package attribution

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
)

// A Footprint is what the owners in a segment of Flows rest on, apart from the
// internet: the private addresses of its rows' ends and the MAC addresses that
// logged them. It may take one for another, but never leaves one out.
type Footprint struct {
	keys []uint32 // ascending, none twice
}

// NewFootprint returns the footprint of addresses, of which public ones do not
// count, and of MAC addresses in any spelling.
func NewFootprint(addrs []netip.Addr, macs []string) *Footprint {
	f := &Footprint{}
	for _, a := range addrs {
		if a = a.Unmap(); a.IsValid() && private(a) {
			f.keys = append(f.keys, addressKey(a))
		}
	}
	for _, m := range macs {
		f.keys = append(f.keys, macKey(bareMAC(m)))
	}
	f.sort()
	return f
}

func (f *Footprint) sort() {
	slices.Sort(f.keys)
	f.keys = slices.Compact(f.keys)
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

func hash(b []byte) uint32 {
	h := fnv.New32a()
	_, _ = h.Write(b) // a hash takes any bytes
	return h.Sum32()
}

// footprintForm begins every encoded footprint.
const footprintForm = 1

// Encode returns the footprint as a segment keeps it.
func (f *Footprint) Encode() []byte {
	out := append(make([]byte, 0, 1+2*len(f.keys)), footprintForm)
	last := uint32(0)
	for _, k := range f.keys {
		out = binary.AppendUvarint(out, uint64(k-last))
		last = k
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
	if b[0] != footprintForm {
		return nil, fmt.Errorf("%w: form %d", errFootprint, b[0])
	}
	f := &Footprint{}
	last := uint64(0)
	for b = b[1:]; len(b) > 0; {
		d, n := binary.Uvarint(b)
		if last += d; n <= 0 || last > 1<<32-1 {
			return nil, errFootprint
		}
		f.keys = append(f.keys, uint32(last))
		b = b[n:]
	}
	return f, nil
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
		joined.keys = append(joined.keys, f.keys...)
	}
	joined.sort()
	return joined.Encode(), nil
}

// within reports whether the footprint can have an address of p.
func (f *Footprint) within(p netip.Prefix) bool {
	if !p.Addr().Is4() {
		return true
	}
	first := addressKey(p.Masked().Addr())
	last := first | uint32(1<<(32-p.Bits())-1)
	i, _ := slices.BinarySearch(f.keys, first)
	return i < len(f.keys) && f.keys[i] <= last
}
