package atticcache

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// drainSeconds is how long a stopping API pod still takes requests, while the
// news that it is going reaches Traefik.
const drainSeconds = 10

func (c cache) apiOf() meta.Of {
	return meta.Of{Name: c.names.API(), App: appAttic, Component: "api", Wave: meta.WaveServing, Version: meta.ImageVersion(c.spec.Image)}
}

func (c cache) api() []meta.Object {
	spec := c.spec.API
	pod := c.atticPod(c.names.API(), "api-server", c.servingConfig(), c.apiDatabase(), *spec.Resources)
	pod.Ports = []corev1.ContainerPort{{Name: naming.PortNameHTTP, ContainerPort: naming.PortAPI, Protocol: corev1.ProtocolTCP}}
	pod.Startup = c.probe(*spec.Probes.Startup)
	pod.Liveness = c.probe(*spec.Probes.Liveness)
	pod.Readiness = c.probe(*spec.Probes.Readiness)
	pod.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: drainSeconds}}}
	pod.GracePeriodSeconds = spec.TerminationGracePeriodSeconds
	return hpadeployment.Objects(hpadeployment.Options{
		Scope:       c.scope,
		Of:          c.apiOf(),
		Pod:         pod,
		Scaling:     spec.Scaling,
		ServicePort: naming.PortService,
	})
}

// probe asks as a client would: a server with allowed hosts refuses a request
// for its own address.
func (c cache) probe(p v1alpha1.Probe) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
			Path:        c.spec.API.HealthPath,
			Port:        intstr.FromString(naming.PortNameHTTP),
			HTTPHeaders: []corev1.HTTPHeader{{Name: "Host", Value: c.spec.Hostname}},
		}},
		InitialDelaySeconds: *p.InitialDelaySeconds,
		PeriodSeconds:       *p.PeriodSeconds,
		TimeoutSeconds:      *p.TimeoutSeconds,
		FailureThreshold:    *p.FailureThreshold,
	}
}
