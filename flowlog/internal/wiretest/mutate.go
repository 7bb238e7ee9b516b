package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"unicode/utf16"
)

// Scramble writes the JSON document doc anew, saying the same: keys in random
// order and case, white space anywhere, escapes in any text, and members that
// no format knows, with decoys in them.
func Scramble(r *rand.Rand, doc []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	s := scrambler{r: r}
	s.value(v)
	return s.b.Bytes(), nil
}

type scrambler struct {
	r *rand.Rand
	b bytes.Buffer
}

func (s *scrambler) space() {
	for range s.r.IntN(3) {
		s.b.WriteByte(" \n\t\r"[s.r.IntN(4)])
	}
}

func (s *scrambler) value(v any) {
	s.space()
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys) // map order is not the seed's
		s.r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		s.b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				s.b.WriteByte(',')
			}
			s.decoy()
			s.space()
			s.key(k)
			s.space()
			s.b.WriteByte(':')
			s.value(v[k])
		}
		s.b.WriteByte('}')
	case []any:
		s.b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				s.b.WriteByte(',')
			}
			s.value(e)
		}
		s.space()
		s.b.WriteByte(']')
	case string:
		s.text(v)
	default:
		j, err := json.Marshal(v)
		if err != nil {
			panic(err) // what encoding/json has decoded it can encode
		}
		s.b.Write(j)
	}
	s.space()
}

func (s *scrambler) decoy() {
	if s.r.IntN(5) > 0 {
		return
	}
	fmt.Fprintf(&s.b, `"x\"unknown%d": [1, -2.5e+3, null, true, {"flowTuples":["a,b"],"rule":"{\"time\":","s":"\u00e9\ud83d\ude00\\"}, [], {}, false],`, s.r.IntN(9))
}

func (s *scrambler) key(k string) {
	b := []byte(k)
	for i, c := range b {
		if s.r.IntN(20) == 0 && (c|0x20) >= 'a' && (c|0x20) <= 'z' {
			b[i] ^= 0x20
		}
	}
	s.text(string(b))
}

func (s *scrambler) text(t string) {
	s.b.WriteByte('"')
	for _, c := range t {
		switch {
		case s.r.IntN(60) == 0:
			for _, u := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&s.b, `\u%04x`, u)
			}
		case c == '/' && s.r.IntN(2) == 0:
			s.b.WriteString(`\/`)
		case c == '"' || c == '\\':
			s.b.WriteByte('\\')
			s.b.WriteRune(c)
		case c < 0x20:
			fmt.Fprintf(&s.b, `\u%04X`, c)
		default:
			s.b.WriteRune(c)
		}
	}
	s.b.WriteByte('"')
}
