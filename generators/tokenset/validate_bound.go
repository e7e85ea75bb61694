package tokenset

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

const (
	// mostClaim is in bytes: what every token carries is sent with every request.
	mostClaim = 200
	// mostAudiences keeps a token small, too.
	mostAudiences = 8
)

// validateBound checks what tokens are bound to.
func validateBound(p *validate.Problems, path *field.Path, s v1alpha1.TokenSetSpec) {
	if s.Issuer != "" {
		validateClaim(p, path.Child("issuer"), s.Issuer, "https://ci.example.com")
	}
	at := path.Child("audiences")
	if len(s.Audiences) > mostAudiences {
		p.Add(at, fmt.Sprintf("has %d, and they are sent with every request", len(s.Audiences)), fmt.Sprintf("write at most %d", mostAudiences))
	}
	for i, audience := range s.Audiences {
		validateClaim(p, at.Index(i), audience, "nix-cache")
	}
	p.Unique(at, s.Audiences)
}

// validateClaim checks a text of the kind that RFC 7519 calls StringOrURI: with a
// colon in it, it is a URI.
func validateClaim(p *validate.Problems, path *field.Path, value, example string) {
	hint := "write a name, or a URI, of at most " + fmt.Sprint(mostClaim) + " characters without spaces, as in " + example
	unseen := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
	if value == "" || len(value) > mostClaim || !utf8.ValidString(value) || strings.ContainsFunc(value, unseen) {
		p.Add(path, fmt.Sprintf("is %s", validate.Quote(value)), hint)
		return
	}
	u, err := url.Parse(value)
	switch {
	case !strings.Contains(value, ":"):
	case err != nil || u.Scheme == "" || u.Opaque == "" && u.Host == "" && u.Path == "":
		p.Add(path, fmt.Sprintf("is %s, which has a colon and is no URI", validate.Quote(value)), hint)
	case u.User != nil:
		p.Add(path, "holds a user or a password, and every token would carry it", hint)
	}
}
