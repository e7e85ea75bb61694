// Package placement is what every kind of spec has in common: the name it is
// known by, the namespace its objects go into, what all of them carry, and the
// nodes their pods run on.
package placement

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DefaultPodSecurityVersion is the oldest Kubernetes that CloudNativePG 1.30
// supports.
const DefaultPodSecurityVersion = "v1.34"

// Default fills in what a spec leaves out.
func Default(p *v1alpha1.Placement) { DefaultNamespace(&p.Namespace) }

// DefaultNamespace fills in how the namespace is treated. What counts only where
// it is created stays empty where it is not, so that validation can tell that
// somebody expects it to count.
func DefaultNamespace(ns **v1alpha1.Namespace) {
	n := defaulting.Block(ns)
	defaulting.Pointer(&n.Create, true)
	if *n.Create {
		defaulting.Value(&n.PodSecurity, hardened.LevelRestricted)
		defaulting.Value(&n.PodSecurityVersion, DefaultPodSecurityVersion)
	}
}

// Scope is the metadata that all objects of a spec have in common.
func Scope(m v1alpha1.Metadata, p v1alpha1.Placement) meta.Scope {
	return meta.Scope{Namespace: m.Namespace, PartOf: m.Name, Labels: p.Labels, Annotations: p.Annotations}
}

// Scheduling is where pods may run.
func Scheduling(p v1alpha1.Placement) hardened.Scheduling {
	return hardened.Scheduling{PriorityClassName: p.PriorityClassName, Tolerations: p.Tolerations, NodeSelector: p.NodeSelector}
}

// Namespace is the namespace itself, if the spec creates it. The app is the
// label app.kubernetes.io/name.
func Namespace(scope meta.Scope, app string, n v1alpha1.Namespace) []meta.Object {
	if !*n.Create {
		return nil
	}
	of := meta.Of{Name: scope.Namespace, App: app, Component: "namespace"}
	return []meta.Object{hardened.Namespace(scope, of, n)}
}

// IsName tells whether a spec may have a name: it becomes that of a Service,
// and the beginning of longer ones.
func IsName(name string) bool {
	return len(validation.IsDNS1035Label(name)) == 0 && len(name) <= naming.MaxNameLength
}

// NameOr is the name of a spec, or a stand-in for one that is reported anyway,
// so that the names derived from it are not each reported again.
func NameOr(name, standIn string) string {
	if !IsName(name) {
		return standIn
	}
	return name
}

// ValidateMetadata checks what names a spec. The example is a name that one of
// its kind could have.
func ValidateMetadata(p *validate.Problems, m v1alpha1.Metadata, example string) {
	path := field.NewPath("metadata")
	switch {
	case m.Name == "":
		p.Add(path.Child("name"), "is missing", "write a name, as in "+example)
	case !IsName(m.Name):
		p.Add(path.Child("name"), fmt.Sprintf("is %s, which cannot begin the names of all objects", validate.Quote(m.Name)),
			fmt.Sprintf("use at most %d lower-case letters, digits and hyphens, starting with a letter and ending with a letter or digit", naming.MaxNameLength))
	}
	if m.Namespace == "" {
		p.Add(path.Child("namespace"), "is missing", "write the namespace that the objects go into")
		return
	}
	p.DNSLabel(path.Child("namespace"), m.Namespace)
	if slices.Contains(ownNamespaces, m.Namespace) {
		p.Add(path.Child("namespace"), fmt.Sprintf("is %s, which belongs to Kubernetes; denying all traffic in it would harm the cluster", m.Namespace), "use a namespace of its own, as in "+naming.DefaultNamespace)
	}
}

// ownNamespaces are Kubernetes' own; a default deny in one of them would cut
// off the cluster.
var ownNamespaces = []string{"default", "kube-system", "kube-public", "kube-node-lease"}
