package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// fineClock has the system wake this thread when it asked to be, and not up to
// 50 microseconds later.
func fineClock() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) }

// pause sleeps by the system's clock; Go's own sleeps are a millisecond long at
// least when there is nothing else to do.
func pause(d time.Duration) {
	if d <= 0 {
		return
	}
	left := unix.NsecToTimespec(int64(d))
	for unix.Nanosleep(&left, &left) == unix.EINTR {
	}
}
