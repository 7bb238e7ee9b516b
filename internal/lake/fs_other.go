//go:build !linux && !darwin && !windows

package lake

import (
	"errors"
	"syscall"
)

// networkFS cannot tell here, and lets every folder pass.
func networkFS(string) (string, error) { return "", nil }

// readOnlyFS cannot tell here.
func readOnlyFS(string) (bool, error) { return false, nil }

// freeBytes cannot tell here.
func freeBytes(string) (uint64, error) {
	return 0, errors.ErrUnsupported
}

// dirSyncUnsupported reports whether err says that the file system cannot
// sync folders.
func dirSyncUnsupported(err error) bool {
	return errors.Is(err, syscall.EINVAL)
}
