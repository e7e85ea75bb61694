package connectivity

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// stranger is a pod of a universe: in which namespace it runs, that one's labels,
// and which of the environment it is, if any.
type stranger struct {
	Pod
	around labels.Set
	own    int
}

// selecting tells by the letter whether a selector finds labels.
func selecting(s *metav1.LabelSelector, set labels.Set) bool {
	if s == nil {
		return true
	}
	for key, value := range s.MatchLabels {
		if got, has := set[key]; !has || got != value {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		got, has := set[e.Key]
		listed := has && slices.Contains(e.Values, got)
		if ok := map[metav1.LabelSelectorOperator]bool{"In": listed, "NotIn": !listed, "Exists": has, "DoesNotExist": !has}[e.Operator]; !ok {
			return false
		}
	}
	return true
}

// lets tells by the letter whether the policies of one end let a connection of
// TCP through; the port is that of the pod which is reached.
func lets(policies []policy, direction networkingv1.PolicyType, end, other, reached stranger, port int32) bool {
	isolated := false
	for _, p := range policies {
		if p.Namespace != end.Namespace || !selecting(&p.Spec.PodSelector, end.Labels) || !slices.Contains(p.Spec.PolicyTypes, direction) {
			continue
		}
		isolated = true
		rule := func(peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) bool {
			whom := len(peers) == 0 || slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
				if peer.NamespaceSelector == nil {
					return other.Namespace == p.Namespace && selecting(peer.PodSelector, other.Labels)
				}
				return selecting(peer.NamespaceSelector, other.around) && selecting(peer.PodSelector, other.Labels)
			})
			return whom && (len(ports) == 0 || slices.ContainsFunc(ports, func(open networkingv1.NetworkPolicyPort) bool {
				if open.Port.Type == intstr.Int {
					return open.Port.IntVal == port
				}
				return slices.ContainsFunc(reached.Ports, func(c corev1.ContainerPort) bool {
					return c.Name == open.Port.StrVal && c.ContainerPort == port
				})
			}))
		}
		for _, r := range p.Spec.Ingress {
			if direction == networkingv1.PolicyTypeIngress && rule(r.From, r.Ports) {
				return true
			}
		}
		for _, r := range p.Spec.Egress {
			if direction == networkingv1.PolicyTypeEgress && rule(r.To, r.Ports) {
				return true
			}
		}
	}
	return !isolated
}

// describes tells whether the name that a table has for a party is one that
// people would read as a pod of the universe.
func describes(n *Net, party Pod, s stranger) bool {
	kind, stands := n.kinds[party.Namespace]
	switch {
	case stands && !kind.match(s.around):
		return false
	case stands && len(kind) == 0 && party.selector == "" && n.homes[s.Namespace]:
		return false // This is elsewhere.
	case !stands && party.Namespace != s.Namespace:
		return false
	case party.Owner.Kind == "":
		read, err := labels.Parse(party.selector)
		return (s.own < 0 || stands) && err == nil && read.Matches(s.Labels)
	case s.own >= 0:
		return n.pods[s.own].Owner == party.Owner
	}
	// It has the labels by which policies find a pod of the environment.
	return slices.ContainsFunc(n.known, func(k known) bool {
		return k.pod.Owner == party.Owner && k.match(s.Labels) && !slices.ContainsFunc(k.conditions, func(r labels.Requirement) bool {
			return s.Labels[r.Key()] != party.Labels[r.Key()] && s.Labels.Has(r.Key()) && (names(r) || r.Operator() == selection.Exists)
		})
	})
}

// TestCovered makes up policies and whoever there may be: a line has each
// connection that policies let through, or its pods are among those that none
// governs.
func TestCovered(t *testing.T) {
	allowed := 0
	for seed := range uint64(1500) {
		d := dice{rand.New(rand.NewPCG(seed, 4))}
		around := map[string]labels.Set{}
		for _, name := range []string{"home", "second", "there", "else", "far"} {
			around[name] = labels.Set{naming.LabelNamespaceName: name}
			if team := pick(d, "", "p", "q", "r"); team != "" {
				around[name]["team"] = team
			}
		}
		var objects []manifest.Object
		add := func(text string) {
			o, err := manifest.FromYAML([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			objects = append(objects, o)
		}
		list := func(set labels.Set) string {
			data, err := json.Marshal(set)
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		if d.IntN(2) == 0 {
			add("apiVersion: v1\nkind: Namespace\nmetadata: {name: home, labels: " + list(around["home"]) + "}\n")
		}
		for i := range d.IntN(3) {
			add(fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: own%d, namespace: %s, labels: %s}\nspec: {containers: [{name: a, ports: [{name: eighty, containerPort: 80}]}]}\n",
				i, pick(d, "home", "second"), list(d.labels())))
		}
		for i := range 1 + d.IntN(4) {
			objects = append(objects, d.policy(t, i))
		}
		for _, name := range []string{"home", "second"} {
			if d.IntN(2) == 0 {
				add("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: " + name + "}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n")
			}
		}
		manifest.Sort(objects)
		n := New(objects)
		n.addOthers()
		all := newParties(n).pods
		var universe []stranger
		for i, pod := range n.pods {
			universe = append(universe, stranger{pod, around[pod.Namespace], i})
		}
		for range 20 {
			namespace := pick(d, "home", "home", "second", "there", "else", "far")
			universe = append(universe, stranger{Pod{
				Namespace: namespace, Labels: d.labels(), Ports: []corev1.ContainerPort{{Name: "eighty", ContainerPort: 80}},
			}, around[namespace], -1})
		}
		for _, from := range universe {
			for _, to := range universe {
				for _, port := range []int32{80, 81, 82, 9} {
					if !lets(n.policies, networkingv1.PolicyTypeEgress, from, to, to, port) || !lets(n.policies, networkingv1.PolicyTypeIngress, to, from, to, port) {
						continue
					}
					allowed++
					if !shown(n, all, from, to, port) {
						var text []string
						for _, o := range objects {
							text = append(text, string(o.YAML()))
						}
						t.Fatalf("seed %d: no line has %s %s to %s %s on TCP %d\n%s\n%s", seed, from.Namespace, from.Labels, to.Namespace, to.Labels, port, strings.Join(text, "---\n"), Matrix(objects).Markdown("Who may reach whom"))
					}
				}
			}
		}
	}
	if allowed < 10000 {
		t.Errorf("only %d connections are allowed", allowed)
	}
}

// shown tells whether a table has a connection.
func shown(n *Net, all []Pod, from, to stranger, port int32) bool {
	for _, a := range all {
		if !describes(n, a, from) {
			continue
		}
		for _, b := range all {
			if !describes(n, b, to) {
				continue
			}
			open := n.reach(To(a), To(b), assumptions{labels: true})
			named := slices.ContainsFunc(open.spans, func(s span) bool { return port == 80 && strings.Contains(s.name, "eighty") })
			if open.Has(corev1.ProtocolTCP, port) || named {
				return true // In a line, or both are in the list of those that none governs.
			}
		}
	}
	return !n.homes[from.Namespace] && !n.homes[to.Namespace]
}
