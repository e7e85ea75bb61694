package connectivity

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// dice make up policies, and pods that may be anyone's.
type dice struct{ *rand.Rand }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

func (d dice) selector(keys []string, values map[string][]string) metav1.LabelSelector {
	s := metav1.LabelSelector{MatchLabels: map[string]string{}}
	for range pick(d, 0, 1, 1, 1, 2) {
		key := pick(d, keys...)
		some := values[key]
		switch d.IntN(6) {
		case 0, 1:
			s.MatchLabels[key] = pick(d, some...)
		case 2:
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{
				Key: key, Operator: metav1.LabelSelectorOpIn, Values: []string{pick(d, some...), pick(d, some...)},
			})
		case 3:
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{
				Key: key, Operator: metav1.LabelSelectorOpNotIn, Values: []string{pick(d, some...), pick(d, some...)},
			})
		case 4:
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpExists})
		default:
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpDoesNotExist})
		}
	}
	return s
}

// podValues are the labels that policies of these tests know of pods.
func podValues() map[string][]string {
	return map[string][]string{"a": {"x", "y", "z"}, "b": {"x", "y"}, "c": {"x"}}
}

// namespaceValues are those of namespaces.
func namespaceValues() map[string][]string {
	return map[string][]string{naming.LabelNamespaceName: {"home", "second", "there", "else"}, "team": {"p", "q"}}
}

func (d dice) pods() metav1.LabelSelector {
	return d.selector([]string{"a", "a", "b", "c"}, podValues())
}

func (d dice) peers() []networkingv1.NetworkPolicyPeer {
	var all []networkingv1.NetworkPolicyPeer
	for range pick(d, 0, 1, 1, 1, 2) {
		var peer networkingv1.NetworkPolicyPeer
		pods, namespaces := d.pods(), d.selector([]string{naming.LabelNamespaceName, naming.LabelNamespaceName, "team"}, namespaceValues())
		which := d.IntN(3)
		if which != 0 {
			peer.PodSelector = &pods
		}
		if which != 1 {
			peer.NamespaceSelector = &namespaces
		}
		all = append(all, peer)
	}
	return all
}

func (d dice) ports() []networkingv1.NetworkPolicyPort {
	var all []networkingv1.NetworkPolicyPort
	for range pick(d, 0, 1, 2) {
		port := intstr.FromInt32(pick[int32](d, 80, 81, 82))
		if d.IntN(4) == 0 {
			port = intstr.FromString(pick(d, "eighty", "other"))
		}
		all = append(all, networkingv1.NetworkPolicyPort{Port: &port})
	}
	return all
}

func (d dice) policy(t *testing.T, i int) manifest.Object {
	t.Helper()
	p := networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("p", i), Namespace: pick(d, "home", "home", "second")},
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: d.pods(),
			PolicyTypes: pick(d, []networkingv1.PolicyType{"Ingress"}, []networkingv1.PolicyType{"Egress"}, []networkingv1.PolicyType{"Ingress", "Egress"}),
		},
	}
	for range d.IntN(3) {
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: d.peers(), Ports: d.ports()})
	}
	for range d.IntN(3) {
		p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: d.peers(), Ports: d.ports()})
	}
	o, err := manifest.FromTyped(&p)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (d dice) labels() labels.Set {
	set := labels.Set{}
	for _, key := range []string{"a", "b", "c"} {
		if d.IntN(2) == 0 {
			set[key] = pick(d, append(slices.Clone(podValues()[key]), "w")...)
		}
	}
	return set
}
