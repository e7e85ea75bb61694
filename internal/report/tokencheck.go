package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// TokenCheck is what is known of one token. It does not hold the token itself.
type TokenCheck struct {
	Token  token.Parsed
	Digest string
	// Now is the time that it is looked at.
	Now time.Time
	// Verified says that signature, times and parties were checked; Problem is what
	// is wrong with them. Nothing else of a token with a problem can be relied on.
	Verified bool
	Problem  error
	// Listed says that there was a list of revoked tokens, and Revoked is what it
	// has about this one.
	Listed  bool
	Revoked *revocation.Entry
	// Cache and Permission are what somebody asked about; both may be empty.
	Cache, Permission string
}

// Good tells whether the token would be let in, and may do what was asked about.
func (c TokenCheck) Good() bool {
	if !c.Verified || c.Problem != nil || c.Revoked != nil {
		return false
	}
	may, _ := c.Token.Access.For(c.Cache)
	switch {
	case c.Permission != "":
		return slices.Contains(may.Names(), c.Permission)
	case c.Cache != "":
		return may.Any()
	}
	return true
}

// line is one thing that is said of a token.
type line struct{ what, is string }

// WriteTokenCheck writes what is known of a token. The JSON is
//
//	{"ok", "signature", "problem", "revoked", "id", "subject", "issuer", "audiences", "keyID", "algorithm", "sha256",
//	  "issuedAt", "notBefore", "expiresAt", "access": [{"caches", "permissions"}], "cache": {"name", "permissions", "by"}}
//
// in which signature is "not checked", "good" or "bad"; ok is there where it was
// checked, and revoked where there was a list.
func WriteTokenCheck(w io.Writer, format Format, c TokenCheck) error {
	if format == JSON {
		return c.writeJSON(w)
	}
	lines := c.lines()
	var text strings.Builder
	if format == Markdown {
		text.WriteString("| | |\n| --- | --- |\n")
		for _, l := range lines {
			_, _ = fmt.Fprintf(&text, "| %s | %s |\n", l.what, plain(l.is))
		}
	} else {
		for _, l := range lines {
			_, _ = fmt.Fprintf(&text, "%-11s %s\n", l.what, diag.Escape(l.is))
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (c TokenCheck) lines() []line {
	var lines []line
	add := func(what, is string) {
		if is != "" {
			lines = append(lines, line{what, is})
		}
	}
	add("signature", c.signature())
	if c.Problem != nil {
		add("problem", strings.ReplaceAll(c.Problem.Error(), "\n", "; "))
	}
	switch {
	case c.Revoked != nil:
		add("revoked", fmt.Sprintf("%s: %s", moment(c.Now, c.Revoked.RevokedAt), c.Revoked.Reason))
	case c.Listed:
		add("revoked", "no")
	}
	t := c.Token
	if !c.known() {
		return lines
	}
	add("id", t.ID)
	add("subject", t.Subject)
	add("issuer", t.Issuer)
	add("audiences", strings.Join(t.Audiences, ", "))
	add("key", t.KeyID)
	add("algorithm", t.Algorithm)
	add("sha256", c.Digest)
	add("issued", moment(c.Now, t.IssuedAt))
	add("not before", moment(c.Now, t.NotBefore))
	add("expires", moment(c.Now, t.ExpiresAt))
	if t.ExpiresAt.IsZero() {
		add("expires", "never")
	}
	for _, grant := range t.Access {
		add("caches", grant.Pattern+": "+listed(grant.Permissions.Names()))
	}
	if c.Cache != "" {
		may, by := t.Access.For(c.Cache)
		is := c.Cache + ": " + listed(may.Names())
		if by != "" && by != c.Cache {
			is += " (by " + by + ")"
		}
		add("may do in", is)
	}
	return lines
}

// known tells whether the token could be read.
func (c TokenCheck) known() bool { return c.Token.Algorithm != "" }

func (c TokenCheck) signature() string {
	switch {
	case !c.Verified:
		return "not checked"
	case c.Token.SignedBy != "":
		return "good"
	}
	return "not good"
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func (c TokenCheck) writeJSON(w io.Writer) error {
	type access struct {
		Caches      string   `json:"caches"`
		Permissions []string `json:"permissions"`
	}
	type asked struct {
		Name        string   `json:"name"`
		Permissions []string `json:"permissions"`
		By          string   `json:"by,omitempty"`
	}
	t := c.Token
	out := struct {
		OK        *bool    `json:"ok,omitempty"`
		Signature string   `json:"signature"`
		Problem   string   `json:"problem,omitempty"`
		Revoked   *bool    `json:"revoked,omitempty"`
		ID        string   `json:"id,omitempty"`
		Subject   string   `json:"subject,omitempty"`
		Issuer    string   `json:"issuer,omitempty"`
		Audiences []string `json:"audiences,omitempty"`
		KeyID     string   `json:"keyID,omitempty"`
		Algorithm string   `json:"algorithm,omitempty"`
		SHA256    string   `json:"sha256"`
		IssuedAt  string   `json:"issuedAt,omitempty"`
		NotBefore string   `json:"notBefore,omitempty"`
		ExpiresAt string   `json:"expiresAt,omitempty"`
		Access    []access `json:"access,omitempty"`
		Cache     *asked   `json:"cache,omitempty"`
	}{
		Signature: c.signature(), ID: t.ID, Subject: t.Subject, Issuer: t.Issuer, Audiences: t.Audiences,
		KeyID: t.KeyID, Algorithm: t.Algorithm, SHA256: c.Digest,
		IssuedAt: stamp(t.IssuedAt), NotBefore: stamp(t.NotBefore), ExpiresAt: stamp(t.ExpiresAt),
	}
	if c.Verified {
		out.OK = new(c.Good())
	}
	if c.Problem != nil {
		out.Problem = c.Problem.Error()
	}
	if c.Listed {
		out.Revoked = new(c.Revoked != nil)
	}
	for _, grant := range t.Access {
		out.Access = append(out.Access, access{grant.Pattern, nonNil(grant.Permissions.Names())})
	}
	if c.Cache != "" {
		may, by := t.Access.For(c.Cache)
		out.Cache = &asked{c.Cache, nonNil(may.Names()), by}
	}
	return encode(w, out)
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
