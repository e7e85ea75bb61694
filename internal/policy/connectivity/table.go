package connectivity

import (
	"cmp"
	"fmt"
	"slices"
)

// table is connections, of which those that differ at one end alone become one
// line.
type table struct {
	all   parties
	lines []line
}

type line struct {
	from, to side
	ports    string
}

// side is one end of connections: pods by position, ranges of addresses as text,
// or both.
type side struct {
	pods   []int
	ranges []string
}

func (s side) key() string { return fmt.Sprintf("%v%q", s.pods, s.ranges) }

func (s side) and(other side) side {
	pods := slices.Concat(s.pods, other.pods)
	slices.Sort(pods)
	ranges := slices.Clone(s.ranges)
	for _, text := range other.ranges {
		if !slices.Contains(ranges, text) {
			ranges = append(ranges, text)
		}
	}
	return side{slices.Compact(pods), ranges}
}

// add is connections between two kinds of pods.
func (t *table) add(from, to int, ports Ports) {
	if !ports.Empty() {
		t.lines = append(t.lines, line{side{pods: []int{from}}, side{pods: []int{to}}, ports.String()})
	}
}

// toRanges are the connections from a pod to addresses.
func (t *table) toRanges(pod int, ranges []*area, open func(End) Ports) {
	for _, at := range byPorts(ranges, open) {
		t.lines = append(t.lines, line{side{pods: []int{pod}}, side{ranges: at.ranges}, at.ports})
	}
}

// fromRanges are the connections from addresses to a pod.
func (t *table) fromRanges(pod int, ranges []*area, open func(End) Ports) {
	for _, at := range byPorts(ranges, open) {
		t.lines = append(t.lines, line{side{ranges: at.ranges}, side{pods: []int{pod}}, at.ports})
	}
}

type openRanges struct {
	ranges []string
	ports  string
}

// byPorts puts the ranges together that are open on the same ports.
func byPorts(ranges []*area, open func(End) Ports) []openRanges {
	ports := map[*area]string{}
	var different []string
	for _, a := range ranges {
		if !a.example.IsValid() {
			continue
		}
		if p := open(At(a.example)); !p.Empty() {
			ports[a] = p.String()
			different = append(different, p.String())
		}
	}
	slices.Sort(different)
	var all []openRanges
	for _, p := range slices.Compact(different) {
		all = append(all, openRanges{describe(ranges, func(a *area) bool { return ports[a] == p }), p})
	}
	return all
}

// rows puts lines together and in order.
func (t *table) rows() []Connection {
	lines := joined(t.lines, func(l line) string { return l.from.key() + l.ports })
	lines = joined(lines, func(l line) string { return l.to.key() + l.ports })
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(t.rank(a), t.rank(b)), cmp.Compare(t.row(a).markdown(), t.row(b).markdown()))
	})
	rows := []Connection{}
	for _, l := range lines {
		rows = append(rows, t.row(l))
	}
	return rows
}

// joined makes one of the lines that are the same by a key.
func joined(lines []line, key func(line) string) []line {
	var all []line
	at := map[string]int{}
	for _, l := range lines {
		i, seen := at[key(l)]
		if !seen {
			at[key(l)] = len(all)
			all = append(all, l)
			continue
		}
		all[i].from, all[i].to = all[i].from.and(l.from), all[i].to.and(l.to)
	}
	return all
}

// rank puts what comes in first and what goes out last.
func (t *table) rank(l line) int {
	switch {
	case !t.ours(l.from):
		return 0
	case t.ours(l.to):
		return 1
	default:
		return 2
	}
}

// ours tells whether any pod of a side is of the environment.
func (t *table) ours(s side) bool {
	return slices.ContainsFunc(s.pods, func(i int) bool { return t.all.net.homes[t.all.pods[i].Namespace] })
}

func (t *table) row(l line) Connection {
	return Connection{From: t.side(l.from), To: t.side(l.to), Ports: l.ports}
}

func (t *table) side(s side) []string { return append(t.all.names(s.pods), s.ranges...) }
