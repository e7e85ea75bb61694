package connectivity

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Matrix says in Markdown who may reach whom on which ports in an environment:
// every connection that policies let through, and the pods that no policy governs.
// The same objects give the same text, in whatever order they come.
func Matrix(objects []manifest.Object) string {
	objects = slices.Clone(objects)
	manifest.Sort(objects)
	net := New(objects)
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

	var out strings.Builder
	out.WriteString("# Who may reach whom\n")
	switch {
	case len(net.policies) == 0:
		out.WriteString("\nThere are no network policies.\n")
	case len(open.lines) == 0:
		out.WriteString("\nNo policy lets anything through.\n")
	}
	open.write(&out, "")
	perhaps.write(&out, "Open only if namespaces that are not rendered have the labels that policies ask for:")
	half.write(&out, "Open at one end alone, so that nothing gets through:")
	all.writeUngoverned(&out)
	return out.String()
}

// writeUngoverned lists the pods that no policy governs in one direction or both.
func (p parties) writeUngoverned(out *strings.Builder) {
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
	if len(pods) == 0 {
		return
	}
	out.WriteString("\nNo policy governs these connections, so that all of them are open:\n\n")
	for _, form := range []string{from, to, both, host} {
		for _, name := range p.names(pods[form]) {
			fmt.Fprintf(out, "- "+form+"\n", name)
		}
	}
}
