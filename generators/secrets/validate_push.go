package secrets

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func validatePush(p *validate.Problems, secrets *field.Path, name string, s v1alpha1.Secrets, needed []Needed) {
	push, path := s.Push[name], secrets.Child("push").Key(name)
	p.ObjectName(path, name)
	validateStore(p, path.Child("store"), push.Store)
	validateProvider(p, path, name, push)
	for i, key := range push.Keys {
		p.SecretKey(path.Child("keys").Index(i), key)
		if strings.Contains(key, ".") && (push.Provider == AWS || push.Provider == GCP) {
			p.Add(path.Child("keys").Index(i), fmt.Sprintf("is %s, and where the operator writes to %s, a dot begins an object within another", validate.Quote(key), push.Provider),
				"remove keys, so that the Secret is copied as a whole, or use a key without a dot")
		}
	}
	p.Unique(path.Child("keys"), push.Keys)

	at := slices.IndexFunc(needed, func(n Needed) bool { return n.Name == name })
	if at < 0 {
		return // Another's, of which nothing is known here.
	}
	if needed[at].Kept {
		p.Add(path, "is kept outside of the cluster, so that there is nothing to copy", "remove it, and put it into the store by hand")
		return
	}
	for i, key := range push.Keys {
		if !slices.Contains(needed[at].Keys, key) {
			p.Warn(path.Child("keys").Index(i), fmt.Sprintf("is %s, which nothing here says that the Secret has", validate.Quote(key)), "write one of "+strings.Join(needed[at].Keys, ", "))
		}
	}
	if e := s.ExternalSecrets; s.Backend == External && e != nil && e.Store == push.Store {
		p.Add(path.Child("store"), fmt.Sprintf("is %s, which this Secret is fetched from", validate.Quote(push.Store.Name)), "name another store, or remove it: what is in the store need not be copied there")
	}
}

func validateProvider(p *validate.Problems, path *field.Path, name string, push v1alpha1.PushSecret) {
	r, known := rulesOf(push.Provider)
	switch {
	case !known:
		missing(p, path.Child("provider"), push.Provider, Vault, AWS, GCP)
	case push.Provider == GitLab:
		p.Add(path.Child("provider"), "is gitlab, which the External Secrets operator only reads", "remove it, and set the variables of GitLab in a pipeline; or copy to one of vault, aws, gcp")
	case !r.prefix.Matches(push.Prefix):
		p.Add(path.Child("prefix"), fmt.Sprintf("is %s, which the names of %s cannot begin with", validate.Quote(push.Prefix), push.Provider), r.hint)
	case len(nameOf(push.Provider, push.Prefix, name)) > r.longest:
		p.Add(path.Child("prefix"), fmt.Sprintf("makes a name of more than %d characters, which %s does not take", r.longest, push.Provider), "write a shorter one")
	}
}

// samePlace refuses Secrets that are copied to one place, where they would replace
// each other for ever.
func samePlace(p *validate.Problems, path *field.Path, all map[string]v1alpha1.PushSecret) {
	type target struct {
		store v1alpha1.SecretStoreRef
		name  string
	}
	taken := map[target]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		push := all[name]
		to := target{push.Store, nameOf(push.Provider, push.Prefix, name)}
		if other, ok := taken[to]; ok {
			p.Add(path.Key(name), fmt.Sprintf("is copied to %s, as %s is", validate.Quote(to.name), validate.Quote(other)), "give one of them another prefix")
		}
		taken[to] = name
	}
}
