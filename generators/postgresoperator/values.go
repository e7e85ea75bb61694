package postgresoperator

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// imageUser is the user of the operator's image, and its group.
const imageUser = 10001

// values are what the spec and the restricted profile come to in the chart's own
// terms, which have been the same since its version 0.20. What is hardened is
// written out, so that a later chart that changes its defaults changes nothing.
func values(s v1alpha1.PostgresOperatorSpec) v1alpha1.Values {
	seccomp := &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
	return v1alpha1.Values{
		"replicaCount": *s.Replicas,
		// The chart has its definitions among its templates, where includeCRDs
		// does not reach.
		"crds":       map[string]any{"create": *s.IncludeCRDs},
		"monitoring": map[string]any{"podMonitorEnabled": *s.PodMonitor},
		"resources":  hardened.Resources(*s.Resources),
		"podSecurityContext": corev1.PodSecurityContext{
			RunAsNonRoot:   new(true),
			RunAsUser:      new(int64(imageUser)),
			RunAsGroup:     new(int64(imageUser)),
			SeccompProfile: seccomp,
		},
		"containerSecurityContext": corev1.SecurityContext{
			RunAsNonRoot:             new(true),
			RunAsUser:                new(int64(imageUser)),
			RunAsGroup:               new(int64(imageUser)),
			Privileged:               new(false),
			AllowPrivilegeEscalation: new(false),
			ReadOnlyRootFilesystem:   new(true),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			SeccompProfile:           seccomp,
		},
		// As far as nodes allow: a one-node cluster still runs every replica.
		"affinity": corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
				Weight: 100,
				PodAffinityTerm: corev1.PodAffinityTerm{
					TopologyKey:   corev1.LabelHostname,
					LabelSelector: &metav1.LabelSelector{MatchLabels: naming.Selector(s.Chart.Name, s.ReleaseName)},
				},
			}},
		}},
	}
}

// fixed are the values that have a field in the spec, which defaults, checks and
// policies go by, and those that would give the operator other names than these
// know.
func fixed() map[string]string {
	const named = "remove it: the network policies and the disruption budget go by the chart's own names (releaseName and metadata.namespace are fields of the spec)"
	return map[string]string{
		"replicaCount":                 "write spec.replicas",
		"crds.create":                  "write spec.includeCRDs",
		"monitoring.podMonitorEnabled": "write spec.podMonitor",
		"nameOverride":                 named,
		"fullnameOverride":             named,
		"namespaceOverride":            named,
	}
}
