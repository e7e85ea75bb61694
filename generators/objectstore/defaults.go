package objectstore

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
)

// DefaultRegion is the reference's.
const DefaultRegion = "us-east-1"

// Values of the field encryption.
const (
	// EncryptionAES256 is with keys that the store manages.
	EncryptionAES256 = "AES256"
	// EncryptionNone leaves it to the store.
	EncryptionNone = "none"
)

// Modes of provisioning.
const (
	// ModeNone leaves the bucket to somebody else.
	ModeNone = "none"
	// ModeCrossplane leaves it to Crossplane's AWS provider.
	ModeCrossplane = "crossplane"
	// ModeJob has a Job make it.
	ModeJob = "job"
)

var defaultJobResources = v1alpha1.ResourceRequirements{
	Requests: v1alpha1.ResourceList{CPU: "50m", Memory: "64Mi", EphemeralStorage: "64Mi"},
	Limits:   v1alpha1.ResourceList{CPU: "500m", Memory: "256Mi", EphemeralStorage: "256Mi"},
}

// Default fills in what the spec leaves out; secret is the Secret to use.
func Default(s *v1alpha1.ObjectStoreSpec, secret string) {
	defaulting.Value(&s.Region, DefaultRegion)
	defaulting.Value(&s.CredentialsSecret, secret)
	defaulting.Value(&s.MaxSize, "500G")
	defaulting.Pointer(&s.Versioning, true)
	defaulting.Value(&s.Encryption, EncryptionAES256)
	l := defaulting.Block(&s.Lifecycle)
	defaulting.Pointer(&l.OldVersionsDays, 90)
	defaulting.Pointer(&l.InfrequentAccessDays, 30)
	defaulting.Value(&l.StorageClass, "STANDARD_IA")
	defaulting.Pointer(&l.AbortIncompleteUploadsDays, 7)

	p := defaulting.Block(&s.Provisioning)
	defaulting.Value(&p.Mode, ModeNone)
	// The block of another mode stays absent, so that validation can tell that
	// somebody expects it to count.
	if p.Mode == ModeCrossplane || p.Crossplane != nil {
		c := defaulting.Block(&p.Crossplane)
		config := defaulting.Block(&c.ProviderConfig)
		defaulting.Value(&config.Kind, "ProviderConfig")
		defaulting.Value(&config.Name, "default")
		defaulting.Pointer(&c.BlockPublicAccess, true)
	}
	if p.Mode == ModeJob || p.Job != nil {
		job := defaulting.Block(&p.Job)
		defaulting.Value(&job.CredentialsSecret, s.CredentialsSecret)
		hardened.DefaultResources(defaulting.Block(&job.Resources), defaultJobResources)
	}
}
