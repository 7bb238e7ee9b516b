package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/azflow/azflow/internal/flowgen"
)

// memory measures the peak memory of `azflow ingest` with two workers over six
// inputs that ask for much of it.
func (b *bench) memory() error {
	program, err := b.program("azflow", "github.com/azflow/azflow/cmd/azflow")
	if err != nil {
		return err
	}
	scale := min(1, float64(b.tuples)/10_000_000)
	scaled := func(n int) int { return max(1, int(float64(n)*scale)) }
	for i, in := range []struct {
		what string
		make func(folder string) (input, error)
	}{
		{"one blob of 2 GB, most of it in records of 24 MB", func(f string) (input, error) { return b.oneBlob(f, scaled(7_000_000), scaled(60)) }},
		{"100,000 tiny blobs", func(f string) (input, error) { return b.tinyBlobs(f, scaled(100_000)) }},
		{"30 days in any order on standard input", func(f string) (input, error) { return b.shuffled(f, scaled(3_000_000)) }},
		{"5 M distinct addresses", func(f string) (input, error) { return b.distinct(f, scaled(5_000_000)) }},
		{"a file of 1 GB that is never closed", func(f string) (input, error) { return b.unclosed(f, scaled(1_000_000_000)) }},
		{"a .zst bomb", func(f string) (input, error) { return b.bomb(f, int64(scaled(4_000_000_000))) }},
	} {
		if b.input != 0 && b.input != i+1 {
			continue
		}
		folder, err := b.dir(fmt.Sprintf("memory-%d", i))
		if err != nil {
			return err
		}
		input, err := in.make(folder)
		if err != nil {
			return fmt.Errorf("%s: %w", in.what, err)
		}
		peak, took, err := b.peak(program, filepath.Join(folder, "lake"), input)
		if err != nil {
			return fmt.Errorf("%s: %w", in.what, err)
		}
		fmt.Printf("  %-42s %s: %4.0f MB, %5.1f cpu-s, %5.1f s\n", in.what, input.size, float64(peak)/(1<<20), took.cpu.Seconds(), took.wall.Seconds())
		b.limit("peak memory of ingest: "+in.what, float64(peak)/(1<<20), 256, "MB", false)
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	return nil
}

// program builds a program and returns its path.
func (b *bench) program(name, pkg string) (string, error) {
	path := filepath.Join(b.folder, name)
	build := exec.CommandContext(b.ctx, "go", "build", "-o", path, pkg)
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("building %s: %w", name, err)
	}
	return path, nil
}

// input is what an ingest is given.
type input struct {
	path  string
	stdin bool // as standard input, not as an argument
	size  string
	// refused says that there may be something to refuse.
	refused bool
}

type times struct{ cpu, wall time.Duration }

// peak runs azflow ingest and returns the most memory that it had at once.
func (b *bench) peak(program, data string, in input) (int64, times, error) {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Minute)
	defer cancel()
	path := in.path
	if in.stdin {
		path = "-"
	}
	cmd := exec.CommandContext(ctx, program, "ingest", path, "--data", data, "--workers", "2")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if in.stdin {
		f, err := os.Open(in.path)
		if err != nil {
			return 0, times{}, err
		}
		defer f.Close()
		cmd.Stdin = f
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, times{}, err
	}
	// What the kernel says of an ended child includes what its parent had when it
	// started it, so the child is asked while it runs.
	ended := make(chan struct{})
	peak := make(chan int64)
	go func() {
		most := int64(0)
		defer func() { peak <- most }()
		for {
			if now, err := highWater(cmd.Process.Pid); err == nil {
				most = max(most, now)
			}
			select {
			case <-ended:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	err := cmd.Wait()
	close(ended)
	most := <-peak
	var exit *exec.ExitError
	if errors.As(err, &exit) && in.refused && ctx.Err() == nil {
		err = nil // refusing is an answer
	}
	if err != nil {
		return 0, times{}, fmt.Errorf("%w: %s", err, strings.TrimSpace(out.String()))
	}
	if most == 0 {
		return 0, times{}, errors.New("the memory of the child could not be read")
	}
	return most, times{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), time.Since(start)}, nil
}

// highWater returns the most memory a process has had, in bytes. proc(5): VmHWM.
func highWater(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmHWM")
}

// oneBlob puts the records of many interfaces into one blob: tuples in records of
// usual size, then some records that are larger than any that Azure writes.
func (b *bench) oneBlob(folder string, tuples, large int) (input, error) {
	path := filepath.Join(folder, "one.json")
	size, err := writeFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, `{"records":[`); err != nil {
			return err
		}
		all := &joined{w: w, left: math.MaxInt}
		if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: flowgen.VNet4, Tuples: tuples, NICs: 20, Hours: 1, Start: start}, all); err != nil {
			return err
		}
		all.left = large
		if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 2, Format: flowgen.VNet4, Tuples: 60 * largeTuples, NICs: 1, Hours: 1, Start: start}, all); err != nil {
			return err
		}
		_, err := io.WriteString(w, `]}`)
		return err
	})
	return input{path: path, size: megabytes(size)}, err
}

