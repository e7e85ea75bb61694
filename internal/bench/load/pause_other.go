//go:build !linux

package load

import "time"

func fineClock() {}

func pause(d time.Duration) { time.Sleep(d) }
