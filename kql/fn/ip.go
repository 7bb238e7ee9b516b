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
	if a, ok := parseDotted(s); ok {
		return a, 32, true
	}
	return scanIPv4(s)
}

// scanIPv4 is ParseIPv4 for all that parseDotted does not read.
func scanIPv4(s string) (addr uint32, prefix int, ok bool) {
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
		return scanIPv4(t)
	}
	return 0, 0, false
}

// mask4 is the mask of a network of at most 32 bits.
func mask4(prefix int) uint32 { return ^uint32(0) << uint(32-prefix) }

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
	var net lastIPv4
	for i := range n {
		if i == 0 || networks.mask != 0 {
			net.read(networks.cells[i&networks.mask])
		}
		a, prefix, ok := ParseIPv4(s.cells[i&s.mask])
		if !ok || !net.ok {
			out.SetNull(i)
			continue
		}
		out.Bools[i] = (a^net.addr)&mask4(min(net.prefix, prefix)) == 0
	}
	return nil
}

// A lastIPv4 is an address that is mostly the one of the row before.
type lastIPv4 struct {
	text   string
	addr   uint32
	prefix int
	ok     bool
	asked  bool
}

func (r *lastIPv4) read(s string) {
	if !r.asked || s != r.text {
		r.addr, r.prefix, r.ok = ParseIPv4(s)
		r.text, r.asked = s, true
	}
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

// ip4CompareKernel is ipv4_compare, and ipv4_is_match where match is set: it
// compares under the least of both prefixes and the given one.
func ip4CompareKernel(match bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a, b := read[string](args[0]), read[string](args[1])
		given := column[int64]{cells: []int64{32}}
		if len(args) > 2 {
			given = read[int64](args[2])
		}
		out.Resize(n)
		var y lastIPv4
		for i := range n {
			x, prefix, ok := ParseIPv4(a.cells[i&a.mask])
			if i == 0 || b.mask != 0 {
				y.read(b.cells[i&b.mask])
			}
			bits, okBits := given.at(i)
			if !ok || !y.ok || !okBits || bits < 0 || bits > 32 {
				out.SetNull(i)
				continue
			}
			m := mask4(min(prefix, y.prefix, int(bits)))
			if match {
				out.Bools[i] = (x^y.addr)&m == 0
			} else {
				d := int64(x&m) - int64(y.addr&m)
				out.Longs[i] = d>>63 | int64(uint64(-d)>>63)
			}
		}
		return nil
	}
}

// ip6CompareKernel is ipv6_compare, and ipv6_is_match where match is set.
func ip6CompareKernel(match bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a, b := read[string](args[0]), read[string](args[1])
		prefix := column[int64]{cells: []int64{128}}
		if len(args) > 2 {
			prefix = read[int64](args[2])
		}
		f := func(i int) (int64, bool) {
			x, _ := a.at(i)
			y, _ := b.at(i)
			p, ok := prefix.at(i)
			c, okC := compareIPv6(x, y, p)
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
		texts, constant := listed(args[1:])
		var networks []string
		write(out, n, func(i int) (bool, bool) {
			if i == 0 || !constant {
				networks = texts(i)
			}
			s, _ := ip.at(i)
			known := false
			for _, network := range networks {
				found, ok := in(s, network)
				if found && ok {
					return true, true
				}
				known = known || ok
			}
			return false, known
		})
		return nil
	}
}

// listed returns what lists the texts of a row of args, values and arrays of
// them alike, until it is asked for the next row. constant: all rows have the
// same.
func listed(args []*types.Vector) (texts func(i int) []string, constant bool) {
	constant = true
	for _, a := range args {
		constant = constant && a.Const
	}
	var out []string
	return func(i int) []string {
		out = out[:0]
		for _, a := range args {
			for _, e := range elements(a.Value(i), a.Type) {
				out = append(out, types.Text(e, a.Type))
			}
		}
		return out
	}, constant
}

// anyRange4Kernel is anyRangeKernel for IPv4.
var anyRange4Kernel Kernel = func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	type network struct {
		addr   uint32
		prefix int
	}
	ip := read[string](args[0])
	texts, constant := listed(args[1:])
	out.Resize(n)
	var nets []network
	for i := range n {
		if i == 0 || !constant {
			nets = nets[:0]
			for _, t := range texts(i) {
				if a, p, ok := ParseIPv4(t); ok {
					nets = append(nets, network{a, p})
				}
			}
		}
		a, prefix, ok := ParseIPv4(ip.cells[i&ip.mask])
		if !ok || len(nets) == 0 {
			out.SetNull(i)
			continue
		}
		for _, x := range nets {
			if (a^x.addr)&mask4(min(prefix, x.prefix)) == 0 {
				out.Bools[i] = true
				break
			}
		}
	}
	return nil
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
	if _, ok := parseDotted(s); ok {
		return test(s)
	}
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
		texts, constant := listed(args[1:])
		var wanted []string
		write(out, n, func(i int) (bool, bool) {
			text, _ := s.at(i)
			if i == 0 || !constant {
				wanted = wanted[:0]
				for _, w := range texts(i) {
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
