package validate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Lengths of the units beyond hours, as the humantime crate that Attic reads
// its configuration with defines them.
const (
	day   = 24 * time.Hour
	week  = 7 * day
	month = time.Duration(30.44 * float64(day))
	year  = time.Duration(365.25 * float64(day))
)

var units = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": day, "day": day, "days": day,
	"w": week, "week": week, "weeks": week,
	"M": month, "month": month, "months": month,
	"y": year, "year": year, "years": year,
}

var (
	durationForm = NewForm(`([0-9]+ ?[a-zA-Z]+ ?)+`, 100)
	durationPart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([0-9]+) ?([a-zA-Z]+)`) })
)

// ParseDuration reads a duration in the form that Attic's configuration has.
func ParseDuration(value string) (time.Duration, error) {
	if !durationForm.Matches(value) || strings.HasSuffix(value, " ") {
		return 0, fmt.Errorf("%s is not a duration", Quote(value))
	}
	var total time.Duration
	for _, part := range durationPart().FindAllStringSubmatch(value, -1) {
		unit, ok := units[part[2]]
		if !ok {
			return 0, fmt.Errorf("%s has no unit %q", Quote(value), part[2])
		}
		n, err := strconv.ParseInt(part[1], 10, 64)
		if err != nil || n > math.MaxInt64/int64(unit) || total > math.MaxInt64-time.Duration(n)*unit {
			return 0, fmt.Errorf("%s is too long", Quote(value))
		}
		total += time.Duration(n) * unit
	}
	return total, nil
}

// Duration checks a duration within a range, both ends included.
func (p *Problems) Duration(path *field.Path, value string, low, high time.Duration) {
	d, err := ParseDuration(value)
	if err != nil {
		p.Add(path, fmt.Sprintf("is %s, which is not a duration", Quote(value)), "write numbers with units, as in 12h, 90d or 3 months")
		return
	}
	if d < low || d > high {
		p.Add(path, fmt.Sprintf("is %s", Quote(value)), fmt.Sprintf("write a duration from %s to %s", Humane(low), Humane(high)))
	}
}

// Humane writes a duration in its largest whole unit, as in 12h or 90d.
func Humane(d time.Duration) string {
	for _, u := range []struct {
		name   string
		length time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}} {
		if d != 0 && d%u.length == 0 {
			return strconv.FormatInt(int64(d/u.length), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + "s"
}
