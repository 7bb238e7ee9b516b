package reattribution

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
)

// Environment of the process that is killed, see TestMain.
const (
	envDir  = "AZFLOW_REATTRIBUTION_TEST_DIR"
	envStep = "AZFLOW_REATTRIBUTION_TEST_STEP"
	envNth  = "AZFLOW_REATTRIBUTION_TEST_NTH"
)

// TestMain lets the test binary be a process that is killed while it runs.
func TestMain(m *testing.M) {
	folder := os.Getenv(envDir)
	if folder == "" {
		os.Exit(m.Run())
	}
	if err := runUntilKilled(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	os.Exit(0)
}

func runUntilKilled(folder string) error {
	nth, err := strconv.Atoi(os.Getenv(envNth))
	if err != nil {
		return err
	}
	ctx := context.Background()
	l, err := lake.Open(ctx, folder, lake.Options{Now: clock, Step: func(step, _ string) error {
		if step == os.Getenv(envStep) {
			if nth--; nth == 0 {
				p, err := os.FindProcess(os.Getpid())
				if err != nil {
					return err
				}
				if err := p.Kill(); err != nil {
					return err
				}
				time.Sleep(time.Minute)
			}
		}
		return nil
	}})
	if err != nil {
		return err
	}
	_, err = Run(ctx, l, Options{Now: clock})
	return err
}

func TestARunThatIsKilledGoesOnWhereItWas(t *testing.T) {
	root, opt := demo(t)
	want := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	inventoryOf(t, want, everything(root)...)
	take(t, want, root, opt)
	settle(t, want)

	made := t.TempDir()
	late := laketest.Open(t, made, lake.Options{Now: clock})
	take(t, late, root, opt)
	inventoryOf(t, late, everything(root)...)

	steps := []string{lake.StepSync, lake.StepRename, lake.StepSyncDir, lake.StepBegin, lake.StepInsert, lake.StepCommit, lake.StepDone}
	if testing.Short() {
		steps = []string{lake.StepRename, lake.StepCommit}
	}
	for _, step := range steps {
		for _, nth := range []int{2, 5} {
			t.Run(fmt.Sprintf("%s %d", step, nth), func(t *testing.T) {
				folder := t.TempDir()
				if err := os.CopyFS(folder, os.DirFS(made)); err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), envDir+"="+folder, envStep+"="+step, envNth+"="+strconv.Itoa(nth))
				out, err := cmd.CombinedOutput()
				if err != nil && cmd.ProcessState.String() != "signal: killed" {
					t.Fatalf("%v: %s", err, out)
				}
				got := laketest.Open(t, folder, lake.Options{Now: clock})
				if _, err := Run(t.Context(), got, Options{Now: clock}); err != nil {
					t.Fatal(err)
				}
				same(t, got, want)
				if found, err := got.Verify(t.Context(), lake.ReadFooter); err != nil || len(found.Findings) > 0 {
					t.Errorf("%+v, %v", found, err)
				}
			})
		}
	}
}
