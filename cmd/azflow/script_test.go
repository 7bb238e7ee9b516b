package main

import (
	"flag"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
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
			"mmdb": makeDatabase,
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

// makeDatabase is the script command `mmdb FILE TYPE`: a MaxMind database in which
// all IPv4 addresses below 64.0.0.0 are in Sydney, of AS64500.
func makeDatabase(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: mmdb FILE TYPE")
	}
	name := func(s mmdbtype.String) mmdbtype.Map { return mmdbtype.Map{"names": mmdbtype.Map{"en": s}} }
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: args[1], IncludeReservedNetworks: true})
	ts.Check(err)
	country := name("Australia")
	country["iso_code"] = mmdbtype.String("AU")
	ts.Check(w.Insert(&net.IPNet{IP: net.IPv4(0, 0, 0, 0).To4(), Mask: net.CIDRMask(2, 32)}, mmdbtype.Map{
		"country": country, "city": name("Sydney"), "subdivisions": mmdbtype.Slice{name("New South Wales")},
		"location":                 mmdbtype.Map{"latitude": mmdbtype.Float64(-33.8715), "longitude": mmdbtype.Float64(151.2006)},
		"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": mmdbtype.String("Example Net"),
	}))
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = w.WriteTo(f)
	ts.Check(err)
	ts.Check(f.Close())
}
