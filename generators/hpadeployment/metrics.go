package hpadeployment

import (
	"strconv"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// metricsPort is the name of the port that serves metrics: one that is there
// anyway, or one of its own.
func metricsPort(s v1alpha1.HPADeploymentSpec) string {
	number := *s.Metrics.Port
	if number == *s.Port {
		return naming.PortNameHTTP
	}
	for name, port := range s.ExtraPorts {
		if port.Port == number {
			return name
		}
	}
	return naming.PortNameMetrics
}

func (s server) monitor() []meta.Object {
	m := s.spec.Metrics
	if m == nil || m.Mode != metricsMonitor {
		return nil
	}
	return []meta.Object{&monitoringv1.ServiceMonitor{
		TypeMeta:   metav1.TypeMeta{APIVersion: "monitoring.coreos.com/v1", Kind: "ServiceMonitor"},
		ObjectMeta: s.scope.Object(s.served("monitoring")),
		Spec: monitoringv1.ServiceMonitorSpec{
			Selector: metav1.LabelSelector{MatchLabels: naming.Selector(s.names.Name, s.names.Name)},
			Endpoints: []monitoringv1.Endpoint{{
				Port:     metricsPort(s.spec),
				Path:     m.Path,
				Interval: monitoringv1.Duration(m.Interval),
				Scheme:   new(monitoringv1.Scheme(m.Scheme)),
			}},
		},
	}}
}

// scrapeAnnotations are what a Prometheus that discovers pods by annotations
// reads; nil where another way is wanted, or none.
func (s server) scrapeAnnotations() map[string]string {
	m := s.spec.Metrics
	if m == nil || m.Mode != metricsAnnotations {
		return nil
	}
	return map[string]string{
		"prometheus.io/scrape": "true",
		"prometheus.io/port":   strconv.Itoa(int(*m.Port)),
		"prometheus.io/path":   m.Path,
		"prometheus.io/scheme": m.Scheme,
	}
}
