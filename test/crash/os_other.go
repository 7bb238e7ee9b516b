//go:build !linux

package main

import (
	"io/fs"
	"os/exec"
)

// mountDisk makes no disk: only Linux has one in memory that a program can mount.
func mountDisk(string, int) error { return fs.ErrPermission }

func resizeDisk(string, int) error { return fs.ErrPermission }

func unmountDisk(string) error { return nil }

// dieWithParent does nothing: only Linux ends children with their parent.
func dieWithParent(*exec.Cmd) {}
