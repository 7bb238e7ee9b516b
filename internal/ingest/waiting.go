package ingest

import (
	"cmp"
	"crypto/sha256"
	"strings"
	"time"

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

// packed is a blob in little memory. A path as Azure writes it has two parts: what
// is before the year, which many blobs share, and what is after; the rest follows
// from the path.
type packed struct {
	shared  *source.Blob // what many blobs have; all of one whose path is not Azure's
	tail    string       // of the name, "" if shared is all there is
	version string
	size    int64
	hour    int64 // since 1970, in seconds
}

// packer keeps one copy of what blobs share.
type packer map[source.Blob]*source.Blob

func (p *packer) pack(b source.Blob) packed {
	path, azures := flowlog.ParsePath(b.Name)
	year := strings.LastIndex(b.Name, "/y=")
	if !azures || path.ID != b.ID || path.MAC != b.MAC || !path.Hour.Equal(b.Hour) || year < 0 {
		return packed{shared: &b, version: b.Version, size: b.Size, hour: b.Hour.Unix()}
	}
	tail := strings.Clone(b.Name[year:])
	few := b
	few.ID, few.Size, few.Version, few.Hour, few.MAC, few.Name = "", 0, "", time.Time{}, "", b.Name[:year]
	shared, known := (*p)[few]
	if !known {
		if *p == nil {
			*p = packer{}
		}
		few.Name = strings.Clone(few.Name)
		shared = &few
		(*p)[few] = shared
	}
	return packed{shared, tail, b.Version, b.Size, b.Hour.Unix()}
}

func (p *packed) unpack() source.Blob {
	b := *p.shared
	if p.tail == "" {
		return b
	}
	b.Name += p.tail
	path, _ := flowlog.ParsePath(b.Name) // it did when it was packed
	b.ID, b.Hour, b.MAC, b.Version, b.Size = path.ID, path.Hour, path.MAC, p.version, p.size
	return b
}

// compare orders blobs by hour and, if their paths are Azure's, by MAC address.
func (p *packed) compare(q *packed) int {
	return cmp.Or(cmp.Compare(p.hour, q.hour), strings.Compare(p.tail, q.tail), strings.Compare(p.shared.Name, q.shared.Name))
}

// mac returns the MAC address that the path tells, "" if none.
func (p *packed) mac() string {
	if p.tail == "" {
		return p.shared.MAC
	}
	_, mac, _ := strings.Cut(strings.ToLower(p.tail), "/macaddress=")
	mac, _, _ = strings.Cut(mac, "/")
	return mac
}

// short returns what stands for an id where many are kept.
func short(id string) [16]byte {
	sum := sha256.Sum256([]byte(id))
	return [16]byte(sum[:16])
}
