package flowlog

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Dict gives ids to the values that [Columns] refer to. Ids count up from 0, so an
// array indexed by id translates them.
//
// A Dict may back many Columns, one after another; [Dict.Reset] forgets the
// values when they have grown too many. It is not safe for concurrent use.
type Dict struct {
	Addresses   Addresses
	Strings     Strings
	States      Symbols
	Encryptions Symbols
	Protocols   Protocols
}

// Ids that every Dict gives to the documented flow states.
const (
	StateNone uint32 = iota // version 1 has none
	StateB                  // begin
	StateC                  // continuing
	StateE                  // end
	StateD                  // denied
)

// Ids that every Dict gives to the documented encryption values.
const (
	EncryptionNone uint32 = iota // NSG flow logs have none
	EncryptionX
	EncryptionNX
	EncryptionNXHardware
	EncryptionNXSoftware
	EncryptionNXNotAccepted
	EncryptionNXNotSupported
	EncryptionNXLocal
	EncryptionNXFallback
)

// Documented values, at the ids of the constants above. MS Learn: Virtual
// network flow logs, "Flow state" and "Flow encryption".
var (
	knownStates      = [...]string{"", "B", "C", "E", "D"}
	knownEncryptions = [...]string{
		"", "X", "NX", "NX_HW_NOT_SUPPORTED", "NX_SW_NOT_READY", "NX_NOT_ACCEPTED",
		"NX_NOT_SUPPORTED", "NX_LOCAL_DST", "NX_FALLBACK",
	}
)

// NewDict returns a Dict that holds the documented values only.
func NewDict() *Dict {
	d := &Dict{Addresses: Addresses{seed: maphash.MakeSeed()}}
	d.Reset()
	return d
}

// Reset forgets every value but the documented ones. Ids given before it mean
// nothing after it.
func (d *Dict) Reset() {
	d.Addresses.reset()
	d.Strings.reset()
	d.States.reset(knownStates[:])
	d.Encryptions.reset(knownEncryptions[:])
	d.Protocols.reset()
}

// Strings gives ids to texts. Id 0 is the empty text.
type Strings struct {
	ids   map[string]uint32
	texts []string
}

func (s *Strings) reset() {
	if s.ids == nil {
		s.ids = map[string]uint32{}
	}
	clear(s.ids)
	clear(s.texts)
	s.texts = append(s.texts[:0], "")
	s.ids[""] = 0
}

// ID returns the id of text, which it copies if it is new. Bytes that are not
// UTF-8 become U+FFFD each, as encoding/json has it.
func (s *Strings) ID(text []byte) uint32 {
	if id, ok := s.ids[string(text)]; ok {
		return id
	}
	t := string(text)
	if !utf8.ValidString(t) {
		t = string([]rune(t))
		if id, ok := s.ids[t]; ok {
			return id
		}
	}
	id := uint32(len(s.texts))
	s.texts = append(s.texts, t)
	s.ids[t] = id
	return id
}

// Len returns the number of ids.
func (s *Strings) Len() int { return len(s.texts) }

// Text returns the text of an id.
func (s *Strings) Text(id uint32) string { return s.texts[id] }

// Texts returns the texts by id, which the caller must not change.
func (s *Strings) Texts() []string { return s.texts }

// Symbols gives ids to a small vocabulary.
type Symbols struct {
	texts []string
	known int
}

func (s *Symbols) reset(known []string) {
	s.texts = append(s.texts[:0], known...)
	s.known = len(known)
}

// maxSymbol is the longest text that is taken for a symbol of its own.
const maxSymbol = 64

// ID returns the id of text, which it copies if it is new. It returns false
// when there is no id left or text is too long to be one of a vocabulary.
func (s *Symbols) ID(text []byte) (uint32, bool) {
	for i, t := range s.texts {
		if t == string(text) {
			return uint32(i), true
		}
	}
	if len(s.texts) > 255 || len(text) > maxSymbol {
		return 0, false
	}
	s.texts = append(s.texts, string(text))
	return uint32(len(s.texts) - 1), true
}

// Len returns the number of ids.
func (s *Symbols) Len() int { return len(s.texts) }

// Text returns the text of an id.
func (s *Symbols) Text(id uint32) string { return s.texts[id] }

// Texts returns the texts by id, which the caller must not change.
func (s *Symbols) Texts() []string { return s.texts }

// Known reports whether id stands for a documented value.
func (s *Symbols) Known(id uint32) bool { return int(id) < s.known }

// Protocols gives ids to protocols: an IANA number is its own id, and texts
// that are none follow from 256.
type Protocols struct{ texts []string }

func (p *Protocols) reset() { p.texts = p.texts[:0] }

// maxProtocols bounds the texts that are no protocol known to us.
const maxProtocols = 1000

