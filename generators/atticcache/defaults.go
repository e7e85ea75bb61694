package atticcache

import (
	"maps"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

// Defaults that are not a number of a table.
const (
	// DefaultImage is the reference's pinned image.
	DefaultImage = "heywoodlh/attic:12cbeca141f46e1ade76728bce8adc447f2166c6"
	// DefaultCacheName is the cache of the reference's examples.
	DefaultCacheName = "main"
	// DefaultRetention is the reference's.
	DefaultRetention = "3 months"
)

// Modes of the garbage collector.
const (
	ModeDeployment = "deployment"
	ModeCronJob    = "cronJob"
)

var (
	defaultGCResources = v1alpha1.ResourceRequirements{
		Requests: v1alpha1.ResourceList{CPU: "50m", Memory: "128Mi", EphemeralStorage: "64Mi"},
		Limits:   v1alpha1.ResourceList{CPU: "250m", Memory: "256Mi", EphemeralStorage: "256Mi"},
	}
	defaultJobResources = v1alpha1.ResourceRequirements{
		Requests: v1alpha1.ResourceList{CPU: "50m", Memory: "64Mi", EphemeralStorage: "64Mi"},
		Limits:   v1alpha1.ResourceList{CPU: "500m", Memory: "256Mi", EphemeralStorage: "256Mi"},
	}
)

// Default is the spec with everything filled in that it leaves out. The
// argument is not modified.
func Default(c v1alpha1.AtticCache) v1alpha1.AtticCache {
	c = defaulting.DeepCopy(c)
	defaulting.Value(&c.Metadata.Namespace, naming.DefaultNamespace)
	names, s := namesOf(c), &c.Spec

	defaulting.Value(&s.Image, DefaultImage)
	defaulting.Value(&s.RustLog, "info")
	placement.Default(&s.Placement)
	hardened.DefaultSecurity(defaulting.Block(&s.Security))
	defaultSigningKey(defaulting.Block(&s.SigningKey), names)

	objectstore.Default(&s.Storage, names.Secrets())
	postgrescluster.Default(defaulting.Block(&s.Postgres), postgresUse(names, *s))
	defaultAPI(defaulting.Block(&s.API))
	defaultGC(defaulting.Block(&s.GC))
	hardened.DefaultResources(defaulting.Block(&defaulting.Block(&s.Migration).Resources), defaultJobResources)
	defaultCaches(s, names)
	if s.Tokens != nil {
		tokenset.DefaultSpec(s.Tokens)
		defaultAuthz(s)
	}
	defaultIngress(defaulting.Block(&s.Ingress), names, s.Caches)
	defaultNetwork(defaulting.Block(&s.Network), *s)
	secrets.Default(&s.Secrets, c.Metadata.Namespace)
	return c
}

func defaultAPI(a *v1alpha1.API) {
	hpadeployment.DefaultScaling(&a.Scaling)
	hpadeployment.DefaultProbes(defaulting.Block(&a.Probes))
	hpadeployment.DefaultResources(&a.Resources)
	defaulting.Value(&a.HealthPath, "/")
	defaulting.Pointer(&a.TerminationGracePeriodSeconds, 60)
}

func defaultGC(g *v1alpha1.GarbageCollector) {
	defaulting.Value(&g.Mode, ModeDeployment)
	// Only the field that the mode reads gets a default, so that validation
	// can tell that the other one was written by someone who expects it to
	// count.
	switch g.Mode {
	case ModeDeployment:
		defaulting.Value(&g.Interval, "12h")
	case ModeCronJob:
		defaulting.Value(&g.Schedule, "0 */12 * * *")
	}
	defaulting.Value(&g.Retention, DefaultRetention)
	hardened.DefaultResources(defaulting.Block(&g.Resources), defaultGCResources)
}

func defaultCaches(s *v1alpha1.AtticCacheSpec, names naming.Set) {
	for name, cache := range s.Caches {
		defaulting.Pointer(&cache.Priority, 41)
		if cache.UpstreamCacheKeyNames == nil {
			cache.UpstreamCacheKeyNames = []string{"cache.nixos.org-1"}
		}
		s.Caches[name] = cache
	}
	job := defaulting.Block(&s.CacheJob)
	token := defaulting.Block(&job.TokenSecret)
	defaulting.Value(&token.SecretName, names.AdminToken())
	defaulting.Value(&token.Key, "token")
}

func defaultIngress(i *v1alpha1.Ingress, names naming.Set, caches map[string]v1alpha1.Cache) {
	hpadeployment.DefaultRouting(&i.Routing, names)
	defaulting.Value(&i.HTTPEntryPoint, "web")
	limit := defaulting.Block(&i.RateLimit)
	defaulting.Pointer(&limit.Average, 500)
	defaulting.Pointer(&limit.Burst, 5000)
	for _, name := range slices.Sorted(maps.Keys(caches)) {
		if caches[name].Public {
			defaulting.Value(&i.DefaultCache, name)
		}
	}
	defaulting.Value(&i.DefaultCache, DefaultCacheName)
}

func defaultNetwork(n *v1alpha1.Network, s v1alpha1.AtticCacheSpec) {
	hardened.DefaultTraefik(&n.Traefik)
	hardened.DefaultClusterNetwork(&n.ClusterNetwork)
	objectstore.DefaultPeer(defaulting.Block(&n.S3), s.Storage.Endpoint)
	if n.BackupS3 == nil && objectstore.SameEndpoint(s.Postgres.Backup.Endpoint, s.Storage.Endpoint) {
		n.BackupS3 = new(*n.S3)
	}
	if r := s.Postgres.Recovery; r != nil && n.RecoveryS3 == nil && objectstore.SameEndpoint(r.Endpoint, s.Storage.Endpoint) {
		n.RecoveryS3 = new(*n.S3)
	}
	postgrescluster.DefaultNetwork(&n.PostgresNetwork, *s.Postgres)
}
