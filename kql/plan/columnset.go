package plan

// A ColumnSet is a set of columns by their ids, a bit each: ids are small and
// dense. The zero value is empty.
type ColumnSet struct{ bits []uint64 }

// Has reports whether id is in the set.
func (s *ColumnSet) Has(id ColumnID) bool {
	i := int(id) >> 6
	return i < len(s.bits) && s.bits[i]>>(id&63)&1 != 0
}

// Add puts id, which is not negative, into the set.
func (s *ColumnSet) Add(id ColumnID) {
	i := int(id) >> 6
	if i >= len(s.bits) {
		s.bits = append(s.bits, make([]uint64, i+1-len(s.bits))...)
	}
	s.bits[i] |= 1 << (id & 63)
}

// Remove takes id out of the set.
func (s *ColumnSet) Remove(id ColumnID) {
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
	return true
}

// Clone returns a copy of the set.
func (s *ColumnSet) Clone() ColumnSet {
	return ColumnSet{append([]uint64(nil), s.bits...)}
}
