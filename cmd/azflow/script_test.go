package main

import (
	"flag"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/azflow/azflow/internal/flowgen"
)

var update = flag.Bool("update", false, "rewrite the expected output of the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"azflow": main,
	})
}

// TestScripts tells the command line's stories, one a file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"zstd": compress,
			"logs": makeLogs,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("AZFLOW_DATA", e.WorkDir+"/lake")
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/config")
			return nil
		},
	})
}

// compress is the script command `zstd FROM TO`.
func compress(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: zstd FROM TO")
	}
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	w, err := zstd.NewWriter(nil)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), w.EncodeAll(b, nil), 0o666))
}

// makeLogs is the script command `logs FOLDER TUPLES`: blobs of eight NICs and
// two hours of 2026-03-01.
func makeLogs(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: logs FOLDER TUPLES")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	_, err = flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: flowgen.VNet4, Tuples: n, NICs: 8, Hours: 2, Start: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}, flowgen.Dir(ts.MkAbs(args[0])))
	ts.Check(err)
}
