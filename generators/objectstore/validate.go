package objectstore

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a defaulted spec.
func Validate(p *validate.Problems, path *field.Path, s v1alpha1.ObjectStoreSpec) {
	if s.Endpoint == "" {
		p.Add(path.Child("endpoint"), "is missing", "write the URL of the S3 API, as in https://s3.example.com")
	} else {
		ValidateEndpoint(p, path, s.Endpoint, s.Insecure)
	}
	p.Region(path.Child("region"), s.Region)
	p.ObjectName(path.Child("credentialsSecret"), s.CredentialsSecret)
	desired := Desired(s)
	ValidateDesired(p, path, desired)
	validateProvisioning(p, path.Child("provisioning"), *s.Provisioning)
	if l := desired.Lifecycle; s.Provisioning.Mode != ModeNone && l.InfrequentAccessDays > 0 {
		p.Note(path.Child("lifecycle", "infrequentAccessDays"),
			fmt.Sprintf("is %d, and Amazon moves no object below 128 KiB by age, which most of Attic's chunks are; what moves costs a fee for each object and each read", l.InfrequentAccessDays),
			"compare the prices of the store, or write 0 to move nothing")
	}
}

func validateProvisioning(p *validate.Problems, path *field.Path, s v1alpha1.BucketProvisioning) {
	p.OneOf(path.Child("mode"), s.Mode, ModeNone, ModeCrossplane, ModeJob)
	if s.Crossplane != nil {
		validateCrossplane(p, path.Child("crossplane"), s)
	}
	if s.Job != nil {
		validateJob(p, path.Child("job"), s)
	}
}

func validateCrossplane(p *validate.Problems, path *field.Path, s v1alpha1.BucketProvisioning) {
	if s.Mode != ModeCrossplane {
		p.Add(path, "counts only in mode crossplane", "remove it, or write mode: crossplane")
		return
	}
	config := path.Child("providerConfig")
	p.OneOf(config.Child("kind"), s.Crossplane.ProviderConfig.Kind, "ProviderConfig", "ClusterProviderConfig")
	p.ObjectName(config.Child("name"), s.Crossplane.ProviderConfig.Name)
}

func validateJob(p *validate.Problems, path *field.Path, s v1alpha1.BucketProvisioning) {
	if s.Mode != ModeJob {
		p.Add(path, "counts only in mode job", "remove it, or write mode: job")
		return
	}
	if s.Job.Image == "" {
		p.Add(path.Child("image"), "is missing, and the Job that makes the bucket runs it", "write the image of atticgen, pinned, as make image builds it")
	} else {
		p.Image(path.Child("image"), s.Job.Image, 3)
	}
	p.ObjectName(path.Child("credentialsSecret"), s.Job.CredentialsSecret)
	hardened.ValidateResources(p, path.Child("resources"), *s.Job.Resources)
}
