package fn

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// ParseIPv4 reads a dotted address with an optional prefix length after a
// slash (32 without one). The address is not masked.
func ParseIPv4(s string) (addr uint32, prefix int, ok bool) {
	var n, digits, dots uint32
	for i := range len(s) {
		c := s[i] - '0'
		if c < 10 {
			n = n*10 + uint32(c)
			digits++
			continue
		}
		if digits-1 > 2 || n > 255 {
			return trimmedIPv4(s)
		}
		addr = addr<<8 | n
		switch {
		case s[i] == '.' && dots < 3:
			dots++
			n, digits = 0, 0
		case s[i] == '/' && dots == 3:
			prefix, ok = prefixLength(s[i+1:])
			return addr, prefix, ok
		default:
			return trimmedIPv4(s)
		}
	}
	return addr<<8 | n, 32, dots == 3 && digits-1 <= 2 && n <= 255
}

func prefixLength(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != "" && len(s) <= 2 && n <= 32
}

func trimmedIPv4(s string) (uint32, int, bool) {
	if t := strings.TrimSpace(s); len(t) < len(s) {
		return ParseIPv4(t)
	}
	return 0, 0, false
}

func mask4(prefix int) uint32 {
	if prefix <= 0 {
		return 0
	}
	return ^uint32(0) << (32 - prefix)
}

func parseIPv4Mask(s string, prefix int64) (int64, bool) {
	a, p, ok := ParseIPv4(s)
	if prefix < 0 || prefix > 32 {
		return 0, false
	}
	return int64(a & mask4(min(p, int(prefix)))), ok
}

// isPrivate knows the networks of RFC 1918. An address with a prefix is private
// if its network lies in one of them.
func isPrivate(a uint32, prefix int) bool {
	return a>>24 == 10 && prefix >= 8 || a>>20 == 172<<4|1 && prefix >= 12 || a>>16 == 192<<8|168 && prefix >= 16
}

// The kernels that every row of a table of flows may go through are written
// out, without a call through a function value for each row.

var isPrivateKernel Kernel = func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	s := read[string](args[0])
	out.Resize(n)
	for i := range n {
		if a, prefix, ok := ParseIPv4(s.cells[i&s.mask]); ok {
			out.Bools[i] = isPrivate(a, prefix)
		} else {
			out.SetNull(i)
		}
	}
	return nil
}

var isInRangeKernel Kernel = func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	s, networks := read[string](args[0]), read[string](args[1])
	out.Resize(n)
	var last string
	var net uint32
	bits, known, asked := 0, false, false
	for i := range n {
		if w := networks.cells[i&networks.mask]; !asked || w != last {
			net, bits, known = ParseIPv4(w)
			last, asked = w, true
		}
		a, prefix, ok := ParseIPv4(s.cells[i&s.mask])
		if !ok || !known {
			out.SetNull(i)
			continue
		}
		out.Bools[i] = (a^net)&mask4(min(bits, prefix)) == 0
	}
	return nil
}

var parseIPv4Kernel Kernel = func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	s := read[string](args[0])
	out.Resize(n)
	for i := range n {
		if a, prefix, ok := ParseIPv4(s.cells[i&s.mask]); ok {
			out.Longs[i] = int64(a & mask4(prefix))
		} else {
			out.SetNull(i)
		}
	}
	return nil
}

func isInRangeIPv4(s, network string) (bool, bool) {
	a, pa, okA := ParseIPv4(s)
	n, p, okN := ParseIPv4(network)
	if !okA || !okN {
		return false, false
	}
	return (a^n)&mask4(min(p, pa)) == 0, true
}

// compareIPv4 compares under the least of both prefixes and the given one.
func compareIPv4(a, b string, prefix int64) (int64, bool) {
	x, px, okX := ParseIPv4(a)
	y, py, okY := ParseIPv4(b)
	if !okX || !okY || prefix < 0 || prefix > 32 {
		return 0, false
	}
	m := mask4(min(px, py, int(prefix)))
	return int64(compareUint(uint64(x&m), uint64(y&m))), true
}

