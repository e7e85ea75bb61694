// Package crossplane has the parts of the S3 kinds of Crossplane's AWS provider
// (s3.aws.m.upbound.io/v1beta1, the namespaced ones) that are generated here.
// The provider's own module holds every service of Amazon's; field names and
// forms are those of the CRDs that it ships.
package crossplane

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// APIVersion of the S3 kinds.
const APIVersion = "s3.aws.m.upbound.io/v1beta1"

// AnnotationExternalName is the name that a resource has outside the cluster.
const AnnotationExternalName = "crossplane.io/external-name"

// Keep lets the provider do everything with a resource except delete it: a
// bucket whose object is deleted stays, with all that is in it.
func Keep() []string { return []string{"Observe", "Create", "Update", "LateInitialize"} }

// Managed is what all kinds have in common.
type Managed struct {
	// ManagementPolicies are what the provider may do.
	ManagementPolicies []string `json:"managementPolicies,omitempty"`
	// ProviderConfigRef is where the provider finds endpoint and credentials.
	ProviderConfigRef ProviderConfigRef `json:"providerConfigRef"`
}

// ProviderConfigRef names a configuration of the provider.
type ProviderConfigRef struct {
	// Kind is ProviderConfig or ClusterProviderConfig.
	Kind string `json:"kind"`
	// Name of the configuration.
	Name string `json:"name"`
}

// Resource is any of the kinds; P is what it asks for.
type Resource[P any] struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// Spec is the desired state.
	Spec Spec[P] `json:"spec"`
}

// Spec is the desired state of any of the kinds.
type Spec[P any] struct {
	Managed `json:",inline"`

	// ForProvider is what the resource shall be like.
	ForProvider P `json:"forProvider"`
}

// BucketParameters are those of a Bucket, whose name is its external name.
type BucketParameters struct {
	// Region that the bucket is created in.
	Region string `json:"region"`
}

// OfBucket is what every setting of a bucket has: whose setting it is.
type OfBucket struct {
	// Region of the bucket.
	Region string `json:"region"`
	// BucketRef names the Bucket, in the same namespace.
	BucketRef Ref `json:"bucketRef"`
}

// Ref names an object.
type Ref struct {
	// Name of the object.
	Name string `json:"name"`
}

// VersioningParameters are those of a BucketVersioning.
type VersioningParameters struct {
	OfBucket `json:",inline"`

	// Configuration is whether there are versions.
	Configuration VersioningConfiguration `json:"versioningConfiguration"`
}

// VersioningConfiguration is whether there are versions.
type VersioningConfiguration struct {
	// Status is Enabled or Suspended.
	Status string `json:"status"`
}

// EncryptionParameters are those of a BucketServerSideEncryptionConfiguration.
type EncryptionParameters struct {
	OfBucket `json:",inline"`

	// Rule is one rule.
	Rule []EncryptionRule `json:"rule"`
}

// EncryptionRule is how objects are encrypted.
type EncryptionRule struct {
	// Default is for objects that do not say themselves.
	Default EncryptionDefault `json:"applyServerSideEncryptionByDefault"`
}

// EncryptionDefault is an algorithm.
type EncryptionDefault struct {
	// SSEAlgorithm is AES256 or one of key management's.
	SSEAlgorithm string `json:"sseAlgorithm"`
}

// LifecycleParameters are those of a BucketLifecycleConfiguration.
type LifecycleParameters struct {
	OfBucket `json:",inline"`

	// Rule are all rules of the bucket: the provider replaces them together.
	Rule []LifecycleRule `json:"rule"`
}

