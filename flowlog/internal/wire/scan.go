// Package wire reads what all flow log formats have in common: JSON text a
// window at a time, the envelope of a record, and the tuple.
package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/azflow/azflow/flowlog"
)

// Scanner reads JSON text by position: every method takes the index of a value
// and returns the index after it.
//
// On a mistake it notes the first reason and place and returns the end of the
// text, where nothing matches any more, so that callers unwind without asking
// after every step.
type Scanner struct {
	b []byte

	reason string // why reading failed, empty while it has not
	failed int    // index at which it failed; len(b) or more when the text was cut short
	depth  int    // arrays and objects entered and not yet left

	text []byte // unescaped strings
	key  [64]byte
}

func (s *Scanner) reset(b []byte) {
	s.b, s.reason, s.failed, s.depth = b, "", 0, 0
}

// Fail notes that the text is not as it should be at i. The first call counts.
func (s *Scanner) Fail(i int, reason string) int {
	if s.reason == "" {
		s.reason, s.failed = reason, i
	}
	return len(s.b)
}

// At returns the byte at i, and 0 past the end.
func (s *Scanner) At(i int) byte {
	if uint(i) < uint(len(s.b)) {
		return s.b[i]
	}
	return 0
}

// Space returns the index of the first byte from i on that is not white space.
func (s *Scanner) Space(i int) int {
	for isSpace(s.At(i)) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// Enter enters the array or object at i, which begins with open. It returns
// the index of the first member, or false and the index after an empty one.
func (s *Scanner) Enter(i int, open byte) (next int, more bool) {
	if s.At(i) != open {
		return s.Fail(i, expected(open)), false
	}
	if s.depth++; s.depth > flowlog.MaxRecordDepth {
		return s.Fail(i, "nested too deeply"), false
	}
	i = s.Space(i + 1)
	if s.At(i) == open+2 { // ']' is '[' + 2, '}' is '{' + 2
		s.depth--
		return i + 1, false
	}
	return i, true
}

// Next goes on to the next member of the array or object that begins with
// open, or returns false and the index after it.
func (s *Scanner) Next(i int, open byte) (next int, more bool) {
	i = s.Space(i)
	switch s.At(i) {
	case ',':
		return s.Space(i + 1), true
	case open + 2:
		s.depth--
		return i + 1, false
	}
	if open == '{' {
		return s.Fail(i, "comma or closing brace expected"), false
	}
	return s.Fail(i, "comma or closing bracket expected"), false
}

func expected(open byte) string {
	if open == '{' {
		return "object expected"
	}
	return "array expected"
}

// Key reads a member's key and returns it in lower case, with the index of its
// value. The key is valid until the next call of Key.
func (s *Scanner) Key(i int) (key []byte, next int) {
	if s.At(i) != '"' {
		return nil, s.Fail(i, "key expected")
	}
	raw, i := s.String(i)
	i = s.Space(i)
	if s.At(i) != ':' {
		return nil, s.Fail(i, "colon expected")
	}
	key = s.key[:0]
	if len(raw) > len(s.key) {
		key = make([]byte, 0, len(raw)) // no documented key is that long
	}
	for _, c := range raw {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		key = append(key, c)
	}
	return key, s.Space(i + 1)
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// zeroBytes has the high bit set of each byte of x that is zero; bytes above
// the lowest such byte may be set in error.
func zeroBytes(x uint64) uint64 { return (x - lowBits) &^ x & highBits }

// String reads the string at i, and returns its text without escapes. The text
// is valid until the next call.
func (s *Scanner) String(i int) (text []byte, next int) {
	b := s.b
	if s.At(i) != '"' {
		return nil, s.Fail(i, "string expected")
	}
	start := i + 1
	i = start
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:])
		// A quote, a backslash or a control character.
		m := zeroBytes(x^'"'*lowBits) | zeroBytes(x^'\\'*lowBits) | zeroBytes(x&(0xe0*lowBits))
		if m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			break
		}
		i += 8
	}
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return b[start:i], i + 1
		case c == '\\':
			return s.escaped(start, i)
		case c < 0x20:
			return nil, s.Fail(i, "control character in a string")
		}
	}
	return nil, s.Fail(i, "string not closed")
}

