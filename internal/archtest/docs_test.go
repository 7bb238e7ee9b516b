package archtest

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository, seen from this package.
const root = "../.."

// files returns the repository's files with the ending, slashed and relative to
// it, without what make installed or built.
func files(t *testing.T, ending string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "bin" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(p, ending) {
			rel, err := filepath.Rel(root, p)
			if err != nil {
				return err
			}
			all = append(all, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A link of Markdown, its target in the first group.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestDocumentsLinkToWhatExists(t *testing.T) {
	links := 0
	for _, name := range files(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target, fragment, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			links++
			to := name
			if target != "" {
				to = path.Join(path.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
				continue
			}
			if fragment != "" && !slices.Contains(anchors(read(t, to)), fragment) {
				t.Errorf("%s links to %s, but %s has no such heading", name, m[1], to)
			}
		}
	}
	if links < 5 {
		t.Errorf("%d links found; the search is broken", links)
	}
}

// anchors returns the names by which the headings of a text can be linked to, as
// GitHub makes them.
func anchors(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !ok || !strings.HasPrefix(line, "#") {
			continue
		}
		var b strings.Builder
		for _, r := range strings.ToLower(strings.TrimSpace(heading)) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127:
				b.WriteRune(r)
			}
		}
		names = append(names, b.String())
	}
	return names
}

func TestDocumentsNameNoMachine(t *testing.T) {
	machine := regexp.MustCompile(`(^|[\s"'(=\x60])(/home/|/root/|/Users/|/tmp/)`)
	for _, name := range append(files(t, ".md"), "Makefile", ".ci/run") {
		for i, line := range strings.Split(read(t, name), "\n") {
			if machine.MatchString(line) {
				t.Errorf("%s:%d names a place of one machine: %s", name, i+1, line)
			}
		}
	}
}

func TestArchitectureNamesEveryPackageAndNoOther(t *testing.T) {
	named := tree(read(t, "ARCHITECTURE.md"))
	if len(named) < 20 {
		t.Fatalf("%d folders found in the tree of ARCHITECTURE.md; the search is broken", len(named))
	}
	for _, dir := range named {
		if info, err := os.Stat(filepath.Join(root, dir)); err != nil || !info.IsDir() {
			t.Errorf("ARCHITECTURE.md names %s, which is no folder", dir)
		}
	}
	var missing []string
	for _, name := range files(t, ".go") {
		if dir := path.Dir(name); strings.HasPrefix(dir, "bench") || strings.HasPrefix(dir, "tools") {
			continue // each is one line
		} else if !slices.Contains(named, dir) && !slices.Contains(missing, dir) {
			missing = append(missing, dir)
		}
	}
	for _, dir := range missing {
		t.Errorf("the tree of ARCHITECTURE.md does not name %s", dir)
	}
}

// tree returns the folders that the tree of ARCHITECTURE.md names.
func tree(text string) []string {
	entry := regexp.MustCompile(`^(│   |    )?[├└]── ((?:[\w./]+/ +)*[\w./]+/)`)
	var dirs []string
	parent := ""
	for _, line := range strings.Split(text, "\n") {
		m := entry.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for _, dir := range strings.Fields(m[2]) {
			dir = strings.TrimSuffix(dir, "/")
			if m[1] == "" {
				parent = dir
			} else {
				dir = parent + "/" + dir
			}
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
