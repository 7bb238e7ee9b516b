// Package flowgen makes flow logs of estates that do not exist: a small one
// with a story and known answers ([NewDemo]), and any amount of plain traffic
// ([Bulk]).
//
// All of it is a function of a seed and a time; nothing reads the clock.
package flowgen

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"
)

// The containers in which Azure keeps logs. MS Learn: "Read flow logs",
// "Azure Monitor activity log".
const (
	ContainerVNet     = "insights-logs-flowlogflowevent"
	ContainerNSG      = "insights-logs-networksecuritygroupflowevent"
	ContainerActivity = "insights-activity-logs"
)

// A Block is one committed block of a blob.
type Block struct {
	ID   string // as a block list has it: base64
	Data []byte // valid until the next block is asked for
}

// A Blob is a block blob: its content is that of its blocks in order.
type Blob struct {
	Container string
	Name      string
	ModTime   time.Time // when the last block was committed
	Blocks    iter.Seq[Block]
}

// A File is a file beside the logs.
type File struct {
	Name    string // slashes between its parts
	ModTime time.Time
	Data    []byte
}

// A Sink takes what is generated. It keeps nothing of its arguments once it
// has returned; its first error ends the generation.
type Sink interface {
	Blob(Blob) error
	File(File) error
}

// Dir returns a sink that writes a blob to root/container/name and a file to
// root/name, with their times of modification.
func Dir(root string) Sink { return dir(root) }

type dir string

func (d dir) Blob(b Blob) (err error) {
	path := filepath.Join(string(d), b.Container, filepath.FromSlash(b.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make room for a blob: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write a blob: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("write a blob: %w", e)
		}
		if err == nil {
			err = os.Chtimes(path, b.ModTime, b.ModTime)
		}
	}()
	for block := range b.Blocks {
		if _, err := f.Write(block.Data); err != nil {
			return fmt.Errorf("write a blob: %w", err)
		}
	}
	return nil
}

func (d dir) File(f File) error {
	path := filepath.Join(string(d), filepath.FromSlash(f.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make room for a file: %w", err)
	}
	if err := os.WriteFile(path, f.Data, 0o644); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return os.Chtimes(path, f.ModTime, f.ModTime)
}
