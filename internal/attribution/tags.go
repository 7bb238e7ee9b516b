package attribution

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"sort"
	"strings"

	"github.com/azflow/azflow/internal/enrich/cidr"
	"github.com/azflow/azflow/internal/inventory"
)

// serviceTag is what the service tags say of an address.
type serviceTag struct{ name, region string }

// tagTable is what they say of every address.
type tagTable struct {
	told   []serviceTag // the first is of addresses in none
	starts []uint32     // of ranges of IPv4 addresses, ascending; the first begins at 0
	of     []uint32     // what is told of each range
	first  []uint32     // for each /16 the range in which it begins
	six    cidr.Table[uint32]
}

// newTagTable works out what is told of each block.
func newTagTable(tags []inventory.ServiceTag) *tagTable {
	var blocks cidr.Table[[]int32]
	var all []netip.Prefix
	for i, t := range tags {
		for _, p := range t.Prefixes {
			p = p.Masked()
			have, known := blocks.Get(p)
			if !known {
				all = append(all, p)
			}
			blocks.Put(p, append(have, int32(i)))
		}
	}
	t := &tagTable{told: []serviceTag{{}}}
	numbers := map[serviceTag]uint32{}
	number := func(p netip.Prefix) uint32 {
		s := mostOf(tags, &blocks, p)
		n, ok := numbers[s]
		if !ok {
			n = uint32(len(t.told))
			t.told = append(t.told, s)
			numbers[s] = n
		}
		return n
	}
	// Blocks lie within one another or apart: a wider one goes on where the last
	// within it ends.
	slices.SortFunc(all, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	type open struct {
		end uint64 // the address after it
		of  uint32
	}
	within := []open{{1 << 32, 0}}
	begin := func(at uint64, of uint32) {
		switch n := len(t.starts); {
		case at >= 1<<32:
		case n > 0 && uint64(t.starts[n-1]) == at:
			t.of[n-1] = of
		default:
			t.starts, t.of = append(t.starts, uint32(at)), append(t.of, of)
		}
	}
	begin(0, 0)
	leave := func(until uint64) {
		for len(within) > 1 && within[len(within)-1].end <= until {
			end := within[len(within)-1].end
			within = within[:len(within)-1]
			begin(end, within[len(within)-1].of)
		}
	}
	for _, p := range all {
		of := number(p)
		if !p.Addr().Is4() {
			t.six.Put(p, of)
			continue
		}
		b := p.Addr().As4()
		at := uint64(binary.BigEndian.Uint32(b[:]))
		leave(at)
		begin(at, of)
		within = append(within, open{at + 1<<(32-p.Bits()), of})
	}
	leave(1 << 32)
	t.first = make([]uint32, 1<<16+1)
	for i, at := 0, 0; i <= 1<<16; i++ {
		for at+1 < len(t.starts) && uint64(t.starts[at+1]) <= uint64(i)<<16 {
			at++
		}
		t.first[i] = uint32(at)
	}
	return t
}

// four returns what is told of an IPv4 address: a position in told.
func (t *tagTable) four(v uint32) uint32 {
	lo, hi := int(t.first[v>>16]), int(t.first[v>>16+1])+1
	i := lo + sort.Search(hi-lo, func(i int) bool { return t.starts[lo+i] > v })
	return t.of[i-1]
}

// find returns what is told of an address: a position in told.
func (t *tagTable) find(a netip.Addr) uint32 {
	if a = a.Unmap(); a.Is4() {
		b := a.As4()
		return t.four(binary.BigEndian.Uint32(b[:]))
	}
	n, _ := t.six.Find(a)
	return n
}

// mostOf returns the service tag that says most of the addresses of a block: of a
// service rather than a region's, of the narrowest block, of one region.
func mostOf(tags []inventory.ServiceTag, blocks *cidr.Table[[]int32], of netip.Prefix) serviceTag {
	var best int32 = -1
	general := func(i int32) bool { return strings.HasPrefix(tags[i].Name, "AzureCloud") }
	region := ""
	blocks.All(of.Addr(), func(p netip.Prefix, in []int32) bool {
		if p.Bits() > of.Bits() {
			return true
		}
		for _, i := range in {
			if region == "" {
				region = tags[i].Region
			}
			switch {
			case best < 0, general(best) && !general(i):
				best = i
			}
		}
		// Of one block, the tag of a region says more than the service's own.
		for _, i := range in {
			if strings.HasPrefix(tags[i].Name, tags[best].Name+".") {
				best = i
			}
		}
		return true
	})
	return serviceTag{tags[best].Name, region}
}
