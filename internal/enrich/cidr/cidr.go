// Package cidr finds the blocks of addresses that hold an address.
package cidr

import (
	"net/netip"
	"slices"
)

// A Table holds a value for each of some blocks. The zero Table is empty.
type Table[T any] struct {
	values  map[netip.Prefix]T
	lengths [2][]int // of IPv4 and IPv6 blocks that occur, longest first
}

// Put sets the value of a block.
func (t *Table[T]) Put(p netip.Prefix, v T) {
	if t.values == nil {
		t.values = map[netip.Prefix]T{}
	}
	p = p.Masked()
	t.values[p] = v
	ls := &t.lengths[family(p.Addr())]
	if i, found := slices.BinarySearchFunc(*ls, p.Bits(), func(have, want int) int { return want - have }); !found {
		*ls = slices.Insert(*ls, i, p.Bits())
	}
}

// Get returns the value of exactly that block.
func (t *Table[T]) Get(p netip.Prefix) (T, bool) {
	v, ok := t.values[p.Masked()]
	return v, ok
}

// Len returns the number of blocks.
func (t *Table[T]) Len() int { return len(t.values) }

// All calls f for each block that holds a, the narrowest first, until f returns
// false.
func (t *Table[T]) All(a netip.Addr, f func(p netip.Prefix, v T) bool) {
	for _, bits := range t.lengths[family(a)] {
		p, err := a.Prefix(bits)
		if err != nil {
			return // the address is not valid
		}
		if v, ok := t.values[p]; ok && !f(p, v) {
			return
		}
	}
}

// Find returns the value of the narrowest block that holds a.
func (t *Table[T]) Find(a netip.Addr) (v T, ok bool) {
	t.All(a, func(_ netip.Prefix, x T) bool {
		v, ok = x, true
		return false
	})
	return v, ok
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}
