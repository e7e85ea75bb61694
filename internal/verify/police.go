package verify

import (
	"cmp"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// police holds the objects to the rules of package policy.
func (e *environment) police(version policy.KubernetesVersion) {
	in := policy.Input{Objects: e.objects(), Kubernetes: version}
	for _, rule := range policy.Rules() {
		if why := e.exempts(rule); why != "" {
			e.unasked[rule.ID] = why
			continue
		}
		for _, f := range rule.Check(in) {
			found := report.VerifiedFinding{Rule: rule.ID, Severity: cmp.Or(f.Severity, rule.Severity), Message: f.Message, Hint: f.Hint}
			e.place(&found, f.Object, f.Path)
			e.add(found)
		}
	}
}

// exempts tells why an environment cannot be held to a rule; empty if it can.
func (e *environment) exempts(rule policy.Rule) string {
	switch {
	case len(e.files) == 0:
		return "there are no objects" // which read has reported
	case rule.Whole && e.has(ruleUnreadable, ruleMissingFile):
		return "a file of the environment cannot be read or is not there"
	default:
		return ""
	}
}

// exempted says which rules were not asked because a part of the environment is
// not known: what is in it would seem to be missing everywhere else.
func (e *environment) exempted() {
	if len(e.files) == 0 || !e.has(ruleUnreadable, ruleMissingFile) {
		return
	}
	var rules []string
	for _, rule := range policy.Rules() {
		if rule.Whole {
			rules = append(rules, rule.ID)
		}
	}
	e.add(report.VerifiedFinding{
		Rule: ruleUnasked, Severity: diag.Note, File: e.top(),
		Message: "was not held to " + strings.Join(rules, ", ") + ": a file of the environment cannot be read or is not there",
		Hint:    "mend that first",
	})
}
