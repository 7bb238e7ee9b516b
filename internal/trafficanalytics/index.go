package trafficanalytics

import "math/bits"

// index finds groups by the hash of their key: a table of open addresses. A slot
// holds the upper half of a hash and the number of a group, plus one; the upper
// half also says where its search begins.
type index struct {
	slots []uint64
	taken []uint32 // slots that are
}

const minSlots = 1 << 10

// hash mixes a key's numbers.
func (k *groupKey) hash() uint64 {
	h := mix(uint64(k.parts[srcPart])<<32|uint64(k.parts[destPart]), 0x9e3779b97f4a7c15)
	h = mix(h^(uint64(k.parts[recordPart])<<32|uint64(k.parts[kindPart])), 0xa0761d6478bd642f)
	return mix(h^uint64(k.start)^uint64(uint32(k.port))<<40, 0xe7037ed1a0b428db)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^b, 0x8ebc6af09c88c6e3)
	return hi ^ lo
}

// find returns the group with the hash for which same holds. If there is none,
// it puts next in.
func (x *index) find(hash uint64, next uint32, same func(g uint32) bool) (uint32, bool) {
	if 2*len(x.taken) >= len(x.slots) {
		x.grow()
	}
	mask := uint64(len(x.slots) - 1)
	tag := hash >> 32
	for at := tag & mask; ; at = (at + 1) & mask {
		s := x.slots[at]
		if s == 0 {
			x.slots[at] = tag<<32 | uint64(next+1)
			x.taken = append(x.taken, uint32(at))
			return next, false
		}
		if s>>32 == tag && same(uint32(s)-1) {
			return uint32(s) - 1, true
		}
	}
}

func (x *index) grow() {
	old, taken := x.slots, x.taken
	x.slots = make([]uint64, max(2*len(old), minSlots))
	x.taken = make([]uint32, 0, len(x.slots)/2+1)
	mask := uint64(len(x.slots) - 1)
	for _, from := range taken {
		at := old[from] >> 32 & mask
		for x.slots[at] != 0 {
			at = (at + 1) & mask
		}
		x.slots[at] = old[from]
		x.taken = append(x.taken, uint32(at))
	}
}

// clear empties the table in the time of what is in it.
func (x *index) clear() {
	for _, at := range x.taken {
		x.slots[at] = 0
	}
	x.taken = x.taken[:0]
}
