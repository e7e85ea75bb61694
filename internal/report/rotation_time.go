package report

import (
	"strconv"
	"time"
)

// moment is a day, and how far away it is.
func moment(now, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly) + " (" + relative(now, t) + ")"
}

// relative is how far away a time is, in whole days, or in hours or minutes where
// it is less than one. What is left of a day is left out: a token that says "in
// 3d" has three days at least.
func relative(now, t time.Time) string {
	distance := t.Sub(now)
	if distance < 0 {
		return length(-distance) + " ago"
	}
	if distance < time.Minute {
		return "now"
	}
	return "in " + length(distance)
}

func length(d time.Duration) string {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if n := int64(d / unit.length); n > 0 {
			return strconv.FormatInt(n, 10) + unit.name
		}
	}
	return "less than 1min"
}

// shortKey is enough of a key's ID to tell keys apart.
func shortKey(id string) string {
	const enough = 8
	if len(id) <= enough {
		return id
	}
	return id[:enough]
}
