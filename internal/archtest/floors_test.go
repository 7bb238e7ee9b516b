// Package archtest holds the shape of the code: which package may import
// which. It is a statement of policy; do not change it to make a build pass.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/azflow/azflow"

// floors lists the packages from the ground up. A package imports only
// packages of lower floors. "x/*" stands for every package right under x.
var floors = [][]string{
	{"kql/types", "kql/diag", "kql/internal/*", "flowlog", "internal/batch", "internal/config", "internal/chdb"}, // words, and the test kit
	{"kql/ast", "internal/spectest", "kql/sqlast", "kql/plan", "flowlog/internal/*", "internal/lake/segment"},    // shapes
	{"flowlog/*", "schema", "kql/fn", "kql/parser", "kql/physical", "internal/chdbtest"},                         // tables and readers
	{"kql/eval"}, // the interpreter
	{"flowlog/formats", "kql/format", "kql/sqlgen", "internal/render", "internal/lake", // makers, and the port of blobs
		"internal/source", "internal/flowgen"},
	{"kql/rewrite"},
	{"kql/bind", "kql/sqlgen/*", "internal/trafficanalytics", "internal/enrich/*", // binders
		"internal/inventory", "internal/laketest", "internal/azuritetest"},
	{"kql/op", "kql/plugin", "kql/lint", "internal/source/*", "internal/rollup", "internal/attribution"}, // operators
	{"kql"}, // the compiler
	{"kql/editor", "internal/store"},
	{"internal/store/*"}, // the adapters
	{"internal/ingest", "internal/query", "internal/upkeep", "internal/collect", "internal/recount"}, // engines
	{"internal/app", "internal/follow", "internal/compare", "internal/reattribution"},
	{"cmd/azflow"},
}

// walls lists imports that are wrong on any floor: nothing that matches the
// first may import what matches the second. A trailing slash matches a tree.
var walls = [][2]string{
	{"kql/", module + "/internal/"},
	{"kql/", module + "/schema"},
	{"kql/", module + "/flowlog/"},
	{"schema", module + "/internal/"},
	{"flowlog/", module + "/kql/"},
	{"flowlog/", module + "/internal/"},
	{"internal/source/", module + "/kql/"},
	{"internal/lake/", module + "/kql/"},
	{"internal/ingest/", module + "/kql/"},
}

// homes says where a foreign module may be imported: only under one of its homes.
var homes = map[string][]string{
	"github.com/duckdb/":                 {"internal/store/duckdb"},
	"github.com/Azure/azure-sdk-for-go/": {"internal/source/azblob", "internal/source/azqueue", "internal/azuritetest", "internal/collect"},
	"github.com/prometheus/":             {"internal/follow"},
	"github.com/spf13/cobra":             {"cmd/azflow"},
	"modernc.org/sqlite":                 {"internal/lake"},
	"github.com/uber/h3-go/":             {"kql/internal/h3"},
	"github.com/peterstace/":             {"kql/internal/sphere"},
}

// testOnly lists packages that only tests may import.
var testOnly = []string{"flowlog/internal/wiretest", "internal/spectest", "internal/chdbtest", "internal/laketest", "internal/azuritetest"}

func TestFloors(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		if strings.HasPrefix(name, "bench/") || strings.HasPrefix(name, "test/") || strings.HasPrefix(name, "tools/") {
			continue // programs beside the house
		}
		from := floor(name)
		if from < 0 {
			t.Errorf("%s stands on no floor: add it to floors", name)
			continue
		}
		for _, imp := range p.Imports {
			if homes := homesOf(imp); homes != nil && !slices.ContainsFunc(homes, func(h string) bool { return within(name, h) }) {
				t.Errorf("%s imports %s, which only %s may", name, imp, strings.Join(homes, ", "))
			}
			if dep, ok := strings.CutPrefix(imp, module+"/"); ok {
				if floor(dep) >= from {
					t.Errorf("%s (floor %d) imports %s (floor %d): only lower floors may be imported", name, from, dep, floor(dep))
				}
				if slices.Contains(testOnly, dep) {
					t.Errorf("%s imports %s, which is for tests", name, dep)
				}
			}
			for _, w := range walls {
				if within(name, strings.TrimSuffix(w[0], "/")) && within(imp, strings.TrimSuffix(w[1], "/")) {
					t.Errorf("%s imports %s: there is a wall between %s and %s", name, imp, w[0], w[1])
				}
			}
		}
	}
}

type pkg struct {
	ImportPath string
	Imports    []string
	GoFiles    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,GoFiles", module+"/...")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 { // a package of tests alone stands outside the house
			pkgs = append(pkgs, p)
		}
	}
	return pkgs
}

// floor returns the floor name stands on, or -1.
func floor(name string) int {
	star := name[:strings.LastIndexByte(name, '/')+1] + "*"
	for _, want := range []string{name, star} {
		for i, f := range floors {
			if slices.Contains(f, want) {
				return i
			}
		}
	}
	return -1
}

// within reports whether path is tree or lies under it.
func within(path, tree string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}

// homesOf returns the packages that may import imp, or nil if any may.
func homesOf(imp string) []string {
	for prefix, h := range homes {
		if strings.HasPrefix(imp, prefix) {
			return h
		}
	}
	return nil
}
