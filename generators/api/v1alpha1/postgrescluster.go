package v1alpha1

// KindPostgresCluster is the kind of [PostgresCluster].
const KindPostgresCluster = "PostgresCluster"

// PostgresCluster is a PostgreSQL cluster for any application, run by
// CloudNativePG: replicated, encrypted, audited, backed up and closed to
// everyone but the pods that it is for. An AtticCache brings its own.
type PostgresCluster struct {
	// APIVersion is always atticgen.dev/v1alpha1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always PostgresCluster. Required.
	Kind string `json:"kind"`
	// Metadata is what names the cluster: metadata.name is the name of the
	// Cluster itself, and the beginning of its Services and Secrets. Required.
	Metadata Metadata `json:"metadata"`
	// Spec is what differs from the defaults. Required.
	Spec PostgresClusterKindSpec `json:"spec"`
}

// PostgresClusterKindSpec is a PostgreSQL cluster with a namespace and a network
// of its own. Only spec.backup.endpoint is required, and that only where
// spec.backup.enabled is not false.
type PostgresClusterKindSpec struct {
	PostgresClusterSpec `json:",inline"`

	// ImagePullSecrets are the names of Secrets with registry credentials.
	// Default: none.
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`

	// Network is whom the cluster may talk to.
	Network *PostgresClusterNetwork `json:"network,omitempty"`

	Placement `json:",inline"`
}

// PostgresClusterNetwork is whom a cluster of its own may talk to.
type PostgresClusterNetwork struct {
	// Enabled set false leaves out all network policies; nothing else of the
	// block, allowedPodLabels and allowedPeers counts then. Default: true (the
	// reference's enable_network_policy).
	Enabled *bool `json:"enabled,omitempty"`

	ClusterNetwork  `json:",inline"`
	PostgresNetwork `json:",inline"`
}

// PostgresClusterSpec is a CloudNativePG cluster. In its comments, <cluster> is
// the cluster's name: <name>-pg in an AtticCache, metadata.name in a
// PostgresCluster.
type PostgresClusterSpec struct {
	// Instances is one primary and the rest replicas. Default: 3 (the
	// reference: 1 primary and 2 replicas).
	Instances *int32 `json:"instances,omitempty"`

	// Image is the PostgreSQL image, pinned by digest or exact version. Default:
	// ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie (what CloudNativePG
	// 1.30.1 would choose itself; written out so that an operator upgrade does
	// not change the database), unless imageCatalog chooses it.
	Image string `json:"image,omitempty"`

	// ImageCatalog chooses the image from a catalog by PostgreSQL's major
	// version, instead of image, so that all clusters of a catalog change
	// together. Default: not wanted.
	ImageCatalog *ImageCatalog `json:"imageCatalog,omitempty"`

	// Database is the name of the database. Default: attic in an AtticCache, app
	// in a PostgresCluster (as CloudNativePG does).
	Database string `json:"database,omitempty"`

	// Owner is the role that owns the database and that the application logs in
	// as. Default: attic in an AtticCache, app in a PostgresCluster (as
	// CloudNativePG does).
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

	// Parameters of postgresql.conf, merged over the defaults. CloudNativePG's own
	// parameters are refused, and so are wrong values of those with a default here.
	// An empty value is passed on as such where PostgreSQL takes one, as in
	// log_line_prefix, and refused elsewhere.
	// Default: max_connections=100, statement_timeout=60s, log_statement=ddl,
	// log_connections=on, log_disconnections=on,
	// password_encryption=scram-sha-256, ssl_min_protocol_version=TLSv1.3 (the
	// reference's PostgreSQL security table).
	Parameters map[string]string `json:"parameters,omitempty"`

	// Backup to S3 by Barman Cloud: continuous WAL archiving and a daily base
	// backup. Default: on, kept for 30 days (the reference's backup policy).
	Backup *Backup `json:"backup,omitempty"`

	// Recovery makes a new cluster from a backup instead of an empty one. It
	// counts when the Cluster is created, and does nothing to one that is there.
	// Roles, passwords and settings in the database come with the data. Default:
	// not wanted.
	Recovery *Recovery `json:"recovery,omitempty"`

	// AllowedPodLabels are the labels of pods of the same namespace that may
	// connect: pods that carry all of them. An AtticCache's own pods may in any
	// case. Default: none (the reference's allowed_pod_labels).
	AllowedPodLabels map[string]string `json:"allowedPodLabels,omitempty"`

	// AllowedPeers are pods of other namespaces that may connect, each under a
	// name of your choice. Default: none.
	AllowedPeers map[string]AllowedPeer `json:"allowedPeers,omitempty"`

	// Pooler puts PgBouncer in front of PostgreSQL, for clients that open more
	// connections than max_connections. In an AtticCache the API goes through it,
	// which is needed when its replicas × 10 connections exceed that number;
	// migrations and garbage collection still connect directly. An empty block,
	// {}, is a pooler with its defaults. Default: not wanted.
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

// AllowedPeer is pods of another namespace that may connect.
type AllowedPeer struct {
	// Namespace of the pods. Required.
	Namespace string `json:"namespace"`
	// PodLabels are labels that the pods carry. Default: none (every pod of the
	// namespace).
	PodLabels map[string]string `json:"podLabels,omitempty"`
}

// ImageCatalog is a list of images, one for each major version of PostgreSQL.
type ImageCatalog struct {
	// Name of the catalog. Required.
	Name string `json:"name"`

	// Kind is ImageCatalog, of the same namespace, or ClusterImageCatalog.
	// Default: ImageCatalog.
	Kind string `json:"kind,omitempty"`

	// Major is the major version of PostgreSQL to run, 14 or later. Required.
	Major *int32 `json:"major"`

	// Images of a catalog that is made here, of kind ImageCatalog: at most 8, by
	// major version, as in "18". Default: none (the catalog is somebody else's).
	Images map[string]string `json:"images,omitempty"`
}

// Backup is where and how often PostgreSQL is backed up.
type Backup struct {
	// Enabled turns backups off when false. Default: true (the reference).
	Enabled *bool `json:"enabled,omitempty"`

	// Method is plugin, the Barman Cloud plugin, or barmanObjectStore, which is
	// built into CloudNativePG up to 1.30 and its system images. Both write the
	// same format to the same place. Default: plugin (CloudNativePG 1.31 has no
	// other).
	Method string `json:"method,omitempty"`

	// Endpoint is the S3 API's URL. Default: that of spec.storage in an
	// AtticCache; a PostgresCluster must say.
	Endpoint string `json:"endpoint,omitempty"`

	// Region is what requests are signed for. Default: that of spec.storage in an
	// AtticCache, us-east-1 in a PostgresCluster.
	Region string `json:"region,omitempty"`

	// Insecure allows an http endpoint, other than an AtticCache's storage
	// endpoint, for a store inside the cluster without TLS. Default: false.
	Insecure bool `json:"insecure,omitempty"`

	// Bucket must not be the bucket of an AtticCache's NARs, or one lost bucket
	// would take the cache and its backup together. Backups are under
	// s3://<bucket>/<serverName>/. Default: <cluster>-backup (the reference's
	// attic-pg-backup).
	Bucket string `json:"bucket,omitempty"`

	// ServerName is the folder of the bucket that holds this cluster's backups
	// and log. It belongs to one cluster from its creation to its end: after a
	// recovery, choose one that was never used. Default: <cluster>.
	ServerName string `json:"serverName,omitempty"`

	// Schedule of base backups: a cron expression with six fields, seconds
	// first, in UTC. Default: "0 0 0 * * *" (the reference: daily at 00:00
	// UTC).
	Schedule string `json:"schedule,omitempty"`

	// Retention of backups and WAL, a number with d, w or m (days, weeks,
	// months). Default: 30d (the reference's retention table).
	Retention string `json:"retention,omitempty"`

	// CredentialsSecret is the Secret with AWS_ACCESS_KEY_ID and
	// AWS_SECRET_ACCESS_KEY for the backup bucket. Default: <cluster>-backup
	// (apart from a cache's own, so that a leaked cache key cannot delete
	// backups).
	CredentialsSecret string `json:"credentialsSecret,omitempty"`

	// ServerSideEncryption is asked of the store for every object: AES256,
	// aws:kms, or none for a store that refuses the header. Default: AES256
	// (the reference's checklist).
	ServerSideEncryption string `json:"serverSideEncryption,omitempty"`
}

// Recovery is the backup that a new cluster begins from.
type Recovery struct {
	// ServerName is the folder of the bucket to read: backup.serverName of the
	// cluster that was backed up. Required.
	ServerName string `json:"serverName"`

	// Method reads by plugin or barmanObjectStore; each reads what the other
	// wrote. Default: that of the backup.
	Method string `json:"method,omitempty"`

	// Endpoint is the S3 API's URL. Default: that of the backup.
	Endpoint string `json:"endpoint,omitempty"`

	// Region is what requests are signed for. An instance knows one region, so it
	// must be that of the backup where there is one. Default: that of the backup.
	Region string `json:"region,omitempty"`

	// Bucket to read. Default: that of the backup.
	Bucket string `json:"bucket,omitempty"`

	// CredentialsSecret is the Secret with AWS_ACCESS_KEY_ID and
	// AWS_SECRET_ACCESS_KEY, which need not be allowed to write. Default:
	// that of the backup.
	CredentialsSecret string `json:"credentialsSecret,omitempty"`

	// Insecure allows an http endpoint other than the backup's. Default: false.
	Insecure bool `json:"insecure,omitempty"`

	// Target is where to stop. Default: everything that was archived.
	Target *RecoveryTarget `json:"target,omitempty"`
}

// RecoveryTarget is where a recovery stops: at most one of time, lsn, name and
// immediate.
type RecoveryTarget struct {
	// Time is the moment to go back to, with its time zone, in quotes, as in
	// "2026-01-15T10:30:00Z". Recovery to a moment after the last transaction in
	// the archive fails. Default: none.
	Time string `json:"time,omitempty"`

	// LSN is the position in the write-ahead log to go back to, as in 0/3000060.
	// Default: none.
	LSN string `json:"lsn,omitempty"`

	// Name of a restore point, made by pg_create_restore_point. It needs
	// backupID. Default: none.
	Name string `json:"name,omitempty"`

	// Immediate stops as soon as the base backup is consistent. It needs
	// backupID. Default: false.
	Immediate bool `json:"immediate,omitempty"`

	// BackupID is the base backup to begin from, as Barman names it:
	// 20260115T000000. Default: the last one before time or lsn, or the latest.
	BackupID string `json:"backupID,omitempty"`

	// Exclusive stops just before time or lsn instead of just after. Default:
	// false.
	Exclusive bool `json:"exclusive,omitempty"`

	// Timeline to follow: latest, or a number. Default: the latest
	// (PostgreSQL's own choice).
	Timeline string `json:"timeline,omitempty"`
}

// Pooler is a PgBouncer in transaction mode.
type Pooler struct {
	// Instances of PgBouncer; two or more have a PodDisruptionBudget. Default: 2.
	Instances *int32 `json:"instances,omitempty"`
	// DefaultPoolSize is how many server connections each instance opens.
	// Default: 20.
	DefaultPoolSize *int32 `json:"defaultPoolSize,omitempty"`
	// MaxClientConnections is how many client connections each instance
	// accepts. Default: 1000.
	MaxClientConnections *int32 `json:"maxClientConnections,omitempty"`
	// Resources of each instance. Default: 50m CPU and 64Mi requested, 500m
	// CPU and 128Mi at most, 64Mi to 256Mi of node disk.
	Resources *ResourceRequirements `json:"resources,omitempty"`
}
