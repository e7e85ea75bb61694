package v1alpha1

// PostgresClusterSpec is a CloudNativePG cluster, named <name>-pg.
type PostgresClusterSpec struct {
	// Instances is one primary and the rest replicas. Default: 3 (the
	// reference: 1 primary and 2 replicas).
	Instances *int32 `json:"instances,omitempty"`

	// Image is the PostgreSQL image, pinned by digest or exact version. Default:
	// ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie (what CloudNativePG
	// 1.30.1 would choose itself; written out so that an operator upgrade does
	// not change the database).
	Image string `json:"image,omitempty"`

	// Database is the name of the database. Default: attic.
	Database string `json:"database,omitempty"`

	// Owner is the role that owns the database and that Attic logs in as.
	// Default: attic.
	Owner string `json:"owner,omitempty"`

	// Storage is each instance's data volume. Default: 10Gi of the cluster's
	// default storage class (the reference: 10Gi per instance).
	Storage *Volume `json:"storage,omitempty"`

	// WALStorage is a volume of its own for the write-ahead log. It can be
	// added later, but never removed. Default: not wanted (the log shares the
	// data volume).
	WALStorage *Volume `json:"walStorage,omitempty"`

	// Resources of each instance. Default: 250m CPU and 512Mi requested, 1 CPU
	// and 1Gi at most (the reference's component list).
	Resources *ResourceRequirements `json:"resources,omitempty"`

	// Parameters of postgresql.conf, merged over the defaults; an empty value
	// is passed on as such. CloudNativePG's own parameters are refused.
	// Default: max_connections=100, statement_timeout=60s, log_statement=ddl,
	// log_connections=on, log_disconnections=on,
	// password_encryption=scram-sha-256, ssl_min_protocol_version=TLSv1.3 (the
	// reference's PostgreSQL security table).
	Parameters map[string]string `json:"parameters,omitempty"`

	// Backup to S3 by the Barman Cloud plugin: continuous WAL archiving and a
	// daily base backup. Default: on, to the cache's own endpoint (the
	// reference's backup policy).
	Backup *Backup `json:"backup,omitempty"`

	// Pooler puts PgBouncer between the API and PostgreSQL. It is needed when
	// API replicas × 10 connections exceed max_connections. Migrations and
	// garbage collection still connect directly. An empty block, {}, is a pooler
	// with its defaults. Default: not wanted.
	Pooler *Pooler `json:"pooler,omitempty"`

	// PodMonitor lets the Prometheus operator scrape the instances. Default:
	// true.
	PodMonitor *bool `json:"podMonitor,omitempty"`
}

// Volume is a persistent volume claim's size and class.
type Volume struct {
	// Size in bytes, with a suffix such as Gi: 10Gi. It can grow, never shrink.
	// Default: 10Gi for storage (the reference: 10Gi per instance); walStorage
	// must say its own.
	Size Quantity `json:"size,omitempty"`
	// StorageClass is the name of the class. Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty"`
}

// Backup is where and how often PostgreSQL is backed up.
type Backup struct {
	// Enabled turns backups off when false. Default: true (the reference).
	Enabled *bool `json:"enabled,omitempty"`

	// Endpoint is the S3 API's URL. Default:
	// spec.storage.endpoint.
	Endpoint string `json:"endpoint,omitempty"`

	// Region is what requests are signed for. Default:
	// spec.storage.region.
	Region string `json:"region,omitempty"`

	// Insecure allows an http endpoint other than storage.endpoint, for a store
	// inside the cluster without TLS. Default: false.
	Insecure bool `json:"insecure,omitempty"`

	// Bucket must not be the bucket of the NARs, or one lost bucket would take
	// the cache and its backup together. Backups are under
	// s3://<bucket>/<name>-pg/. Default: <name>-pg-backup (the reference's
	// attic-pg-backup).
	Bucket string `json:"bucket,omitempty"`

	// Schedule of base backups: a cron expression with six fields, seconds
	// first, in UTC. Default: "0 0 0 * * *" (the reference: daily at 00:00
	// UTC).
	Schedule string `json:"schedule,omitempty"`

	// Retention of backups and WAL, a number with d, w or m (days, weeks,
	// months). Default: 30d (the reference's retention table).
	Retention string `json:"retention,omitempty"`

	// CredentialsSecret is the Secret with AWS_ACCESS_KEY_ID and
	// AWS_SECRET_ACCESS_KEY for the backup bucket. Default: <name>-pg-backup
	// (apart from the cache's own, so that a leaked cache key cannot delete
	// backups).
	CredentialsSecret string `json:"credentialsSecret,omitempty"`

	// ServerSideEncryption is asked of the store for every object: AES256,
	// aws:kms, or none for a store that refuses the header. Default: AES256
	// (the reference's checklist).
	ServerSideEncryption string `json:"serverSideEncryption,omitempty"`
}

// Pooler is a PgBouncer in transaction mode.
type Pooler struct {
	// Instances of PgBouncer. Default: 2.
	Instances *int32 `json:"instances,omitempty"`
	// DefaultPoolSize is how many server connections each instance opens.
	// Default: 20.
	DefaultPoolSize *int32 `json:"defaultPoolSize,omitempty"`
	// MaxClientConnections is how many client connections each instance
	// accepts. Default: 1000.
	MaxClientConnections *int32 `json:"maxClientConnections,omitempty"`
	// Resources of each instance. Default: 50m CPU and 64Mi requested, 500m
	// CPU and 128Mi at most.
	Resources *ResourceRequirements `json:"resources,omitempty"`
}
