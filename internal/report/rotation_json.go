package report

import (
	"io"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

// tokenJSON is a token as in its record.
type tokenJSON struct {
	ID           string `json:"id"`
	KeyID        string `json:"keyID"`
	SHA256       string `json:"sha256"`
	IssuedAt     string `json:"issuedAt"`
	ExpiresAt    string `json:"expiresAt"`
	RotateAfter  string `json:"rotateAfter"`
	Secret       string `json:"secret"`
	SupersededAt string `json:"supersededAt,omitempty"`
}

func tokenOf(e *issued.Entry) *tokenJSON {
	if e == nil {
		return nil
	}
	return &tokenJSON{
		ID: e.ID, KeyID: e.KeyID, SHA256: e.Sha256, IssuedAt: stamp(e.IssuedAt), ExpiresAt: stamp(e.ExpiresAt),
		RotateAfter: stamp(e.RotateAfter), Secret: e.Secret, SupersededAt: stamp(e.SupersededAt),
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func writeRotationJSON(w io.Writer, runs []Rotation) error {
	type action struct {
		Token  string     `json:"token"`
		Type   string     `json:"type"`
		Action string     `json:"action"`
		Reason string     `json:"reason,omitempty"`
		Since  string     `json:"since,omitempty"`
		DueAt  string     `json:"dueAt,omitempty"`
		Secret string     `json:"secret,omitempty"`
		New    *tokenJSON `json:"new,omitempty"`
		Old    *tokenJSON `json:"old,omitempty"`
		Todo   string     `json:"todo,omitempty"`
	}
	type counts struct {
		Issued   int `json:"issued"`
		Rotated  int `json:"rotated"`
		ByHand   int `json:"byHand"`
		Orphaned int `json:"orphaned"`
		Expiring int `json:"expiring"`
	}
	type set struct {
		Set     string   `json:"set"`
		At      string   `json:"at"`
		DryRun  bool     `json:"dryRun"`
		Counts  counts   `json:"counts"`
		Actions []action `json:"actions"`
	}
	sets := []set{}
	for _, r := range runs {
		s := set{
			Set: r.Set, At: stamp(r.Now), DryRun: r.DryRun, Actions: []action{},
			Counts: counts{
				r.count(rotation.Issue), r.count(rotation.Rotate), r.count(rotation.ByHand), r.count(rotation.Orphan), r.count(rotation.Expiring),
			},
		}
		for _, a := range r.Actions {
			s.Actions = append(s.Actions, action{
				Token: a.Name, Type: typeOf(a), Action: string(a.Kind), Reason: string(a.Reason), Since: stamp(a.Since), DueAt: stamp(a.DueAt),
				Secret: a.Planned.Secret, New: tokenOf(a.New), Old: tokenOf(a.Old), Todo: r.todo(a),
			})
		}
		sets = append(sets, s)
	}
	return encode(w, map[string]any{"sets": sets})
}
