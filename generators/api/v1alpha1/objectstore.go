package v1alpha1

// KindObjectStore is the kind of [ObjectStore].
const KindObjectStore = "ObjectStore"

// ObjectStore is one S3 bucket: what it must be like, and who makes it.
type ObjectStore struct {
	// APIVersion is always atticgen.dev/v1alpha1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always ObjectStore. Required.
	Kind string `json:"kind"`
	// Metadata is what names the bucket's objects. Required.
	Metadata Metadata `json:"metadata"`
	// Spec is what differs from the defaults. Required.
	Spec ObjectStoreKindSpec `json:"spec"`
}

// ObjectStoreKindSpec is what one bucket should be like. Only spec.endpoint and
// spec.bucket are required.
type ObjectStoreKindSpec struct {
	ObjectStoreSpec `json:",inline"`

	// ImagePullSecrets name Secrets with registry credentials, for the Job of
	// mode job. Default: none.
	ImagePullSecrets []string `json:"imagePullSecrets,omitempty"`

	// Security is who the Job of mode job runs as.
	Security *Security `json:"security,omitempty"`

	// Network is what the Job of mode job may reach.
	Network *ObjectStoreNetwork `json:"network,omitempty"`

	Placement `json:",inline"`
}

// ObjectStoreNetwork is what the Job that makes a bucket may reach.
type ObjectStoreNetwork struct {
	// DNS is what pods ask for addresses. Default: namespace kube-system, pods
	// labelled k8s-app=kube-dns.
	DNS *DNS `json:"dns,omitempty"`

	// S3 is where the object store is. Default: for an endpoint inside the
	// cluster (….svc), its namespace; for an address, that address; otherwise
	// any public address.
	S3 *S3Peer `json:"s3,omitempty"`
}

// ObjectStoreSpec is the S3 bucket that holds NARs and chunks.
type ObjectStoreSpec struct {
	// Endpoint is the S3 API's URL, as in https://s3.example.com: scheme, host
	// and, if not standard, port; no path. Required.
	Endpoint string `json:"endpoint"`

	// Region is what requests are signed for; many S3-compatible stores ignore
	// it. Default: us-east-1 (the reference's terraform.tfvars).
	Region string `json:"region,omitempty"`

	// Bucket is the bucket's name, by S3's rules. It must exist, unless
	// provisioning makes it. Required.
	Bucket string `json:"bucket"`

	// CredentialsSecret is the Secret with AWS_ACCESS_KEY_ID and
	// AWS_SECRET_ACCESS_KEY. Default: <name>-secrets (the reference's
	// attic-secrets).
	CredentialsSecret string `json:"credentialsSecret,omitempty"`

	// Insecure allows an http endpoint, for a store inside the cluster without
	// TLS. Default: false (the reference: HTTPS endpoints enforced).
	Insecure bool `json:"insecure,omitempty"`

	// MaxSize is how much the bucket is meant to hold at most. S3 has no such
	// limit to set, so it is written down, also as the annotation
	// atticgen.dev/max-size, for whoever sets a quota or an alert; nothing is
	// generated that watches it. Default: 500G (the reference's max_size_gb of 500).
	MaxSize Quantity `json:"maxSize,omitempty"`

	// Versioning keeps what is overwritten or deleted as old versions. Set false,
	// it is left as it is: nothing here ever switches it off. Default: true (the
	// reference's backup strategy restores from them).
	Versioning *bool `json:"versioning,omitempty"`

	// Lifecycle is what the store does with objects as they age.
	Lifecycle *BucketLifecycle `json:"lifecycle,omitempty"`

	// Encryption of what is stored: AES256, with keys that the store manages, or
	// none, which leaves it to the store. Default: AES256 (the reference's
	// checklist).
	Encryption string `json:"encryption,omitempty"`

	// Provisioning is who makes the bucket, with these settings.
	Provisioning *BucketProvisioning `json:"provisioning,omitempty"`
}

