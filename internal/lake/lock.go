package lake

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lock is a file that the OS holds locked while its owner lives; the death of
// the process frees it.
type lock struct {
	path string
	f    *flock.Flock
}

// createLock makes the file and takes it. Names are never used twice, so a
// sweeper that took the new file before us has removed it for good: then
// errLockSwept is returned and another name has to be tried.
func createLock(path string) (*lock, error) {
	f := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR))
	ok, err := f.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if ok {
		if _, err := os.Lstat(path); err == nil {
			return &lock{path, f}, nil
		}
	}
	return nil, errors.Join(errLockSwept, f.Close())
}

var errLockSwept = errors.New("lock file was swept")

// takeDead takes a lock whose owner is gone. It returns nil, nil if the owner
// lives; a lock file that does not exist has no owner, and gives a lock that
// holds nothing.
func takeDead(path string) (*lock, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return &lock{path: path}, nil
	}
	f := flock.New(path, flock.SetFlag(os.O_RDWR))
	ok, err := f.TryLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &lock{path: path}, nil
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", path, err)
	case !ok:
		return nil, nil
	}
	return &lock{path, f}, nil
}

// remove deletes the file and frees the lock.
func (l *lock) remove() error {
	if l.f == nil {
		return nil
	}
	// Windows removes no open file; elsewhere the name has to go while the lock
	// is held, or a sweeper could take it in between, which does no harm.
	err := os.Remove(l.path)
	cerr := l.f.Close()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		if err = os.Remove(l.path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	} else {
		err = nil
	}
	return errors.Join(err, cerr)
}

// release frees the lock and leaves the file.
func (l *lock) release() error {
	if l.f == nil {
		return nil
	}
	return l.f.Close()
}

// syncDir makes a folder's entries durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !dirSyncUnsupported(err) {
		return fmt.Errorf("fsync %s: %w", dir, err)
	}
	return nil
}

// mkdirs makes dir below root, each new folder durable in its parent.
func mkdirs(root string, elems ...string) (string, error) {
	dir := root
	for _, e := range elems {
		parent := dir
		dir = filepath.Join(dir, e)
		switch err := os.Mkdir(dir, 0o777); {
		case errors.Is(err, fs.ErrExist):
		case err != nil:
			return "", err
		default:
			if err := syncDir(parent); err != nil {
				return "", err
			}
		}
	}
	return dir, nil
}
