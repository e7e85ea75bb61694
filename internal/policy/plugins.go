package policy

import (
	"encoding/json"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// pluginPolicy is a policy of a network plugin, as far as it can be read.
type pluginPolicy struct {
	id manifest.ID
	// about tells whether the policy may be about a pod.
	about func(connectivity.Pod) bool
	// ingress and egress are set where it surely isolates the pods that it is
	// about, and known where these two are all that there is to say.
	ingress, egress, known bool
}

// pluginPolicies are those of an environment.
func pluginPolicies(objects []manifest.Object) []pluginPolicy {
	namespaces := map[string]labels.Set{}
	for _, o := range objects {
		if o.Kind == "Namespace" && o.Group == "" {
			namespaces[o.Name] = root(o).at("metadata", "labels").labels()
		}
	}
	var all []pluginPolicy
	for _, o := range objects {
		switch {
		// What is staged is not in force.
		case !strings.HasSuffix(o.Kind, "NetworkPolicy") || strings.HasPrefix(o.Kind, "Staged"):
		case o.Group == "cilium.io":
			all = append(all, ofCilium(o))
		case strings.HasSuffix(o.Group, "projectcalico.org"):
			all = append(all, ofCalico(o))
		case o.Group == "policy.networking.k8s.io":
			all = append(all, ofAdmin(o, namespaces))
		}
	}
	return all
}

// ofCilium reads a policy of Cilium's, which isolates its pods in the directions
// that it has rules for.
func ofCilium(o manifest.Object) pluginPolicy {
	spec := root(o).at("spec")
	selector, readable := spec.at("endpointSelector").ciliumSelector()
	several := root(o).at("specs").exists()
	readable = readable && !several
	isolates := func(direction string) bool {
		rules := len(spec.at(direction).items()) + len(spec.at(direction+"Deny").items())
		return rules > 0 && !spec.at("enableDefaultDeny", direction).is(false)
	}
	return pluginPolicy{
		id: o.ID, known: readable, ingress: readable && isolates("ingress"), egress: readable && isolates("egress"),
		about: func(pod connectivity.Pod) bool {
			everywhere := o.Kind == "CiliumClusterwideNetworkPolicy"
			selects := several || spec.at("endpointSelector").exists() && (!readable || selector.Matches(pod.Labels))
			return (everywhere || o.Namespace == pod.Namespace) && selects
		},
	}
}

// ciliumSelector reads a selector whose keys may say where a label comes from;
// false where it is about labels that Cilium makes up itself.
func (v value) ciliumSelector() (labels.Selector, bool) {
	var read metav1.LabelSelector
	data, err := json.Marshal(v.raw)
	if !v.exists() || err != nil || json.Unmarshal(data, &read) != nil {
		return nil, false
	}
	plain := metav1.LabelSelector{MatchLabels: map[string]string{}}
	for key, text := range read.MatchLabels {
		plain.MatchLabels[ciliumKey(key)] = text
	}
	for _, r := range read.MatchExpressions {
		r.Key = ciliumKey(r.Key)
		plain.MatchExpressions = append(plain.MatchExpressions, r)
	}
	selector, err := metav1.LabelSelectorAsSelector(&plain)
	if err != nil {
		return nil, false
	}
	requirements, _ := selector.Requirements()
	for _, r := range requirements {
		if strings.HasPrefix(r.Key(), "io.kubernetes.") || strings.HasPrefix(r.Key(), "io.cilium.") {
			return nil, false
		}
	}
	return selector, true
}

// ciliumKey is the key of a label without its source.
func ciliumKey(key string) string {
	for _, source := range []string{"k8s:", "any:"} {
		if plain, ok := strings.CutPrefix(key, source); ok {
			return plain
		}
	}
	return key
}

// ofCalico reads a policy of Calico's; of its selectors only that for everything.
func ofCalico(o manifest.Object) pluginPolicy {
	spec := root(o).at("spec")
	every := func(key string) bool {
		return !spec.at(key).exists() || spec.at(key).text() == "" || spec.at(key).text() == "all()"
	}
	known := every("selector") && every("namespaceSelector") && every("serviceAccountSelector")
	types := spec.at("types").items()
	isolates := func(direction string, otherwise bool) bool {
		for _, t := range types {
			if t.text() == direction {
				return true
			}
		}
		return len(types) == 0 && otherwise
	}
	egress := len(spec.at("egress").items()) > 0
	return pluginPolicy{
		id: o.ID, known: known,
		ingress: known && isolates("Ingress", !egress || len(spec.at("ingress").items()) > 0), egress: known && isolates("Egress", egress),
		about: func(pod connectivity.Pod) bool {
			return strings.HasPrefix(o.Kind, "Global") || o.Namespace == pod.Namespace
		},
	}
}

// ofAdmin reads a policy of administrators, which never isolates pods, but may
// refuse all that there is to refuse.
func ofAdmin(o manifest.Object, namespaces map[string]labels.Set) pluginPolicy {
	subject := root(o).at("spec", "subject")
	in, pods := subject.at("namespaces"), value{}
	if of := subject.at("pods"); of.exists() {
		in, pods = of.at("namespaceSelector"), of.at("podSelector")
	}
	fits := func(v value, set labels.Set) bool {
		selector, ok := v.selector()
		return !ok || selector.Matches(set)
	}
	return pluginPolicy{id: o.ID, about: func(pod connectivity.Pod) bool {
		set, rendered := namespaces[pod.Namespace]
		if rendered {
			set = labels.Merge(set, labels.Set{naming.LabelNamespaceName: pod.Namespace})
		}
		return subject.exists() && (!rendered || fits(in, set)) && (!pods.exists() || fits(pods, pod.Labels))
	}}
}
