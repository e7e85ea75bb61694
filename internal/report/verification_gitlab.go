package report

import (
	"io"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// writeCodeQuality writes what GitLab's Code Quality shows in merge requests. It
// has no word for what is waived, so that is the least that there is.
func writeCodeQuality(w io.Writer, v Verification) error {
	type lines struct {
		Begin int `json:"begin"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		CheckName   string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	all := []issue{}
	for _, e := range v.Environments {
		fingerprints := e.fingerprints()
		for i, f := range e.Findings {
			severity, description := gitLabSeverity(f.Severity), f.sentence()
			if f.Waived != nil {
				severity = "info"
				description += " (" + f.Waived.String() + ")"
			}
			all = append(all, issue{
				Description: description, CheckName: diag.Escape(f.Rule), Fingerprint: fingerprints[i], Severity: severity,
				Location: location{Path: e.where(f), Lines: lines{Begin: max(f.Line, 1)}},
			})
		}
	}
	return encode(w, all)
}

func gitLabSeverity(s diag.Severity) string {
	switch s {
	case diag.Note:
		return "info"
	case diag.Warning:
		return "minor"
	}
	return "critical"
}
