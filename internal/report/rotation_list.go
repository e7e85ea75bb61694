package report

import (
	"fmt"
	"io"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/rotation"
)

// TokenList is how the tokens of one set are doing.
type TokenList struct {
	// Set is the tokens it is about, as in production: nix-cache/attic.
	Set string
	// Now is the time that they are looked at.
	Now time.Time
	// Tokens are as [rotation.Statuses] returns them.
	Tokens []rotation.Status
}

// WriteTokens writes lists of tokens. The JSON is
//
//	{"sets": [{"set", "at", "tokens": [{"name", "type", "planned", "state", "reason", "dueAt", "token",
//	  "revoked": {"reason", "revokedAt"}}]}]}
//
// in which state is "missing", "valid", "due", "superseded", "orphan", "revoked"
// or "expired", reason is as in [WriteRotation], and token is the one in the
// record. What is not there is left out.
func WriteTokens(w io.Writer, format Format, lists []TokenList) error {
	if format == JSON {
		return writeTokensJSON(w, lists)
	}
	for i, list := range lists {
		heading, separator := diag.Escape(list.Set)+"\n", "\n"
		if format == Markdown {
			heading = "**" + plain(list.Set) + "**\n\n"
		}
		if i == 0 {
			separator = ""
		}
		if _, err := io.WriteString(w, separator+heading); err != nil {
			return err
		}
		if len(list.Tokens) == 0 {
			if _, err := io.WriteString(w, "no tokens\n"); err != nil {
				return err
			}
			continue
		}
		headings := []string{"Token", "Type", "State", "Issued", "Expires", "Rotate after", "Superseded", "Revoked", "Key", "ID"}
		if err := writeTable(w, format, headings, list.rows()); err != nil {
			return err
		}
	}
	return nil
}

func (l TokenList) rows() [][]string {
	rows := make([][]string, len(l.Tokens))
	for i, t := range l.Tokens {
		row := make([]string, 10)
		row[0], row[1], row[2], row[5] = t.Name, statusType(t), stateText(t), moment(l.Now, t.DueAt)
		if e := t.Entry; e != nil {
			row[3], row[4], row[6] = moment(l.Now, e.IssuedAt), moment(l.Now, e.ExpiresAt), moment(l.Now, e.SupersededAt)
			row[8], row[9] = shortKey(e.KeyID), e.ID
		}
		if r := t.Revocation; r != nil {
			row[7] = moment(l.Now, r.RevokedAt) + ": " + r.Reason
		}
		rows[i] = row
	}
	return rows
}

func statusType(t rotation.Status) string {
	if t.Entry != nil {
		return t.Entry.Type
	}
	return t.Planned.Type
}

func stateText(t rotation.Status) string {
	switch t.State {
	case rotation.StateOrphan:
		return "not planned"
	case rotation.StateDue:
		return map[rotation.Reason]string{
			rotation.Due: "due", rotation.Key: "due: another key signs now", rotation.Outdated: "due: the plan has changed",
		}[t.Reason]
	case rotation.StateMissing:
		return fmt.Sprintf("missing%s", map[rotation.Reason]string{rotation.Expired: ": expired", rotation.Revoked: ": revoked"}[t.Reason])
	}
	return string(t.State)
}

func writeTokensJSON(w io.Writer, lists []TokenList) error {
	type revoked struct {
		Reason    string `json:"reason"`
		RevokedAt string `json:"revokedAt"`
	}
	type status struct {
		Name    string     `json:"name"`
		Type    string     `json:"type"`
		Planned bool       `json:"planned"`
		State   string     `json:"state"`
		Reason  string     `json:"reason,omitempty"`
		DueAt   string     `json:"dueAt,omitempty"`
		Token   *tokenJSON `json:"token,omitempty"`
		Revoked *revoked   `json:"revoked,omitempty"`
	}
	type set struct {
		Set    string   `json:"set"`
		At     string   `json:"at"`
		Tokens []status `json:"tokens"`
	}
	sets := []set{}
	for _, l := range lists {
		s := set{Set: l.Set, At: stamp(l.Now), Tokens: []status{}}
		for _, t := range l.Tokens {
			one := status{
				Name: t.Name, Type: statusType(t), Planned: t.Planned != nil, State: string(t.State), Reason: string(t.Reason),
				DueAt: stamp(t.DueAt), Token: tokenOf(t.Entry),
			}
			if t.Revocation != nil {
				one.Revoked = &revoked{t.Revocation.Reason, stamp(t.Revocation.RevokedAt)}
			}
			s.Tokens = append(s.Tokens, one)
		}
		sets = append(sets, s)
	}
	return encode(w, map[string]any{"sets": sets})
}
