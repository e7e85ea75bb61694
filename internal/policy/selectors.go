package policy

import (
	"encoding/json"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// selector reads a label selector; false when it is none, which the API server
// will say better.
func (v value) selector() (labels.Selector, bool) {
	var read metav1.LabelSelector
	data, err := json.Marshal(v.raw)
	if err != nil || json.Unmarshal(data, &read) != nil {
		return nil, false
	}
	selector, err := metav1.LabelSelectorAsSelector(&read)
	return selector, err == nil
}

// selection is a selector of an object, and where it looks.
type selection struct {
	object manifest.Object
	at     value
	labels labels.Selector
	// of is "pod" or "Service", whichever it selects.
	of string
	// namespaces that it looks in; none is every namespace.
	namespaces []string
}

// selections are the selectors of an environment that must select something to
// be of use.
func selections(objects []manifest.Object) []selection {
	var all []selection
	for _, o := range objects {
		s := selection{object: o, of: "pod", namespaces: []string{o.Namespace}}
		spec := root(o).at("spec")
		switch o.Group + "/" + o.Kind {
		case "/Service":
			s.at = spec.at("selector")
			s.labels = labels.SelectorFromSet(s.at.labels())
		case "policy/PodDisruptionBudget":
			s.at = spec.at("selector")
		case "networking.k8s.io/NetworkPolicy":
			s.at = spec.at("podSelector")
		case groupMonitoring + "/ServiceMonitor":
			s.of = "Service"
			fallthrough
		case groupMonitoring + "/PodMonitor":
			s.at = spec.at("selector")
			s.namespaces = monitored(o)
		}
		if s.at.raw == nil {
			continue
		}
		if s.labels == nil {
			read, ok := s.at.selector()
			if !ok {
				continue
			}
			s.labels = read
		}
		// A Service with no labels to look for selects nothing on purpose.
		if !s.labels.Empty() || o.Kind != "Service" {
			all = append(all, s)
		}
	}
	return all
}

// groupMonitoring is the API group of the Prometheus operator.
const groupMonitoring = "monitoring.coreos.com"

// monitored are the namespaces in which a monitor looks.
func monitored(o manifest.Object) []string {
	in := root(o).at("spec", "namespaceSelector")
	if in.at("any").is(true) {
		return nil
	}
	var names []string
	for _, name := range in.at("matchNames").items() {
		names = append(names, name.text())
	}
	if len(names) == 0 {
		names = []string{o.Namespace}
	}
	return names
}

// selectsNothing finds selectors that select nothing: a Service nobody answers
// for, a budget that protects nothing, a policy that governs nobody.
func selectsNothing(in Input) []Finding {
	pods, services := selectablePods(in.Objects), selectableServices(in.Objects)
	elsewhere := deliveries(in.Objects)
	var found []Finding
	for _, s := range selections(in.Objects) {
		candidates := pods
		if s.of == "Service" {
			candidates = services
		}
		matches := slices.ContainsFunc(candidates, func(c selectable) bool {
			return (s.namespaces == nil || slices.Contains(s.namespaces, c.namespace)) && s.labels.Matches(c.labels)
		})
		// Those that select everything are of use for what comes later.
		if matches || s.labels.Empty() || comesLater(s.labels) {
			continue
		}
		f := Finding{
			Object:  s.object.ID,
			Path:    s.at.path,
			Message: "selects no " + s.of + " of this environment",
			Hint:    "write labels that are on one; if what is meant comes from elsewhere, waive this with that as the reason",
		}
		if by, ok := into(elsewhere, s.namespaces...); ok {
			f = f.unless(by)
		}
		found = append(found, f)
	}
	return found
}

// laterLabels begin the keys of labels that operators put on pods which come and
// go, such as those that answer the challenges of certificates.
var laterLabels = []string{"acme.cert-manager.io/", "batch.kubernetes.io/", "cnpg.io/jobRole"}

// comesLater tells whether a selector is about such pods, or about operators that
// are often installed by other means.
func comesLater(selector labels.Selector) bool {
	requirements, _ := selector.Requirements()
	return slices.ContainsFunc(requirements, func(r labels.Requirement) bool {
		if r.Key() == naming.LabelName && r.Values().HasAny(naming.AppPostgresOperator, naming.AppBackupPlugin) {
			return true
		}
		return slices.ContainsFunc(laterLabels, func(prefix string) bool { return strings.HasPrefix(r.Key(), prefix) })
	})
}

// selectable is something that a selector can select.
type selectable struct {
	namespace string
	labels    labels.Set
}

// selectablePods are those that an environment makes, as far as they are known
// before any of them runs.
func selectablePods(objects []manifest.Object) []selectable {
	var all []selectable
	for _, pod := range connectivity.New(objects).Pods() {
		all = append(all, selectable{pod.Namespace, pod.Labels})
	}
	return all
}

// selectableServices are those of an environment, and those that CloudNativePG
// makes.
func selectableServices(objects []manifest.Object) []selectable {
	var all []selectable
	for _, o := range objects {
		switch {
		case o.Kind == "Service" && o.Group == "":
			all = append(all, selectable{o.Namespace, root(o).at("metadata", "labels").labels()})
		case o.Kind == "Cluster" && o.Group == groupPostgres:
			all = append(all, selectable{o.Namespace, labels.Set{naming.LabelCNPGCluster: o.Name}})
		}
	}
	return all
}
