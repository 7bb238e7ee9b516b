// Package chdb runs the ClickHouse engine of libchdb in a child process, so
// that a crash of it costs one query and its library one process's memory.
//
// The child is the program itself, started again: main, and TestMain of a test
// that uses the engine, must call [RunChild] first.
package chdb

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// LibraryEnv names the environment variable that holds the path of libchdb.so.
const LibraryEnv = "AZFLOW_CHDB_LIB"

// childEnv marks the child; its value is the path of the library.
const childEnv = "AZFLOW_CHDB_CHILD"

// ErrCrashed is what a query returns whose child process died.
var ErrCrashed = errors.New("the ClickHouse engine crashed; the next query starts it again")

// RunChild turns the process into the engine if it was started for that, and
// then does not return.
func RunChild() {
	lib := os.Getenv(childEnv)
	if lib == "" {
		return
	}
	err := serve(lib, os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	exit(err)
}

// A Client is a ClickHouse engine in a child process. It runs one query at a
// time and is safe for concurrent use.
type Client struct {
	lib string

	mu  sync.Mutex
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	err *tail
}

// Open returns a client of the library at path lib. The child starts with the
// first query.
func Open(lib string) (*Client, error) {
	if lib == "" {
		return nil, fmt.Errorf("no ClickHouse engine: set %s to the path of libchdb.so, which npm's @chdb/lib-linux-x64-gnu holds", LibraryEnv)
	}
	if _, err := os.Stat(lib); err != nil {
		return nil, fmt.Errorf("no ClickHouse engine: %w", err)
	}
	return &Client{lib: lib}, nil
}

// Query runs one statement and returns its rows in one of ClickHouse's
// formats. When ctx ends, the child is killed.
func (c *Client) Query(ctx context.Context, sql, format string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if c.cmd == nil {
		if err := c.start(); err != nil {
			return nil, err
		}
	}
	process := c.cmd.Process
	stop := context.AfterFunc(ctx, func() { process.Kill() })
	answer, failed, err := c.roundTrip(sql, format)
	if !stop() || err != nil {
		c.reap()
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrCrashed, c.err.String())
	}
	if failed {
		return nil, errors.New(strings.TrimSpace(string(answer)))
	}
	return answer, nil
}

func (c *Client) roundTrip(sql, format string) (answer []byte, failed bool, err error) {
	for _, s := range []string{sql, format} {
		if err := writeText(c.in, []byte(s)); err != nil {
			return nil, false, err
		}
	}
	status, err := c.out.ReadByte()
	if err != nil {
		return nil, false, err
	}
	answer, err = readText(c.out)
	return answer, status != 0, err
}

func (c *Client) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	// The library's threads and Go's preemption signals do not go together.
	cmd.Env = append(os.Environ(), childEnv+"="+c.lib, "GODEBUG=asyncpreemptoff=1")
	if c.in, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	c.err = &tail{}
	cmd.Stderr = c.err
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the ClickHouse engine: %w", err)
	}
	c.cmd, c.out = cmd, bufio.NewReader(out)
	return nil
}

// reap ends the child and forgets it.
func (c *Client) reap() {
	if c.cmd == nil {
		return
	}
	c.in.Close()
	c.cmd.Process.Kill()
	c.cmd.Wait() // its status is of no interest: it was killed
	c.cmd = nil
}

// Close ends the child.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reap()
	return nil
}

// tail keeps the last of what the child wrote to its standard error.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if len(t.b) > tailSize {
		t.b = append(t.b[:0], t.b[len(t.b)-tailSize:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}

// A text on a pipe is its length in 8 bytes and the bytes.
func writeText(w io.Writer, b []byte) error {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(b)))
	if _, err := w.Write(n[:]); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

func readText(r io.Reader) ([]byte, error) {
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.LittleEndian.Uint64(n[:]))
	_, err := io.ReadFull(r, b)
	return b, err
}
