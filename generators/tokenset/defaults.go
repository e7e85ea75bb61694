package tokenset

import (
	"time"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DefaultMaxValidity is the reference's longest validity, that of service tokens.
const DefaultMaxValidity = "365d"

// Default is the spec with everything filled in that it leaves out. The
// argument is not modified.
func Default(t v1alpha1.TokenSet) v1alpha1.TokenSet {
	t = defaulting.DeepCopy(t)
	DefaultSpec(&t.Spec.TokenSetSpec)
	secrets.Default(&t.Spec.Secrets, t.Metadata.Namespace)
	return t
}

// DefaultSpec fills in what the spec leaves out. Tokens of an unknown type stay
// as they are.
func DefaultSpec(s *v1alpha1.TokenSetSpec) {
	defaulting.Value(&s.MaxValidity, DefaultMaxValidity)
	defaulting.Value(&s.Revocation, Record)
	// Where revocation is not enforced the block stays absent: it alone has the
	// server run.
	if s.Revocation == Enforce || s.Authz != nil {
		defaultAuthz(defaulting.Block(&s.Authz))
	}
	for name, token := range s.Tokens {
		defaulting.Value(&token.Type, ReadOnly)
		if of, ok := typeOf(token.Type); ok {
			defaultTimes(&token.Validity, &token.RotateBefore, of, s.MaxValidity)
			for pattern, cache := range token.Caches {
				if cache.Permissions == nil {
					cache.Permissions = of.Default
				}
				token.Caches[pattern] = cache
			}
		}
		s.Tokens[name] = token
	}
	if root := s.RootToken; root != nil {
		of, _ := typeOf(Admin)
		defaultTimes(&root.Validity, &root.RotateBefore, of, s.MaxValidity)
	}
}

var defaultAuthzResources = v1alpha1.ResourceRequirements{
	Requests: v1alpha1.ResourceList{CPU: "50m", Memory: "32Mi", EphemeralStorage: "16Mi"},
	Limits:   v1alpha1.ResourceList{CPU: "1", Memory: "128Mi", EphemeralStorage: "64Mi"},
}

func defaultAuthz(a *v1alpha1.Authz) {
	defaulting.Pointer(&a.Replicas, 2)
	hardened.DefaultResources(defaulting.Block(&a.Resources), defaultAuthzResources)
	defaulting.Pointer(&a.PodMonitor, true)
}

// defaultTimes keeps the times of a type within what the spec says otherwise, so
// that a short validity alone makes a token that works.
func defaultTimes(validity, rotateBefore *v1alpha1.Duration, of Type, most v1alpha1.Duration) {
	defaulting.Value(validity, shorter(of.Validity, most, 1))
	defaulting.Value(rotateBefore, shorter(of.RotateBefore, *validity, 2))
}

// shorter is a duration, or a part of another one where that is less. Another one
// that is no good is reported elsewhere, once.
func shorter(d, other v1alpha1.Duration, parts time.Duration) v1alpha1.Duration {
	limit, err := validate.ParseDuration(string(other))
	if err != nil || limit < day || length(d) <= limit/parts {
		return d
	}
	if parts == 1 {
		return other
	}
	return v1alpha1.Duration(validate.Humane(limit / parts))
}

// length is a duration that has been checked before.
func length(d v1alpha1.Duration) time.Duration {
	parsed, _ := validate.ParseDuration(string(d))
	return parsed
}
