package verify

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// across compares environments with each other.
func across(chosen []*environment) {
	var compared []policy.Environment
	for _, e := range chosen {
		compared = append(compared, policy.Environment{Overlay: e.shown, Objects: e.objects()})
	}
	for _, d := range policy.Across(compared) {
		i := slices.IndexFunc(chosen, func(e *environment) bool { return e.shown == d.File })
		chosen[i].add(chosen[i].shared(d))
	}
}

func (e *environment) shared(d diag.Diagnostic) report.VerifiedFinding {
	return report.VerifiedFinding{Rule: ruleApart, Severity: d.Severity, File: e.top(), Message: d.Message, Hint: d.Hint}
}

// beyond compares those that are chosen with the others, which are read for that
// and nothing else. A run over all reports what two share in the later one; so does
// this one if that is chosen, and otherwise takes the waivers of the later one.
func beyond(chosen, all []*environment, waivers waivers) {
	var unread []string
	for i, other := range all {
		if slices.Contains(chosen, other) {
			continue
		}
		other.read()
		if len(other.files) == 0 || other.has(ruleUnreadable, ruleMissingFile) {
			unread = append(unread, other.shown)
		}
		for _, e := range chosen {
			for _, d := range policy.Across([]policy.Environment{
				{Overlay: other.shown, Objects: other.objects()}, {Overlay: e.shown, Objects: e.objects()},
			}) {
				if d.File != e.shown {
					continue // which concerns the other alone
				}
				found := e.shared(d)
				if i > slices.Index(all, e) {
					waivers.accept(other, &found)
				}
				e.add(found)
			}
		}
	}
	if len(unread) > 0 {
		chosen[0].add(report.VerifiedFinding{
			// Not of the rule itself, whose waivers are not for this.
			Rule: ruleUnreadable, Severity: diag.Note, File: chosen[0].top(),
			Message: "was not compared in full with " + strings.Join(unread, ", ") + ", of which not everything can be read",
			Hint:    "verify those to see why",
		})
	}
}
