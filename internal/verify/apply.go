package verify

import (
	"cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// apply marks the findings that waivers accept. Expired waivers accept nothing,
// and they and those that nothing needs are findings themselves. Every says that
// all environments are there, and not some of them.
func (all waivers) apply(environments []*environment, every bool) {
	for _, e := range environments {
		for i := range e.findings {
			all.accept(e, &e.findings[i])
		}
	}
	for _, w := range all {
		e := w.reportedIn(environments)
		if e == nil {
			continue
		}
		if found, ok := w.judged(!w.used && w.isJudgedBy(environments, every)); ok {
			e.add(found)
		}
	}
}

// judged is what is wrong with a waiver, which may be known to be useless.
func (w *waiver) judged(useless bool) (report.VerifiedFinding, bool) {
	waives := "waives " + w.Rule + " for " + cmp.Or(w.Object, "the environment")
	finding := func(rule string, severity diag.Severity, at load.Position, message, hint string) (report.VerifiedFinding, bool) {
		return report.VerifiedFinding{
			Rule: rule, Severity: severity, File: at.File, Line: at.Line, Column: at.Column, Message: message, Hint: hint,
		}, true
	}
	switch {
	case w.expired && useless:
		return finding(ruleExpired, diag.Error, w.dated, waives+", and expired on "+w.Expires, "remove it: nothing needs it")
	case w.expired:
		return finding(ruleExpired, diag.Error, w.dated, waives+", and expired on "+w.Expires, "mend what it waives and remove it, or decide again and give it a new date and reason")
	case useless:
		return finding(ruleUnused, diag.Warning, w.at, waives+", which nothing breaks", "remove it, or correct it")
	case w.soon && w.used:
		return finding(ruleExpired, diag.Note, w.dated, waives+", and expires after "+w.Expires, "mend what it waives and remove it, or decide again and give it a new date and reason")
	default:
		return report.VerifiedFinding{}, false
	}
}

func (all waivers) accept(e *environment, f *report.VerifiedFinding) {
	for _, w := range all {
		if !w.covers(e, f) {
			continue
		}
		w.used = true
		if !w.expired && f.Waived == nil {
			f.Waived = &report.Waiver{Reason: w.Reason, Expires: w.expires}
		}
	}
}

func (w *waiver) covers(e *environment, f *report.VerifiedFinding) bool {
	return w.Rule == f.Rule && report.Lasting(w.Object) == report.Lasting(f.Object) &&
		(w.Environment == "" || w.Environment == e.name) &&
		(w.Field == "" || w.Field == f.Field)
}

// reportedIn is the environment whose findings say what is wrong with the waiver:
// its own, or the first for one that is for all; nil if its own is not looked at.
func (w *waiver) reportedIn(environments []*environment) *environment {
	for _, e := range environments {
		if w.Environment == "" || w.Environment == e.name {
			return e
		}
	}
	return nil
}

// isJudgedBy tells whether a run has looked everywhere where a waiver could be
// needed.
func (w *waiver) isJudgedBy(environments []*environment, every bool) bool {
	for _, e := range environments {
		if _, unasked := e.unasked[w.Rule]; unasked && (w.Environment == "" || w.Environment == e.name) {
			return false
		}
	}
	return every || w.Environment != "" && w.Rule != ruleApart
}