// largeTuples is how many tuples take 24 MB.
const largeTuples = 300_000

// joined is a sink that writes the records of all blobs, with commas between.
type joined struct {
	w    io.Writer
	any  bool
	left int // records that are still to be written
}

// Blob implements flowgen.Sink. The first block of a blob opens the list of
// records, the last closes it, and each record but the first brings its comma.
func (j *joined) Blob(blob flowgen.Blob) error {
	var held []byte
	n := 0
	for block := range blob.Blocks {
		if n++; n > 2 {
			if j.any && held[0] != ',' {
				if _, err := io.WriteString(j.w, ","); err != nil {
					return err
				}
			}
			if _, err := j.w.Write(held); err != nil {
				return err
			}
			j.any = true
			if j.left--; j.left == 0 {
				return nil
			}
		}
		held = append(held[:0], block.Data...)
	}
	return nil
}

// File implements flowgen.Sink.
func (j *joined) File(flowgen.File) error { return nil }

func (b *bench) tinyBlobs(folder string, blobs int) (input, error) {
	hours := min(10, blobs)
	c, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: flowgen.VNet4, Tuples: blobs * 5, NICs: blobs / hours, Hours: hours, Start: start}, flowgen.Dir(folder))
	return input{path: folder, size: fmt.Sprintf("%d blobs, %s", c.Blobs, megabytes(c.Bytes))}, err
}

func (b *bench) distinct(folder string, addresses int) (input, error) {
	// Not every connection has a public end, and connections are logged more than
	// once.
	c, err := flowgen.Bulk(flowgen.BulkOptions{
		Seed: 1, Format: flowgen.VNet4, Tuples: addresses * 5 / 2, NICs: max(1, addresses/20_000), Hours: 4, Start: start,
		Addresses: 2 * addresses, Distinct: true,
	}, flowgen.Dir(folder))
	return input{path: folder, size: fmt.Sprintf("%d connections", c.Connections)}, err
}

// shuffled puts the records of 30 days into one stream, in any order.
func (b *bench) shuffled(folder string, tuples int) (input, error) {
	logs := filepath.Join(folder, "logs")
	if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: flowgen.VNet4, Tuples: tuples, NICs: 1, Hours: 30 * 24, Start: start}, flowgen.Dir(logs)); err != nil {
		return input{}, err
	}
	var paths []string
	if err := eachFile(logs, func(path string, _ []byte) error {
		paths = append(paths, path)
		return nil
	}); err != nil {
		return input{}, err
	}
	slices.Sort(paths)
	r := rand.New(rand.NewPCG(1, 1))
	r.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	path := filepath.Join(folder, "stdin.json")
	size, err := writeFile(path, func(w io.Writer) error {
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			if _, err := w.Write(append(data, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return input{}, err
	}
	return input{path: path, stdin: true, size: megabytes(size)}, os.RemoveAll(logs)
}

// unclosed writes a record whose brace is never closed.
func (b *bench) unclosed(folder string, bytes int) (input, error) {
	tuple := `"1772359200000,10.0.0.6,192.0.2.180,40000,443,6,O,E,NX,3,767,2,1580",`
	path := filepath.Join(folder, "unclosed.json")
	size, err := writeFile(path, func(w io.Writer) error {
		head := `{"records":[{"time":"2026-03-02T00:01:00Z","flowLogVersion":4,"category":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[`
		if _, err := io.WriteString(w, head); err != nil {
			return err
		}
		lines := strings.Repeat(tuple, 1000)
		for n := 0; n < bytes; n += len(lines) {
			if _, err := io.WriteString(w, lines); err != nil {
				return err
			}
		}
		return nil
	})
	return input{path: path, size: megabytes(size), refused: true}, err
}

// bomb writes a small file that decompresses to a large one.
func (b *bench) bomb(folder string, bytes int64) (input, error) {
	path := filepath.Join(folder, "bomb.json.zst")
	size, err := writeFile(path, func(w io.Writer) error {
		z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			return err
		}
		blanks := []byte(strings.Repeat(" ", 1<<20))
		if _, err := io.WriteString(z, `{"records":[`); err != nil {
			return err
		}
		for n := int64(0); n < bytes; n += int64(len(blanks)) {
			if _, err := z.Write(blanks); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(z, `]}`); err != nil {
			return err
		}
		return z.Close()
	})
	return input{path: path, size: fmt.Sprintf("%s of %s", megabytes(size), megabytes(bytes)), refused: true}, err
}

// writeFile writes what f writes and returns how much it was.
func writeFile(path string, f func(io.Writer) error) (int64, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	if err := errors.Join(f(w), w.Flush(), file.Close()); err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
