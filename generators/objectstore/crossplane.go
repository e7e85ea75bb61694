package objectstore

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/crossplane"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

// crossplane leaves the bucket to Crossplane's AWS provider. What the spec does
// not want has no object, and the provider leaves it alone.
func (o Options) crossplane() []meta.Object {
	spec := o.Spec.Provisioning.Crossplane
	managed := crossplane.Managed{
		ManagementPolicies: crossplane.Keep(),
		ProviderConfigRef:  crossplane.ProviderConfigRef(*spec.ProviderConfig),
	}
	of := o.of()
	setting := func() metav1.ObjectMeta { return o.Scope.Object(o.of()) }
	of.Annotations = o.annotations()
	of.Annotations[crossplane.AnnotationExternalName] = o.Spec.Bucket
	// The provider's configuration, which is not here, is what it goes by.
	of.Annotations[AnnotationEndpoint] = o.Spec.Endpoint
	ours := crossplane.OfBucket{Region: o.Spec.Region, BucketRef: crossplane.Ref{Name: o.Name}}

	all := []meta.Object{crossplane.NewBucket(o.Scope.Object(of), managed, crossplane.BucketParameters{Region: o.Spec.Region})}
	if *o.Spec.Versioning {
		all = append(all, crossplane.NewVersioning(setting(), managed, crossplane.VersioningParameters{
			OfBucket: ours, Configuration: crossplane.VersioningConfiguration{Status: "Enabled"},
		}))
	}
	if o.Spec.Encryption != EncryptionNone {
		all = append(all, crossplane.NewEncryption(setting(), managed, crossplane.EncryptionParameters{
			OfBucket: ours,
			Rule:     []crossplane.EncryptionRule{{Default: crossplane.EncryptionDefault{SSEAlgorithm: o.Spec.Encryption}}},
		}))
	}
	if rules := lifecycleRules(Desired(o.Spec).Lifecycle); len(rules) > 0 {
		all = append(all, crossplane.NewLifecycle(setting(), managed, crossplane.LifecycleParameters{OfBucket: ours, Rule: rules}))
	}
	if *spec.BlockPublicAccess {
		all = append(all, crossplane.NewPublicAccessBlock(setting(), managed, crossplane.PublicAccessParameters{
			OfBucket: ours, BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
		}))
	}
	return all
}

// lifecycleRules are the rules of a bucket that are on.
func lifecycleRules(l DesiredLifecycle) []crossplane.LifecycleRule {
	var rules []crossplane.LifecycleRule
	add := func(id string, days int32, rule crossplane.LifecycleRule) {
		if days > 0 {
			rule.ID, rule.Status, rule.Filter = id, "Enabled", []crossplane.Filter{{}}
			rules = append(rules, rule)
		}
	}
	add(RuleOldVersions, l.OldVersionsDays, crossplane.LifecycleRule{
		NoncurrentVersionExpiration: []crossplane.NoncurrentVersionExpiration{{NoncurrentDays: l.OldVersionsDays}},
		// A deleted object leaves a marker, which would stay for ever.
		Expiration: []crossplane.Expiration{{ExpiredObjectDeleteMarker: true}},
	})
	add(RuleInfrequentAccess, l.InfrequentAccessDays, crossplane.LifecycleRule{
		Transition: []crossplane.Transition{{Days: l.InfrequentAccessDays, StorageClass: l.StorageClass}},
	})
	add(RuleIncompleteUploads, l.AbortIncompleteUploadsDays, crossplane.LifecycleRule{
		AbortIncompleteMultipartUpload: []crossplane.AbortIncompleteMultipartUpload{{DaysAfterInitiation: l.AbortIncompleteUploadsDays}},
	})
	return rules
}
