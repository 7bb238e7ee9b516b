package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// child is a running azflow.
type child struct {
	cmd    *exec.Cmd
	start  time.Time
	output bytes.Buffer
	done   chan struct{} // closed once it has ended
	err    error         // then, what Wait returned
	took   time.Duration
}

// start starts azflow. What env has comes after this process's own environment,
// without what would tell azflow of an account.
func (t *trial) start(env []string, args ...string) (*child, error) {
	c := &child{cmd: exec.Command(t.azflow, args...), start: time.Now(), done: make(chan struct{})}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AZURE_") && !strings.HasPrefix(v, "AZFLOW_") && !strings.HasPrefix(v, "IDENTITY_") {
			c.cmd.Env = append(c.cmd.Env, v)
		}
	}
	c.cmd.Env = append(append(c.cmd.Env, "XDG_CONFIG_HOME="+filepath.Join(t.folder, "config")), env...)
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	dieWithParent(c.cmd)
	started := make(chan error)
	go func() {
		// The child dies with the thread that started it: it has to last.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			c.err = c.cmd.Wait()
			c.took = time.Since(c.start)
			close(c.done)
		}
	}()
	return c, <-started
}

// kill ends it as kill -9 does, and reports whether it was still running.
func (c *child) kill() bool {
	err := c.cmd.Process.Kill()
	<-c.done
	return err == nil && c.exit() < 0
}

// exit returns the exit status of a child that has ended, -1 if a signal ended
// it.
func (c *child) exit() int { return c.cmd.ProcessState.ExitCode() }

// finish waits for its end. One that takes minutes is killed: that is an error.
func (c *child) finish() error {
	select {
	case <-c.done:
		return nil
	case <-time.After(3 * time.Minute):
		c.kill()
		return fmt.Errorf("azflow %s hung:\n%s", strings.Join(c.cmd.Args[1:], " "), &c.output)
	}
}

// azflowEnds runs azflow to its end, which must be a good one.
func (t *trial) azflowEnds(env []string, args ...string) (*child, error) {
	c, err := t.start(env, args...)
	if err != nil {
		return nil, err
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	if c.exit() != 0 {
		return nil, fmt.Errorf("azflow %s ended with status %d:\n%s", strings.Join(args, " "), c.exit(), &c.output)
	}
	return c, nil
}

// touched returns a time that changes when the catalogue is written to.
func touched(lake string) time.Time {
	var last time.Time
	for _, name := range []string{"catalog.db", "catalog.db-wal"} {
		if info, err := os.Stat(filepath.Join(lake, name)); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

// files counts the files of segments, finished and not.
func files(lake string) (segments, unfinished int, err error) {
	err = filepath.WalkDir(filepath.Join(lake, "segments"), func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir():
		case strings.HasSuffix(path, ".parquet"):
			segments++
		default:
			unfinished++
		}
		return nil
	})
	return segments, unfinished, err
}
