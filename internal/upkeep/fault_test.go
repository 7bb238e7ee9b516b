package upkeep

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/source/dir"
)

// The environment of a test binary that plays an azflow that gets killed.
const (
	envDir  = "AZFLOW_TEST_DIR"
	envStep = "AZFLOW_TEST_STEP"
	envNth  = "AZFLOW_TEST_NTH"
)

func TestMain(m *testing.M) {
	if os.Getenv(envDir) != "" {
		if err := compactAndDie(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0) // the step did not come
	}
	os.Exit(m.Run())
}

// compactAndDie compacts a lake and is killed, as by kill -9, when a step comes
// for the nth time.
func compactAndDie() error {
	nth, err := strconv.Atoi(os.Getenv(envNth))
	if err != nil {
		return err
	}
	ctx := context.Background()
	l, err := lake.Open(ctx, os.Getenv(envDir), lake.Options{Step: func(step, _ string) error {
		if step != os.Getenv(envStep) {
			return nil
		}
		if nth--; nth > 0 {
			return nil
		}
		p, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		if err := p.Kill(); err != nil {
			return err
		}
		select {}
	}})
	if err != nil {
		return err
	}
	_, err = Compact(ctx, l, Options{Now: time.Now})
	return err
}

func TestKillingACompactionAtAnyStepLosesAndDoublesNothing(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, 8000)
	steps := []string{lake.StepInsert + " 1", lake.StepUnlink + " 2"}
	if !testing.Short() {
		steps = nil
		for _, s := range []string{lake.StepSync, lake.StepRename, lake.StepSyncDir, lake.StepBegin, lake.StepInsert, lake.StepCommit, lake.StepDone, lake.StepUnlink} {
			steps = append(steps, s+" 1", s+" 3")
		}
		steps = append(steps, lake.StepForget+" 1")
	}
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			folder := t.TempDir()
			l := laketest.Open(t, folder, lake.Options{})
			take(t, l, logs)
			want, flows := whole(t, l), counts(t, l)[lake.TableFlows].Rows
			i := strings.LastIndexByte(step, ' ')
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), envDir+"="+folder, envStep+"="+step[:i], envNth+"="+step[i+1:])
			cmd.Stderr = os.Stderr
			err := cmd.Run()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() == 3 {
				t.Fatalf("the compaction was not killed: %v", err)
			}
			same(t, "after the kill", whole(t, l), want)
			compact(t, l, Options{})
			same(t, "after the next compaction", whole(t, l), want)
			if n := counts(t, l)[lake.TableFlows].Rows; n != flows {
				t.Errorf("%d rows of Flows, want %d", n, flows)
			}
			if n := counts(t, l)[rollup.Table].Rows; int(n) != len(want) {
				t.Errorf("%d rows of %s are stored, want %d", n, rollup.Table, len(want))
			}
			verify(t, l)
		})
	}
}

// While rows are merged, taken apart, expired and swept without grace, whoever
// reads sees the same rows all the time.
func TestReadersSeeTheSameRowsWhileTheLakeIsLookedAfter(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, 6000)
	folder := t.TempDir()
	l := laketest.Open(t, folder, lake.Options{})
	take(t, l, logs)
	want, ids := whole(t, l), blobs(t, l)
	if err := l.SetRetention(context.Background(), "NTAIpDetailsHistory", time.Hour); err != nil {
		t.Fatal(err)
	}
	other := laketest.Open(t, folder, lake.Options{}) // as another process
	ctx, stop := context.WithCancel(context.Background())
	rounds, done := 0, make(chan error, 1)
	go func() {
		done <- func() error {
			w, err := other.OpenWriter(context.Background())
			if err != nil {
				return err
			}
			r := rand.New(rand.NewPCG(1, 2))
			for ; ctx.Err() == nil; rounds++ {
				if _, err := Compact(context.Background(), other, Options{Now: time.Now}); err != nil {
					return err
				}
				if _, err := rollup.Unmerge(context.Background(), other, w, lake.BlobGen{Blob: ids[r.IntN(len(ids))]}); err != nil {
					return err
				}
			}
			return w.Close()
		}()
	}()
	reads := 20
	if testing.Short() {
		reads = 6
	}
	for range reads {
		same(t, "beside compaction", whole(t, l), want)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if rounds == 0 {
		t.Error("nothing happened beside")
	}
	verify(t, l)
}

