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
		Requests: v1alpha1.ResourceList{CPU: "50m", Memory: "64Mi", EphemeralStorage: "64Mi"},
		Limits:   v1alpha1.ResourceList{CPU: "500m", Memory: "128Mi", EphemeralStorage: "256Mi"},
	}
)

// Use is what a cluster is there for, which some defaults and checks depend on.
type Use struct {
	// Names of the cluster.
	Names naming.Postgres
	// Application is what its database and its owner are called.
	Application string
	// Store is where the data is that the database describes: backups go to the
	// same endpoint unless they name their own, and never into the same bucket.
	// Nil means that there is no such data.
	Store *v1alpha1.ObjectStoreSpec
	// Direct is how many connections the application opens past a pooler, and
	// DirectFor what it opens them for.
	Direct    int
	DirectFor string
}

// store is empty, but for its region, where there is none.
func (u Use) store() v1alpha1.ObjectStoreSpec {
	if u.Store == nil {
		return v1alpha1.ObjectStoreSpec{Region: objectstore.DefaultRegion}
	}
	return *u.Store
}

// Default fills in what the spec leaves out.
func Default(s *v1alpha1.PostgresClusterSpec, use Use) {
	defaulting.Pointer(&s.Instances, 3)
	if s.ImageCatalog == nil {
		defaulting.Value(&s.Image, DefaultImage)
	} else {
		defaulting.Value(&s.ImageCatalog.Kind, kindImageCatalog)
	}
	defaulting.Value(&s.Database, use.Application)
	defaulting.Value(&s.Owner, use.Application)
	defaulting.Value(&defaulting.Block(&s.Storage).Size, "10Gi")
	hardened.DefaultResources(defaulting.Block(&s.Resources), defaultResources)
	defaulting.Pointer(&s.PodMonitor, true)

	parameters := maps.Clone(defaultParameters)
	maps.Copy(parameters, s.Parameters)
	s.Parameters = parameters

	defaultBackup(defaulting.Block(&s.Backup), use)
	if s.Recovery != nil {
		defaultRecovery(s.Recovery, *s.Backup)
	}
	if s.Pooler != nil {
		defaulting.Pointer(&s.Pooler.Instances, 2)
		defaulting.Pointer(&s.Pooler.DefaultPoolSize, 20)
		defaulting.Pointer(&s.Pooler.MaxClientConnections, 1000)
		hardened.DefaultResources(defaulting.Block(&s.Pooler.Resources), defaultPoolerResources)
	}
}

func defaultBackup(b *v1alpha1.Backup, use Use) {
	defaulting.Pointer(&b.Enabled, true)
	defaulting.Value(&b.Method, MethodPlugin)
	defaulting.Value(&b.Endpoint, use.store().Endpoint)
	defaulting.Value(&b.Region, use.store().Region)
	defaulting.Value(&b.Bucket, use.Names.Backup())
	defaulting.Value(&b.ServerName, use.Names.Name)
	defaulting.Value(&b.Schedule, "0 0 0 * * *")
	defaulting.Value(&b.Retention, "30d")
	defaulting.Value(&b.CredentialsSecret, use.Names.Backup())
	defaulting.Value(&b.ServerSideEncryption, "AES256")
}

func defaultRecovery(r *v1alpha1.Recovery, b v1alpha1.Backup) {
	defaulting.Value(&r.Method, b.Method)
	defaulting.Value(&r.Endpoint, b.Endpoint)
	defaulting.Value(&r.Region, b.Region)
	defaulting.Value(&r.Bucket, b.Bucket)
	defaulting.Value(&r.CredentialsSecret, b.CredentialsSecret)
}

// DefaultNetwork fills in where CloudNativePG, the API server and the stores of
// backup and recovery are.
func DefaultNetwork(n *v1alpha1.PostgresNetwork, s v1alpha1.PostgresClusterSpec) {
	hardened.DefaultPeer(&n.PostgresOperator, naming.DefaultOperatorNamespace, naming.LabelName, naming.AppPostgresOperator)
	objectstore.DefaultPeer(defaulting.Block(&n.BackupS3), s.Backup.Endpoint)
	if r := s.Recovery; r != nil {
		if n.RecoveryS3 == nil && objectstore.SameEndpoint(r.Endpoint, s.Backup.Endpoint) {
			n.RecoveryS3 = new(*n.BackupS3)
		}
		objectstore.DefaultPeer(defaulting.Block(&n.RecoveryS3), r.Endpoint)
	}
	hardened.DefaultKubernetesAPI(&n.KubernetesAPI)
}
