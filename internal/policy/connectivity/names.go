package connectivity

import (
	"cmp"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// parties are all kinds of pods that matter, by position.
type parties struct {
	pods []Pod
	net  *Net
}

// newParties puts the pods of an environment first, and others of its namespaces
// beside them.
func newParties(n *Net) parties {
	p := parties{slices.Concat(n.pods, n.others), n}
	first := func(is bool) int {
		if is {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(p.pods, func(a, b Pod) int {
		return cmp.Or(
			cmp.Compare(first(n.homes[a.Namespace]), first(n.homes[b.Namespace])),
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(first(a.Owner.Kind != ""), first(b.Owner.Kind != "")),
			cmp.Compare(a.Owner.Name, b.Owner.Name),
			cmp.Compare(a.Owner.Kind, b.Owner.Kind),
		)
	})
	return p
}

// names writes a set of pods, given by position, in as few words as say it:
// namespaces and owners whole, where they are.
func (p parties) names(set []int) []string {
	var texts []string
	said := map[int]bool{}
	say := func(text string, which func(Pod) bool) {
		texts = append(texts, text)
		for i, pod := range p.pods {
			said[i] = said[i] || which(pod)
		}
	}
	for _, i := range set {
		pod := p.pods[i]
		inNamespace := func(other Pod) bool { return other.Namespace == pod.Namespace }
		sameOwner := func(other Pod) bool { return other.Owner == pod.Owner }
		outside := func(other Pod) bool { return !p.net.homes[other.Namespace] }
		switch {
		case said[i]:
		case pod.Namespace == anywhere && pod.selector == "":
			// It stands for whoever is not told apart.
			say("any pod elsewhere", outside)
		case outside(pod) && slices.ContainsFunc(set, func(j int) bool { return p.pods[j].Namespace == anywhere && p.pods[j].selector == "" }):
		case p.net.homes[pod.Namespace] && p.all(set, inNamespace) > 1:
			say("all pods of "+pod.Namespace, inNamespace)
		case pod.Role != "" && p.all(set, sameOwner) > 0:
			say(place(pod), sameOwner)
		default:
			say(p.name(pod), func(Pod) bool { return false })
		}
	}
	return texts
}

// all is how many pods a condition holds for, if all of them are in a set, and
// otherwise 0.
func (p parties) all(set []int, holds func(Pod) bool) int {
	count := 0
	for i, pod := range p.pods {
		if !holds(pod) {
			continue
		}
		if !slices.Contains(set, i) {
			return 0
		}
		count++
	}
	return count
}

// name is one kind of pod for people.
func (p parties) name(pod Pod) string {
	namespace := pod.Namespace
	if kind, stands := p.net.kinds[namespace]; stands && len(kind) > 0 {
		namespace = "namespaces with " + kind.String()
	} else if stands {
		namespace = "any namespace"
	}
	switch {
	case pod.Role != "":
		return place(pod) + " (" + pod.Role + ")"
	case pod.Owner.Kind != "":
		return place(pod)
	case pod.beside:
		return "any other pod with " + pod.selector + " in " + namespace
	case pod.selector != "":
		return pod.selector + " in " + namespace
	case !p.net.homes[pod.Namespace]:
		return "any pod in " + namespace
	default:
		return "any other pod in " + namespace
	}
}

// place is the owner of pods, under a name that stays when what is in it changes.
func place(pod Pod) string {
	return pod.Owner.Namespace + "/" + naming.WithoutDigest(pod.Owner.Kind, pod.Owner.Name)
}

// cell is text as it can stand in a cell of a Markdown table.
func cell(text string) string {
	return strings.ReplaceAll(diag.Escape(text), "|", `\|`)
}
