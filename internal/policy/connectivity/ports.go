package connectivity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Ports is a set of ports by protocol. The zero value is empty.
type Ports struct {
	// Sorted, and neither overlapping nor touching.
	spans []span
}

// span is some ports of one protocol.
type span struct {
	protocol corev1.Protocol
	// name of a port of a pod whose containers are not known; then there are no
	// numbers.
	name        string
	first, last int32
}

const lastPort = 65535

// protocols are those that policies can tell apart, in the order of writing.
var protocols = [...]corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}

// allPorts are those of all protocols.
func allPorts() Ports {
	var all []span
	for _, protocol := range protocols {
		all = append(all, span{protocol: protocol, first: 1, last: lastPort})
	}
	return Ports{all}
}

// Empty tells whether nothing is open.
func (p Ports) Empty() bool { return len(p.spans) == 0 }

// All tells whether everything is open.
func (p Ports) All() bool { return slices.Equal(p.spans, allPorts().spans) }

// Has tells whether a port is open.
func (p Ports) Has(protocol corev1.Protocol, port int32) bool {
	return slices.ContainsFunc(p.spans, func(s span) bool {
		return s.protocol == protocol && s.name == "" && s.first <= port && port <= s.last
	})
}

// String is the form for people, as in TCP 443, 6443; UDP 53.
func (p Ports) String() string {
	if p.All() {
		return "any"
	}
	var parts []string
	for _, protocol := range protocols {
		var ports []string
		for _, s := range p.spans {
			if s.protocol == protocol {
				ports = append(ports, s.text())
			}
		}
		if len(ports) > 0 {
			parts = append(parts, string(protocol)+" "+strings.Join(ports, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

func (s span) text() string {
	switch {
	case s.name != "":
		return s.name
	case s.first == 1 && s.last == lastPort:
		return "any"
	case s.first == s.last:
		return fmt.Sprint(s.first)
	default:
		return fmt.Sprintf("%d–%d", s.first, s.last)
	}
}

// or is what is open in either.
func (p Ports) or(other Ports) Ports { return portsIn(slices.Concat(p.spans, other.spans)) }

// and is what is open in both. A name that only one knows can be that of any
// number that the other has, and two names can be of one number.
func (p Ports) and(other Ports) Ports {
	var both []span
	for _, a := range p.spans {
		for _, b := range other.spans {
			switch {
			case a.protocol != b.protocol:
			case a.name == "" && b.name == "":
				both = append(both, span{protocol: a.protocol, first: max(a.first, b.first), last: min(a.last, b.last)})
			case a.name == b.name, b.text() == "any" && b.name == "":
				both = append(both, a)
			case a.text() == "any" && a.name == "":
				both = append(both, b)
			case a.name != "" && b.name != "":
				both = append(both, span{protocol: a.protocol, name: min(a.name, b.name) + "=" + max(a.name, b.name)})
			case a.name != "":
				both = append(both, b)
			default:
				both = append(both, a)
			}
		}
	}
	return portsIn(both)
}

// without is what is open in the first alone. Names are taken as they are.
func (p Ports) without(other Ports) Ports {
	rest := p.spans
	for _, b := range other.spans {
		var left []span
		for _, a := range rest {
			switch {
			case a.protocol != b.protocol || a.name != b.name:
				left = append(left, a)
			case a.name == "":
				left = append(left,
					span{protocol: a.protocol, first: a.first, last: min(a.last, b.first-1)},
					span{protocol: a.protocol, first: max(a.first, b.last+1), last: a.last})
			}
		}
		rest = left
	}
	return portsIn(rest)
}

// portsIn sorts and joins spans; those that end before they begin are empty.
func portsIn(spans []span) Ports {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return s.name == "" && (s.first > s.last || s.last < 1) })
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(
			cmp.Compare(slices.Index(protocols[:], a.protocol), slices.Index(protocols[:], b.protocol)),
			cmp.Compare(a.name, b.name),
			cmp.Compare(a.first, b.first),
		)
	})
	var all []span
	for _, s := range spans {
		if n := len(all); n > 0 && all[n-1].protocol == s.protocol && all[n-1].name == s.name && s.first <= all[n-1].last+1 {
			all[n-1].last = max(all[n-1].last, s.last)
			continue
		}
		all = append(all, s)
	}
	return Ports{all}
}

// opened are the ports of one end that a rule opens; no list means all.
func opened(list []networkingv1.NetworkPolicyPort, at End) Ports {
	if len(list) == 0 {
		return allPorts()
	}
	var spans []span
	for _, p := range list {
		protocol := corev1.ProtocolTCP
		if p.Protocol != nil {
			protocol = *p.Protocol
		}
		switch {
		case !slices.Contains(protocols[:], protocol):
		case p.Port == nil:
			spans = append(spans, span{protocol: protocol, first: 1, last: lastPort})
		case p.Port.Type == intstr.String:
			spans = append(spans, at.named(protocol, p.Port.StrVal)...)
		case p.EndPort != nil:
			spans = append(spans, span{protocol: protocol, first: p.Port.IntVal, last: *p.EndPort})
		default:
			spans = append(spans, span{protocol: protocol, first: p.Port.IntVal, last: p.Port.IntVal})
		}
	}
	return portsIn(spans)
}