// ID returns the id of a protocol text that is no IANA number. It returns
// false when there is no id left or text is too long to name a protocol.
func (p *Protocols) ID(text []byte) (uint32, bool) {
	for i, t := range p.texts {
		if t == string(text) {
			return uint32(256 + i), true
		}
	}
	if len(p.texts) >= maxProtocols || len(text) > maxSymbol {
		return 0, false
	}
	p.texts = append(p.texts, string(text))
	return uint32(256 + len(p.texts) - 1), true
}

// Len returns one more than the largest id.
func (p *Protocols) Len() int { return 256 + len(p.texts) }

// Number returns the IANA number of an id, and false if it has none.
func (p *Protocols) Number(id uint32) (uint8, bool) { return uint8(id), id < 256 }

// Name returns TCP, UDP, another IANA number in decimal, or the text as logged.
func (p *Protocols) Name(id uint32) string {
	switch {
	case id == 6:
		return "TCP"
	case id == 17:
		return "UDP"
	case id < 256:
		return strconv.Itoa(int(id))
	}
	return p.texts[id-256]
}

// Addresses gives ids to IP addresses, by their text as logged.
type Addresses struct {
	seed   maphash.Seed
	k0, k1 uint64 // keys of the hash, from seed: addresses come from strangers

	// Texts of at most MaxShort bytes are in a hash table with open addressing. It
	// holds ids alone, each plus one, so that much of it fits a cache.
	slots  []uint32
	used   int
	shorts []ShortText       // by id plus one
	long   map[string]uint32 // the others

	texts []string
	hi    []uint64
	lo    []uint64
	is4   []bool
	room  strings.Builder // holds the next texts, one after the other
}

const minSlots = 1 << 13

// roomSize is how much memory for texts is got at a time.
const roomSize = 32 << 10

func (t *Addresses) reset() {
	t.k0 = maphash.Comparable(t.seed, uint8(0)) | 1
	t.k1 = maphash.Comparable(t.seed, uint8(1)) | 1
	if t.slots == nil || len(t.slots) > 32*minSlots {
		t.slots = make([]uint32, minSlots)
	} else {
		clear(t.slots)
	}
	t.used = 0
	t.shorts = append(t.shorts[:0], ShortText{})
	if t.long == nil {
		t.long = map[string]uint32{}
	}
	clear(t.long)
	clear(t.texts)
	t.texts = t.texts[:0]
	t.hi, t.lo, t.is4 = t.hi[:0], t.lo[:0], t.is4[:0]
}

var errZone = errors.New("address has a zone")

// ID returns the id of the address that text is, which it copies if it is new.
func (t *Addresses) ID(text []byte) (uint32, error) {
	if n := len(text); n > 0 && n <= MaxShort {
		return t.shortID(shortText(text))
	}
	if id, ok := t.long[string(text)]; ok {
		return id, nil
	}
	id, err := t.add(text, ShortText{})
	if err == nil {
		t.long[string(text)] = id
	}
	return id, err
}

// MaxShort is the length of the longest text that a [ShortText] can be: that of
// every IPv4 address and of many an IPv6 address.
const MaxShort = 15

// ShortText is a text of 1 to MaxShort bytes: A and B are its bytes as
// little-endian integers, padded with zeros, and the highest byte of B is its
// length.
type ShortText struct{ A, B uint64 }

func shortText(text []byte) ShortText {
	var b [16]byte
	copy(b[:], text)
	b[15] = byte(len(text))
	return ShortText{binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])}
}

// MaxShortIDs is how many texts ShortIDs takes.
const MaxShortIDs = 64

// ShortIDs puts the ids of the addresses that texts are, at most MaxShortIDs, into
// ids. It returns the index of the first text that is no address, len(texts) if
// all are.
func (t *Addresses) ShortIDs(ids []uint32, texts []ShortText) int {
	// The slots where they should be are read one right after the other, without
	// a branch that would depend on what is in them.
	var elsewhere uint64
	slots, shorts := t.slots, t.shorts
	mask := uint64(len(slots) - 1)
	ids = ids[:len(texts)]
	for k := range texts {
		ids[k] = uint32(t.hash(texts[k]) & mask)
	}
	for k := range ids {
		ids[k] = slots[ids[k]]
	}
	for k, n := range ids {
		s := &shorts[n]
		ids[k] = n - 1
		other := (s.A ^ texts[k].A) | (s.B ^ texts[k].B)
		elsewhere |= (other | -other) >> 63 << (k & 63)
	}
	for ; elsewhere != 0; elsewhere &= elsewhere - 1 {
		k := bits.TrailingZeros64(elsewhere)
		id, err := t.shortID(texts[k])
		if err != nil {
			return k
		}
		ids[k] = id
	}
	return len(texts)
}

