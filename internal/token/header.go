package token

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// maxHeader is how long an Authorization header may be: a token of MaxLength in
// base64, with a user name in front.
const maxHeader = 2 * MaxLength

// FromHeader takes the token out of an Authorization header as the server does:
// the scheme is Bearer or Basic in any case, one space follows, and all that
// follows counts. Of Basic credentials, in standard base64 with its padding, the
// token is the text after the first colon; the user name does not matter. ok is
// false where the server would treat the request as one without a token.
func FromHeader(authorization string) (token string, ok bool) {
	if len(authorization) > maxHeader || !isVisible(authorization) {
		return "", false
	}
	scheme, rest, found := strings.Cut(authorization, " ")
	switch {
	case !found:
		return "", false
	case strings.EqualFold(scheme, "bearer"):
		return rest, true
	case !strings.EqualFold(scheme, "basic"):
		return "", false
	}
	credentials, err := base64.StdEncoding.Strict().DecodeString(rest)
	if err != nil || !utf8.Valid(credentials) {
		return "", false
	}
	_, token, ok = strings.Cut(string(credentials), ":")
	return token, ok
}

// isVisible tells whether a text is ASCII without control characters other than
// tabs; the server reads no other headers.
func isVisible(text string) bool {
	for i := range len(text) {
		if c := text[i]; c != '\t' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}
