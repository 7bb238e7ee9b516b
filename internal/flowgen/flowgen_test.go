package flowgen_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
)

func TestDirWritesBlobsUnderTheirContainer(t *testing.T) {
	root := t.TempDir()
	at := time.Date(2026, 11, 21, 20, 0, 4, 0, time.UTC)
	to := flowgen.Dir(root)
	err := to.Blob(flowgen.Blob{Container: flowgen.ContainerVNet, Name: "flowLogResourceID=/A/PT1H.json", ModTime: at, Blocks: func(yield func(flowgen.Block) bool) {
		_ = yield(flowgen.Block{Data: []byte(`{"records":[`)}) && yield(flowgen.Block{Data: []byte(`]}`)})
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := to.File(flowgen.File{Name: "inventory/a.json", ModTime: at, Data: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"insights-logs-flowlogflowevent/flowLogResourceID=/A/PT1H.json": `{"records":[]}`, "inventory/a.json": "{}"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
		if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(at) {
			t.Errorf("%s has another time: %v, %v", name, info, err)
		}
	}
}

func TestDirSaysWhatItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	to := flowgen.Dir(file)
	if err := to.File(flowgen.File{Name: "a"}); err == nil {
		t.Error("a file within a file")
	}
	if err := to.Blob(flowgen.Blob{Name: "a", Blocks: func(func(flowgen.Block) bool) {}}); err == nil {
		t.Error("a blob within a file")
	}
}
