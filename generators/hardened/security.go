package hardened

import (
	"fmt"
	"math"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// defaultIdentity is the number of the user and of the group.
const defaultIdentity = 1000

// DefaultSecurity fills in the user and group of the reference's checklist.
func DefaultSecurity(s *v1alpha1.Security) { DefaultRelaxedSecurity(s, v1alpha1.Relaxations{}) }

// DefaultRelaxedSecurity fills in the user and group where no relaxation takes
// their place; there they stay empty, so that validation can tell that somebody
// expects them to count.
func DefaultRelaxedSecurity(s *v1alpha1.Security, r v1alpha1.Relaxations) {
	if !r.RunAsRoot {
		defaulting.Pointer(&s.RunAsUser, defaultIdentity)
	}
	if !r.RootGroup {
		defaulting.Pointer(&s.RunAsGroup, defaultIdentity)
	}
}

// ValidateSecurity checks a defaulted block, and tells a reviewer of another user
// or group than that of all other pods.
func ValidateSecurity(p *validate.Problems, path *field.Path, s v1alpha1.Security) {
	p.Int64(path.Child("runAsUser"), s.RunAsUser, 1, math.MaxInt32)
	p.Int64(path.Child("runAsGroup"), s.RunAsGroup, 1, math.MaxInt32)
	for _, f := range []struct {
		name, who string
		value     *int64
	}{{"runAsUser", "user", s.RunAsUser}, {"runAsGroup", "group", s.RunAsGroup}} {
		if f.value != nil && *f.value > 0 && *f.value <= math.MaxInt32 && *f.value != defaultIdentity {
			p.Note(path.Child(f.name), fmt.Sprintf("is %d: the process runs as a %s of the image's own choice, not as %d", *f.value, f.who, defaultIdentity), "remove it if the image can run as any "+f.who)
		}
	}
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
