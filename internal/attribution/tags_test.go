package attribution

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/azflow/azflow/internal/inventory"
)

// TestTheTableSaysWhatTheTagsSay holds the ranges of the table against a walk
// through all blocks, the narrowest first.
func TestTheTableSaysWhatTheTagsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := func(label string) netip.Addr {
			if rapid.IntRange(0, 3).Draw(t, label+" is of version 6") == 0 {
				return netip.AddrFrom16([16]byte{0x26, 3, 15: byte(rapid.IntRange(0, 7).Draw(t, label))})
			}
			// Near the ends and the middle, where blocks meet.
			v := rapid.SampledFrom([]uint32{0, 0x14000000, 0x7fffffff, 0xffffff00}).Draw(t, label+" from") + uint32(rapid.IntRange(0, 255).Draw(t, label))
			return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
		}
		var tags []inventory.ServiceTag
		for i := range rapid.IntRange(0, 8).Draw(t, "tags") {
			s := inventory.ServiceTag{
				Name:   rapid.SampledFrom([]string{"AzureCloud", "AzureCloud.westeurope", "Storage", "Storage.WestEurope", "Sql"}).Draw(t, "name") + strings.Repeat("x", i%2),
				Region: rapid.SampledFrom([]string{"", "westeurope"}).Draw(t, "region"),
			}
			for range rapid.IntRange(0, 4).Draw(t, "blocks") {
				a := address("block")
				bits := a.BitLen() - rapid.SampledFrom([]int{0, 1, 4, 8, 12, a.BitLen()}).Draw(t, "bits")
				s.Prefixes = append(s.Prefixes, netip.PrefixFrom(a, bits).Masked())
			}
			tags = append(tags, s)
		}
		table := newTagTable(tags)
		for range 20 {
			a := address("address")
			var want serviceTag
			best := -1
			general := func(i int) bool { return strings.HasPrefix(tags[i].Name, "AzureCloud") }
			for bits := a.BitLen(); bits >= 0; bits-- {
				var in []int
				for i := range tags {
					for _, p := range tags[i].Prefixes {
						if p.Bits() == bits && p.Contains(a) {
							in = append(in, i)
						}
					}
				}
				for _, i := range in {
					if want.region == "" {
						want.region = tags[i].Region
					}
					if best < 0 || general(best) && !general(i) {
						best = i
					}
				}
				for _, i := range in {
					if strings.HasPrefix(tags[i].Name, tags[best].Name+".") {
						best = i
					}
				}
			}
			if best >= 0 {
				want.name = tags[best].Name
			}
			if got := table.told[table.find(a)]; got != want {
				t.Fatalf("%s: %+v, want %+v of %+v", a, got, want, tags)
			}
		}
	})
}

// BenchmarkServiceTag looks addresses up in as many blocks as Microsoft's list has.
func BenchmarkServiceTag(b *testing.B) {
	var tags []inventory.ServiceTag
	for i := range 60_000 {
		a := netip.AddrFrom4([4]byte{byte(20 + i%60), byte(i / 60), byte(i * 7), 0})
		tags = append(tags, inventory.ServiceTag{Name: fmt.Sprint("T", i%2_500), Prefixes: []netip.Prefix{netip.PrefixFrom(a, 16+i%13).Masked()}})
	}
	table := newTagTable(tags)
	i := uint32(0)
	for b.Loop() {
		i += 2654435
		table.four(20<<24 + i%(60<<24))
	}
}
