package connectivity

import (
	"fmt"
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Table is who may reach whom on which ports in an environment. Ends of
// connections are named in words, as docs/network.md explains them.
type Table struct {
	// NoPolicies says that there is no network policy at all.
	NoPolicies bool `json:"noPolicies,omitempty"`
	// Open are the connections that policies of both ends let through.
	Open []Connection `json:"open"`
	// OpenIfLabelled are those that also ask for labels of namespaces that are not
	// rendered.
	OpenIfLabelled []Connection `json:"openIfLabelled,omitempty"`
	// OpenAtOneEnd are those that one end's policies let through and the other's
	// refuse.
	OpenAtOneEnd []Connection `json:"openAtOneEnd,omitempty"`
	// Ungoverned are the connections that no policy governs, each in words.
	Ungoverned []string `json:"ungoverned,omitempty"`
}

// Connection is one line of a table: everyone on one side may reach everyone on
// the other.
type Connection struct {
	From  []string `json:"from"`
	To    []string `json:"to"`
	Ports string   `json:"ports"`
}

// Matrix is the table of an environment's objects. The same objects give the same
// table, in whatever order they come.
func Matrix(objects []manifest.Object) Table {
	objects = slices.Clone(objects)
	manifest.Sort(objects)
	net := New(objects)
	net.addOthers()
	all := newParties(net)
	open, perhaps, half := &table{all: all}, &table{all: all}, &table{all: all}
	for i, from := range all.pods {
		for j, to := range all.pods {
			_, leaving := net.Isolated(from)
			entering, _ := net.Isolated(to)
			if !leaving && !entering {
				continue // Such pods are listed by themselves.
			}
			sure := net.Reach(To(from), To(to))
			open.add(i, j, sure)
			perhaps.add(i, j, net.reach(To(from), To(to), assumptions{labels: true}).without(sure))
			if leaving && entering {
				out, in := net.out(To(from), To(to), assumptions{named: true}), net.in(To(from), To(to), assumptions{named: true})
				half.add(i, j, out.or(in).without(sure))
			}
		}
	}
	ranges := areas(net.policies)
	for i, pod := range all.pods {
		entering, leaving := net.Isolated(pod)
		if entering {
			open.fromRanges(i, ranges, func(at End) Ports { return net.Reach(at, To(pod)) })
		}
		if leaving {
			open.toRanges(i, ranges, func(at End) Ports { return net.Reach(To(pod), at) })
		}
	}

	return Table{
		NoPolicies: len(net.policies) == 0,
		Open:       open.rows(), OpenIfLabelled: perhaps.rows(), OpenAtOneEnd: half.rows(),
		Ungoverned: all.ungoverned(),
	}
}

// ungoverned are the pods that no policy governs in one direction or both.
func (p parties) ungoverned() []string {
	const from, to, both = "from %s", "to %s", "to and from %s"
	const host = "to and from %s, on the network of the node"
	pods := map[string][]int{}
	for i, pod := range p.pods {
		entering, leaving := p.net.Isolated(pod)
		switch {
		case !p.net.homes[pod.Namespace] || entering && leaving:
		case pod.HostNetwork:
			pods[host] = append(pods[host], i)
		case entering:
			pods[from] = append(pods[from], i)
		case leaving:
			pods[to] = append(pods[to], i)
		default:
			pods[both] = append(pods[both], i)
		}
	}
	var texts []string
	for _, form := range []string{from, to, both, host} {
		for _, name := range p.names(pods[form]) {
			texts = append(texts, fmt.Sprintf(form, name))
		}
	}
	return texts
}
