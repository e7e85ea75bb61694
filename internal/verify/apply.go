package verify

import (
	"cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// scope is how much a run has looked at, and so which waivers it can judge.
type scope struct {
	// all says that every environment was looked at.
	all bool
	// schemas says that objects were held to schemas.
	schemas bool
}

// apply marks the findings that waivers accept. Expired waivers accept nothing,
// and they and those that nothing needs are findings themselves.
func (all waivers) apply(environments []*environment, s scope) {
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
		what := w.Rule + " for " + cmp.Or(w.Object, "the environment")
		found := report.VerifiedFinding{File: w.at.File, Line: w.at.Line, Column: w.at.Column}
		switch {
		case w.expired:
			found.Rule, found.Severity = ruleExpired, diag.Error
			found.Message = "waives " + what + ", and expired on " + w.Expires
			found.Hint = "mend what it waives and remove it, or decide again and give it a new date and reason"
			e.add(found)
		case !w.used && s.judges(w):
			found.Rule, found.Severity = ruleUnused, diag.Warning
			found.Message = "waives " + what + ", which nothing breaks"
			found.Hint = "remove it, or correct it"
			e.add(found)
		}
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

// judges tells whether a run has looked everywhere where a waiver could be needed.
func (s scope) judges(w *waiver) bool {
	switch w.Rule {
	case ruleSchema, ruleNoSchema:
		if !s.schemas {
			return false
		}
	case ruleApart:
		return s.all
	}
	return s.all || w.Environment != ""
}
