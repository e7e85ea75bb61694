package secrets

import (
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// place is where one value is in a store.
type place struct {
	// name in the store, and the property of it; empty is the whole.
	name, property string
}

// placeOf is where the key of a Secret is.
func placeOf(provider, prefix, secret, key string) place {
	if provider == GitLab {
		return place{name: variable(prefix + "_" + secret + "_" + key)}
	}
	return place{name: nameOf(provider, prefix, secret), property: key}
}

// nameOf is what a Secret is called in a store that keeps its keys together.
func nameOf(provider, prefix, secret string) string {
	if provider == GCP {
		// The one character of a Secret's name that it does not take.
		return prefix + "-" + strings.ReplaceAll(secret, ".", "-")
	}
	return prefix + "/" + secret
}

// variable is a text in the form of a variable's name.
func variable(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToUpper(text))
}

// rules are what a provider takes for a prefix, and for a name.
type rules struct {
	prefix  validate.Form
	longest int
	hint    string
}

// Prefixes are shorter than what the providers take, to leave room for the names
// of Secrets.
var (
	vaultPrefix  = validate.NewForm(`[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*`, 200)
	awsPrefix    = validate.NewForm(`/?[A-Za-z0-9_+=@-][A-Za-z0-9._+=@-]*(/[A-Za-z0-9_+=@-][A-Za-z0-9._+=@-]*)*`, 200)
	gcpPrefix    = validate.NewForm(`[A-Za-z0-9_-]+`, 200)
	gitlabPrefix = validate.NewForm(`[A-Za-z0-9_]+`, 200)
)

// rulesOf are those of a provider; false when there is none of that name.
func rulesOf(provider string) (rules, bool) {
	switch provider {
	case Vault:
		return rules{vaultPrefix, 512, "write a path below the store's mount, without / at either end and no part that begins with a dot, as in teams/cache"}, true
	case AWS:
		return rules{awsPrefix, 512, "use letters, digits and _+=.@-, with / between parts that begin with no dot, as in teams/cache"}, true
	case GCP:
		return rules{gcpPrefix, 255, "use letters, digits, - and _, as in teams-cache; Secret Manager takes no slash"}, true
	case GitLab:
		return rules{gitlabPrefix, 255, "use letters, digits and _, as in TEAMS_CACHE"}, true
	default:
		return rules{}, false
	}
}

func providers() []string { return []string{Vault, AWS, GCP, GitLab} }
