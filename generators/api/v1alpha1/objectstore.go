package v1alpha1

// ObjectStoreSpec is the S3 bucket that holds NARs and chunks.
type ObjectStoreSpec struct {
	// Endpoint is the S3 API's URL, as in https://s3.example.com: scheme, host
	// and, if not standard, port; no path. Required.
	Endpoint string `json:"endpoint"`

	// Region is what requests are signed for; many S3-compatible stores ignore
	// it. Default: us-east-1 (the reference's terraform.tfvars).
	Region string `json:"region,omitempty"`

	// Bucket is the bucket's name, by S3's rules. It must exist. Required.
	Bucket string `json:"bucket"`

	// CredentialsSecret is the Secret with AWS_ACCESS_KEY_ID and
	// AWS_SECRET_ACCESS_KEY. Default: <name>-secrets (the reference's
	// attic-secrets).
	CredentialsSecret string `json:"credentialsSecret,omitempty"`

	// Insecure allows an http endpoint, for a store inside the cluster without
	// TLS. Default: false (the reference: HTTPS endpoints enforced).
	Insecure bool `json:"insecure,omitempty"`
}
