package atticcache

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a spec with its defaults filled in and reports everything
// that is wrong with it.
func Validate(c v1alpha1.AtticCache) []validate.Problem {
	p, spec, s := &validate.Problems{}, field.NewPath("spec"), c.Spec

	placement.ValidateMetadata(p, c.Metadata, "attic")
	if s.Hostname == "" {
		p.Add(spec.Child("hostname"), "is missing", "write the DNS name of the cache, as in nix-cache.example.com")
	} else {
		p.DNSName(spec.Child("hostname"), s.Hostname)
	}
	p.Image(spec.Child("image"), s.Image, 3)
	for i, name := range s.ImagePullSecrets {
		p.ObjectName(spec.Child("imagePullSecrets").Index(i), name)
	}
	validateCaches(p, spec, s)
	validateTokens(p, spec, s)
	validateJobToken(p, spec, namesOf(c), s)
	validateAPI(p, spec.Child("api"), *s.API)
	validateGC(p, spec.Child("gc"), *s.GC)
	hardened.ValidateResources(p, spec.Child("migration", "resources"), *s.Migration.Resources)
	objectstore.Validate(p, spec.Child("storage"), s.Storage)
	postgrescluster.Validate(p, spec.Child("postgres"), *s.Postgres, postgresUse(namesOf(c), s))
	validateConnections(p, spec, s)
	validateIngress(p, spec.Child("ingress"), s)
	validateNetwork(p, spec.Child("network"), s)
	objectstore.WarnPrivate(p, spec.Child("storage", "endpoint"), s.Storage.Endpoint, spec.Child("network", "s3"), *s.Network.S3)
	postgrescluster.WarnUnreachable(p, spec.Child("postgres"), spec.Child("network"), *s.Postgres, s.Network.PostgresNetwork, postgresUse(namesOf(c), s))
	validateSigningKey(p, spec.Child("signingKey"), *s.SigningKey)
	secrets.Validate(p, spec.Child("secrets"), *s.Secrets, NeededSecrets(c))
	if !rustLog.Matches(s.RustLog) {
		p.Add(spec.Child("rustLog"), fmt.Sprintf("is %s, which is not a log filter", validate.Quote(s.RustLog)), "write levels and targets, as in info or info,attic_server=debug")
	}
	hardened.ValidateSecurity(p, spec.Child("security"), *s.Security)
	placement.Validate(p, spec, s.Placement)
	return p.List()
}

var (
	rustLog        = validate.NewForm(`[A-Za-z0-9_:,=.-]+`, 500)
	signingKeyName = validate.NewForm(`[A-Za-z0-9._+-]+`, 200)
)

// IsKeyName tells whether a text can be the name of a signing key.
func IsKeyName(name string) bool { return signingKeyName.Matches(name) }

func validateCaches(p *validate.Problems, spec *field.Path, s v1alpha1.AtticCacheSpec) {
	for _, name := range slices.Sorted(maps.Keys(s.Caches)) {
		path, cache := spec.Child("caches").Key(name), s.Caches[name]
		if !cachename.IsName(name) {
			p.Add(path, "is not a name that Attic takes for a cache", cachename.NameHint)
		}
		p.Int32(path.Child("priority"), cache.Priority, 0, math.MaxInt32)
		if cache.Retention != "" {
			validateRetention(p, path.Child("retention"), string(cache.Retention))
		}
		keys := path.Child("upstreamCacheKeyNames")
		for i, key := range cache.UpstreamCacheKeyNames {
			if !IsKeyName(key) {
				p.Add(keys.Index(i), fmt.Sprintf("is %s, which is not the name of a key", validate.Quote(key)), "write the part of the public key before the colon, as in cache.nixos.org-1")
			}
		}
		p.Unique(keys, cache.UpstreamCacheKeyNames)
	}
	image := spec.Child("cacheJob", "image")
	switch {
	case s.CacheJob.Image != "":
		p.Image(image, s.CacheJob.Image, 3)
	case len(s.Caches) > 0:
		p.Add(image, "is missing, and the Job that applies spec.caches runs it", "write the image of atticgen, pinned, as make image builds it")
	}
	validateSecretKey(p, spec.Child("cacheJob", "tokenSecret"), *s.CacheJob.TokenSecret)
}

func validateSecretKey(p *validate.Problems, path *field.Path, key v1alpha1.SecretKeyRef) {
	p.ObjectName(path.Child("secretName"), key.SecretName)
	p.SecretKey(path.Child("key"), key.Key)
}

func validateAPI(p *validate.Problems, path *field.Path, a v1alpha1.API) {
	hpadeployment.ValidateScaling(p, path, a.Scaling)
	hpadeployment.ValidateProbes(p, path.Child("probes"), *a.Probes)
	hardened.ValidateResources(p, path.Child("resources"), *a.Resources)
	hpadeployment.ValidatePath(p, path.Child("healthPath"), a.HealthPath)
	if a.HealthPath == "/nix-cache-info" {
		p.Warn(path.Child("healthPath"), "is /nix-cache-info, which Attic itself does not serve: every pod would be killed", "remove the line, unless the image is known to answer there")
	}
	hpadeployment.ValidateGracePeriod(p, path.Child("terminationGracePeriodSeconds"), a.TerminationGracePeriodSeconds, hpadeployment.DefaultDrainSeconds)
}

