package secrets

import (
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
)

// Backends.
const (
	// Existing leaves making Secrets to somebody else.
	Existing = "existing"
	// SOPS keeps them in Git, encrypted by SOPS.
	SOPS = "sops"
	// Sealed keeps them in Git, as SealedSecrets.
	Sealed = "sealedSecrets"
	// External has them fetched from a store.
	External = "externalSecrets"
)

// Scopes of SealedSecrets.
const (
	ScopeStrict    = "strict"
	ScopeNamespace = "namespace-wide"
	ScopeCluster   = "cluster-wide"
)

// Providers of stores.
const (
	Vault  = "vault"
	AWS    = "aws"
	GCP    = "gcp"
	GitLab = "gitlab"
)

// Kinds of stores.
const (
	ClusterStore   = "ClusterSecretStore"
	NamespaceStore = "SecretStore"
)

// DefaultCertificate is where the certificate of the cluster's controller is,
// below the overlay.
const DefaultCertificate = "sealed-secrets.pem"

// Default fills in what the block leaves out. The block of another backend stays
// absent, so that validation can tell that somebody expects it to count.
func Default(block **v1alpha1.Secrets, namespace string) {
	s := defaulting.Block(block)
	defaulting.Value(&s.Backend, Existing)
	if s.Backend == Sealed || s.SealedSecrets != nil {
		sealed := defaulting.Block(&s.SealedSecrets)
		defaulting.Value(&sealed.Certificate, DefaultCertificate)
		defaulting.Value(&sealed.Scope, ScopeStrict)
	}
	if e := s.ExternalSecrets; e != nil {
		defaulting.Value(&e.Store.Kind, ClusterStore)
		defaulting.Value(&e.Prefix, defaultPrefix(e.Provider, namespace))
		defaulting.Value(&e.RefreshInterval, "1h")
	}
	for name, push := range s.Push {
		defaulting.Value(&push.Store.Kind, ClusterStore)
		defaulting.Value(&push.Prefix, defaultPrefix(push.Provider, namespace))
		s.Push[name] = push
	}
}

// defaultPrefix is the namespace, in a form that the provider takes.
func defaultPrefix(provider, namespace string) string {
	if provider == GitLab {
		return strings.ReplaceAll(namespace, "-", "_")
	}
	return namespace
}
