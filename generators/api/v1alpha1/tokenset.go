package v1alpha1

// KindTokenSet is the kind of [TokenSet].
const KindTokenSet = "TokenSet"

// TokenSet is the tokens that clients of an Attic cache are to have: what each
// may do, how long it is valid and when it is rotated. It holds no token; what is
// rendered is the plan that issuing and rotating follow.
type TokenSet struct {
	// APIVersion is always atticgen.dev/v1alpha1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always TokenSet. Required.
	Kind string `json:"kind"`
	// Metadata is what names the plan; give it the name and the namespace of the
	// cache that the tokens are for. Required.
	Metadata Metadata `json:"metadata"`
	// Spec is which tokens there are. Required.
	Spec TokenSetKindSpec `json:"spec"`
}

// TokenSetKindSpec is the tokens of one cache server, and what their plan
// carries. The namespace is not created here: it is that of a server that runs
// in it.
type TokenSetKindSpec struct {
	TokenSetSpec `json:",inline"`

	// Secrets is where the tokens are kept, and how they get into the cluster.
	Secrets *Secrets `json:"secrets,omitempty"`

	// Labels for the plan. Default: none.
	Labels map[string]string `json:"labels,omitempty"`

	// Annotations for the plan. Default: none.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// TokenSetSpec is the tokens of one cache server. Attic cannot revoke a token:
// it ends when it expires or when the signing key changes, so each has an end,
// and a successor before that.
type TokenSetSpec struct {
	// Tokens by name: letters, digits, -, _ and dots, at most 63 characters, starting
	// and ending with a letter or digit. The name is the subject of the token and its key in
	// the Secret <name>-ci-tokens (those of type admin: <name>-root-tokens).
	// Default: none.
	Tokens map[string]Token `json:"tokens,omitempty"`

	// RootToken is one more token of type admin, named root, for every cache. An
	// empty block, {}, is one with its defaults. Default: not wanted.
	RootToken *RootToken `json:"rootToken,omitempty"`

	// MaxValidity is the longest that any token may be valid. Default: 365d (the
	// reference's longest: service tokens).
	MaxValidity Duration `json:"maxValidity,omitempty"`

	// Issuer is what tokens carry as iss. A server that is generated with them takes
	// no others. Default: none (not carried, not asked for).
	Issuer string `json:"issuer,omitempty"`

	// Audiences are what tokens carry as aud. A server that is generated with them
	// takes tokens with one of these alone. Default: none (not carried, not asked
	// for).
	Audiences []string `json:"audiences,omitempty"`

	// Revocation is "record" (the list of revoked tokens is kept, and nobody asks
	// it: Attic cannot) or "enforce" (a small server asks it about each request that
	// Traefik lets through, so that a revoked token is refused; for the tokens of an
	// AtticCache alone). Default: record.
	Revocation string `json:"revocation,omitempty"`

	// Authz is that server. With revocation "record" it runs and nobody asks it,
	// which is the step between: with it, enforcing begins and ends without a request
	// that is refused. For the tokens of an AtticCache alone. Default: there where
	// revocation is enforced.
	Authz *Authz `json:"authz,omitempty"`
}

// Token is one token: for whom, for which caches, for how long.
type Token struct {
	// Type is "read-only", "read-write", "service" or "admin". It bounds what the
	// token may do, and says how long it is valid and who rotates it; the
	// reference's CI tokens are of type read-write. Default: read-only (the least,
	// so that a forgotten line gives nothing away).
	Type string `json:"type,omitempty"`

	// Caches that the token is for, by name or by a pattern in which * stands for
	// any characters, at most 16. Where a name and a pattern fit, Attic goes by the
	// name. Required.
	Caches map[string]TokenCache `json:"caches"`

	// Validity is how long the token is valid from when it is issued: a day or
	// more, and at most maxValidity. Default: by type, 90d for read-only and
	// read-write, 365d for service, 180d for admin (the reference's rotation
	// schedule), and never more than maxValidity.
	Validity Duration `json:"validity,omitempty"`

	// RotateBefore is how long before its end the token is issued anew; until then
	// both work. Default: by type, 14d for read-only and read-write, 30d for
	// service and admin (the reference's rotation schedule), and never more than
	// half of validity.
	RotateBefore Duration `json:"rotateBefore,omitempty"`

	// Description of what the token is for, on one line of at most 200 characters.
	// It is part of the plan. Default: none.
	Description string `json:"description,omitempty"`
}

// TokenCache is what a token may do in the caches of one name or pattern.
type TokenCache struct {
	// Permissions in them: pull, push, delete, createCache, configureCache,
	// configureRetention and destroyCache, as far as the type of the token allows.
	// Read-only has pull alone, read-write has push too, and delete and
	// destroyCache are for admin alone. Default: pull (read-write: pull and push;
	// admin: all).
	Permissions []string `json:"permissions,omitempty"`
}

// RootToken is a token that may do everything in every cache.
type RootToken struct {
	// Validity is how long the token is valid from when it is issued. Default:
	// 180d (the reference's root_token_validity), and never more than maxValidity.
	Validity Duration `json:"validity,omitempty"`

	// RotateBefore is how long before its end somebody is told to issue it anew.
	// Default: 30d (the reference's rotation schedule), and never more than half
	// of validity.
	RotateBefore Duration `json:"rotateBefore,omitempty"`
}
