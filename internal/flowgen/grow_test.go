package flowgen_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
)

// hourly is a sink for the blobs of one hour. It copies them.
type hourly struct{ blobs []flowgen.Blob }

func (h *hourly) Blob(b flowgen.Blob) error {
	var blocks []flowgen.Block
	for block := range b.Blocks {
		blocks = append(blocks, flowgen.Block{ID: block.ID, Data: bytes.Clone(block.Data)})
	}
	b.Blocks = func(yield func(flowgen.Block) bool) {
		for _, block := range blocks {
			if !yield(block) {
				return
			}
		}
	}
	h.blobs = append(h.blobs, b)
	return nil
}

func (h *hourly) File(flowgen.File) error { return nil }

func oneHour(t *testing.T, seed uint64) []flowgen.Blob {
	t.Helper()
	var h hourly
	_, err := flowgen.Bulk(flowgen.BulkOptions{Seed: seed, Format: flowgen.VNet4, Tuples: 600, NICs: 2, Hours: 1, Start: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}, &h)
	if err != nil {
		t.Fatal(err)
	}
	return h.blobs
}

func records(t *testing.T, content []byte) []json.RawMessage {
	t.Helper()
	var doc struct{ Records []json.RawMessage }
	if err := json.Unmarshal(content, &doc); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, content)
	}
	return doc.Records
}

func content(b flowgen.Blob) []byte {
	var all []byte
	for block := range b.Blocks {
		all = append(all, block.Data...)
	}
	return all
}

func same(t *testing.T, got, want []json.RawMessage) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("record %d differs:\n%s\n%s", i, got[i], want[i])
		}
	}
}

func TestABlobGrowsRecordByRecordInEveryLayout(t *testing.T) {
	blob := oneHour(t, 1)[0]
	want := records(t, content(blob))
	for _, l := range flowgen.Layouts() {
		t.Run(l.String(), func(t *testing.T) {
			g := flowgen.Grow(blob, l)
			var before []flowgen.Block
			for n := 0; ; n++ {
				same(t, records(t, g.Content()), want[:n])
				blocks := g.Blocks()
				seen := map[string]bool{}
				for _, b := range blocks {
					id, err := base64.StdEncoding.DecodeString(b.ID)
					if err != nil || seen[b.ID] || len(id) != len(wantID(l)) {
						t.Fatalf("block %q: %v", b.ID, err)
					}
					seen[b.ID] = true
				}
				// All blocks but the new one stay: it stands before the last.
				for i, b := range before {
					at := i
					if i == len(before)-1 {
						at = len(blocks) - 1
					}
					if blocks[at].ID != b.ID || !bytes.Equal(blocks[at].Data, b.Data) {
						t.Fatalf("block %d became another", i)
					}
				}
				before = blocks
				if g.Left() == 0 {
					break
				}
				g.Append(1)
			}
		})
	}
}

func wantID(l flowgen.Layout) string {
	if l == flowgen.Lettered {
		return "D0123456789abcdef0123456789abcdef"
	}
	return "0123456789abcdef0123456789abcdef"
}

func TestTheIndentedLayoutHasTheSizesOfOldBlobs(t *testing.T) {
	blocks := flowgen.Grow(oneHour(t, 1)[0], flowgen.Indented).Blocks()
	if head, tail := len(blocks[0].Data), len(blocks[1].Data); head != 21 || tail != 9 {
		t.Errorf("%d and %d bytes, want 21 and 9", head, tail)
	}
}

func TestABlockMayHoldSeveralRecords(t *testing.T) {
	blob := oneHour(t, 1)[0]
	g := flowgen.Grow(blob, flowgen.Lettered)
	g.Append(2)
	g.Append(1)
	g.Append(1000)
	g.Append(1)
	if n := len(g.Blocks()); n != 5 {
		t.Errorf("%d blocks, want 5", n)
	}
	same(t, records(t, g.Content()), records(t, content(blob)))
}

func TestATruncatedBlobGrowsAgainWithOtherBlocks(t *testing.T) {
	blob := oneHour(t, 1)[0]
	want := records(t, content(blob))
	g := flowgen.Grow(blob, flowgen.Hexadecimal)
	g.Append(2)
	g.Append(3)
	g.Append(1)
	lost := g.Blocks()[2].ID
	g.Truncate(1)
	same(t, records(t, g.Content()), want[:2])
	g.Append(3)
	if g.Blocks()[2].ID == lost {
		t.Error("the block that was lost is back")
	}
	same(t, records(t, g.Content()), want[:5])
	g.Truncate(0)
	same(t, records(t, g.Content()), nil)
}

func TestARecreatedBlobHasOtherRecordsAndBlocks(t *testing.T) {
	g := flowgen.Grow(oneHour(t, 1)[0], flowgen.Lettered)
	g.Append(2)
	old := g.Blocks()
	g.Recreate(oneHour(t, 2)[0])
	same(t, records(t, g.Content()), nil)
	g.Append(1)
	same(t, records(t, g.Content()), records(t, content(oneHour(t, 2)[0]))[:1])
	if g.Blocks()[1].ID == old[1].ID {
		t.Error("a block kept its name")
	}
}

func TestAReplacedCloserChangesNoContent(t *testing.T) {
	for _, l := range flowgen.Layouts() {
		g := flowgen.Grow(oneHour(t, 1)[0], l)
		g.Append(1)
		before, text := g.Blocks(), g.Content()
		g.ReplaceCloser()
		after := g.Blocks()
		if after[2].ID == before[2].ID || after[0].ID != before[0].ID || after[1].ID != before[1].ID || !bytes.Equal(text, g.Content()) {
			t.Errorf("%s: more or less than the last block's name changed", l)
		}
	}
}
