package hpadeployment

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// switches are values of variables such as REQUIRE_PASSWORD.
var switches = []string{"true", "false", "yes", "no", "on", "off", "0", "1"}

// secretHint is what to do about a secret in plain text.
const secretHint = "put it into a Secret and write secret: {name: …, key: …} instead"

// validatePlain refuses what everybody could read who can read the environment:
// credentials by their form, and values of variables that are called as secrets.
func validatePlain(p *validate.Problems, path *field.Path, name, value string) {
	switch {
	case hasCredentials(value):
		p.Add(path, "holds credentials in plain text", secretHint)
	case validate.CalledSecret(name) && withoutReferences(value) != "" && !slices.Contains(switches, strings.ToLower(value)):
		p.Add(path, "is in plain text, and the variable is called as a secret", secretHint+", or configMap: if it is none")
	}
}

// validateWords refuses credentials in a command line.
func validateWords(p *validate.Problems, path *field.Path, words []string) {
	for i, word := range words {
		if hasCredentials(word) {
			p.Add(path.Index(i), "holds credentials in plain text", "put them into a Secret, make a variable of it under spec.env, and write $(NAME) here")
		}
	}
}

var credentials = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`://[^/@\s]*:[^/@\s]+@|-----BEGIN [A-Z0-9 ]*PRIVATE KEY`)
})

// hasCredentials finds passwords in URLs and private keys. A password that is
// made of references alone stands somewhere else.
func hasCredentials(value string) bool {
	return credentials().MatchString(withoutReferences(value))
}

// withoutReferences is a value without what Kubernetes fills in. Two dollar
// signs are text that stands for one.
func withoutReferences(value string) string {
	return reference().ReplaceAllStringFunc(value, func(found string) string {
		if found == "$$" {
			return found
		}
		return ""
	})
}