func compareUint(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ip4CompareKernel is ipv4_compare, and ipv4_is_match where match is set.
func ip4CompareKernel(match bool) Kernel { return ipCompareKernel(compareIPv4, 32, match) }

func ip6CompareKernel(match bool) Kernel { return ipCompareKernel(compareIPv6, 128, match) }

func ipCompareKernel(compare func(a, b string, prefix int64) (int64, bool), bits int64, match bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a, b := read[string](args[0]), read[string](args[1])
		prefix := column[int64]{cells: []int64{bits}}
		if len(args) > 2 {
			prefix = read[int64](args[2])
		}
		f := func(i int) (int64, bool) {
			x, _ := a.at(i)
			y, _ := b.at(i)
			p, ok := prefix.at(i)
			c, okC := compare(x, y, p)
			return c, ok && okC
		}
		if match {
			write(out, n, func(i int) (bool, bool) { c, ok := f(i); return c == 0, ok })
		} else {
			write(out, n, f)
		}
		return nil
	}
}

// anyRangeKernel tests an address against networks given one by one or in
// arrays; null if the address is none, or no network is one.
func anyRangeKernel(in func(ip, network string) (bool, bool)) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		ip := read[string](args[0])
		write(out, n, func(i int) (bool, bool) {
			s, _ := ip.at(i)
			known := false
			for _, a := range args[1:] {
				for _, e := range elements(a.Value(i), a.Type) {
					found, ok := in(s, types.Text(e, a.Type))
					if found && ok {
						return true, true
					}
					known = known || ok
				}
			}
			return false, known
		})
		return nil
	}
}

// network6 is an address as IPv6, with its prefix; IPv4 is mapped.
type network6 struct {
	addr   netip.Addr
	prefix int
}

func parseIPv6Network(s string) (network6, bool) {
	if a, p, ok := ParseIPv4(s); ok {
		b := [4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}
		return network6{netip.AddrFrom16(netip.AddrFrom4(b).As16()), p + 96}, true
	}
	text, suffix, found := strings.Cut(strings.TrimSpace(s), "/")
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" || a.Is4() {
		return network6{}, false
	}
	// An IPv4 address in the last part keeps IPv4's prefix lengths.
	shift, bits := 0, 128
	if strings.Contains(text, ".") {
		shift, bits = 96, 32
	}
	p := bits
	if found {
		if p, err = strconv.Atoi(suffix); err != nil || p < 0 || p > bits {
			return network6{}, false
		}
	}
	if strings.Contains(text, ".") {
		// ::1.2.3.4 is taken as the mapped address.
		b := a.As16()
		b[10], b[11] = 0xff, 0xff
		a = netip.AddrFrom16(b)
	}
	return network6{netip.AddrFrom16(a.As16()), p + shift}, true
}

func (n network6) masked(prefix int) [16]byte {
	b := n.addr.As16()
	for i := range b {
		switch keep := prefix - 8*i; {
		case keep <= 0:
			b[i] = 0
		case keep < 8:
			b[i] &= 0xff << (8 - keep)
		}
	}
	return b
}

func formatIPv6(b [16]byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 39)
	for i, x := range b {
		if i > 0 && i%2 == 0 {
			out = append(out, ':')
		}
		out = append(out, digits[x>>4], digits[x&15])
	}
	return string(out)
}

func parseIPv6(s string) (string, bool) {
	n, ok := parseIPv6Network(s)
	if !ok {
		return "", true
	}
	return formatIPv6(n.masked(n.prefix)), true
}

func parseIPv6Mask(s string, prefix int64) (string, bool) {
	n, ok := parseIPv6Network(s)
	if !ok || prefix < 0 || prefix > 128 {
		return "", true
	}
	return formatIPv6(n.masked(min(n.prefix, int(prefix)))), true
}

func compareIPv6(a, b string, prefix int64) (int64, bool) {
	x, okX := parseIPv6Network(a)
	y, okY := parseIPv6Network(b)
	if !okX || !okY || prefix < 0 || prefix > 128 {
		return 0, false
	}
	p := min(x.prefix, y.prefix, int(prefix))
	mx, my := x.masked(p), y.masked(p)
	return int64(strings.Compare(string(mx[:]), string(my[:]))), true
}

func isInRangeIPv6(s, network string) (bool, bool) {
	a, okA := parseIPv6Network(s)
	n, okN := parseIPv6Network(network)
	if !okA || !okN {
		return false, false
	}
	p := min(a.prefix, n.prefix)
	return a.masked(p) == n.masked(p), true
}

// ipText reads an address that is text or a number, with its prefix.
func ipText(v types.Value) (uint32, int, bool) {
	switch x := v.(type) {
	case string:
		return ParseIPv4(x)
	case int64:
		return uint32(x), 32, x >= 0 && x <= 1<<32-1
	case int32:
		return uint32(x), 32, x >= 0
	case float64:
		return uint32(x), 32, x >= 0 && x <= 1<<32-1
	}
	return 0, 0, false
}

