package schema

import "fmt"

// Readable returns why rows of a version of the table's columns cannot be read,
// and what to do; nil if they can.
func (t Table) Readable(version int) error {
	switch {
	case version > t.Version:
		return fmt.Errorf("rows of %s have schema version %d, this azflow knows versions up to %d: use a newer azflow", t.Name, version, t.Version)
	case version < t.Oldest:
		return fmt.Errorf("rows of %s have schema version %d, this azflow reads them from version %d on: make them anew with azflow compact --rebuild", t.Name, version, t.Oldest)
	}
	return nil
}
