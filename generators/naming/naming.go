// Package naming holds every name, label and port that generated objects have
// in common, once, so that a Service and the NetworkPolicy that lets traffic
// through to it cannot disagree.
//
// The names are those of the reference's Quick Reference table for a cache
// named attic: Deployments attic and attic-gc, PostgreSQL cluster attic-pg,
// Service, Ingress and HPA attic.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// DefaultNamespace is where a cache lives unless its metadata says otherwise
// (reference: Quick Reference).
const DefaultNamespace = "nix-cache"

// DefaultOperatorNamespace is where CloudNativePG lives (reference: the example of
// its module).
const DefaultOperatorNamespace = "cnpg-system"

// Values of app.kubernetes.io/name that the charts of others put on their pods.
const (
	AppPostgresOperator = "cloudnative-pg"
	AppBackupPlugin     = "plugin-barman-cloud"
)

// MaxNameLength bounds a cache's name, in bytes, so that the longest name
// derived from it, the pooler's Service with its namespace label, and
// CloudNativePG's limit of 50 characters for a cluster's name are kept.
const MaxNameLength = 36

// Ports by what listens there.
const (
	PortAPI             = 8080 // Attic's default listen port.
	PortService         = 80   // The API's Service.
	PortPostgres        = 5432
	PortPostgresStatus  = 8000 // CloudNativePG's instance manager.
	PortPostgresMetrics = 9187
	PortPoolerMetrics   = 9127
	PortDNS             = 53
	PortACMESolver      = 8089 // cert-manager's HTTP-01 solver pods.
	PortOperatorMetrics = 8080 // CloudNativePG.
	PortOperatorWebhook = 9443 // CloudNativePG's admission webhooks.
	PortBackupPlugin    = 9090 // The Barman Cloud plugin.
	PortAuthz           = 8081 // The server that Traefik asks about each request.
	PortAuthzAdmin      = 9091 // Its probes and metrics.
)

// Names of ports, as Services, probes and monitors refer to them.
const (
	PortNameHTTP    = "http"
	PortNameMetrics = "metrics"
)

// Label keys of the Kubernetes recommended labels.
const (
	LabelName      = "app.kubernetes.io/name"
	LabelInstance  = "app.kubernetes.io/instance"
	LabelComponent = "app.kubernetes.io/component"
	LabelPartOf    = "app.kubernetes.io/part-of"
	LabelManagedBy = "app.kubernetes.io/managed-by"
	LabelVersion   = "app.kubernetes.io/version"
)

// Labels that other projects put on their objects.
const (
	LabelCNPGCluster   = "cnpg.io/cluster"
	LabelCNPGPooler    = "cnpg.io/poolerName"
	LabelNamespaceName = "kubernetes.io/metadata.name"
	LabelACMESolver    = "acme.cert-manager.io/http01-solver"
)

// ManagedBy is the value of [LabelManagedBy] on every generated object.
const ManagedBy = "atticgen"

// Set is the names of everything that belongs to one cache.
type Set struct {
	// Name and Namespace are the cache's own.
	Name, Namespace string
}

// API is the API's Deployment, Service, Ingress, HPA, PDB and ServiceAccount.
func (s Set) API() string { return s.Name }

// GC is the garbage collector's Deployment or CronJob and ServiceAccount.
func (s Set) GC() string { return s.Name + "-gc" }

// Migration is the migration's ServiceAccount and the prefix of its Job.
func (s Set) Migration() string { return s.Name + "-migrate" }

// Caches is the cache Job's ServiceAccount and the prefix of its Job and
// ConfigMap.
func (s Set) Caches() string { return s.Name + "-caches" }

// Config is the prefix of the ConfigMap that holds server.toml.
func (s Set) Config() string { return s.Name + "-config" }

// Secrets is the default Secret for S3 credentials and the signing key.
func (s Set) Secrets() string { return s.Name + "-secrets" }

// AdminToken is the default Secret with the token that creates caches.
func (s Set) AdminToken() string { return s.Name + "-admin-token" }

// Tokens is the ConfigMap with the plan of a cache's tokens.
func (s Set) Tokens() string { return s.Name + "-tokens" }

// CITokens is the Secret for the tokens of pipelines and services, under their
// names (reference: Get CI token).
func (s Set) CITokens() string { return s.Name + "-ci-tokens" }

// RootTokens is the Secret for tokens of type admin, under their names.
func (s Set) RootTokens() string { return s.Name + "-root-tokens" }

