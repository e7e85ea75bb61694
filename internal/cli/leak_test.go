package cli

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// shows tells in which form a text has a secret, or a good part of one: as it is,
// in base64 wherever it begins in what was encoded, twice so, and as a URL has it.
func shows(text, secret string) string {
	for name, form := range forms(secret) {
		if strings.Contains(text, form) {
			return name
		}
	}
	return ""
}

// forms are how parts of a secret would look.
func forms(secret string) map[string]string {
	all := map[string]string{}
	for where, part := range parts(secret) {
		all[where] = part
		all[where+" in a URL"] = url.QueryEscape(part)
		for once, encoded := range encodings(part) {
			all[where+" in "+once] = encoded
			for twice, again := range encodings(encoded) {
				all[where+" in "+once+" in "+twice] = again
			}
		}
	}
	return all
}

// parts are long enough to be found by no accident, and short enough to be in
// whatever is a good part of the secret. Lines of PEM may be broken elsewhere.
func parts(secret string) map[string]string {
	const long = 24
	if strings.Contains(secret, "-----BEGIN") {
		lines := strings.Split(secret, "\n")
		lines = slices.DeleteFunc(lines, func(l string) bool { return len(l) < 2*long || strings.Contains(l, "-----") })
		middle := lines[len(lines)/2]
		return map[string]string{"the middle": middle[:long], "the beginning": lines[1][:long]}
	}
	if before, after, found := strings.Cut(secret, "."); found {
		// Of a token the header is no secret.
		claims, signature, _ := strings.Cut(after, ".")
		_ = before
		return map[string]string{"the claims": claims[len(claims)/2 : len(claims)/2+long], "the signature": signature[len(signature)/2 : len(signature)/2+long]}
	}
	return map[string]string{"all of it": secret}
}

// encodings are base64 of a text, without what its neighbours have a part in.
func encodings(part string) map[string]string {
	all := map[string]string{}
	for before := range 3 {
		padded := strings.Repeat("x", before) + part
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(padded))
			from := []int{0, 2, 3}[before]
			if cut := len(padded) % 3; cut > 0 {
				encoded = encoded[:len(encoded)-1]
			}
			all[name+" after "+strings.Repeat("x", before)] = encoded[from:]
		}
	}
	return all
}

// What looks for secrets finds them.
func TestShows(t *testing.T) {
	const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	for _, before := range []string{"", "a", "ab", "abc", "abcd"} {
		for _, after := range []string{"", "y", "yz", "yzz"} {
			text := before + secret + after
			once := base64.StdEncoding.EncodeToString([]byte(text))
			for name, found := range map[string]string{
				"plain": text, "base64": once, "base64url": base64.RawURLEncoding.EncodeToString([]byte(text)),
				"twice": base64.StdEncoding.EncodeToString([]byte(before + once + after)), "URL": "https://x?y=" + url.QueryEscape(text),
			} {
				if shows(found, secret) == "" {
					t.Errorf("%s after %q before %q is not found in %s", name, before, after, found)
				}
			}
		}
	}
	if form := shows(strings.Repeat("wJalrXUtnFEMI/K7MDENG ", 9), secret); form != "" {
		t.Errorf("found %s where there is nothing", form)
	}
}
