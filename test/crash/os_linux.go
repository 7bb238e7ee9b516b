package main

import (
	"fmt"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// mountDisk makes folder a disk of so many KiB, in memory. Only root may; anyone
// else gets fs.ErrPermission.
func mountDisk(folder string, kib int) error {
	return unix.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%dk", kib))
}

// resizeDisk gives a mounted disk another size.
func resizeDisk(folder string, kib int) error {
	return unix.Mount("tmpfs", folder, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%dk", kib))
}

// unmountDisk takes it away with all that is on it.
func unmountDisk(folder string) error { return unix.Unmount(folder, unix.MNT_DETACH) }

// dieWithParent has a process end when the thread that starts it does, so that
// no follower outlives this program.
func dieWithParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
