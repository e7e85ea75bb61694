// Package connectivity computes from rendered objects who may reach whom on which
// port, as NetworkPolicies of networking.k8s.io/v1 say it: a direction of a pod is
// open until a policy for that direction selects the pod, then only what some rule
// of such a policy lists is; and both ends must agree.
package connectivity

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Net is the pods of an environment and the policies between them.
type Net struct {
	// pods are those that the environment makes, others those that its policies
	// are about too.
	pods, others []Pod
	policies     []policy
	// known are the pods that conditions find, and who stands for them.
	known []known
	// namespaces are the labels of those that are rendered.
	namespaces map[string]labels.Set
	// kinds are the conditions of what stands for all namespaces that fulfil them.
	kinds map[string]conditions
	// mentions are the conditions on each label of pods.
	mentions map[string]conditions
	// homes are the namespaces that the environment speaks for: it makes them, or
	// something there.
	homes map[string]bool
}

// policy is a NetworkPolicy and its selector, read once.
type policy struct {
	networkingv1.NetworkPolicy
	conditions
	pods labels.Selector
}

// New reads an environment. What cannot be read as a pod or as a policy is left
// out: no API server takes it.
func New(objects []manifest.Object) *Net {
	n := &Net{namespaces: map[string]labels.Set{}, kinds: map[string]conditions{}, mentions: map[string]conditions{}, homes: map[string]bool{}}
	for _, o := range objects {
		switch {
		case o.Group == "" && o.Kind == "Namespace":
			n.namespaces[o.Name] = with(labelsAt(o, "metadata", "labels"), ownName(o.Name))
			n.homes[o.Name] = true
		case o.Group == "networking.k8s.io" && o.Kind == "NetworkPolicy":
			var p policy
			if err := decode(o.Fields, &p.NetworkPolicy); err != nil {
				continue
			}
			var err error
			if p.pods, err = metav1.LabelSelectorAsSelector(&p.Spec.PodSelector); err == nil {
				p.conditions, _ = conditionsOf(&p.Spec.PodSelector)
				n.policies = append(n.policies, p)
				n.mention(&p.Spec.PodSelector)
				for _, peer := range p.peers() {
					n.mention(peer.PodSelector)
				}
				n.homes[p.Namespace] = true
			}
		default:
			for _, pod := range podsOf(o) {
				n.pods = append(n.pods, pod)
				n.homes[pod.Namespace] = true
			}
		}
	}
	return n
}

// Pods are the kinds of pods that the environment makes, in the order of what
// makes them.
func (n *Net) Pods() []Pod { return n.pods }

// Policies are those that select a pod, whichever direction they govern.
func (n *Net) Policies(pod Pod) []networkingv1.NetworkPolicy {
	var all []networkingv1.NetworkPolicy
	for _, p := range n.policies {
		if !pod.HostNetwork && p.Namespace == pod.Namespace && p.pods.Matches(pod.Labels) {
			all = append(all, p.NetworkPolicy)
		}
	}
	return all
}

// Isolated tells for each direction whether any policy governs it. In one that
// none governs, all connections are open.
func (n *Net) Isolated(pod Pod) (ingress, egress bool) {
	for _, policy := range n.Policies(pod) {
		ingress = ingress || governs(policy.Spec, networkingv1.PolicyTypeIngress)
		egress = egress || governs(policy.Spec, networkingv1.PolicyTypeEgress)
	}
	return ingress, egress
}

// governs tells whether a policy is about a direction. One that does not say is
// about ingress, and about egress if it has rules for it.
func governs(spec networkingv1.NetworkPolicySpec, direction networkingv1.PolicyType) bool {
	if len(spec.PolicyTypes) == 0 {
		return direction == networkingv1.PolicyTypeIngress || len(spec.Egress) > 0
	}
	return slices.Contains(spec.PolicyTypes, direction)
}

// selects tells whether a selector, as far as it is one, matches labels.
func selects(selector metav1.LabelSelector, set labels.Set) bool {
	parsed, err := metav1.LabelSelectorAsSelector(&selector)
	return err == nil && parsed.Matches(set)
}

// ownName is the label that every namespace has.
func ownName(namespace string) labels.Set {
	return labels.Set{naming.LabelNamespaceName: namespace}
}
