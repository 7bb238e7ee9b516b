package plan

import "maps"

// A ColumnSet is a set of columns by their ids. The zero value is empty.
//
// Ids are small and dense, so that a bit each does; those of a plan that is out
// of all proportion lie in a map, lest each of its nodes takes as many bits.
type ColumnSet struct {
	bits []uint64
	high map[ColumnID]bool // those from bitIDs on
}

// bitIDs is how many ids have bits.
const bitIDs = 1 << 14

// Has reports whether id is in the set.
func (s *ColumnSet) Has(id ColumnID) bool {
	if id >= bitIDs {
		return s.high[id]
	}
	i := int(id) >> 6
	return i < len(s.bits) && s.bits[i]>>(id&63)&1 != 0
}

// Add puts id, which is not negative, into the set.
func (s *ColumnSet) Add(id ColumnID) {
	if id >= bitIDs {
		if s.high == nil {
			s.high = map[ColumnID]bool{}
		}
		s.high[id] = true
		return
	}
	i := int(id) >> 6
	if i >= len(s.bits) {
		s.bits = append(s.bits, make([]uint64, i+1-len(s.bits))...)
	}
	s.bits[i] |= 1 << (id & 63)
}

// Remove takes id out of the set.
func (s *ColumnSet) Remove(id ColumnID) {
	if id >= bitIDs {
		delete(s.high, id)
		return
	}
	if i := int(id) >> 6; i < len(s.bits) {
		s.bits[i] &^= 1 << (id & 63)
	}
}

// Empty reports whether nothing is in the set.
func (s *ColumnSet) Empty() bool {
	for _, w := range s.bits {
		if w != 0 {
			return false
		}
	}
	return len(s.high) == 0
}

// Clone returns a copy of the set.
func (s *ColumnSet) Clone() ColumnSet {
	return ColumnSet{append([]uint64(nil), s.bits...), maps.Clone(s.high)}
}
