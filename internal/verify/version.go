package verify

import (
	"fmt"
	"strconv"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// Tested is the version of Kubernetes that what is rendered is tested with, and
// that atticgen's types are of.
func Tested() policy.KubernetesVersion { return policy.KubernetesVersion{Major: 1, Minor: 37} }

// The versions that can be judged. What versions after the tested one take away
// is announced three versions ahead.
const (
	oldestMinor = 24
	ahead       = 3
)

// Versions are the versions that can be judged, for people.
func Versions() string {
	return fmt.Sprintf("from 1.%d to 1.%d", oldestMinor, Tested().Minor+ahead)
}

// Version is a version as people write it.
func Version(v policy.KubernetesVersion) string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// ParseVersion reads a version such as 1.37; v1.37 and 1.37.2 are the same.
func ParseVersion(text string) (policy.KubernetesVersion, error) {
	tested := Tested()
	wrong := fmt.Errorf("%s is not a version of Kubernetes %s; write one as in %s", diag.Quote(text), Versions(), Version(tested))
	parts := strings.Split(strings.TrimPrefix(text, "v"), ".")
	if len(parts) < 2 || len(parts) > 3 {
		return policy.KubernetesVersion{}, wrong
	}
	numbers := make([]int, len(parts))
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return policy.KubernetesVersion{}, wrong
		}
		numbers[i] = int(n)
	}
	if numbers[0] != tested.Major || numbers[1] < oldestMinor || numbers[1] > tested.Minor+ahead {
		return policy.KubernetesVersion{}, wrong
	}
	return policy.KubernetesVersion{Major: numbers[0], Minor: numbers[1]}, nil
}
