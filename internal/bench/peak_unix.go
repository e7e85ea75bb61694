//go:build unix

package bench

import (
	"os"
	"runtime"
	"syscall"
)

// peak is the largest resident memory of a process that has ended, or of one
// that it waited for, in bytes.
func peak(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	// Darwin counts bytes, the others kibibytes.
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
