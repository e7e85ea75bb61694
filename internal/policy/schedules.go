package policy

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
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
			if slices.Contains(cronMacros, at.text()) || strings.HasPrefix(at.text(), "@every ") {
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
