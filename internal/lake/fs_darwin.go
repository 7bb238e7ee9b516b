package lake

import (
	"errors"

	"golang.org/x/sys/unix"
)

// networkFS returns the kind of network file system dir lies on, or "".
func networkFS(dir string) (string, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", err
	}
	switch unix.ByteSliceToString(st.Fstypename[:]) {
	case "nfs":
		return "NFS", nil
	case "smbfs":
		return "SMB", nil
	case "afpfs":
		return "AFP", nil
	case "webdav":
		return "WebDAV", nil
	}
	return "", nil
}

// readOnlyFS reports whether dir's volume is mounted read-only.
func readOnlyFS(dir string) (bool, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return false, err
	}
	return st.Flags&unix.MNT_RDONLY != 0, nil
}

// freeBytes returns how many bytes a user may still write to dir's volume.
func freeBytes(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// dirSyncUnsupported reports whether err says that the file system cannot
// sync folders.
func dirSyncUnsupported(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP)
}
