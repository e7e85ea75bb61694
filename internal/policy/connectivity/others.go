package connectivity

import (
	"cmp"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// anywhere stands for a namespace of which nothing is known but that no policy
// names it. No namespace can have this name.
const anywhere = "*"

// addOthers adds pods that the environment does not make and that matter to its
// policies: for each selector that finds none of its pods one that it would find,
// and for each namespace and for the rest of the cluster one without labels. They
// also stand for pods that somebody starts by hand.
func (n *Net) addOthers() {
	n.addOther(anywhere, nil)
	n.namespaces[anywhere] = labels.Set{}
	for namespace := range n.homes {
		n.addOther(namespace, nil)
	}
	for _, p := range n.policies {
		n.addOther(p.Namespace, &p.Spec.PodSelector)
		for _, rule := range p.Spec.Ingress {
			n.addPeers(p.Namespace, rule.From)
		}
		for _, rule := range p.Spec.Egress {
			n.addPeers(p.Namespace, rule.To)
		}
	}
	slices.SortFunc(n.others, func(a, b Pod) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.selector, b.selector))
	})
}

func (n *Net) addPeers(home string, peers []networkingv1.NetworkPolicyPeer) {
	for _, peer := range peers {
		switch {
		case peer.IPBlock != nil:
		case peer.NamespaceSelector == nil:
			n.addOther(home, peer.PodSelector)
		default:
			n.addOther(n.namespaceFor(*peer.NamespaceSelector), peer.PodSelector)
		}
	}
}

// addOther adds a pod that a selector finds, unless one of the environment stands
// for it. No selector means a pod without labels.
func (n *Net) addOther(namespace string, selector *metav1.LabelSelector) {
	pod := Pod{Namespace: namespace, Labels: labels.Set{}}
	if selector != nil {
		pod.Labels = example(*selector)
		if !selects(*selector, pod.Labels) {
			return // It contradicts itself.
		}
		if len(pod.Labels) > 0 {
			pod.selector = metav1.FormatLabelSelector(selector)
		}
	}
	stands := func(p Pod) bool { return p.Namespace == namespace && selects(*selector, p.Labels) }
	same := func(p Pod) bool { return p.Namespace == namespace && p.selector == pod.selector }
	if pod.selector != "" && slices.ContainsFunc(n.pods, stands) || slices.ContainsFunc(n.others, same) {
		return
	}
	n.others = append(n.others, pod)
}

// namespaceFor is the namespace that a selector finds: the one that it names, or
// one that stands for all that have the labels it asks for.
func (n *Net) namespaceFor(selector metav1.LabelSelector) string {
	if name := selector.MatchLabels[naming.LabelNamespaceName]; name != "" && len(selector.MatchLabels) == 1 && len(selector.MatchExpressions) == 0 {
		return name
	}
	set := example(selector)
	if len(set) == 0 {
		return anywhere
	}
	name := metav1.FormatLabelSelector(&selector)
	n.namespaces[name] = set
	return name
}

// example are the fewest labels that a selector can match; they do not match one
// that contradicts itself.
func example(selector metav1.LabelSelector) labels.Set {
	set := with(nil, selector.MatchLabels)
	for _, e := range selector.MatchExpressions {
		switch {
		case set.Has(e.Key):
		case e.Operator == metav1.LabelSelectorOpIn && len(e.Values) > 0:
			set[e.Key] = slices.Min(e.Values)
		case e.Operator == metav1.LabelSelectorOpExists:
			set[e.Key] = ""
		}
	}
	return set
}
