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
	end := time.Now().Add(d)
	for left := d; left > 0; left = time.Until(end) {
		span := unix.NsecToTimespec(int64(left))
		_ = unix.Nanosleep(&span, nil) // a signal ends it early
	}
}
