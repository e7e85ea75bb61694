package hardened

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// mountPath has the characters that paths in images have. Kubernetes refuses a
// colon.
var mountPath = validate.NewForm(`/[A-Za-z0-9/._+@-]*`, 500)

// kernelPaths are mounted by the runtime and the kubelet; a volume over one of
// them breaks the container or hides what it is kept from.
var kernelPaths = []string{"/proc", "/sys", "/dev", "/var/run/secrets/kubernetes.io", "/run/secrets/kubernetes.io"}

// ValidateMountPath checks where a volume is mounted.
func ValidateMountPath(p *validate.Problems, at *field.Path, value string) {
	below := func(dir string) bool { return value == dir || strings.HasPrefix(value, dir+"/") }
	switch {
	case !mountPath.Matches(value) || path.Clean(value) != value:
		p.Add(at, fmt.Sprintf("is %s, which is not a path to mount at", validate.Quote(value)), "write an absolute path of letters, digits, /, ., _, +, @ and -, without . and .. in it and without / at its end, as in /var/lib/app")
	case value == "/":
		p.Add(at, "is /, which would hide the whole image", "write the directory that is meant, as in /var/lib/app")
	case slices.ContainsFunc(kernelPaths, below):
		p.Add(at, fmt.Sprintf("is %s, which belongs to the kernel or to Kubernetes", value), "write another directory, as in /var/lib/app")
	}
}
