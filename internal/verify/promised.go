package verify

import (
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
)

// promised finds the Secrets that specs say are in Git and that are not here.
// Before they are written, an overlay renders with a warning; what is committed
// to be applied must have them.
func (e *environment) promised(repo *overlay.Repo) {
	switch {
	case e.overlay == "":
		e.unasked[rulePromised] = "there is no overlay"
		return
	case len(e.files) == 0:
		e.unasked[rulePromised] = "there are no objects" // which read has reported
		return
	case e.has(ruleUnreadable, ruleMissingFile):
		e.unasked[rulePromised] = "a file of the environment cannot be read or is not there"
		return
	}
	for _, p := range repo.Promised(e.overlay, e.objects()) {
		found := diagnosed(rulePromised, p.Problem)
		found.Severity, found.Object = diag.Error, p.Secret.String()
		e.add(found)
	}
}