func dotted(a uint32) string {
	return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}).String()
}

// formatIPv4Kernel is format_ipv4, and with suffix format_ipv4_mask.
func formatIPv4Kernel(suffix bool) Kernel {
	return lax(func(r *row) types.Value {
		a, p, ok := ipText(r.args[0])
		want := int64(32)
		if len(r.args) > 1 {
			n, okN := toLong(r.args[1])
			want, ok = n, ok && okN
		}
		if !ok || want < 0 || want > 32 {
			return ""
		}
		p = min(p, int(want))
		s := dotted(a & mask4(p))
		if suffix {
			s += "/" + strconv.Itoa(p)
		}
		return s
	})
}

// rangeToCIDR covers a range of addresses by the fewest networks.
func rangeToCIDR(from, to string) (types.Value, bool) {
	a, _, okA := ParseIPv4(from)
	b, _, okB := ParseIPv4(to)
	if !okA || !okB || a > b {
		return nil, false
	}
	list := []types.Value{}
	for at, end := uint64(a), uint64(b); at <= end; {
		size := uint64(1)
		prefix := 32
		for prefix > 0 && at&size == 0 && at+size*2-1 <= end {
			size *= 2
			prefix--
		}
		list = append(list, dotted(uint32(at))+"/"+strconv.Itoa(prefix))
		at += size
	}
	return list, true
}

// hasIPv4 reports whether s holds an address that test accepts, with no letter,
// digit or dot next to it.
func hasIPv4(s string, test func(addr string) bool) bool {
	isPart := func(c byte) bool { return c == '.' || c >= '0' && c <= '9' }
	for i := 0; i < len(s); {
		if !isPart(s[i]) {
			i++
			continue
		}
		start := i
		for i < len(s) && isPart(s[i]) {
			i++
		}
		word := strings.TrimRight(s[start:i], ".")
		if len(word) < 7 || start > 0 && isWordByte(s[start-1]) || i < len(s) && isWordByte(s[i]) {
			continue
		}
		if _, p, ok := ParseIPv4(word); ok && p == 32 && test(word) {
			return true
		}
	}
	return false
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// isIPv4Prefix accepts what starts an address: whole numbers, each with its
// dot, or a whole address.
func isIPv4Prefix(p string) bool {
	if _, _, ok := ParseIPv4(p); ok && !strings.Contains(p, "/") {
		return true
	}
	if !strings.HasSuffix(p, ".") || strings.Count(p, ".") > 3 {
		return false
	}
	for _, n := range strings.Split(strings.TrimSuffix(p, "."), ".") {
		if x, err := strconv.ParseUint(n, 10, 8); err != nil || len(n) > 3 || x > 255 {
			return false
		}
	}
	return true
}

// hasIPv4Kernel is has_ipv4 and has_any_ipv4, and with prefix the functions
// that look for prefixes.
func hasIPv4Kernel(prefix bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		s := read[string](args[0])
		write(out, n, func(i int) (bool, bool) {
			text, _ := s.at(i)
			var wanted []string
			for _, a := range args[1:] {
				for _, e := range elements(a.Value(i), a.Type) {
					w := types.Text(e, a.Type)
					if prefix && isIPv4Prefix(w) {
						wanted = append(wanted, w)
					} else if _, p, ok := ParseIPv4(w); !prefix && ok && p == 32 {
						wanted = append(wanted, w)
					}
				}
			}
			return len(wanted) > 0 && hasIPv4(text, func(addr string) bool {
				for _, w := range wanted {
					if addr == w || prefix && strings.HasSuffix(w, ".") && strings.HasPrefix(addr, w) {
						return true
					}
				}
				return false
			}), true
		})
		return nil
	}
}

var netmaskSuffixKernel = map1(func(s string) (int64, bool) {
	_, p, ok := ParseIPv4(s)
	return int64(p), ok
})

var geoIPKernel = lax(func(r *row) types.Value {
	if r.ctx.GeoIP == nil {
		return nil
	}
	if b := r.ctx.GeoIP(r.text(0)); b != nil {
		return b
	}
	return nil
}, types.String)

// lookupRangesKernel lists the ranges that hold an address.
var lookupRangesKernel = lax(func(r *row) types.Value {
	list, ok := r.args[1].([]types.Value)
	if !ok {
		return nil
	}
	found := []types.Value{}
	for _, e := range list {
		if in, ok := isInRangeIPv6(r.text(0), types.Text(e, types.Dynamic)); in && ok {
			found = append(found, e)
		}
	}
	return found
}, types.String, types.Dynamic)
