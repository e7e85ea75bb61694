package hardened

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DefaultKubernetesAPI fills in where an API server may be.
func DefaultKubernetesAPI(block **v1alpha1.KubernetesAPI) {
	api := defaulting.Block(block)
	if api.CIDRs == nil {
		api.CIDRs = []string{"0.0.0.0/0", "::/0"}
	}
	if api.Ports == nil {
		api.Ports = []int32{443, 6443}
	}
}

// ValidateKubernetesAPI checks a defaulted block. What comes of a server that
// cannot be reached completes the sentence "is empty, and".
func ValidateKubernetesAPI(p *validate.Problems, path *field.Path, api v1alpha1.KubernetesAPI, unreachable string) {
	p.CIDRs(path.Child("cidrs"), api.CIDRs)
	if len(api.CIDRs) == 0 {
		p.Add(path.Child("cidrs"), "is empty, and "+unreachable, "write the API server's addresses, or remove the line")
	}
	if len(api.Ports) == 0 {
		p.Add(path.Child("ports"), "is empty", "write the API server's ports, as in [443, 6443], or remove the line")
	}
	for i, port := range api.Ports {
		p.Int32(path.Child("ports").Index(i), &port, 1, 65535)
	}
}

// KubernetesAPI lets pods ask the API server.
func KubernetesAPI(api v1alpha1.KubernetesAPI) Rule {
	return Rule{Peers: Blocks(api.CIDRs), TCP: api.Ports}
}
