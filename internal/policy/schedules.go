package policy

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// cronMacros are the schedules that Kubernetes knows by name.
var cronMacros = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

// unscheduled finds schedules that are none.
func unscheduled(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		at, fields := root(o).at("spec", "schedule"), 5
		switch {
		case o.Group == "batch" && o.Kind == "CronJob":
			if f, ok := misplacedZone(o); ok {
				found = append(found, f)
			}
			if slices.Contains(cronMacros, at.text()) {
				continue
			}
			if period, every := strings.CutPrefix(at.text(), "@every "); every {
				if d, err := time.ParseDuration(period); err != nil || d < time.Second {
					found = append(found, Finding{Object: o.ID, Path: at.path, Message: "is " + diag.Quote(at.text()) + ", which is no length of time above a second", Hint: `write one as in "@every 90m", or five fields`})
				}
				continue
			}
		case o.Group == groupPostgres && o.Kind == "ScheduledBackup":
			fields = 6
		default:
			continue
		}
		var p validate.Problems
		p.Cron(field.NewPath("schedule"), at.text(), fields)
		for _, problem := range p.List() {
			found = append(found, Finding{Object: o.ID, Path: at.path, Message: problem.Message, Hint: problem.Hint})
		}
	}
	return found
}

// zoneForm is what names of time zones look like: which there are, only the
// cluster knows.
var zoneForm = validate.NewForm(`[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}`, 64)

// misplacedZone is about the time zone of a CronJob, if it has one.
func misplacedZone(o manifest.Object) (Finding, bool) {
	at := root(o).at("spec", "timeZone")
	if !at.exists() || zoneForm.Matches(at.text()) && at.text() != "Local" {
		return Finding{}, false
	}
	return Finding{Object: o.ID, Path: at.path, Message: "is " + diag.Quote(at.text()) + ", which is not the name of a time zone", Hint: "write one as in Europe/Berlin or Etc/UTC"}, true
}
