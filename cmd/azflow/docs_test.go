package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A command in a document: a line of a code block that begins with azflow, or
// azflow at the beginning of a code span.
var documented = regexp.MustCompile("(?m)(?:^(?:\\$ )(?:bin/)?|\x60(?:bin/)?|^\x60\x60\x60[a-z]*\n)azflow ([a-z]+(?: [a-z]+)?)(.*)$")

func TestDocumentedCommandsExist(t *testing.T) {
	p := &program{flags: map[string]string{}}
	root := p.root()
	root.InitDefaultHelpCmd()
	flag := regexp.MustCompile(`(?:^|\s)--([a-z][a-z-]+)`)
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".cache" || d.Name() == ".git" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" || d.Name() == "CHANGELOG.md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range documented.FindAllStringSubmatch(string(text), -1) {
			seen++
			words := strings.Fields(m[1])
			cmd, _, err := root.Find(words)
			if err != nil || cmd == root {
				t.Errorf("%s: there is no command %q", path, "azflow "+m[1])
				continue
			}
			rest, _, _ := strings.Cut(m[2], "\x60")
			rest = regexp.MustCompile(`'[^']*'`).ReplaceAllString(rest, "''") // queries hold what looks like flags
			for _, f := range flag.FindAllStringSubmatch(rest, -1) {
				if cmd.Flag(f[1]) == nil && cmd.InheritedFlags().Lookup(f[1]) == nil && f[1] != "help" {
					t.Errorf("%s: %s has no flag --%s", path, cmd.CommandPath(), f[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 10 {
		t.Errorf("%d commands found; the search is broken", seen)
	}
}
