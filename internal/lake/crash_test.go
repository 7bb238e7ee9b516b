package lake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Environment of a child process, see TestMain.
const (
	envRole = "AZFLOW_LAKE_TEST_ROLE"
	envDir  = "AZFLOW_LAKE_TEST_DIR"
	envStep = "AZFLOW_LAKE_TEST_STEP"
	envNth  = "AZFLOW_LAKE_TEST_NTH"
)

// TestMain lets the test binary play another azflow process.
func TestMain(m *testing.M) {
	roles := map[string]func(dir string) error{
		"die":    childDies,
		"sweep":  childDiesSweeping,
		"ingest": childIngests,
		"hold":   childHoldsSnapshot,
	}
	role, ok := roles[os.Getenv(envRole)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(os.Getenv(envDir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	os.Exit(0)
}

// child is this binary in a role.
func child(t *testing.T, role, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"="+role, envDir+"="+dir)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	return cmd
}

// dieAt returns a Step that kills the process, as kill -9 does, when the step
// in the environment comes for the nth time.
func dieAt() (func(step, what string) error, error) {
	nth, err := strconv.Atoi(os.Getenv(envNth))
	if err != nil {
		return nil, err
	}
	return func(step, _ string) error {
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
	}, nil
}

// readMore commits n more tuples of blob B, with rows of three tables and two
// days, starting over if another process was faster.
func readMore(ctx context.Context, l *Lake, w *Writer, blob string, n int64) error {
	for {
		m, err := l.Cursors(ctx, []string{blob})
		if err != nil {
			return err
		}
		cur := m[blob]
		cur.Blob = blob
		c := w.Begin()
		if err := read(c, cur, n, noon); err != nil {
			return err
		}
		next := cur.NextTuple
		for i, day := range []time.Time{noon, noon.AddDate(0, 0, 1)} {
			r, err := c.Range("NTANetAnalytics", blob, next, next+n-1, n)
			if err != nil {
				return err
			}
			if err := put(c, Footer{Table: "NTANetAnalytics", MinTime: day, MaxTime: day, Interval: time.Hour, Partial: true, Blobs: []BlobRange{r}}, int64(i)+1); err != nil {
				return err
			}
		}
		if _, err = w.Commit(ctx, c); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

func childDies(dir string) error {
	step, err := dieAt()
	if err != nil {
		return err
	}
	ctx := context.Background()
	l, err := Open(ctx, dir, Options{Step: step})
	if err != nil {
		return err
	}
	w, err := l.OpenWriter(ctx)
	if err != nil {
		return err
	}
	return readMore(ctx, l, w, "B", 10)
}

// steps lists each step of readMore's commit, with how often it comes.
func steps() []string {
	var all []string
	for _, s := range []struct {
		name  string
		times int
	}{{StepSync, 3}, {StepRename, 3}, {StepSyncDir, 3}, {StepBegin, 1}, {StepInsert, 1}, {StepCommit, 1}, {StepDone, 1}} {
		for i := range s.times {
			if testing.Short() && i > 0 {
				break
			}
			all = append(all, fmt.Sprintf("%s %d", s.name, i+1))
		}
	}
	return all
}

// killAt has a child commit 10 tuples of B to dir and die at a step.
func killAt(t *testing.T, role, dir, step string) {
	t.Helper()
	i := strings.LastIndexByte(step, ' ')
	err := child(t, role, dir, envStep+"="+step[:i], envNth+"="+step[i+1:]).Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() == 3 {
		t.Fatalf("the child did not die: %v", err)
	}
}

func TestKillingACommitAtAnyStepLosesAndDoublesNothing(t *testing.T) {
	for _, step := range steps() {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l := openLake(t, dir, Options{})
			w := openWriter(t, l)
			if err := readMore(t.Context(), l, w, "B", 5); err != nil {
				t.Fatal(err)
			}
			killAt(t, "die", dir, step)

			want := int64(5)
			if strings.HasPrefix(step, StepDone) {
				want = 15
			}
			if got, cur := rows(t, l), cursorOf(t, l, "B"); got != want || cur.Tuples != want {
				t.Fatalf("after the kill: %d rows, cursor at %d; want %d", got, cur.Tuples, want)
			}
			w2 := openWriter(t, l)
			if err := readMore(t.Context(), l, w2, "B", 20-want); err != nil {
				t.Fatal(err)
			}
			if got := rows(t, l); got != 20 {
				t.Errorf("after reading on: %d rows, want 20", got)
			}
			checkLake(t, l)
		})
	}
}

// checkLake verifies a lake, footers included, and that no file is left over.
func checkLake(t *testing.T, l *Lake) {
	t.Helper()
	v, err := l.Verify(t.Context(), readTestFooter)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range v.Findings {
		t.Error(f)
	}
}

func TestRebuildingAfterAKillAndReadingOnGivesTheSameCounts(t *testing.T) {
	for _, step := range steps() {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l, err := Open(t.Context(), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			w, err := l.OpenWriter(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := readMore(t.Context(), l, w, "B", 5); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(w.Close(), l.Close()); err != nil {
				t.Fatal(err)
			}
			killAt(t, "die", dir, step)
			for _, ext := range []string{"", "-wal", "-shm"} {
				if err := os.Remove(filepath.Join(dir, "catalog.db"+ext)); err != nil && !errors.Is(err, os.ErrNotExist) {
					t.Fatal(err)
				}
			}
			if _, err := Rebuild(t.Context(), dir, Options{}, readTestFooter); err != nil {
				t.Fatal(err)
			}
			l = openLake(t, dir, Options{})
			cur := cursorOf(t, l, "B")
			if got := rows(t, l); got != cur.Tuples || cur.NextTuple != cur.Tuples || got != 5 && got != 15 {
				t.Fatalf("rebuilt: %d rows, cursor at %d", got, cur.Tuples)
			}
			if err := readMore(t.Context(), l, openWriter(t, l), "B", 20-cur.Tuples); err != nil {
				t.Fatal(err)
			}
			if got := rows(t, l); got != 20 {
				t.Errorf("after reading on: %d rows, want 20", got)
			}
			if got := table(t, l, "RuleSightings"); len(got) != 1 || !strings.Contains(got[0], "| 20 |") {
				t.Errorf("rules %q, want 20 hits", got)
			}
			checkLake(t, l)
		})
	}
}

func childIngests(dir string) error {
	ctx := context.Background()
	l, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	w, err := l.OpenWriter(ctx)
	if err != nil {
		return err
	}
	for i := range 20 {
		if err := readMore(ctx, l, w, "shared", 1); err != nil {
			return err
		}
		if err := readMore(ctx, l, w, fmt.Sprint("own ", os.Getpid()), int64(i+1)); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), l.Close())
}

func TestTwoProcessesIngestIntoOneLake(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{})
	a, b := child(t, "ingest", dir), child(t, "ingest", dir)
	for _, c := range []*exec.Cmd{a, b} {
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*exec.Cmd{a, b} {
		if err := c.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	// 20 of the shared blob by each, 1 + ... + 20 of each one's own.
	if got := rows(t, l); got != 40+2*210 {
		t.Errorf("%d rows, want %d", got, 40+2*210)
	}
	if g, err := l.Generation(t.Context()); err != nil || g != 80 {
		t.Errorf("generation %d, %v; want 80", g, err)
	}
	checkLake(t, l)
}

func childHoldsSnapshot(dir string) error {
	ctx := context.Background()
	l, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	if _, err := l.Snapshot(ctx); err != nil {
		return err
	}
	fmt.Println("holding")
	select {}
}

func TestTheLeaseOfAKilledReaderDisappears(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)

	cmd := child(t, "hold", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 7)); err != nil {
		t.Fatal(err)
	}
	mergeAll(t, w)
	if sw, err := l.Sweep(t.Context(), 0); err != nil || sw.Unlinked != 0 || sw.Kept != 1 {
		t.Errorf("beside a living reader: %+v, %v", sw, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	if sw, err := l.Sweep(t.Context(), 0); err != nil || sw.Unlinked != 1 {
		t.Errorf("after the reader was killed: %+v, %v", sw, err)
	}
	if got := rows(t, l); got != 5 {
		t.Errorf("%d rows, want 5", got)
	}
}

func childDiesSweeping(dir string) error {
	step, err := dieAt()
	if err != nil {
		return err
	}
	ctx := context.Background()
	l, err := Open(ctx, dir, Options{Step: step})
	if err != nil {
		return err
	}
	_, err = l.Sweep(ctx, 0)
	return err
}

func TestKillingASweepAtAnyStepIsMadeGoodByTheNext(t *testing.T) {
	for _, step := range []string{StepUnlink + " 1", StepUnlink + " 2", StepForget + " 1"} {
		t.Run(step, func(t *testing.T) {
			dir := t.TempDir()
			l := openLake(t, dir, Options{})
			w := openWriter(t, l)
			ingest(t, w, "B", 5, noon)
			ingest(t, w, "B", 5, noon)
			mergeAll(t, w)
			killAt(t, "sweep", dir, step)
			if _, err := l.Sweep(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			if got := files(t, l); len(got) != 1 || rows(t, l) != 10 {
				t.Errorf("files %v, %d rows", got, rows(t, l))
			}
			checkLake(t, l)
		})
	}
}
