// Package hpadeployment generates a service whose size is the autoscaler's
// business: the reference's hpa-deployment module. [Generate] turns a spec of
// the kind HPADeployment into objects; [Objects] is the part of it that other
// kinds build their servers with.
package hpadeployment

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// Options is one autoscaled service.
type Options struct {
	// Scope and Of are the metadata of all its objects.
	Scope meta.Scope
	Of    meta.Of
	// Pod is what runs; its ports, probes, lifecycle, affinity and topology
	// spread are set here.
	Pod hardened.Pod
	// Scaling must be defaulted and checked.
	Scaling v1alpha1.Scaling
	// Port is the container's port named http, and ServicePort the Service's
	// that leads to it.
	Port, ServicePort int32
	// ExtraPorts are the further ones, in order.
	ExtraPorts []Port
	// Health is how the kubelet checks the container.
	Health Health
	// DrainSeconds is how long a stopping pod still takes requests.
	DrainSeconds int64
	// Account is what is said about the service account.
	Account Account
	// Alone is for what cannot run twice, as on a volume that one pod mounts: an
	// old pod stops before a new one starts.
	Alone bool
}

// Port is a port of the container and of the Service.
type Port struct {
	// Name of both.
	Name string
	// Container and Service are their numbers.
	Container, Service int32
}

// Account is a service account, of the name that the pod says.
type Account struct {
	// Existing accounts are not made here.
	Existing bool
	// Annotations by which clouds give its pods a role.
	Annotations map[string]string
}

// DefaultDrainSeconds is how long a stopping pod still takes requests, while the
// news that it is going reaches who sends them.
const DefaultDrainSeconds = 10

// Objects are ServiceAccount, Deployment, Service, HorizontalPodAutoscaler and
// PodDisruptionBudget.
func Objects(o Options) []meta.Object {
	var all []meta.Object
	if !o.Account.Existing {
		all = append(all, o.account())
	}
	return append(all, deployment(o), service(o), autoscaler(o), disruptionBudget(o))
}

func (o Options) account() meta.Object {
	of := o.Of
	of.Name, of.Instance, of.Annotations = o.Pod.ServiceAccount, o.Of.Name, o.Account.Annotations
	return hardened.ServiceAccount(o.Scope, of)
}

// plain is the metadata of the objects that are not the workload and so have no
// version.
func (o Options) plain() metav1.ObjectMeta {
	of := o.Of
	of.Version = ""
	return o.Scope.Object(of)
}

func (o Options) selector() map[string]string { return naming.Selector(o.Of.App, o.Of.Name) }

// ports are all ports, the main one first.
func (o Options) ports() []Port {
	return append([]Port{{Name: naming.PortNameHTTP, Container: o.Port, Service: o.ServicePort}}, o.ExtraPorts...)
}

func deployment(o Options) *appsv1.Deployment {
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: o.Scope.Object(o.Of),
		Spec: appsv1.DeploymentSpec{
			// No replicas: the autoscaler owns the number, and a GitOps
			// controller that also set it would fight it.
			Selector:             &metav1.LabelSelector{MatchLabels: o.selector()},
			RevisionHistoryLimit: new(int32(3)),
			Strategy:             o.strategy(),
			Template:             o.pod().Template(o.Scope, o.Of),
		},
	}
}

// MaxSurge is how many pods beyond the autoscaler's number a rollout starts.
const MaxSurge = 1

// strategy has a new pod ready before an old one goes, unless they cannot be
// there at the same time.
func (o Options) strategy() appsv1.DeploymentStrategy {
	if o.Alone {
		return appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}
	}
	return Rolling()
}

// Rolling has a new pod ready before an old one goes.
func Rolling() appsv1.DeploymentStrategy {
	return appsv1.DeploymentStrategy{
		Type: appsv1.RollingUpdateDeploymentStrategyType,
		RollingUpdate: &appsv1.RollingUpdateDeployment{
			MaxUnavailable: new(intstr.FromInt32(0)),
			MaxSurge:       new(intstr.FromInt32(MaxSurge)),
		},
	}
}

func (o Options) pod() hardened.Pod {
	pod := o.Pod
	for _, port := range o.ports() {
		pod.Ports = append(pod.Ports, corev1.ContainerPort{Name: port.Name, ContainerPort: port.Container, Protocol: corev1.ProtocolTCP})
	}
	pod.Startup = o.Health.probe(*o.Health.Timings.Startup)
	pod.Liveness = o.Health.probe(*o.Health.Timings.Liveness)
	pod.Readiness = o.Health.probe(*o.Health.Timings.Readiness)
	if o.DrainSeconds > 0 {
		pod.Lifecycle = Drain(o.DrainSeconds)
	}
	pod.TopologySpread = Spread(*o.Scaling.TopologySpread, o.selector())
	pod.Affinity = Apart(o.selector())
	return pod
}

// Drain has a stopping pod take requests for some seconds more.
func Drain(seconds int64) *corev1.Lifecycle {
	return &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: seconds}}}
}

func service(o Options) *corev1.Service {
	var ports []corev1.ServicePort
	for _, port := range o.ports() {
		ports = append(ports, corev1.ServicePort{
			Name:       port.Name,
			Protocol:   corev1.ProtocolTCP,
			Port:       port.Service,
			TargetPort: intstr.FromString(port.Name),
		})
	}
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: o.plain(),
		Spec: corev1.ServiceSpec{
			Type:     corev1.ServiceTypeClusterIP,
			Selector: o.selector(),
			Ports:    ports,
		},
	}
}