func validateGC(p *validate.Problems, path *field.Path, g v1alpha1.GarbageCollector) {
	switch g.Mode {
	case ModeDeployment:
		p.Duration(path.Child("interval"), string(g.Interval), time.Minute, 31*24*time.Hour)
		if g.Schedule != "" {
			p.Add(path.Child("schedule"), "counts only in mode cronJob", "write interval instead, or mode: cronJob")
		}
	case ModeCronJob:
		p.Cron(path.Child("schedule"), g.Schedule, 5)
		if g.Interval != "" {
			p.Add(path.Child("interval"), "counts only in mode deployment", "write schedule instead, or mode: deployment")
		}
	default:
		p.OneOf(path.Child("mode"), g.Mode, ModeDeployment, ModeCronJob)
	}
	validateRetention(p, path.Child("retention"), string(g.Retention))
	hardened.ValidateResources(p, path.Child("resources"), *g.Resources)
}

// validateRetention keeps to what Attic counts in 31 bits of seconds: beyond
// that, it would take everything for older than its retention. Nearly everything
// goes after minutes too, which is rarely what someone wants who writes 3m.
func validateRetention(p *validate.Problems, path *field.Path, value string) {
	p.Duration(path, value, 0, 24855*24*time.Hour)
	if d, err := validate.ParseDuration(value); err == nil && d != 0 && d < time.Hour {
		p.Add(path, fmt.Sprintf("is %s, after which nearly everything would be deleted", validate.Quote(value)), "write days or months, as in 90d or 3 months (m is minutes), or 0s to keep everything")
	} else if err == nil && d != 0 && d < 24*time.Hour {
		p.Warn(path, fmt.Sprintf("is %s, less than a day", validate.Quote(value)), "write days or months, as in 90d or 3 months, unless the cache is meant to forget that fast")
	}
}

func validateIngress(p *validate.Problems, path *field.Path, s v1alpha1.AtticCacheSpec) {
	in := s.Ingress
	hpadeployment.ValidateRouting(p, path, in.Routing, s.Hostname, "spec.hostname")
	hpadeployment.ValidateEntryPoint(p, path.Child("httpEntryPoint"), in.HTTPEntryPoint)
	if in.EntryPoint == in.HTTPEntryPoint {
		p.Add(path.Child("entryPoint"), fmt.Sprintf("is %s, and so is httpEntryPoint", validate.Quote(in.EntryPoint)), "write two: one for HTTPS, as in websecure, and httpEntryPoint for plain HTTP, as in web")
	}
	limit := path.Child("rateLimit")
	p.Int64(limit.Child("average"), in.RateLimit.Average, 1, 1_000_000)
	p.Int64(limit.Child("burst"), in.RateLimit.Burst, 1, 10_000_000)
	if burst := *in.RateLimit.Burst; burst > 0 && burst < leastBurst {
		p.Warn(limit.Child("burst"), fmt.Sprintf("is %d, less than the narinfos a Nix client asks for at once", burst), fmt.Sprintf("write at least %d", leastBurst))
	}

	p.CIDRs(path.Child("allowedCIDRs"), in.AllowedCIDRs)

	at := path.Child("defaultCache")
	cache, named := s.Caches[in.DefaultCache]
	switch {
	case !cachename.IsName(in.DefaultCache):
		p.Add(at, fmt.Sprintf("is %s, which is not a name that Attic takes for a cache", validate.Quote(in.DefaultCache)), "write the name of a public cache, as in main")
	case named && !cache.Public:
		p.Warn(at, fmt.Sprintf("is %s, which is not public: https://%s/nix-cache-info will ask for a token", in.DefaultCache, s.Hostname), "write the name of a public cache, or make this one public")
	}
}

// leastBurst is about what one nix build of a system asks for in a moment.
const leastBurst = 1000

func validateNetwork(p *validate.Problems, path *field.Path, s v1alpha1.AtticCacheSpec) {
	n := *s.Network
	hardened.ValidatePeer(p, path.Child("traefik"), *n.Traefik)
	hardened.ValidateClusterNetwork(p, path, n.ClusterNetwork)
	objectstore.ValidatePeer(p, path.Child("s3"), *n.S3)
	if reflect.DeepEqual(n.S3, n.BackupS3) {
		// It is a copy; what is wrong with it has been said.
		n.BackupS3 = &v1alpha1.S3Peer{}
	}
	if s.Postgres.Recovery != nil && reflect.DeepEqual(n.S3, n.RecoveryS3) {
		n.RecoveryS3 = nil
	}
	postgrescluster.ValidateNetwork(p, path, n.PostgresNetwork, *s.Postgres)
}
