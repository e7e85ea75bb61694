package policy

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// isCredential tells whether text is secret because of what it is called.
func isCredential(name, text string) bool {
	switch {
	case isPlaceholder(text) || IsEncrypted(text) || text == "" || strings.ContainsAny(text[:1], "/.~"):
		return false
	case isPassword(name):
		return len(text) >= 4 && !slices.Contains([]string{"true", "false", "none", "null", "prompt", "required", "optional", "enabled", "disabled"}, strings.ToLower(text))
	case len(text) < 6 || strings.ContainsAny(text, " \t\n{}()[]<>|:"):
		return false
	case isKey(name):
		return len(text) >= 16 && !isName(text)
	case !validate.SoundsSecret(name):
		return false
	case digits(text) == len(text) || isNumber(text):
		// A number is more often how many, or for how long.
		return len(text) >= 16 && !strings.ContainsAny(text, ".+-")
	default:
		return !strings.Contains(strings.ToLower(name), "secret") || !isName(text)
	}
}

// isPassword tells whether a name is that of a password and of nothing about it.
func isPassword(name string) bool {
	lower := strings.ToLower(name)
	for _, end := range []string{"password", "passwd", "passphrase"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	// As a word of its own, unlike that in compass.
	return slices.ContainsFunc([]string{"pass", "pwd"}, func(end string) bool {
		n := len(name) - len(end)
		return n >= 0 && strings.EqualFold(name[n:], end) &&
			(n == 0 || strings.ContainsAny(name[n-1:n], "_-.") || 'A' <= name[n] && name[n] <= 'Z' && 'a' <= name[n-1] && name[n-1] <= 'z')
	})
}

// isKey tells whether a name is that of a key which somebody must not have.
func isKey(name string) bool {
	plain := strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
	return slices.ContainsFunc([]string{"encryptionkey", "signingkey", "hmackey", "masterkey", "sessionkey", "sharedkey", "cookiekey"}, func(end string) bool {
		return strings.HasSuffix(plain, end)
	})
}

// isName tells whether text is, by its form, the name of a Secret or of where
// secrets are, as that of a setting adminSecret often is. Secrets that are made
// of such letters alone have more digits.
func isName(text string) bool {
	return digits(text) < 3 && len(validation.IsDNS1123Subdomain(text)) == 0
}

// isNumber tells whether text is a number with a sign, a point or an exponent.
func isNumber(text string) bool {
	return digits(text) > 0 && strings.Trim(text, "0123456789.eE+-_") == ""
}

func digits(text string) int {
	n := 0
	for _, r := range text {
		if '0' <= r && r <= '9' {
			n++
		}
	}
	return n
}

// isPlaceholder tells whether text stands for something that is put in its place.
func isPlaceholder(text string) bool {
	return strings.IndexAny(text, "$%<{[@`") == 0 || strings.Contains(text, "$(") || strings.Contains(text, "${") || strings.Contains(text, "{{") ||
		strings.Trim(text, "*xX.") == "" || strings.HasSuffix(text, "EXAMPLE")
}