// IssuedTokens is the ConfigMap with the record of the tokens that were issued.
func (s Set) IssuedTokens() string { return s.Name + issuedTokensSuffix }

// RevokedTokens is the ConfigMap with the list of revoked tokens.
func (s Set) RevokedTokens() string { return s.Name + revokedTokensSuffix }

const (
	issuedTokensSuffix  = "-issued-tokens"
	revokedTokensSuffix = "-revoked-tokens"
)

// IsIssuedTokens tells whether a ConfigMap has the name that [Set.IssuedTokens]
// gives.
func IsIssuedTokens(name string) bool { return strings.HasSuffix(name, issuedTokensSuffix) }

// IsRevokedTokens tells whether a ConfigMap has the name that [Set.RevokedTokens]
// gives.
func IsRevokedTokens(name string) bool { return strings.HasSuffix(name, revokedTokensSuffix) }

// SigningKey is the Secret with the private half of the signing key.
func (s Set) SigningKey() string { return s.Name + "-signing-key" }

// Authz is the server that Traefik asks about each request.
func (s Set) Authz() string { return s.Name + "-authz" }

// Next is the API server with the signing key that is to take over.
func (s Set) Next() string { return s.Name + "-next" }

// TLS is the default Secret for the ingress certificate.
func (s Set) TLS() string { return s.Name + "-tls" }

// Postgres names the cache's PostgreSQL cluster.
func (s Set) Postgres() Postgres { return Postgres{Name: s.Name + "-pg", Namespace: s.Namespace} }

// Bucket is what documents or makes the bucket, and the prefix of its Job.
func (s Set) Bucket() string { return s.Name + "-bucket" }

// With is the cache's name with a suffix, for objects such as middlewares and
// network policies that exist once per cache.
func (s Set) With(suffix string) string { return s.Name + "-" + suffix }

// Postgres is the names of everything that belongs to one CloudNativePG
// cluster. CloudNativePG itself creates the Services and Secrets named here.
type Postgres struct {
	// Name and Namespace are the cluster's own.
	Name, Namespace string
}

// ReadWrite is the Service of the primary.
func (p Postgres) ReadWrite() string { return p.Name + "-rw" }

// ReadOnly is the Service of the replicas.
func (p Postgres) ReadOnly() string { return p.Name + "-ro" }

// AppSecret is the Secret with the owner's credentials: username, password,
// uri and more.
func (p Postgres) AppSecret() string { return p.Name + "-app" }

// CASecret is the Secret with the certificate authority, key ca.crt.
func (p Postgres) CASecret() string { return p.Name + "-ca" }

// Pooler is the PgBouncer and its Service.
func (p Postgres) Pooler() string { return p.Name + "-pooler-rw" }

// Backup is the barman object store, the default bucket and the default Secret
// with the bucket's credentials.
func (p Postgres) Backup() string { return p.Name + "-backup" }

// Recovery is the barman object store that a cluster is recovered from, where
// that is not its own.
func (p Postgres) Recovery() string { return p.Name + recoverySuffix }

const recoverySuffix = "-recovery"

// IsRecovery tells whether an object store has the name that
// [Postgres.Recovery] gives.
func IsRecovery(store string) bool { return strings.HasSuffix(store, recoverySuffix) }

// With is the cluster's name with a suffix, for objects such as network policies
// that exist once per cluster.
func (p Postgres) With(suffix string) string { return p.Name + "-" + suffix }

// Host is a Service's DNS name within the cluster, as the server certificate
// names it.
func (p Postgres) Host(service string) string { return service + "." + p.Namespace + ".svc" }

// Selector labels the pods of one component. It never changes for as long as
// the component exists, because a Deployment's selector is immutable.
func Selector(name, instance string) map[string]string {
	return map[string]string{LabelName: name, LabelInstance: instance}
}

// Digest shortens content to ten hexadecimal digits of its SHA-256, for names
// that must change when the content does.
func Digest(parts ...string) string {
	// The separator cannot occur in the text that is hashed here, so that
	// moving a byte from one part to the next changes the digest.
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:10]
}

// WithoutDigest is the name of an object without the digest at its end, which is
// another for each change of what is in it. Only Jobs and ConfigMaps have one.
func WithoutDigest(kind, name string) string {
	at := strings.LastIndexByte(name, '-')
	digest := name[at+1:]
	if at < 1 || kind != "Job" && kind != "ConfigMap" || len(digest) != len(Digest()) || strings.Trim(digest, "0123456789abcdef") != "" {
		return name
	}
	return name[:at]
}