// One ingest has named its files and not committed them yet when another one
// begins, which looks for what dead ones have left.
func TestASecondIngestLeavesTheFilesOfOneThatIsAboutToCommitAlone(t *testing.T) {
	logs, folder := t.TempDir(), t.TempDir()
	bulk(t, logs, 1, 6000)
	held, release := make(chan struct{}), make(chan struct{})
	first := true
	slow := laketest.Open(t, folder, lake.Options{Step: func(step, _ string) error {
		if step == lake.StepBegin && first {
			first = false
			close(held)
			<-release
		}
		return nil
	}})
	done := make(chan error, 1)
	go func() {
		_, err := ingest.New(slow, ingest.Options{Now: time.Now, Workers: 1, CommitRows: 1000}).Run(context.Background(), dir.New(logs))
		done <- err
	}()
	<-held
	l := laketest.Open(t, folder, lake.Options{})
	take(t, l, logs)
	if _, err := l.Sweep(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	take(t, l, logs)
	if n := counts(t, l)[lake.TableFlows].Rows; n != 6000 {
		t.Errorf("%d rows, want 6000", n)
	}
	verify(t, l)
}

func TestALostCatalogueIsRebuiltAndNothingIsReadTwice(t *testing.T) {
	for _, merged := range []bool{false, true} {
		t.Run(fmt.Sprint("merged ", merged), func(t *testing.T) {
			logs, folder := t.TempDir(), t.TempDir()
			bulk(t, logs, 1, 6000)
			ctx := context.Background()
			l, err := lake.Open(ctx, folder, lake.Options{})
			if err != nil {
				t.Fatal(err)
			}
			take(t, l, logs)
			if merged {
				compact(t, l, Options{})
			}
			want, was := whole(t, l), counts(t, l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"catalog.db", "catalog.db-wal", "catalog.db-shm"} {
				if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
					t.Fatal(err)
				}
			}
			if _, err := lake.Rebuild(ctx, folder, lake.Options{}, lake.ReadFooter); err != nil {
				t.Fatal(err)
			}
			again := laketest.Open(t, folder, lake.Options{})
			if s := take(t, again, logs); s.Tuples != 0 {
				t.Errorf("%d tuples were read again", s.Tuples)
			}
			now := counts(t, again)
			for table, e := range was {
				if now[table] != e {
					t.Errorf("%s: %+v, before %+v", table, now[table], e)
				}
			}
			same(t, "rebuilt", whole(t, again), want)
			compact(t, again, Options{})
			same(t, "compacted", whole(t, again), want)
			verify(t, again)
		})
	}
}

// smallDisk returns a folder on a disk of so many bytes, if the system lets the
// test make one.
func smallDisk(t *testing.T, bytes int) (string, bool) {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return "", false
	}
	folder := t.TempDir()
	if err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", bytes), "tmpfs", folder).Run(); err != nil {
		return "", false
	}
	t.Cleanup(func() {
		if err := exec.CommandContext(context.Background(), "umount", folder).Run(); err != nil {
			t.Errorf("umount: %v", err)
		}
	})
	return folder, true
}

func TestAFullDiskCostsACompactionAndNothingElse(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, 6000)
	full := false
	opt := lake.Options{Step: func(step, _ string) error {
		if full && step == lake.StepSync {
			return &os.PathError{Op: "fsync", Err: syscall.ENOSPC}
		}
		return nil
	}}
	l := laketest.Open(t, t.TempDir(), opt)
	take(t, l, logs)
	want, was := whole(t, l), counts(t, l)
	full = true
	if _, err := Compact(context.Background(), l, Options{Now: time.Now}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error %v", err)
	}
	same(t, "on a full disk", whole(t, l), want)
	if now := counts(t, l); now[rollup.Table] != was[rollup.Table] {
		t.Errorf("%+v, before %+v", now[rollup.Table], was[rollup.Table])
	}
	verify(t, l)
	full = false
	compact(t, l, Options{})
	same(t, "with room again", whole(t, l), want)
	verify(t, l)
}

// fill writes files into a folder until its disk has no room but some bytes.
func fill(t *testing.T, folder string, leave int) (ballast string) {
	t.Helper()
	ballast = filepath.Join(folder, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	size := int64(0)
	for chunk := make([]byte, 64<<10); ; {
		n, err := f.Write(chunk)
		size += int64(n)
		if errors.Is(err, syscall.ENOSPC) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Truncate(size-int64(leave)), f.Close()); err != nil {
		t.Fatal(err)
	}
	return ballast
}

func TestAnIngestOntoAFullDiskGoesOnOnceThereIsRoom(t *testing.T) {
	folder, ok := smallDisk(t, 32<<20)
	if !ok {
		t.Log("no disk of its own can be made here: internal/lake and the test above let writes fail instead")
		return
	}
	logs := t.TempDir()
	bulk(t, logs, 1, 6000)
	place := filepath.Join(folder, "lake")
	l, err := lake.Open(context.Background(), place, lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ballast := fill(t, folder, 200<<10)
	s, err := ingest.New(l, ingest.Options{Now: time.Now, Workers: 1, CommitRows: 1000}).Run(context.Background(), dir.New(logs))
	if err == nil {
		t.Fatalf("no error; %d tuples", s.Tuples)
	}
	if !lake.DiskFull(err) {
		t.Errorf("error %v, want one that says that the disk is full", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	l = laketest.Open(t, place, lake.Options{})
	take(t, l, logs)
	if n := counts(t, l)[lake.TableFlows].Rows; n != 6000 {
		t.Errorf("%d rows, want 6000", n)
	}
	verify(t, l)
}
