// Package atticcache generates everything that one Attic binary cache runs on:
// it composes the other generators and adds what is Attic's own, one file per
// part.
package atticcache

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// cache is one cache while it is generated: its names and its spec with every
// default filled in.
type cache struct {
	names naming.Set
	scope meta.Scope
	spec  v1alpha1.AtticCacheSpec
	// needed are the Secrets that somebody has to make.
	needed []secrets.Needed
}

// Generate turns a spec into typed objects, in the order in which a person
// would create them. The spec is not modified. Problems include warnings when
// it succeeds; with errors among them there are no objects.
func Generate(spec v1alpha1.AtticCache) ([]meta.Object, []validate.Problem) {
	return validate.Generated(Default(spec), Validate, func(full v1alpha1.AtticCache) []meta.Object { return newCache(full).objects() })
}

func newCache(full v1alpha1.AtticCache) cache {
	return cache{
		names: namesOf(full),
		scope: placement.Scope(full.Metadata, full.Spec.Placement),
		spec:  full.Spec,

		needed: NeededSecrets(full),
	}
}

func namesOf(c v1alpha1.AtticCache) naming.Set {
	return naming.Set{Name: placement.NameOr(c.Metadata.Name, appAttic), Namespace: c.Metadata.Namespace}
}

// objects is the table of contents.
func (c cache) objects() []meta.Object {
	return meta.All(
		c.namespace,
		c.networkPolicies,
		c.secrets,
		c.storage,
		c.postgres,
		c.migration,
		c.authz,
		c.config,
		c.api,
		c.nextKey,
		c.garbageCollector,
		c.cacheJob,
		c.tokens,
		c.ingress,
	)
}

func (c cache) namespace() []meta.Object {
	return placement.Namespace(c.scope, appAttic, *c.spec.Namespace)
}

func (c cache) scheduling() hardened.Scheduling { return placement.Scheduling(c.spec.Placement) }