func (t *Addresses) shortID(text ShortText) (uint32, error) {
	s := t.slot(text)
	if *s != 0 {
		return *s - 1, nil
	}
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], text.A)
	binary.LittleEndian.PutUint64(b[8:], text.B)
	id, err := t.add(b[:b[15]], text)
	if err != nil {
		return 0, err
	}
	*s = id + 1
	t.used++
	if t.used > room(len(t.slots)) {
		t.rehash(2 * len(t.slots))
	}
	return id, nil
}

// slot returns the slot of text, or the free one that is to be its.
func (t *Addresses) slot(text ShortText) *uint32 {
	mask := uint64(len(t.slots) - 1)
	for h := t.hash(text); ; h++ {
		s := &t.slots[h&mask]
		if *s == 0 || t.shorts[*s] == text {
			return s
		}
	}
}

func (t *Addresses) hash(text ShortText) uint64 {
	hi, lo := bits.Mul64(text.A^t.k0, text.B^t.k1)
	return hi ^ lo
}

// room returns how many of a number of slots are used at most.
func room(slots int) int { return slots / 8 * 5 }

// Reserve makes room for n addresses in all, so that it need not be made bit by
// bit.
func (t *Addresses) Reserve(n int) {
	slots := len(t.slots)
	for room(slots) < n {
		slots *= 2
	}
	if slots > len(t.slots) {
		t.rehash(slots)
	}
}

func (t *Addresses) rehash(slots int) {
	t.slots = make([]uint32, slots)
	for id, text := range t.shorts {
		if text.B != 0 {
			*t.slot(text) = uint32(id)
		}
	}
	n := max(0, room(slots)-len(t.texts))
	t.shorts = slices.Grow(t.shorts, n)
	t.texts, t.hi, t.lo, t.is4 = slices.Grow(t.texts, n), slices.Grow(t.hi, n), slices.Grow(t.lo, n), slices.Grow(t.is4, n)
}

// add adds a text; short is zero unless the text is.
func (t *Addresses) add(text []byte, short ShortText) (uint32, error) {
	var hi, lo uint64
	v4, is4 := parse4(text)
	if lo = uint64(v4); !is4 {
		addr, err := netip.ParseAddr(string(text))
		if err != nil {
			return 0, err
		}
		if addr.Zone() != "" {
			return 0, errZone
		}
		b := addr.As16()
		hi, lo = binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])
	}
	id := uint32(len(t.texts))
	t.texts, t.shorts = append(t.texts, t.keep(text)), append(t.shorts, short)
	t.hi, t.lo, t.is4 = append(t.hi, hi), append(t.lo, lo), append(t.is4, is4)
	return id, nil
}

// keep copies text.
func (t *Addresses) keep(text []byte) string {
	if t.room.Cap()-t.room.Len() < len(text) {
		t.room = strings.Builder{} // the texts that refer to it keep the old one
		t.room.Grow(max(roomSize, len(text)))
	}
	n := t.room.Len()
	t.room.Write(text)
	return t.room.String()[n:]
}

// parse4 reads what [netip.ParseAddr] takes for an IPv4 address.
func parse4(text []byte) (v uint32, ok bool) {
	part, digits, dots := uint32(0), 0, 0
	for _, c := range text {
		switch {
		case c-'0' <= 9:
			if digits > 0 && part == 0 {
				return 0, false // a leading zero
			}
			if part = 10*part + uint32(c-'0'); part > 255 {
				return 0, false
			}
			digits++
		case c == '.' && digits > 0 && dots < 3:
			v, part, digits, dots = v<<8|part, 0, 0, dots+1
		default:
			return 0, false
		}
	}
	return v<<8 | part, dots == 3 && digits > 0
}

// Len returns the number of ids.
func (t *Addresses) Len() int { return len(t.texts) }

// Text returns the text of an id as logged.
func (t *Addresses) Text(id uint32) string { return t.texts[id] }

// Texts returns the texts by id, which the caller must not change.
func (t *Addresses) Texts() []string { return t.texts }

// V4 returns the big-endian integer of an IPv4 address, and false for others.
func (t *Addresses) V4(id uint32) (uint32, bool) { return uint32(t.lo[id]), t.is4[id] }

// V6 returns the big-endian halves of an IPv6 address, and false for others.
// An IPv4 address in IPv6 clothes (::ffff:192.0.2.1) is an IPv6 address.
func (t *Addresses) V6(id uint32) (hi, lo uint64, ok bool) { return t.hi[id], t.lo[id], !t.is4[id] }

// Addr returns the address of an id.
func (t *Addresses) Addr(id uint32) netip.Addr {
	if t.is4[id] {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(t.lo[id]))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], t.hi[id])
	binary.BigEndian.PutUint64(b[8:], t.lo[id])
	return netip.AddrFrom16(b)
}
