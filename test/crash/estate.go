package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/azflow/azflow/internal/azuritetest"
	"github.com/azflow/azflow/internal/flowgen"
)

// place is where blobs lie and azflow reads them.
type place interface {
	// commit makes blocks a blob's content.
	commit(ctx context.Context, container, name string, blocks []flowgen.Block) error
	// source is the argument of azflow that names the place.
	source() string
	// env is what azflow needs to read it.
	env() []string
	// blocks reports whether azflow sees the blocks of a blob, and not only its
	// content.
	blocks() bool
}

// folder is a place in the file system.
type folder string

func (f folder) commit(_ context.Context, container, name string, blocks []flowgen.Block) error {
	return flowgen.Dir(string(f)).Blob(flowgen.Blob{Container: container, Name: name, ModTime: time.Now(), Blocks: func(yield func(flowgen.Block) bool) {
		for _, b := range blocks {
			if !yield(b) {
				return
			}
		}
	}})
}

func (f folder) source() string { return string(f) }
func (folder) env() []string    { return nil }
func (folder) blocks() bool     { return false }

// account is a container of Azurite, maybe behind a proxy.
type account struct {
	server    *azuritetest.Server
	container string
	base      string // of the proxy, or empty
}

func (a *account) commit(ctx context.Context, _, name string, blocks []flowgen.Block) error {
	return a.server.Commit(ctx, a.container, name, blocks)
}

func (a *account) source() string { return "az://" + azuritetest.Account + "/" + a.container }

func (a *account) env() []string {
	c := a.server.ConnectionString()
	if a.base != "" {
		c = a.server.ConnectionThrough(a.base)
	}
	return []string{"AZURE_STORAGE_CONNECTION_STRING=" + c}
}

func (*account) blocks() bool { return true }

// estate is blobs that grow in a place, and what a lake has to hold of them.
type estate struct {
	place
	lake  string // its folder
	r     *rand.Rand
	seed  uint64
	blobs []*flowgen.Growing
	start time.Time // the hour that is logged
	want  truth
	// before is what the lake may hold instead, blob by blob, as long as it was not
	// seen to hold what it has to.
	before []truth
}

// hour is the hour whose logs are written, unless they have to be of this hour.
var hour = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// generate returns the blobs of n NICs and the hour from start on, with tuples
// each.
func generate(seed uint64, start time.Time, n, tuples int) ([]flowgen.Blob, error) {
	var all kept
	_, err := flowgen.Bulk(flowgen.BulkOptions{Seed: seed, Format: flowgen.VNet4, Tuples: tuples * n, NICs: n, Hours: 1, Start: start}, &all)
	return all, err
}

// kept is a sink that keeps copies of blobs.
type kept []flowgen.Blob

func (k *kept) Blob(b flowgen.Blob) error {
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
	*k = append(*k, b)
	return nil
}

func (k *kept) File(f flowgen.File) error { return fmt.Errorf("no use for %s", f.Name) }

// newEstate makes an estate whose lake is a new folder called name.
func (t *trial) newEstate(name string, p place, seed uint64, nics, tuples int) (*estate, error) {
	return t.newEstateAt(hour, name, p, seed, nics, tuples)
}

// newEstateAt makes an estate whose logs are of another hour.
func (t *trial) newEstateAt(start time.Time, name string, p place, seed uint64, nics, tuples int) (*estate, error) {
	blobs, err := generate(seed, start, nics, tuples)
	if err != nil {
		return nil, err
	}
	e := &estate{
		place: p, lake: filepath.Join(t.folder, name), r: rand.New(rand.NewPCG(seed, 1)), seed: seed,
		start: start, want: truth{},
	}
	for i, b := range blobs {
		e.blobs = append(e.blobs, flowgen.Grow(b, flowgen.Layouts()[i%3]))
	}
	return e, os.MkdirAll(filepath.Dir(e.lake), 0o777)
}

// args returns the arguments of an azflow that works on the estate's lake.
func (e *estate) args(args ...string) []string { return append(args, "--data", e.lake) }

// put commits a blob as it is now. What it was may have been read by then.
func (e *estate) put(ctx context.Context, g *flowgen.Growing) error {
	if was, ok := e.want[blobID(g.Name)]; ok {
		e.before = append(e.before, truth{blobID(g.Name): was})
	}
	if err := e.commit(ctx, g.Container, g.Name, g.Blocks()); err != nil {
		return err
	}
	return e.want.read(g.Name, g.Content())
}

// step changes some of the blobs as Azure does: mostly they get a few records
// more. Now and then one is replaced, is cut off, or gets another last block.
func (e *estate) step(ctx context.Context) error {
	for range 1 + e.r.IntN(len(e.blobs)) {
		g := e.blobs[e.r.IntN(len(e.blobs))]
		switch x := e.r.IntN(30); {
		case g.Left() == 0 || x == 0:
			e.seed++
			blobs, err := generate(e.seed, e.start, len(e.blobs), 1500)
			if err != nil {
				return err
			}
			for _, b := range blobs {
				if b.Name == g.Name {
					g.Recreate(b)
				}
			}
			g.Append(1) // a copy in a folder that has no record cannot be told from one that was cut off
		case x == 1 && e.blocks():
			g.Truncate(e.r.IntN(len(g.Blocks()) - 1))
		case x == 2:
			g.ReplaceCloser()
		default:
			for range 1 + e.r.IntN(3) {
				g.Append(1 + e.r.IntN(2))
			}
		}
		if err := e.put(ctx, g); err != nil {
			return err
		}
	}
	return nil
}
