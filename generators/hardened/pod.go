// Package hardened is what every pod, namespace and network policy here
// shares: the restricted Pod Security profile and more, with no way to loosen
// it but the fields that the spec documents, each of which is reported.
package hardened

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

// Pod is a pod with one container, as far as pods differ from each other.
type Pod struct {
	// Name of the container.
	Name string
	// ServiceAccount the pod runs as; its token is not mounted.
	ServiceAccount string
	// Image, pinned.
	Image string
	// ImagePullSecrets name Secrets with registry credentials.
	ImagePullSecrets []string
	// Annotations of the pod beyond the scope's.
	Annotations map[string]string
	// Command instead of the image's entry point, and Args of whichever it is.
	Command, Args []string
	// Env in an order that lets later variables refer to earlier ones.
	Env []corev1.EnvVar
	// EnvFrom is variables from whole ConfigMaps and Secrets.
	EnvFrom []corev1.EnvFromSource
	// Ports the container listens on.
	Ports []corev1.ContainerPort
	// Startup, Liveness and Readiness are nil where there is nothing to ask.
	Startup, Liveness, Readiness *corev1.Probe
	// Resources must have requests and limits.
	Resources v1alpha1.ResourceRequirements
	// Volumes and Mounts beyond /tmp.
	Volumes []corev1.Volume
	Mounts  []corev1.VolumeMount
	// Lifecycle hooks, if any.
	Lifecycle *corev1.Lifecycle
	// GracePeriodSeconds between SIGTERM and SIGKILL; nil is Kubernetes' 30 s.
	GracePeriodSeconds *int64
	// RestartPolicy; empty is Always.
	RestartPolicy corev1.RestartPolicy
	// Security is who the process runs as.
	Security v1alpha1.Security
	// Relaxations are what the pod does not keep of the hardening; the zero
	// value keeps all of it.
	Relaxations v1alpha1.Relaxations
	// Scheduling is where the pod may run.
	Scheduling Scheduling
	// Affinity and TopologySpread keep replicas apart.
	Affinity       *corev1.Affinity
	TopologySpread []corev1.TopologySpreadConstraint
}

// Scheduling is where pods may run.
type Scheduling struct {
	// PriorityClassName of the pod.
	PriorityClassName string
	// Tolerations of node taints.
	Tolerations []v1alpha1.Toleration
	// NodeSelector restricts the nodes.
	NodeSelector map[string]string
}

// Template is the pod, hardened.
func (p Pod) Template(scope meta.Scope, of meta.Of) corev1.PodTemplateSpec {
	scratch, scratchMounts := writable(p.Relaxations)
	user, group := identity(p.Security, p.Relaxations)
	nonRoot := !p.Relaxations.RunAsRoot
	scope.Annotations = meta.Merged(scope.Annotations, p.Annotations)
	return corev1.PodTemplateSpec{
		ObjectMeta: scope.Pod(of),
		Spec: corev1.PodSpec{
			ServiceAccountName:            p.ServiceAccount,
			AutomountServiceAccountToken:  &p.Relaxations.ServiceAccountToken,
			EnableServiceLinks:            new(false),
			HostUsers:                     p.Security.HostUsers,
			ImagePullSecrets:              localRefs(p.ImagePullSecrets),
			RestartPolicy:                 p.RestartPolicy,
			TerminationGracePeriodSeconds: p.GracePeriodSeconds,
			PriorityClassName:             p.Scheduling.PriorityClassName,
			Tolerations:                   Tolerations(p.Scheduling.Tolerations),
			NodeSelector:                  p.Scheduling.NodeSelector,
			Affinity:                      p.Affinity,
			TopologySpreadConstraints:     p.TopologySpread,
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot:        &nonRoot,
				RunAsUser:           &user,
				RunAsGroup:          &group,
				FSGroup:             &group,
				FSGroupChangePolicy: new(corev1.FSGroupChangeOnRootMismatch),
				SeccompProfile:      &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
				AppArmorProfile:     &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name:            p.Name,
				Image:           p.Image,
				ImagePullPolicy: corev1.PullAlways,
				Command:         p.Command,
				Args:            p.Args,
				Env:             p.Env,
				EnvFrom:         p.EnvFrom,
				Ports:           p.Ports,
				StartupProbe:    p.Startup,
				LivenessProbe:   p.Liveness,
				ReadinessProbe:  p.Readiness,
				Lifecycle:       p.Lifecycle,
				Resources:       Resources(p.Resources),
				// The container repeats what the pod says, so that a container
				// added by a patch does not silently run as something else and
				// scanners that look at containers alone are satisfied.
				SecurityContext: &corev1.SecurityContext{
					RunAsNonRoot:             &nonRoot,
					RunAsUser:                &user,
					RunAsGroup:               &group,
					Privileged:               new(false),
					AllowPrivilegeEscalation: &p.Relaxations.PrivilegeEscalation,
					ReadOnlyRootFilesystem:   new(!p.Relaxations.WritableRootFilesystem),
					Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: capabilities(p.Relaxations)},
					SeccompProfile:           &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
				},
				VolumeMounts: append(scratchMounts, p.Mounts...),
			}},
			Volumes: append(scratch, p.Volumes...),
		},
	}
}

// FromSecret is the value of an environment variable that one key of a Secret
// holds.
func FromSecret(secret, key string) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: secret}, Key: key,
	}}
}

// FileFromSecret is a volume with one key of a Secret, and nothing else that is in
// it, as a file of that name.
func FileFromSecret(secret, key string) corev1.VolumeSource {
	return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
		SecretName: secret,
		Items:      []corev1.KeyToPath{{Key: key, Path: key}},
	}}
}

// Resources turns checked quantities into Kubernetes' own.
func Resources(r v1alpha1.ResourceRequirements) corev1.ResourceRequirements {
	return corev1.ResourceRequirements{Requests: resourceList(r.Requests), Limits: resourceList(r.Limits)}
}

func resourceList(r v1alpha1.ResourceList) corev1.ResourceList {
	list := corev1.ResourceList{}
	for name, value := range map[corev1.ResourceName]v1alpha1.Quantity{
		corev1.ResourceCPU:              r.CPU,
		corev1.ResourceMemory:           r.Memory,
		corev1.ResourceEphemeralStorage: r.EphemeralStorage,
	} {
		if value != "" {
			list[name] = resource.MustParse(string(value))
		}
	}
	return list
}

// Tolerations turns checked tolerations into Kubernetes' own.
func Tolerations(list []v1alpha1.Toleration) []corev1.Toleration {
	var out []corev1.Toleration
	for _, t := range list {
		out = append(out, corev1.Toleration{
			Key:               t.Key,
			Operator:          corev1.TolerationOperator(t.Operator),
			Value:             t.Value,
			Effect:            corev1.TaintEffect(t.Effect),
			TolerationSeconds: t.TolerationSeconds,
		})
	}
	return out
}

func localRefs(names []string) []corev1.LocalObjectReference {
	var out []corev1.LocalObjectReference
	for _, name := range names {
		out = append(out, corev1.LocalObjectReference{Name: name})
	}
	return out
}
