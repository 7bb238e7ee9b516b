//go:build unix

package wiretest

import (
	"syscall"
	"time"
)

// cpuTime returns the processor time that the process has used: on a busy
// machine it says more than the clock on the wall.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no way to fail for the process itself
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
