package lake

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// forgotten is a line of forgotten.ndjson: what was removed on request. The
// catalogue knows it too; the file is there so that a catalogue rebuilt from
// segments does not bring back what compaction has not dropped yet.
type forgotten struct {
	At           time.Time `json:"at"`
	Blob         string    `json:"blob,omitempty"`
	Generation   int       `json:"generation,omitempty"` // the blob's last that is meant
	Before       time.Time `json:"before,omitzero"`
	Subscription string    `json:"subscription,omitempty"`
	Reread       bool      `json:"reread,omitempty"`
}

func forgottenPath(dir string) string { return filepath.Join(dir, "forgotten.ndjson") }

// appendForgotten adds a line, durably.
func appendForgotten(dir string, note forgotten) error {
	line, err := json.Marshal(note)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(forgottenPath(dir), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	// The newline comes first, in case a crash has cut the last line off.
	if _, err := f.Write(append([]byte{'\n'}, line...)); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return syncDir(dir)
}

// readForgotten returns all notes. A line that a crash has cut off is none:
// its request was not carried out.
func readForgotten(dir string) ([]forgotten, error) {
	f, err := os.Open(forgottenPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []forgotten
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var note forgotten
		if json.Unmarshal(sc.Bytes(), &note) == nil {
			list = append(list, note)
		}
	}
	return list, sc.Err()
}
