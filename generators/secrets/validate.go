package secrets

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a defaulted block against the Secrets that are needed.
func Validate(p *validate.Problems, path *field.Path, s v1alpha1.Secrets, needed []Needed) {
	p.OneOf(path.Child("backend"), s.Backend, Existing, SOPS, Sealed, External)
	validateSealed(p, path.Child("sealedSecrets"), s)
	validateExternal(p, path.Child("externalSecrets"), s, needed)
	for _, name := range slices.Sorted(maps.Keys(s.Push)) {
		validatePush(p, path, name, s, needed)
	}
	samePlace(p, path.Child("push"), s.Push)
}

var certificate = validate.NewForm(`[A-Za-z0-9._@+-]+(/[A-Za-z0-9._@+-]+)*`, 255)

func validateSealed(p *validate.Problems, path *field.Path, s v1alpha1.Secrets) {
	sealed := s.SealedSecrets
	if sealed == nil {
		return
	}
	if s.Backend != Sealed {
		p.Add(path, "counts only with backend sealedSecrets", "remove it, or write backend: sealedSecrets")
	}
	up := slices.ContainsFunc(strings.Split(sealed.Certificate, "/"), func(part string) bool { return part == "." || part == ".." })
	if up || !certificate.Matches(sealed.Certificate) {
		p.Add(path.Child("certificate"), fmt.Sprintf("is %s, which is not a file below the overlay", validate.Quote(sealed.Certificate)),
			"write a relative path without . and .. as parts, as in "+DefaultCertificate)
	}
	p.OneOf(path.Child("scope"), sealed.Scope, ScopeStrict, ScopeNamespace, ScopeCluster)
	if s.Backend == Sealed && sealed.Scope == ScopeCluster {
		p.Warn(path.Child("scope"), "is cluster-wide: whoever may create a SealedSecret in any namespace can have these opened there", "write strict, or namespace-wide")
	}
}

func validateExternal(p *validate.Problems, path *field.Path, s v1alpha1.Secrets, needed []Needed) {
	e := s.ExternalSecrets
	switch {
	case e == nil && s.Backend == External:
		p.Add(path, "is missing, and backend externalSecrets fetches from it", "write a store and what is behind it, as in {store: {name: vault}, provider: vault}")
		return
	case e == nil:
		return
	case s.Backend != External:
		p.Add(path, "counts only with backend externalSecrets", "remove it, or write backend: externalSecrets")
	}
	validateStore(p, path.Child("store"), e.Store)
	validateInterval(p, path.Child("refreshInterval"), e.RefreshInterval)
	r, known := rulesOf(e.Provider)
	if !known {
		missing(p, path.Child("provider"), e.Provider, providers()...)
		return
	}
	if !r.prefix.Matches(e.Prefix) {
		p.Add(path.Child("prefix"), fmt.Sprintf("is %s, which the names of %s cannot begin with", validate.Quote(e.Prefix), e.Provider), r.hint)
		return
	}
	if s.Backend == External {
		validatePlaces(p, path, *e, needed, r.longest)
	}
}

// missing reports a choice that nobody has made, or made wrongly.
func missing(p *validate.Problems, path *field.Path, value string, allowed ...string) {
	if value == "" {
		p.Add(path, "is missing", "write one of "+strings.Join(allowed, ", "))
		return
	}
	p.OneOf(path, value, allowed...)
}

// validatePlaces refuses two values in one place: one would be taken for the
// other.
func validatePlaces(p *validate.Problems, path *field.Path, e v1alpha1.ExternalSecrets, needed []Needed, longest int) {
	type origin struct{ secret, key string }
	taken := map[place]origin{}
	for _, n := range needed {
		if n.Kept {
			continue
		}
		for _, key := range n.Keys {
			at := placeOf(e.Provider, e.Prefix, n.Name, key)
			if other, ok := taken[at]; ok {
				p.Add(path.Child("provider"), fmt.Sprintf("is %s, in which key %s of Secret %s and key %s of Secret %s would both be %s",
					e.Provider, validate.Quote(other.key), validate.Quote(other.secret), validate.Quote(key), validate.Quote(n.Name), validate.Quote(at.name)),
					"rename one of them; in names there, upper and lower case, dots and hyphens are lost")
			}
			taken[at] = origin{n.Name, key}
			if len(at.name) > longest {
				p.Add(path.Child("prefix"), fmt.Sprintf("makes names of more than %d characters, which %s does not take: %s", longest, e.Provider, validate.Quote(at.name)), "write a shorter one")
			}
		}
	}
}

func validateStore(p *validate.Problems, path *field.Path, ref v1alpha1.SecretStoreRef) {
	if ref.Name == "" {
		p.Add(path.Child("name"), "is missing", "write the name of a ClusterSecretStore, or of a SecretStore beside kind: SecretStore")
	} else {
		p.ObjectName(path.Child("name"), ref.Name)
	}
	p.OneOf(path.Child("kind"), ref.Kind, ClusterStore, NamespaceStore)
}

var interval = validate.NewForm(`([0-9]+[smh])+`, 20)

// validateInterval keeps to units that the operator reads, unlike days.
func validateInterval(p *validate.Problems, path *field.Path, value string) {
	const hint = "write a time from 1m to 8760h, as in 15m, 1h or 1h30m"
	d, err := time.ParseDuration(value)
	switch {
	case !interval.Matches(value) || err != nil:
		p.Add(path, fmt.Sprintf("is %s, which the operator cannot read", validate.Quote(value)), hint)
	case d < time.Minute || d > 8760*time.Hour:
		p.Add(path, fmt.Sprintf("is %s", validate.Quote(value)), hint)
	}
}
