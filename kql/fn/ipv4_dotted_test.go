package fn

import (
	"testing"

	"pgregory.net/rapid"
)

// Both readers of IPv4 addresses are right or wrong together: what parseDotted
// reads, scanIPv4 reads alike, and nothing plain is left to scanIPv4.
func TestPlainAddressesAreReadAlikeInBothWays(t *testing.T) {
	texts := rapid.OneOf(
		rapid.StringMatching(`1?[0-9]{1,2}\.1?[0-9]{1,2}\.1?[0-9]{1,2}\.2?[0-4]{1,2}`),
		rapid.StringMatching(`[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}`),
		rapid.StringMatching(`[0-9.]{5,17}`),
		rapid.StringMatching(`[0-9]{0,2}[0-9./: \x2d-\x3b\x80-\xff]{1,2}[0-9.]{4,12}`),
	)
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		s := texts.Draw(t, "s")
		a, ok := parseDotted(s)
		want, prefix, plain := scanIPv4(s)
		plain = plain && prefix == 32 && len(s) <= 15 && s[len(s)-1] >= '0' && s[0] >= '0' && !containsSlash(s)
		if ok != plain || ok && a != want {
			t.Fatalf("%q: got %x, %v; want %x, %v", s, a, ok, want, plain)
		}
		if ok {
			read++
		}
	})
	if read == 0 {
		t.Fatal("none of the texts was an address")
	}
}

func containsSlash(s string) bool {
	for i := range len(s) {
		if s[i] == '/' {
			return true
		}
	}
	return false
}

func TestEveryOctetOfEveryLengthIsRead(t *testing.T) {
	parts := []string{"0", "9", "10", "99", "100", "255", "007", "256", "999", "", "1234"}
	for _, a := range parts {
		for _, b := range parts {
			for _, c := range parts {
				for _, d := range parts {
					s := a + "." + b + "." + c + "." + d
					got, gotPrefix, gotOK := ParseIPv4(s)
					want, wantPrefix, wantOK := scanIPv4(s)
					if gotOK != wantOK || gotOK && (got != want || gotPrefix != wantPrefix) {
						t.Fatalf("%q: got %x/%d, %v; want %x/%d, %v", s, got, gotPrefix, gotOK, want, wantPrefix, wantOK)
					}
				}
			}
		}
	}
}

func BenchmarkParseIPv4(b *testing.B) {
	texts := make([]string, 1024)
	x := uint64(1)
	for i := range texts {
		x = x*6364136223846793005 + 1442695040888963407
		texts[i] = dotted(uint32(x>>32) | 1<<24)
	}
	for i := 0; b.Loop(); i++ {
		if _, _, ok := ParseIPv4(texts[i&1023]); !ok {
			b.Fatal(texts[i&1023])
		}
	}
}
