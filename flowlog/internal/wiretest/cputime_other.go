//go:build !unix

package wiretest

import "time"

// cpuTime returns the time of day, where processor time takes more to get.
func cpuTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
