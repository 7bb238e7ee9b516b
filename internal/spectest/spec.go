package spectest

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "record the sections that the tests own with what they got")

// Update reports whether the tests run with -update, the flag that this package
// defines for all tests that import it.
func Update() bool { return *update }

// A Spec is a txtar file of the specification: a query and what each stage of
// the compiler makes of it. A test owns some sections and checks those, so that
// the parser, the printer, the binder and the engines are tested by the same
// files:
//
//	# One line that says what is special about this case.
//	#from: the address of what vouches for the rows
//	-- query.kql --
//	NTANetAnalytics | take 1
//	-- syntax --
//	-- format --
//	NTANetAnalytics
//	| take 1
//
// A file says which stages it is about by the sections that it has. With
// -update a test records what it got in the sections that it owns, unless
// `#from:` says that they came from elsewhere.
type Spec struct {
	*testing.T
	archive *txtar.Archive
	changed bool
}

// RunSpecs runs f on every txtar file under root, as a subtest named for its
// path. f must not leave a file unread that it is meant to check: no file at
// all is a failure.
func RunSpecs(t *testing.T, root string, f func(s *Spec)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txtar" {
			return err
		}
		n++
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		t.Run(strings.TrimSuffix(filepath.ToSlash(rel), ".txtar"), func(t *testing.T) { runSpec(t, path, f) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatalf("no specification under %s", root)
	}
}

func runSpec(t *testing.T, path string, f func(s *Spec)) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &Spec{T: t, archive: archive}
	if !strings.HasPrefix(string(archive.Comment), "# ") {
		t.Error("the file must begin with a line that says what the case is about")
	}
	f(s)
	if s.changed {
		if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// Query returns the section query.kql without its last line break.
func (s *Spec) Query() string {
	s.Helper()
	q, ok := s.Section("query.kql")
	if !ok {
		s.Fatal("no section query.kql")
	}
	return strings.TrimSuffix(q, "\n")
}

// Section returns the section called name and whether there is one.
func (s *Spec) Section(name string) (string, bool) {
	i := s.index(name)
	if i < 0 {
		return "", false
	}
	return string(s.archive.Files[i].Data), true
}

// Value returns the value of the line "#key: value" in the file's comment, or
// the empty string.
func (s *Spec) Value(key string) string {
	for line := range strings.Lines(string(s.archive.Comment)) {
		if v, ok := strings.CutPrefix(line, "#"+key+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// Check compares got with the section called name. A file without the section
// is not about that stage, and passes.
func (s *Spec) Check(name, got string) {
	s.Helper()
	i := s.index(name)
	if i < 0 {
		return
	}
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	want := s.archive.Files[i].Data
	if bytes.Equal(want, []byte(got)) {
		return
	}
	if *update && s.Value("from") == "" {
		s.archive.Files[i].Data = []byte(got)
		s.changed = true
		return
	}
	s.Errorf("%s differs (go test -update records it)\n--- want\n%s--- got\n%s", name, want, got)
}

func (s *Spec) index(name string) int {
	return slices.IndexFunc(s.archive.Files, func(f txtar.File) bool { return f.Name == name })
}
