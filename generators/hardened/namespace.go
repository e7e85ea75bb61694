package hardened

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

// podSecurity is the prefix of the labels that Pod Security admission reads.
const podSecurity = "pod-security.kubernetes.io/"

// Levels of Pod Security.
const (
	LevelRestricted = "restricted"
	LevelBaseline   = "baseline"
	LevelPrivileged = "privileged"
)

// Namespace is a namespace in which Pod Security enforces one profile of one
// Kubernetes version, and audits and warns about the restricted one.
func Namespace(scope meta.Scope, of meta.Of, n v1alpha1.Namespace) *corev1.Namespace {
	of.ClusterScoped = true
	of.Labels = map[string]string{}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		of.Labels[podSecurity+mode] = LevelRestricted
		of.Labels[podSecurity+mode+"-version"] = n.PodSecurityVersion
	}
	of.Labels[podSecurity+"enforce"] = n.PodSecurity
	return &corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: scope.Object(of),
	}
}

// ServiceAccount is an account of a component's own, whose token no pod gets
// to see. It must be there before any pod that runs as it.
func ServiceAccount(scope meta.Scope, of meta.Of) *corev1.ServiceAccount {
	of.Wave, of.Version = meta.WaveFoundation, ""
	return &corev1.ServiceAccount{
		TypeMeta:                     metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta:                   scope.Object(of),
		AutomountServiceAccountToken: new(false),
	}
}
