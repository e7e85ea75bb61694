package hardened

import (
	"math"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DefaultSecurity fills in the user and group of the reference's checklist.
func DefaultSecurity(s *v1alpha1.Security) { DefaultRelaxedSecurity(s, v1alpha1.Relaxations{}) }

// DefaultRelaxedSecurity fills in the user and group where no relaxation takes
// their place; there they stay empty, so that validation can tell that somebody
// expects them to count.
func DefaultRelaxedSecurity(s *v1alpha1.Security, r v1alpha1.Relaxations) {
	if !r.RunAsRoot {
		defaulting.Pointer(&s.RunAsUser, 1000)
	}
	if !r.RootGroup {
		defaulting.Pointer(&s.RunAsGroup, 1000)
	}
}

// ValidateSecurity checks a defaulted block.
func ValidateSecurity(p *validate.Problems, path *field.Path, s v1alpha1.Security) {
	p.Int64(path.Child("runAsUser"), s.RunAsUser, 1, math.MaxInt32)
	p.Int64(path.Child("runAsGroup"), s.RunAsGroup, 1, math.MaxInt32)
}

// identity is the user and group of a pod.
func identity(s v1alpha1.Security, r v1alpha1.Relaxations) (user, group int64) {
	if !r.RunAsRoot {
		user = *s.RunAsUser
	}
	if !r.RootGroup {
		group = *s.RunAsGroup
	}
	return user, group
}
