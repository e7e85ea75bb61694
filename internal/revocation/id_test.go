package revocation_test

import (
	"fmt"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/revocation"
)

// A digest that is written in another way than the server does is never found, so
// that the token would be let in.
func TestDigestsHaveOneForm(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 4)
	const none, bare = "which is no digest; write sha256: and 64 digits", "which looks like a digest and would be looked for as the ID (jti) of a token; write sha256: and 64 digits"
	for id, want := range map[string]string{
		"sha256:" + hex:                   "",
		"0f2c7d1e":                        "",
		hex[:63]:                          "",
		hex + "0":                         "",
		strings.Replace(hex, "a", "g", 1): "",
		"sha256":                          "",
		"sha512:" + hex:                   "",
		"SHA256:" + hex:                   none,
		"Sha256:" + hex:                   none,
		"sha256:" + strings.ToUpper(hex):  none,
		"sha256:" + hex[:16]:              none,
		"sha256:" + hex + "0":             none,
		"sha256:":                         none,
		"sha256:x":                        none,
		"sha256:" + hex[:63] + "g":        none,
		hex:                               bare,
		strings.ToUpper(hex):              bare,
	} {
		_, parsed := revocation.Parse(fmt.Appendf(nil, `{"revoked": [{"id": %q, "subject": "a", "reason": "b", "revokedAt": "2027-01-31T12:00:00Z"}]}`, id))
		e := entry("1")
		e.ID = id
		_, added := revocation.List{}.Add(e)
		for how, err := range map[string]error{"reading": parsed, "adding": added} {
			switch {
			case err == nil && want == "":
			case err == nil || want == "" || !strings.Contains(err.Error(), want):
				t.Errorf("%s %s: %v", how, id, err)
			}
		}
	}
}
