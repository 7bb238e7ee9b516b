// Package dir reads flow logs from files, folders, globs and standard input.
package dir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/source"
)

// Source reads what its paths name.
type Source struct {
	paths   []string
	endings source.Endings
}

var _ source.Source = (*Source)(nil)

// New returns a source of flow logs in files, folders (with all below them) and
// globs.
func New(paths ...string) *Source { return Of(source.FlowLogs(), paths...) }

// Of returns a source of files, folders and globs; what lies in a folder is read
// if it has one of the endings.
func Of(endings source.Endings, paths ...string) *Source { return &Source{paths, endings} }

// String implements source.Source.
func (s *Source) String() string { return strings.Join(s.paths, " ") }

// LookedFor says in words what List looks for, for when it finds nothing.
func (s *Source) LookedFor() string {
	var b strings.Builder
	for _, p := range s.paths {
		info, err := os.Stat(p)
		switch {
		case err == nil && info.IsDir():
			fmt.Fprintf(&b, "  in folder %s and below: files ending in %s\n", p, s.endings)
		case strings.ContainsAny(p, "*?["):
			fmt.Fprintf(&b, "  files that match %s\n", p)
		default:
			fmt.Fprintf(&b, "  file %s\n", p)
		}
	}
	return b.String()
}

// List implements source.Source.
func (s *Source) List(ctx context.Context) iter.Seq2[source.Blob, error] {
	return func(yield func(source.Blob, error) bool) {
		for _, p := range s.paths {
			if !s.list(ctx, p, yield) {
				return
			}
		}
	}
}

func (s *Source) list(ctx context.Context, path string, yield func(source.Blob, error) bool) bool {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?[") {
		matches, err := filepath.Glob(path)
		if err != nil {
			return yield(source.Blob{}, fmt.Errorf("%s: %w", path, err))
		}
		for _, m := range matches {
			if !s.list(ctx, m, yield) {
				return false
			}
		}
		return true
	}
	if err != nil {
		return yield(source.Blob{}, err)
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return yield(source.Blob{}, fmt.Errorf("%s is a pipe or a device, not a file; give what it holds to `azflow ingest -`", path))
		}
		return yield(blob(path, realPath(path), info))
	}
	goOn := true
	root := realPath(path)
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			if goOn = yield(source.Blob{}, err); !goOn || ctx.Err() != nil {
				return fs.SkipAll
			}
			return nil
		}
		if d.IsDir() || !s.endings.Has(p) {
			return nil
		}
		info, err := os.Stat(p) // a link counts as what it points to
		if err == nil && !info.Mode().IsRegular() {
			return nil // a folder behind a link, or a pipe that nobody may ever write to
		}
		var b source.Blob
		if err == nil {
			// Below the root only the file itself may be a link.
			real := ""
			if rel, err := filepath.Rel(path, p); err == nil && d.Type()&fs.ModeSymlink == 0 {
				real = filepath.Join(root, rel)
			} else {
				real = realPath(p)
			}
			b, err = blob(p, real, info)
		}
		if goOn = yield(b, err); !goOn {
			return fs.SkipAll
		}
		return nil
	})
	if err != nil && goOn {
		goOn = yield(source.Blob{}, err)
	}
	return goOn
}

// realPath returns the absolute path of what path leads to, "" if there is none.
func realPath(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	return abs
}

// blob returns the blob of the file at path, which leads to real.
func blob(path, real string, info fs.FileInfo) (source.Blob, error) {
	b := source.Blob{Name: path, Size: info.Size(), Version: versionOf(info)}
	if real == "" {
		return b, fmt.Errorf("%s has no absolute path", path)
	}
	if az, ok := flowlog.ParsePath(filepath.ToSlash(real)); ok {
		b.ID, b.Hour, b.MAC, b.Other = az.ID, az.Hour, az.MAC, source.OtherLog(az)
	} else {
		b.ID = flowlog.TrimCompression(real)
	}
	return b, nil
}

func versionOf(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())
}

// Open implements source.Source. Gzip and Zstandard are known by their first
// bytes, whatever the file is called.
func (s *Source) Open(_ context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	return open(b.Name, offset)
}

func open(path string, offset int64) (_ *source.Reader, err error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: %w", source.ErrGone, err)
		}
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // it was only read
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	head := make([]byte, source.MagicSize)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if !source.Compressed(head[:n]) {
		if _, err := f.Seek(offset, io.SeekStart); err != nil {
			return nil, err
		}
		return &source.Reader{ReadCloser: f, Version: versionOf(info), Modified: info.ModTime()}, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	z, err := source.Decompress(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := io.CopyN(io.Discard, z, offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), z.Close())
	}
	return &source.Reader{ReadCloser: &content{path, z, f}, Version: versionOf(info), Modified: info.ModTime()}, nil
}

// content is a decompressed file.
type content struct {
	path string
	io.ReadCloser
	f *os.File
}

// Read names the file in an error of its compression.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s: %w", c.path, err)
	}
	return n, err
}

// Close implements io.Closer.
func (c *content) Close() error { return errors.Join(c.ReadCloser.Close(), c.f.Close()) }

// Stdin is standard input as a source of one blob, whose identity is the hash of
// its content. It is kept in a file, since it is read once for the hash and once
// for the rows.
type Stdin struct {
	blob source.Blob
	path string
}

var _ source.Source = (*Stdin)(nil)

// Spool reads r to its end into a file in folder. Close the source to remove it.
func Spool(r io.Reader, folder string) (_ *Stdin, err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(folder, "stdin-*")
	if err != nil {
		return nil, err
	}
	s := &Stdin{path: f.Name()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, hash), r)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("standard input: %w", err), f.Close())
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	id := "sha256:" + hex.EncodeToString(hash.Sum(nil))
	s.blob = source.Blob{ID: id, Name: "standard input", Size: n, Version: id}
	return s, nil
}

// String implements source.Source.
func (s *Stdin) String() string { return "standard input" }

// List implements source.Source.
func (s *Stdin) List(context.Context) iter.Seq2[source.Blob, error] {
	return func(yield func(source.Blob, error) bool) { yield(s.blob, nil) }
}

// Open implements source.Source.
func (s *Stdin) Open(_ context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	r, err := open(s.path, offset)
	if err != nil {
		return nil, err
	}
	r.Version, r.Modified = b.Version, time.Time{} // the file's time says nothing
	return r, nil
}

// Close removes the file.
func (s *Stdin) Close() error { return os.Remove(s.path) }