// LifecycleRule is what happens to objects as they age. What in S3 is there once
// is here a list of one.
type LifecycleRule struct {
	// ID of the rule.
	ID string `json:"id"`
	// Status is Enabled or Disabled.
	Status string `json:"status"`
	// Filter says which objects; an empty prefix is all.
	Filter []Filter `json:"filter"`
	// NoncurrentVersionExpiration removes old versions.
	NoncurrentVersionExpiration []NoncurrentVersionExpiration `json:"noncurrentVersionExpiration,omitempty"`
	// Expiration removes markers of deleted objects.
	Expiration []Expiration `json:"expiration,omitempty"`
	// Transition moves objects to another storage class.
	Transition []Transition `json:"transition,omitempty"`
	// AbortIncompleteMultipartUpload drops uploads that were never finished.
	AbortIncompleteMultipartUpload []AbortIncompleteMultipartUpload `json:"abortIncompleteMultipartUpload,omitempty"`
}

// Filter says which objects a rule is about.
type Filter struct {
	// Prefix of their names.
	Prefix string `json:"prefix"`
}

// NoncurrentVersionExpiration removes old versions.
type NoncurrentVersionExpiration struct {
	// NoncurrentDays is when, in days after they became old.
	NoncurrentDays int32 `json:"noncurrentDays"`
}

// Expiration removes markers of deleted objects.
type Expiration struct {
	// ExpiredObjectDeleteMarker is about those with nothing left under them.
	ExpiredObjectDeleteMarker bool `json:"expiredObjectDeleteMarker"`
}

// Transition moves objects to another storage class.
type Transition struct {
	// Days is when, in days after they were written.
	Days int32 `json:"days"`
	// StorageClass is where to.
	StorageClass string `json:"storageClass"`
}

// AbortIncompleteMultipartUpload drops uploads that were never finished.
type AbortIncompleteMultipartUpload struct {
	// DaysAfterInitiation is when, in days after they began.
	DaysAfterInitiation int32 `json:"daysAfterInitiation"`
}

// PublicAccessParameters are those of a BucketPublicAccessBlock.
type PublicAccessParameters struct {
	OfBucket `json:",inline"`

	// BlockPublicAcls refuses new access lists that open the bucket.
	BlockPublicAcls bool `json:"blockPublicAcls"`
	// BlockPublicPolicy refuses new policies that open it.
	BlockPublicPolicy bool `json:"blockPublicPolicy"`
	// IgnorePublicAcls makes access lists that are there count for nothing.
	IgnorePublicAcls bool `json:"ignorePublicAcls"`
	// RestrictPublicBuckets does the same for policies.
	RestrictPublicBuckets bool `json:"restrictPublicBuckets"`
}

// NewBucket names a Bucket.
func NewBucket(meta metav1.ObjectMeta, m Managed, p BucketParameters) *Resource[BucketParameters] {
	return resource("Bucket", meta, m, p)
}

// NewVersioning names a BucketVersioning.
func NewVersioning(meta metav1.ObjectMeta, m Managed, p VersioningParameters) *Resource[VersioningParameters] {
	return resource("BucketVersioning", meta, m, p)
}

// NewEncryption names a BucketServerSideEncryptionConfiguration.
func NewEncryption(meta metav1.ObjectMeta, m Managed, p EncryptionParameters) *Resource[EncryptionParameters] {
	return resource("BucketServerSideEncryptionConfiguration", meta, m, p)
}

// NewLifecycle names a BucketLifecycleConfiguration.
func NewLifecycle(meta metav1.ObjectMeta, m Managed, p LifecycleParameters) *Resource[LifecycleParameters] {
	return resource("BucketLifecycleConfiguration", meta, m, p)
}

// NewPublicAccessBlock names a BucketPublicAccessBlock.
func NewPublicAccessBlock(meta metav1.ObjectMeta, m Managed, p PublicAccessParameters) *Resource[PublicAccessParameters] {
	return resource("BucketPublicAccessBlock", meta, m, p)
}

func resource[P any](kind string, meta metav1.ObjectMeta, m Managed, p P) *Resource[P] {
	return &Resource[P]{
		TypeMeta:   metav1.TypeMeta{APIVersion: APIVersion, Kind: kind},
		ObjectMeta: meta,
		Spec:       Spec[P]{Managed: m, ForProvider: p},
	}
}
