package flowlog

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTicks(t *testing.T) {
	at := time.Date(2018, 11, 13, 12, 0, 35, 389926200, time.UTC)
	ticks := at.Unix()*1e7 + 3899262 + UnixTicks
	if got := TicksToTime(ticks); !got.Equal(at) {
		t.Errorf("TicksToTime(%d) = %v, want %v", ticks, got, at)
	}
	if got := TicksToMicros(ticks); got != at.UnixMicro() {
		t.Errorf("TicksToMicros(%d) = %d, want %d", ticks, got, at.UnixMicro())
	}
	if got := TicksToMicros(UnixTicks - 1); got != -1 {
		t.Errorf("TicksToMicros of the tick before 1970 = %d, want -1", got)
	}
	if got := TicksToTime(0); !got.IsZero() {
		t.Errorf("TicksToTime(0) = %v, want the zero time", got)
	}
}

func TestAddressesKeepTheirIDs(t *testing.T) {
	d := NewDict()
	r := rand.New(rand.NewPCG(1, 1))
	ids := map[string]uint32{}
	for range 200000 {
		var text string
		switch r.IntN(3) {
		case 0:
			text = fmt.Sprintf("fd00::%x:%x", r.IntN(1<<16), r.IntN(4))
		case 1:
			text = fmt.Sprintf("2001:db8:0:1:1:1:%x:%x", r.IntN(1<<8), r.IntN(1<<8))
		default:
			text = fmt.Sprintf("10.%d.%d.%d", r.IntN(2), r.IntN(256), r.IntN(256))
		}
		id, err := d.Addresses.ID([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if old, seen := ids[text]; seen && old != id || !seen && int(id) != len(ids) {
			t.Fatalf("%s has id %d, had %d; %d addresses so far", text, id, old, len(ids))
		}
		ids[text] = id
	}
	if d.Addresses.Len() != len(ids) {
		t.Errorf("Len = %d, want %d", d.Addresses.Len(), len(ids))
	}
	for text, id := range ids {
		addr := netip.MustParseAddr(text)
		if d.Addresses.Text(id) != text || d.Addresses.Texts()[id] != text || d.Addresses.Addr(id) != addr {
			t.Fatalf("id %d is %s, %v; want %s", id, d.Addresses.Text(id), d.Addresses.Addr(id), text)
		}
		v4, is4 := d.Addresses.V4(id)
		hi, lo, is6 := d.Addresses.V6(id)
		if is4 != addr.Is4() || is6 == is4 {
			t.Fatalf("%s: V4 says %v, V6 says %v", text, is4, is6)
		}
		b := addr.As16()
		if is4 && v4 != uint32(b[12])<<24|uint32(b[13])<<16|uint32(b[14])<<8|uint32(b[15]) {
			t.Fatalf("%s: V4 = %x", text, v4)
		}
		if is6 && fmt.Sprintf("%016x%016x", hi, lo) != fmt.Sprintf("%x", b) {
			t.Fatalf("%s: V6 = %x %x", text, hi, lo)
		}
	}
	d.Reset()
	if id, err := d.Addresses.ID([]byte("10.0.0.1")); id != 0 || err != nil || d.Addresses.Len() != 1 {
		t.Errorf("after Reset the first address has id %d, %v", id, err)
	}
}

func TestManyAddressesHaveTheIDsThatEachHas(t *testing.T) {
	one, many := NewDict(), NewDict()
	r := rand.New(rand.NewPCG(2, 3))
	texts := func() (list []string) {
		for range r.IntN(MaxShortIDs + 1) {
			list = append(list, []string{
				fmt.Sprintf("10.0.%d.%d", r.IntN(256), r.IntN(256)),
				fmt.Sprintf("%d.%d.%d.%d", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256)),
				fmt.Sprintf("fd00::%x:%x", r.IntN(1<<16), r.IntN(4)),
			}[r.IntN(3)])
		}
		return list
	}
	for round := range 5000 {
		list := texts()
		bad := len(list)
		if r.IntN(4) == 0 && bad > 0 {
			bad = r.IntN(len(list))
			list[bad] = []string{"10.0.0", "10.0.0.256", "x", "10.0.0.1\x00", "\x00", "fe80::1%a"}[r.IntN(6)]
		}
		ids, short := make([]uint32, len(list)), make([]ShortText, len(list))
		for i, text := range list {
			short[i] = shortText([]byte(text))
		}
		if got := many.Addresses.ShortIDs(ids, short); got != bad {
			t.Fatalf("round %d: %q are addresses up to %d, want %d", round, list, got, bad)
		}
		for i, text := range list[:bad] {
			if _, err := one.Addresses.ID([]byte(text)); err != nil {
				t.Fatal(err)
			}
			if got := many.Addresses.Text(ids[i]); got != text {
				t.Fatalf("round %d: %s has the id of %s", round, text, got)
			}
		}
		if round == 2500 {
			one.Reset()
			many.Reset()
		}
		if one.Addresses.Len() != many.Addresses.Len() {
			t.Fatalf("round %d: %d ids, want %d", round, many.Addresses.Len(), one.Addresses.Len())
		}
	}
}

// Addresses that end alike differ in the first half of their texts only.
func TestAddressesThatEndAlikeHaveIDsOfTheirOwn(t *testing.T) {
	d := NewDict()
	var texts []string
	for x := range 256 {
		for y := range 100 {
			texts = append(texts, fmt.Sprintf("%d.%d.16.137", x, 100+y))
		}
	}
	for range 2 { // new ones, then known ones
		for some := range slices.Chunk(texts, MaxShortIDs) {
			ids, short := make([]uint32, len(some)), make([]ShortText, len(some))
			for i, text := range some {
				short[i] = shortText([]byte(text))
			}
			if got := d.Addresses.ShortIDs(ids, short); got != len(some) {
				t.Fatalf("%q are addresses up to %d", some, got)
			}
			for i, text := range some {
				if got := d.Addresses.Text(ids[i]); got != text {
					t.Fatalf("%s has the id of %s", text, got)
				}
			}
		}
	}
}

func TestAddressesOfOneSlotAreToldApart(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	text := func() string {
		octet := func() int { return []int{1, 2, 3, 10, 13, 33, 55, 100, 102, 110, 202, 222}[r.IntN(12)] }
		if r.IntN(4) == 0 {
			return fmt.Sprintf("fd0%d::%d:%d", r.IntN(4), octet(), octet())
		}
		return fmt.Sprintf("%d.%d.%d.%d", octet(), octet(), octet(), octet())
	}
	a := NewDict().Addresses
	for range 100000 {
		a.reset()
		a.slots = make([]uint32, 2) // most texts share one
		one, two := text(), text()
		ids := make([]uint32, 1)
		for _, text := range []string{one, two, one, two} {
			if a.ShortIDs(ids, []ShortText{shortText([]byte(text))}) != 1 || a.Text(ids[0]) != text {
				t.Fatalf("%s after %s has the id of %s", text, one, a.Text(ids[0]))
			}
		}
	}
}

func TestAddressesRefuseWhatIsNone(t *testing.T) {
	d := NewDict()
	for _, text := range []string{"", "10.0.0", "10.0.0.256", "010.0.0.1", "fe80::1%eth0", "10.0.0.1\x00", " 10.0.0.1", strings.Repeat("f", 100)} {
		if id, err := d.Addresses.ID([]byte(text)); err == nil {
			t.Errorf("%q has id %d", text, id)
		}
	}
	if d.Addresses.Len() != 0 {
		t.Errorf("%d addresses were kept", d.Addresses.Len())
	}
	if id, err := d.Addresses.ID([]byte("::ffff:10.0.0.1")); err != nil {
		t.Error(err)
	} else if _, is4 := d.Addresses.V4(id); is4 {
		t.Error("an IPv4 address in IPv6 clothes is taken for an IPv4 address")
	}
}

func TestStringsAreUTF8(t *testing.T) {
	d := NewDict()
	a, b := d.Strings.ID([]byte("a\xff\xfeb")), d.Strings.ID([]byte("a\ufffd\ufffdb"))
	if a != b || d.Strings.Text(a) != "a\ufffd\ufffdb" || d.Strings.ID([]byte("a\xff\xfeb")) != a {
		t.Errorf("ids %d and %d, text %q", a, b, d.Strings.Text(a))
	}
	if d.Strings.ID(nil) != 0 || d.Strings.Text(0) != "" {
		t.Error("the empty text does not have id 0")
	}
}

func TestVocabulariesAreBounded(t *testing.T) {
	d := NewDict()
	for id, want := range map[uint32]string{StateNone: "", StateB: "B", StateC: "C", StateE: "E", StateD: "D"} {
		if got, ok := d.States.ID([]byte(want)); got != id || !ok || !d.States.Known(id) {
			t.Errorf("state %q has id %d, want %d", want, got, id)
		}
	}
	if got := d.Encryptions.Text(EncryptionNXFallback); got != "NX_FALLBACK" {
		t.Errorf("EncryptionNXFallback is %q", got)
	}
	kept := 0
	for i := range 2000 {
		if id, ok := d.States.ID(fmt.Append(nil, "S", i)); ok {
			kept++
			if d.States.Known(id) {
				t.Errorf("S%d is known", i)
			}
		}
	}
	if kept != 251 || d.States.Len() != 256 {
		t.Errorf("%d unknown states were kept, %d in all; want 251 and 256", kept, d.States.Len())
	}
	if _, ok := d.Encryptions.ID([]byte(strings.Repeat("x", 65))); ok {
		t.Error("a text of 65 bytes was taken for an encryption value")
	}
	kept = 0
	for i := range 2000 {
		if id, ok := d.Protocols.ID(fmt.Append(nil, "P", i)); ok {
			kept++
			if _, has := d.Protocols.Number(id); has || d.Protocols.Name(id) != fmt.Sprint("P", i) {
				t.Errorf("P%d has id %d, name %s", i, id, d.Protocols.Name(id))
			}
		}
	}
	if kept != 1000 || d.Protocols.Len() != 1256 {
		t.Errorf("%d unknown protocols were kept", kept)
	}
	for id, want := range map[uint32]string{6: "TCP", 17: "UDP", 1: "1", 255: "255"} {
		if n, ok := d.Protocols.Number(id); uint32(n) != id || !ok || d.Protocols.Name(id) != want {
			t.Errorf("protocol %d is %d, %s", id, n, d.Protocols.Name(id))
		}
	}
}

func TestDriftIsCountedAndBounded(t *testing.T) {
	var d Drift
	d.Add(UnknownKey, []byte("b"), 1)
	d.Add(UnknownKey, []byte("a"), 2)
	d.Add(UnknownKey, []byte("b"), 3)
	d.Add(UnknownState, []byte("a"), 1)
	if got, want := fmt.Sprint(d.Counts()), "[{unknown key a 2} {unknown key b 4} {unknown state a 1}]"; got != want {
		t.Errorf("Counts = %s, want %s", got, want)
	}
	for i := range 5000 {
		d.Add(UnknownVersion, fmt.Append(nil, i), 1)
	}
	if len(d.Counts()) != 1000 || d.Lost != 4003 {
		t.Errorf("%d departures kept, %d lost", len(d.Counts()), d.Lost)
	}
	d.Reset()
	if len(d.Counts()) != 0 || d.Lost != 0 {
		t.Error("Reset left something")
	}
}

func TestBitmap(t *testing.T) {
	c := NewColumns(NewDict())
	c.Grow(200)
	c.SetLen(130)
	for i := range c.Flags {
		c.Flags[i] = 0
		if i%3 == 0 {
			c.Flags[i] = HasBytesSrcToDest | Rollover
		}
	}
	words := c.Bitmap(nil, HasBytesSrcToDest)
	if len(words) != 3 {
		t.Fatalf("%d words for 130 rows", len(words))
	}
	for i := range 3 * 64 {
		if got, want := words[i/64]>>(i%64)&1 == 1, i < 130 && i%3 == 0; got != want {
			t.Errorf("bit %d is %v", i, got)
		}
	}
	if both := c.Bitmap(words, HasBytesSrcToDest|HasPacketsSrcToDest); both[0] != 0 {
		t.Error("a row that has one of two flags is taken to have both")
	}
}

func TestIssueText(t *testing.T) {
	is := Issue{Kind: TupleIssue, Record: 3, Tuple: 17, Offset: 1234, Reason: "time is not a number", Raw: "x", Count: 3}
	if got, want := is.Error(), "tuple at byte 1234 (record 3, tuple 17): time is not a number (and 2 more in this record)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestResetGivesBackTheMemoryOfAHugeBatch(t *testing.T) {
	c := NewColumns(NewDict())
	c.Grow(1000)
	c.Reset()
	if cap(c.Time) < 1000 {
		t.Error("the memory of a small batch was given back")
	}
	c.Grow(maxKept + 1)
	c.SetLen(maxKept + 1)
	c.Reset()
	if c.Len() != 0 || cap(c.Time) > 0 || cap(c.BytesDestToSrc) > 0 {
		t.Errorf("%d rows, room for %d", c.Len(), cap(c.Time))
	}
}
