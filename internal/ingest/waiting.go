package ingest

import (
	"cmp"
	"crypto/sha256"
	"strings"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/source"
)

// job is a blob with all places where it was found: copies are read one after
// the other, and give only what the ones before did not have.
type job struct {
	id     string
	copies []source.Blob
}

// waiting is a job whose turn has not come. There may be hundreds of thousands.
type waiting struct {
	first packed
	more  []packed
}

func (w *waiting) job() job {
	b := w.first.unpack()
	j := job{b.ID, []source.Blob{b}}
	for i := range w.more {
		j.copies = append(j.copies, w.more[i].unpack())
	}
	return j
}

// packed is a blob without ID and Name, if these follow from the two parts of a
// path as Azure writes it: what is before the year, which many blobs share, and
// what is after.
type packed struct {
	source.Blob
	head, tail string
}

// packer keeps one copy of each head.
type packer map[string]string

func (p *packer) pack(b source.Blob) packed {
	path, azures := flowlog.ParsePath(b.Name)
	year := strings.LastIndex(b.Name, "/y=")
	if !azures || path.ID != b.ID || path.MAC != b.MAC || year < 0 {
		return packed{Blob: b}
	}
	head, known := (*p)[b.Name[:year]]
	if !known {
		if *p == nil {
			*p = packer{}
		}
		head = strings.Clone(b.Name[:year])
		(*p)[head] = head
	}
	tail := strings.Clone(b.Name[year:])
	if i := strings.LastIndex(tail, b.MAC); b.MAC != "" && i >= 0 {
		b.MAC = tail[i : i+len(b.MAC)]
	}
	b.ID, b.Name = "", ""
	return packed{b, head, tail}
}

func (p *packed) unpack() source.Blob {
	b := p.Blob
	if p.tail == "" {
		return b
	}
	b.Name = p.head + p.tail
	path, _ := flowlog.ParsePath(b.Name) // it did when it was packed
	b.ID = path.ID
	return b
}

// compare orders blobs of one hour and NIC.
func (p packed) compare(q packed) int {
	return cmp.Or(strings.Compare(p.head, q.head), strings.Compare(p.tail, q.tail), strings.Compare(p.ID, q.ID))
}

// short returns what stands for an id where many are kept.
func short(id string) [16]byte {
	sum := sha256.Sum256([]byte(id))
	return [16]byte(sum[:16])
}
