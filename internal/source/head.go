package source

import (
	"crypto/sha256"
	"encoding/binary"
)

// HeadSize is how much of a blob's first records a head is made of at most.
const HeadSize = 4 << 10

// Head returns what a blob is known again by: the hash of the first bytes of its
// records, and how many they are. What was consumed is never changed by growth.
func Head(records []byte) []byte {
	records = records[:min(len(records), HeadSize)]
	sum := sha256.Sum256(records)
	return binary.BigEndian.AppendUint32(sum[:], uint32(len(records)))
}

// HasHead reports whether b begins with the records of a head; everything does if
// none is known.
func HasHead(b, known []byte) bool {
	if len(known) != sha256.Size+4 {
		return true
	}
	n := int(binary.BigEndian.Uint32(known[sha256.Size:]))
	if len(b) < n {
		return false
	}
	sum := sha256.Sum256(b[:n])
	return string(sum[:]) == string(known[:sha256.Size])
}
