package postgrescluster

import (
	"maps"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// DefaultImage is what CloudNativePG 1.30.1 runs when it is not told otherwise.
const DefaultImage = "ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie"

// EncryptionNone asks the store for no encryption.
const EncryptionNone = "none"

// defaultParameters are the reference's PostgreSQL security table.
var defaultParameters = map[string]string{
	"log_connections":          "on",
	"log_disconnections":       "on",
	"log_statement":            "ddl",
	"max_connections":          "100",
	"password_encryption":      "scram-sha-256",
	"ssl_min_protocol_version": "TLSv1.3",
	"statement_timeout":        "60s",
}

var (
	defaultResources = v1alpha1.ResourceRequirements{
		Requests: v1alpha1.ResourceList{CPU: "250m", Memory: "512Mi"},
		Limits:   v1alpha1.ResourceList{CPU: "1000m", Memory: "1Gi"},
	}
	defaultPoolerResources = v1alpha1.ResourceRequirements{
		Requests: v1alpha1.ResourceList{CPU: "50m", Memory: "64Mi"},
		Limits:   v1alpha1.ResourceList{CPU: "500m", Memory: "128Mi"},
	}
)

// Default fills in what the spec leaves out. Backups go to the given object
// store's endpoint unless they name their own.
func Default(s *v1alpha1.PostgresClusterSpec, names naming.Postgres, store v1alpha1.ObjectStoreSpec) {
	defaulting.Pointer(&s.Instances, 3)
	defaulting.Value(&s.Image, DefaultImage)
	defaulting.Value(&s.Database, "attic")
	defaulting.Value(&s.Owner, "attic")
	defaulting.Value(&defaulting.Block(&s.Storage).Size, "10Gi")
	hardened.DefaultResources(defaulting.Block(&s.Resources), defaultResources)
	defaulting.Pointer(&s.PodMonitor, true)

	parameters := maps.Clone(defaultParameters)
	maps.Copy(parameters, s.Parameters)
	s.Parameters = parameters

	b := defaulting.Block(&s.Backup)
	defaulting.Pointer(&b.Enabled, true)
	defaulting.Value(&b.Endpoint, store.Endpoint)
	defaulting.Value(&b.Region, store.Region)
	defaulting.Value(&b.Bucket, names.Backup())
	defaulting.Value(&b.Schedule, "0 0 0 * * *")
	defaulting.Value(&b.Retention, "30d")
	defaulting.Value(&b.CredentialsSecret, names.Backup())
	defaulting.Value(&b.ServerSideEncryption, "AES256")

	if s.Pooler != nil {
		defaulting.Pointer(&s.Pooler.Instances, 2)
		defaulting.Pointer(&s.Pooler.DefaultPoolSize, 20)
		defaulting.Pointer(&s.Pooler.MaxClientConnections, 1000)
		hardened.DefaultResources(defaulting.Block(&s.Pooler.Resources), defaultPoolerResources)
	}
}

// DefaultNetwork fills in where CloudNativePG, the API server and the backup's
// store are.
func DefaultNetwork(n *v1alpha1.PostgresNetwork, s v1alpha1.PostgresClusterSpec) {
	hardened.DefaultPeer(&n.PostgresOperator, "cnpg-system", naming.LabelName, "cloudnative-pg")
	objectstore.DefaultPeer(defaulting.Block(&n.BackupS3), s.Backup.Endpoint)
	api := defaulting.Block(&n.KubernetesAPI)
	if api.CIDRs == nil {
		api.CIDRs = []string{"0.0.0.0/0", "::/0"}
	}
	if api.Ports == nil {
		api.Ports = []int32{443, 6443}
	}
}
