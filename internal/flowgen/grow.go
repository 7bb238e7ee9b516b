package flowgen

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strconv"
)

// A Layout is how the blocks of a blob are named, and what stands before its
// records and after them.
type Layout uint8

// The layouts in which flow logs are found. MS Learn, "Read flow logs", lists
// blocks named by 32 hexadecimal digits; since about 2018 the first and the last
// block have names of their own.
const (
	Lettered    Layout = iota // A000…, D and 32 hexadecimal digits, Z000…
	Hexadecimal               // 32 hexadecimal digits each
	Indented                  // likewise, with 21 bytes before the records and 9 after them
)

// Layouts returns all layouts.
func Layouts() []Layout { return []Layout{Lettered, Hexadecimal, Indented} }

// String returns the layout's name in lower case.
func (l Layout) String() string {
	return [...]string{"lettered", "hexadecimal", "indented"}[l]
}

func (l Layout) head() []byte {
	if l == Indented {
		return []byte("{\r\n  \"records\": [\r\n  ")
	}
	return []byte(headText)
}

func (l Layout) tail() []byte {
	if l == Indented {
		return []byte("\r\n  ]\r\n}\n")
	}
	return []byte(tailText)
}

// Growing is a blob while its hour is being written: records are added one
// block at a time before the last block. It starts with none.
type Growing struct {
	Container, Name string

	layout  Layout
	records [][]byte // without commas
	next    int      // the first record that is not there yet
	blocks  []Block  // of the records that are
	ends    []int    // of each block, the record after it
	life    int      // raised when other blocks take the place of those
	closer  int      // raised when another last block does
}

// Grow returns b as Azure has it before its first record, in another layout.
func Grow(b Blob, l Layout) *Growing {
	g := &Growing{Container: b.Container, Name: b.Name, layout: l}
	g.hold(b)
	return g
}

func (g *Growing) hold(b Blob) {
	g.records, g.next, g.blocks, g.ends = nil, 0, nil, nil
	for block := range b.Blocks {
		if block.ID != headID && block.ID != tailID {
			g.records = append(g.records, bytes.Clone(bytes.TrimPrefix(block.Data, []byte(","))))
		}
	}
}

// Left returns how many records are still to come.
func (g *Growing) Left() int { return len(g.records) - g.next }

// Append adds one block with the next n records, or as many as are left.
func (g *Growing) Append(n int) {
	n = min(n, g.Left())
	if n <= 0 {
		return
	}
	data := bytes.Join(g.records[g.next:g.next+n], []byte(","))
	if len(g.blocks) > 0 {
		data = slices.Insert(data, 0, ',')
	}
	g.blocks = append(g.blocks, Block{g.id("record", g.next), data})
	g.next += n
	g.ends = append(g.ends, g.next)
}

// Recreate starts over with the records of b, none of which is there yet. Its
// blocks are others, even where their content is the same.
func (g *Growing) Recreate(b Blob) {
	g.life++
	g.hold(b)
}

// Truncate drops all but the first n blocks of records; the records after them
// may be added again, as other blocks.
func (g *Growing) Truncate(n int) {
	if n >= len(g.blocks) {
		return
	}
	g.life++
	g.next = 0
	if n > 0 {
		g.next = g.ends[n-1]
	}
	g.ends = g.ends[:n:n]
	g.blocks = g.blocks[:n:n]
}

// ReplaceCloser gives the last block another name.
func (g *Growing) ReplaceCloser() { g.closer++ }

// Blocks returns the committed blocks. The caller must not change their data.
func (g *Growing) Blocks() []Block {
	blocks := append([]Block{{g.id("head", 0), g.layout.head()}}, g.blocks...)
	return append(blocks, Block{g.id("tail", g.closer), g.layout.tail()})
}

// Content returns what a reader of the whole blob gets.
func (g *Growing) Content() []byte {
	var all []byte
	for _, b := range g.Blocks() {
		all = append(all, b.Data...)
	}
	return all
}

func (g *Growing) id(kind string, n int) string {
	if g.layout == Lettered && n == 0 && kind != "record" {
		return map[string]string{"head": headID, "tail": tailID}[kind]
	}
	life := 0
	if kind == "record" {
		life = g.life
	}
	d := digest("grow", kind, g.Name, strconv.Itoa(life), strconv.Itoa(n))
	text := hex.EncodeToString(d[:16])
	if g.layout == Lettered {
		text = map[string]string{"head": "A", "record": "D", "tail": "Z"}[kind] + text
	}
	return blockID(text)
}
