package hpadeployment

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Health is how the kubelet checks a container.
type Health struct {
	// Path that answers when all is well; empty checks that the port takes
	// connections.
	Path string
	// Host header; empty is the pod's address.
	Host string
	// Timings must be defaulted and checked.
	Timings v1alpha1.Probes
}

func (h Health) probe(p v1alpha1.Probe) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:        h.handler(),
		InitialDelaySeconds: *p.InitialDelaySeconds,
		PeriodSeconds:       *p.PeriodSeconds,
		TimeoutSeconds:      *p.TimeoutSeconds,
		FailureThreshold:    *p.FailureThreshold,
	}
}

func (h Health) handler() corev1.ProbeHandler {
	port := intstr.FromString(naming.PortNameHTTP)
	if h.Path == "" {
		return corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: port}}
	}
	get := &corev1.HTTPGetAction{Path: h.Path, Port: port}
	if h.Host != "" {
		get.HTTPHeaders = []corev1.HTTPHeader{{Name: "Host", Value: h.Host}}
	}
	return corev1.ProbeHandler{HTTPGet: get}
}

// DefaultProbes fills in the reference's probe configuration. The startup probe
// is not the reference's: it gives a slow start two and a half minutes before
// liveness may restart the container.
func DefaultProbes(p *v1alpha1.Probes) {
	defaultProbe(defaulting.Block(&p.Startup), 0, 5, 5, 30)
	defaultProbe(defaulting.Block(&p.Liveness), 10, 30, 5, 3)
	defaultProbe(defaulting.Block(&p.Readiness), 5, 10, 5, 3)
}

func defaultProbe(p *v1alpha1.Probe, delay, period, timeout, failures int32) {
	defaulting.Pointer(&p.InitialDelaySeconds, delay)
	defaulting.Pointer(&p.PeriodSeconds, period)
	defaulting.Pointer(&p.TimeoutSeconds, timeout)
	defaulting.Pointer(&p.FailureThreshold, failures)
}

var urlPath = validate.NewForm(`/[A-Za-z0-9/._~+%?=&-]*`, 200)

// ValidatePath checks the path of a URL.
func ValidatePath(p *validate.Problems, path *field.Path, value string) {
	if !urlPath.Matches(value) {
		p.Add(path, fmt.Sprintf("is %s, which is not a path", validate.Quote(value)), "write a path that starts with /, without spaces")
	}
}

// ValidateGracePeriod checks how long a pod may take to stop: less than the drain
// and a moment to finish would cut every request.
func ValidateGracePeriod(p *validate.Problems, path *field.Path, seconds *int64, drain int64) {
	p.Int64(path, seconds, drain+5, 3600)
}

// ValidateProbes checks defaulted probes.
func ValidateProbes(p *validate.Problems, path *field.Path, probes v1alpha1.Probes) {
	validateProbe(p, path.Child("startup"), *probes.Startup)
	validateProbe(p, path.Child("liveness"), *probes.Liveness)
	validateProbe(p, path.Child("readiness"), *probes.Readiness)
}

func validateProbe(p *validate.Problems, path *field.Path, probe v1alpha1.Probe) {
	p.Int32(path.Child("initialDelaySeconds"), probe.InitialDelaySeconds, 0, 3600)
	period := p.Int32(path.Child("periodSeconds"), probe.PeriodSeconds, 1, 3600)
	timeout := p.Int32(path.Child("timeoutSeconds"), probe.TimeoutSeconds, 1, 3600)
	p.Int32(path.Child("failureThreshold"), probe.FailureThreshold, 1, 1000)
	if period && timeout && *probe.TimeoutSeconds > *probe.PeriodSeconds {
		p.Add(path.Child("timeoutSeconds"), fmt.Sprintf("is %d, above periodSeconds %d", *probe.TimeoutSeconds, *probe.PeriodSeconds),
			"lower it, or raise periodSeconds")
	}
}