// BucketLifecycle is what the store does with objects as they age.
type BucketLifecycle struct {
	// OldVersionsDays is after how many days an old version is gone for good; 0
	// keeps all for ever. Default: 90 (the reference's backup strategy).
	OldVersionsDays *int32 `json:"oldVersionsDays,omitempty"`

	// InfrequentAccessDays is after how many days an object moves to
	// storageClass; 0 moves none. Amazon moves nothing below 128 KiB, which
	// most of Attic's chunks are (64 KiB on average). Default: 30 (the
	// reference's backup strategy).
	InfrequentAccessDays *int32 `json:"infrequentAccessDays,omitempty"`

	// StorageClass is where infrequently read objects go, in the store's own
	// word, in capitals. Default: STANDARD_IA (Amazon's, which others have taken over).
	StorageClass string `json:"storageClass,omitempty"`

	// AbortIncompleteUploadsDays is after how many days an upload in parts that
	// was never finished is dropped; 0 keeps its parts for ever. Default: 7 (no
	// upload takes that long, and nobody sees what they cost).
	AbortIncompleteUploadsDays *int32 `json:"abortIncompleteUploadsDays,omitempty"`
}

// BucketProvisioning is who makes the bucket.
type BucketProvisioning struct {
	// Mode is none, crossplane or job. With none, somebody else makes the bucket
	// and a ConfigMap says what it has to be like. With crossplane, the S3 kinds
	// of Crossplane's AWS provider do; with job, a Job does, over the S3 API.
	// Default: mode none (it takes no rights beyond those of the cache).
	Mode string `json:"mode,omitempty"`

	// Crossplane counts in mode crossplane.
	Crossplane *BucketCrossplane `json:"crossplane,omitempty"`

	// Job counts in mode job.
	Job *BucketJob `json:"job,omitempty"`
}

// BucketCrossplane is how Crossplane's provider reaches the store. The bucket
// and its settings stay when their objects are deleted.
type BucketCrossplane struct {
	// ProviderConfig is where the provider finds the endpoint and credentials:
	// for a store that is not Amazon's, a configuration with that endpoint.
	ProviderConfig *ProviderConfigRef `json:"providerConfig,omitempty"`

	// BlockPublicAccess refuses access lists and policies that would open the
	// bucket to everyone. Set false for a store without this part of S3.
	// Default: true (nobody but the cache reads the bucket).
	BlockPublicAccess *bool `json:"blockPublicAccess,omitempty"`
}

// ProviderConfigRef names the configuration of a Crossplane provider.
type ProviderConfigRef struct {
	// Kind is ProviderConfig, in the namespace of the bucket, or
	// ClusterProviderConfig. Default: ProviderConfig.
	Kind string `json:"kind,omitempty"`
	// Name of the configuration. Default: default.
	Name string `json:"name,omitempty"`
}

// BucketJob is the Job that makes the bucket.
type BucketJob struct {
	// Image of atticgen itself, pinned by digest, commit hash or exact version,
	// as "make image" builds it; it must be given in mode job. Default: none.
	Image string `json:"image,omitempty"`

	// IgnoreUnsupported lets the Job succeed when the store does not have one of
	// the settings; its log names it. Default: false (a bucket without versions
	// or encryption is not what the spec says).
	IgnoreUnsupported bool `json:"ignoreUnsupported,omitempty"`

	// CredentialsSecret is a Secret of the same form as
	// spec.storage.credentialsSecret, with the right to create and configure the
	// bucket, which the cache itself should not have. Default: that of the
	// store.
	CredentialsSecret string `json:"credentialsSecret,omitempty"`

	// Resources of the Job. Default: 50m CPU and 64Mi requested, 500m CPU and
	// 256Mi at most, 64Mi to 256Mi of node disk.
	Resources *ResourceRequirements `json:"resources,omitempty"`
}
