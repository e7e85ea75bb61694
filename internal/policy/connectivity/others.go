package connectivity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// anywhere stands for a namespace of which nothing is known. With conditions
// behind it, it stands for all namespaces that fulfil them. No namespace can have
// such a name.
const anywhere = "*"

// known is a kind of pods that conditions find in a namespace, and the pod that
// stands for them: one of the environment, or one of the others.
type known struct {
	conditions
	pod Pod
}

// addOthers adds pods that the environment does not make and that matter to its
// policies: for each selector those that it would find and that no pod of the
// environment stands for, and for each namespace and for the rest of the cluster
// one without labels. They also stand for pods that somebody starts by hand.
func (n *Net) addOthers() {
	n.kinds[anywhere] = nil
	n.addOther(anywhere, nil)
	for namespace := range n.homes {
		n.addOther(namespace, nil)
	}
	for _, p := range n.policies {
		n.addOther(p.Namespace, p.conditions)
	}
	n.addPeers()
	n.addFree()
	n.addPairs()
	slices.SortFunc(n.others, func(a, b Pod) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.selector, b.selector))
	})
}

// addPeers adds those whom rules name.
func (n *Net) addPeers() {
	for _, p := range n.policies {
		for _, peer := range p.peers() {
			if found, ok := conditionsOf(peer.PodSelector); ok {
				for _, namespace := range n.namespacesOf(peer, p.Namespace) {
					n.addOther(namespace, found)
				}
			}
		}
	}
}

// peers are those of all rules.
func (p policy) peers() []networkingv1.NetworkPolicyPeer {
	var all []networkingv1.NetworkPolicyPeer
	for _, rule := range p.Spec.Ingress {
		all = append(all, rule.From...)
	}
	for _, rule := range p.Spec.Egress {
		all = append(all, rule.To...)
	}
	return all
}

// namespacesOf are those in which a peer of a policy is: those that it names, or
// what stands for all that it finds.
func (n *Net) namespacesOf(peer networkingv1.NetworkPolicyPeer, home string) []string {
	if peer.IPBlock != nil || peer.NamespaceSelector == nil && peer.PodSelector == nil {
		return nil
	}
	if peer.NamespaceSelector == nil {
		return []string{home}
	}
	all, ok := conditionsOf(peer.NamespaceSelector)
	if !ok {
		return nil
	}
	simple, possible := all.simple()
	nameless := slices.ContainsFunc(simple, func(r labels.Requirement) bool {
		return r.Key() == naming.LabelNamespaceName && r.Operator() == selection.DoesNotExist
	})
	if !possible || nameless {
		return nil
	}
	listed, others := simple.ofNamespace()
	if len(listed) > 0 {
		return slices.DeleteFunc(listed, func(name string) bool {
			return !n.selectsNamespace(*peer.NamespaceSelector, name, assumptions{labels: true})
		})
	}
	kind := anywhere + others.String()
	n.kinds[kind] = others
	return []string{kind}
}

// addOther adds the pods that conditions find in a namespace, unless one of the
// environment or another one stands for them.
func (n *Net) addOther(namespace string, found conditions) {
	for _, alternative := range n.alternatives(namespace, found) {
		same := func(k known) bool {
			return k.pod.Namespace == namespace && k.String() == alternative.String()
		}
		if slices.ContainsFunc(n.known, same) {
			continue
		}
		pod := n.otherPod(namespace, alternative)
		if pod.Owner.Kind == "" {
			n.others = append(n.others, pod)
		}
		n.known = append(n.known, known{alternative, pod})
	}
}

// otherPod is the pod that stands for what simple conditions find.
func (n *Net) otherPod(namespace string, found conditions) Pod {
	pod := Pod{Namespace: namespace, Labels: found.example(), selector: found.String()}
	for _, own := range n.pods {
		if n.standsFor(own, pod, found) {
			return own
		}
		pod.beside = pod.beside || len(found) > 0 && own.Namespace == namespace && found.match(own.Labels)
	}
	return pod
}

// standsFor tells whether a pod of the environment has the labels by which another
// is found, and may do all that the other may.
func (n *Net) standsFor(own, other Pod, found conditions) bool {
	if own.Namespace != other.Namespace || own.HostNetwork || !slices.ContainsFunc(found, names) || !found.match(own.Labels) {
		return false
	}
	for key, value := range other.Labels {
		if own.Labels[key] != value {
			return false
		}
	}
	for _, p := range n.policies {
		if p.Namespace == own.Namespace && p.pods.Matches(other.Labels) && !p.pods.Matches(own.Labels) {
			return false
		}
		for _, peer := range p.peers() {
			assume := assumptions{labels: true}
			if n.is(peer, p.Namespace, To(other), assume) && !n.is(peer, p.Namespace, To(own), assume) {
				return false
			}
		}
	}
	ownIn, ownOut := n.Isolated(own)
	otherIn, otherOut := n.Isolated(other)
	return (otherIn || !ownIn) && (otherOut || !ownOut)
}

// alternatives are conditions apart by the values of labels that a selector or a
// pod of the environment tells apart; none if nothing fulfils them.
func (n *Net) alternatives(namespace string, found conditions) []conditions {
	simple, possible := found.simple()
	if !possible {
		return nil
	}
	all := []conditions{nil}
	for _, r := range simple {
		own := []conditions{{r}}
		if names(r) {
			own = n.apart(namespace, r)
		}
		var next []conditions
		for _, before := range all {
			for _, c := range own {
				next = append(next, before.and(c...))
			}
		}
		all = next
	}
	return all
}

// apart is a condition apart by the values that something tells apart.
func (n *Net) apart(namespace string, r labels.Requirement) []conditions {
	var order []string
	groups := map[string][]string{}
	for _, value := range r.Values().List() {
		var key strings.Builder
		for _, other := range n.mentions[r.Key()] {
			fmt.Fprint(&key, other.Matches(labels.Set{r.Key(): value}))
		}
		if slices.ContainsFunc(n.pods, func(p Pod) bool { return p.Namespace == namespace && p.Labels[r.Key()] == value }) {
			key.WriteString(value)
		}
		if groups[key.String()] == nil {
			order = append(order, key.String())
		}
		groups[key.String()] = append(groups[key.String()], value)
	}
	var all []conditions
	for _, key := range order {
		all = append(all, one(r.Key(), groups[key]))
	}
	return all
}

// mention remembers the conditions on labels of pods.
func (n *Net) mention(selector *metav1.LabelSelector) {
	all, _ := conditionsOf(selector)
	for _, r := range all {
		n.mentions[r.Key()] = append(n.mentions[r.Key()], r)
	}
}
