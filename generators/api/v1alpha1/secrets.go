package v1alpha1

// Secrets is where what is secret is kept, and how it gets into the cluster. It
// names places and holds nothing secret itself.
type Secrets struct {
	// Backend is "existing" (somebody else makes the Secrets; verify says which),
	// "sops" (Secrets in Git, encrypted with SOPS), "sealedSecrets" (in Git, sealed
	// for one cluster's controller) or "externalSecrets" (fetched from a store;
	// nothing secret in Git). Default: existing.
	Backend string `json:"backend,omitempty"`

	// SealedSecrets is how Secrets are sealed; it counts with that backend alone.
	SealedSecrets *SealedSecrets `json:"sealedSecrets,omitempty"`

	// ExternalSecrets is what Secrets are fetched from; it must be given with that
	// backend, and counts with it alone. Default: not wanted.
	ExternalSecrets *ExternalSecrets `json:"externalSecrets,omitempty"`

	// Push is which Secrets of the cluster are copied into a store, by their names.
	// Default: none.
	Push map[string]PushSecret `json:"push,omitempty"`
}

// SealedSecrets is how Secrets are sealed with the certificate of a cluster's
// controller.
type SealedSecrets struct {
	// Certificate is the file with the controller's certificate, as kubeseal
	// --fetch-cert writes it, below the overlay. Default: sealed-secrets.pem.
	Certificate string `json:"certificate,omitempty"`

	// Scope is "strict" (a sealed value is good for one name and namespace),
	// "namespace-wide" (for one namespace) or "cluster-wide". Default: strict (the
	// controller's own).
	Scope string `json:"scope,omitempty"`
}

// ExternalSecrets is what the External Secrets operator fetches Secrets from.
type ExternalSecrets struct {
	// Store is what the operator asks. Required.
	Store SecretStoreRef `json:"store"`

	// Provider is what stands behind the store, which decides the form of names:
	// "vault", "aws" (Secrets Manager), "gcp" (Secret Manager) or "gitlab" (CI/CD
	// variables). Required.
	Provider string `json:"provider"`

	// Prefix that the names in the store begin with: those of a Secret's keys are
	// <prefix>/<secret> with a property for each (vault, aws), <prefix>-<secret>
	// likewise (gcp), or <PREFIX>_<SECRET>_<KEY> in upper case, one variable for
	// each (gitlab). Default: the namespace of the cache (gitlab: with _ for each -).
	Prefix string `json:"prefix,omitempty"`

	// RefreshInterval is how often the store is asked: numbers with s, m or h.
	// Default: 1h (the operator's own).
	RefreshInterval string `json:"refreshInterval,omitempty"`
}

// SecretStoreRef names a store of the External Secrets operator.
type SecretStoreRef struct {
	// Name of the store. Required.
	Name string `json:"name"`
	// Kind is ClusterSecretStore, or SecretStore for one in the namespace of the
	// cache. Default: ClusterSecretStore.
	Kind string `json:"kind,omitempty"`
}

// PushSecret is how one Secret of the cluster is copied into a store.
type PushSecret struct {
	// Store that it is copied into. Required.
	Store SecretStoreRef `json:"store"`

	// Provider is what stands behind the store, which decides the form of the name:
	// "vault" and "aws" have <prefix>/<secret>, "gcp" has <prefix>-<secret>. The
	// operator only reads from GitLab. Required.
	Provider string `json:"provider"`

	// Prefix that the name in the store begins with. Default: the namespace of the
	// cache.
	Prefix string `json:"prefix,omitempty"`

	// Keys of the Secret that are copied, each to a property of its own name.
	// Default: none (all of them are copied).
	Keys []string `json:"keys,omitempty"`

	// KeepInStore keeps what was copied when the PushSecret goes. Default: false.
	KeepInStore bool `json:"keepInStore,omitempty"`
}

// SigningKey is the key that tokens are signed with. The server needs the public
// half alone.
type SigningKey struct {
	SecretKeyRef `json:",inline"`

	// KeyID is the key's RFC 7638 thumbprint, as atticgen token keygen prints it.
	// Pods read the key when they start, and those of the API start anew when this
	// changes. Default: none (whoever changes the Secret restarts them).
	KeyID string `json:"keyID,omitempty"`

	// Private is where the private half is, for a server that is to make tokens
	// itself (atticadm make-token): base64 of it in PKCS#1 PEM form. Whoever gets
	// into such a pod can make every token. Default: none, and in an empty block,
	// {}, Secret <name>-signing-key, key ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64.
	Private *SecretKeyRef `json:"private,omitempty"`

	// Next is the key that is to take over. As long as it is given, a second API
	// server runs with it, and requests go to the one whose key their token names,
	// for Attic knows one key at a time. Default: none, and in a block that is
	// given, Secret <name>-secrets, key
	// ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64_NEXT.
	Next *NextSigningKey `json:"next,omitempty"`
}

// NextSigningKey is a signing key that is to take over.
type NextSigningKey struct {
	// KeyID is the key's RFC 7638 thumbprint, as atticgen token keygen prints it
	// and its tokens carry it (kid). Required.
	KeyID string `json:"keyID"`

	SecretKeyRef `json:",inline"`
}

// Authz is the small server that Traefik asks about each request, so that a
// revoked token is refused.
type Authz struct {
	// Image of atticgen itself, pinned by digest, commit hash or exact version, as
	// "make image" builds it; it must be given where the server is to run. Default:
	// that of spec.cacheJob.
	Image string `json:"image,omitempty"`

	// Replicas to run; with fewer than two, a node that is drained takes all
	// requests with it. Default: 2.
	Replicas *int32 `json:"replicas,omitempty"`

	// Resources of each replica; what a flood of unknown tokens may take is the CPU
	// limit. Default: 50m CPU and 32Mi requested, 1 CPU and 128Mi at most, 16Mi to
	// 64Mi of node disk.
	Resources *ResourceRequirements `json:"resources,omitempty"`

	// PodMonitor lets the Prometheus operator scrape the replicas. Default: true.
	PodMonitor *bool `json:"podMonitor,omitempty"`
}