// escaped reads the rest of the string that began at start, from its first
// backslash at i.
func (s *Scanner) escaped(start, i int) (text []byte, next int) {
	s.text = append(s.text[:0], s.b[start:i]...)
	for {
		c := s.At(i)
		switch {
		case c == '"':
			return s.text, i + 1
		case c < 0x20:
			if i >= len(s.b) {
				return nil, s.Fail(i, "string not closed")
			}
			return nil, s.Fail(i, "control character in a string")
		case c != '\\':
			s.text = append(s.text, c)
			i++
			continue
		}
		e := s.At(i + 1)
		i += 2
		switch e {
		case '"', '\\', '/':
			s.text = append(s.text, e)
		case 'b':
			s.text = append(s.text, '\b')
		case 'f':
			s.text = append(s.text, '\f')
		case 'n':
			s.text = append(s.text, '\n')
		case 'r':
			s.text = append(s.text, '\r')
		case 't':
			s.text = append(s.text, '\t')
		case 'u':
			r, ok := s.hex(i)
			if !ok {
				return nil, s.badHex(i)
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if s.At(i) == '\\' && s.At(i+1) == 'u' {
					if low, ok = s.hex(i + 2); !ok {
						return nil, s.badHex(i + 2)
					}
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			s.text = utf8.AppendRune(s.text, r)
		default:
			return nil, s.Fail(i-1, "unknown escape in a string")
		}
	}
}

// badHex fails for the bad four hexadecimal digits at i: at the first bad one,
// so that a text cut short is told from a wrong one.
func (s *Scanner) badHex(i int) int {
	for unhex(s.At(i)) >= 0 {
		i++
	}
	return s.Fail(i, "four hexadecimal digits expected after \\u")
}

func (s *Scanner) hex(i int) (r rune, ok bool) {
	for k := range 4 {
		d := unhex(s.At(i + k))
		if d < 0 {
			return 0, false
		}
		r = r<<4 | d
	}
	return r, true
}

func unhex(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c - 'a' + 10)
	case c >= 'A' && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}

// Skip returns the index after the value at i, which it checks to be JSON.
func (s *Scanner) Skip(i int) int {
	switch c := s.At(i); c {
	case '"':
		_, i = s.String(i)
		return i
	case '{', '[':
		i, more := s.Enter(i, c)
		for more {
			if c == '{' {
				_, i = s.Key(i)
			}
			i, more = s.Next(s.Skip(i), c)
		}
		return i
	case 't':
		return s.literal(i, "true")
	case 'f':
		return s.literal(i, "false")
	case 'n':
		return s.literal(i, "null")
	}
	return s.number(i)
}

func (s *Scanner) literal(i int, word string) int {
	for k := range len(word) {
		if s.At(i+k) != word[k] {
			return s.Fail(i+k, "value expected")
		}
	}
	return i + len(word)
}

func (s *Scanner) number(i int) int {
	if s.At(i) == '-' {
		i++
	}
	if s.At(i) == '0' {
		i++
	} else if i = s.digits(i); s.reason != "" {
		return i
	}
	if s.At(i) == '.' {
		i = s.digits(i + 1)
	}
	if c := s.At(i); c == 'e' || c == 'E' {
		i++
		if c := s.At(i); c == '+' || c == '-' {
			i++
		}
		i = s.digits(i)
	}
	return i
}

func (s *Scanner) digits(i int) int {
	if !isDigit(s.At(i)) {
		return s.Fail(i, "value expected")
	}
	for isDigit(s.At(i)) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return c-'0' <= 9 }
