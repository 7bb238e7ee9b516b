package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheNearestSourceWins(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("grace: 1m\nthreads: 3\nengine: eval\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"AZFLOW_GRACE": "2m", "AZFLOW_ENGINE": "clickhouse"}
	c, err := Load(Sources{File: file, Getenv: func(k string) string { return env[k] }, Flags: map[string]string{"engine": "duckdb"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][2]string{
		"threads":  {"3", "file " + file},
		"grace":    {"2m", "environment AZFLOW_GRACE"},
		"engine":   {"duckdb", "flag --engine"},
		"interval": {"60m", "default"},
	}
	for _, v := range c.All() {
		if w, ok := want[v.Setting.Name]; ok && (v.Text != w[0] || v.Origin.String() != w[1]) {
			t.Errorf("%s = %q from %q, want %q from %q", v.Setting.Name, v.Text, v.Origin, w[0], w[1])
		}
	}
}

func TestWhatDoesNotFitSaysWhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	for text, want := range map[string]string{
		"grcae: 1m\n":          `no setting is called "grcae"`,
		"grace: soon\n":        "not a duration",
		"engine: oracle\n":     "none of duckdb, clickhouse, eval",
		"threads: 0\n":         "at least 1",
		"memory_limit: lots\n": "not a size",
		"a: [\n":               file,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(Sources{File: file, Getenv: func(string) string { return "" }}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func TestAFileThatWasNamedMustBeThere(t *testing.T) {
	if _, err := Load(Sources{File: filepath.Join(t.TempDir(), "none.yaml")}); err == nil {
		t.Error("a missing file that was asked for gives no error")
	}
	none := t.TempDir()
	c, err := Load(Sources{Getenv: func(k string) string {
		if k == "XDG_CONFIG_HOME" {
			return none
		}
		return ""
	}})
	if err != nil || c.Found {
		t.Errorf("without a file: found %v, error %v", c != nil && c.Found, err)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	for _, s := range Settings() {
		if !strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%s: its doc is no sentence: %q", s.Name, s.Doc)
		}
	}
}
