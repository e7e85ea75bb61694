package connectivity

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
)

// area is the addresses of a range without those of the ranges within it. To
// policies that name no other ranges, all of them are the same.
type area struct {
	netip.Prefix
	// within are the largest ranges inside of this one, sorted.
	within []*area
	// example is one of the addresses; not valid if there are none.
	example netip.Addr
}

// areas divide all addresses by the ranges that policies name, and by what is the
// public internet. The first are those of all addresses of version 4 and 6, which
// hold the others.
func areas(policies []policy) []*area {
	prefixes := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	add := func(block *networkingv1.IPBlock) {
		if block == nil {
			return
		}
		for _, cidr := range append([]string{block.CIDR}, block.Except...) {
			if prefix, err := netip.ParsePrefix(cidr); err == nil {
				prefixes = append(prefixes, prefix.Masked())
			}
		}
	}
	for _, peer := range hardened.Public() {
		add(peer.IPBlock)
	}
	for _, p := range policies {
		for _, rule := range p.Spec.Ingress {
			for _, peer := range rule.From {
				add(peer.IPBlock)
			}
		}
		for _, rule := range p.Spec.Egress {
			for _, peer := range rule.To {
				add(peer.IPBlock)
			}
		}
	}
	// Larger ranges first, so that what holds a range comes before it.
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int {
		return cmp.Or(cmp.Compare(a.Bits(), b.Bits()), a.Addr().Compare(b.Addr()))
	})
	var all []*area
	for _, prefix := range slices.Compact(prefixes) {
		next := &area{Prefix: prefix}
		for _, holder := range slices.Backward(all) {
			if holder.Overlaps(prefix) {
				holder.within = append(holder.within, next)
				break
			}
		}
		all = append(all, next)
	}
	for _, a := range all {
		slices.SortFunc(a.within, func(x, y *area) int { return x.Addr().Compare(y.Addr()) })
		a.example = a.first()
	}
	return all
}

// first is the first address that is in none of the ranges within.
func (a *area) first() netip.Addr {
	address := a.Addr()
	for _, inner := range a.within {
		if !inner.Contains(address) {
			break
		}
		address = last(inner.Prefix).Next()
	}
	if !a.Contains(address) {
		return netip.Addr{}
	}
	return address
}

// last is the last address of a range.
func last(prefix netip.Prefix) netip.Addr {
	bytes := prefix.Addr().AsSlice()
	for bit := prefix.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	address, _ := netip.AddrFromSlice(bytes)
	return address
}

// describe writes those of all areas that are chosen in as few words as say it.
func describe(all []*area, chosen func(*area) bool) []string {
	plain, beside := map[*area]bool{}, map[*area]bool{}
	everything, public := true, true
	for _, a := range slices.Backward(all) {
		if !a.example.IsValid() {
			// It is nothing but the ranges within.
			plain[a] = !slices.ContainsFunc(a.within, func(inner *area) bool { return !plain[inner] })
			continue
		}
		plain[a] = chosen(a)
		everything = everything && plain[a]
		if isPublic(a.example) {
			public = public && plain[a]
		} else {
			beside[a] = plain[a]
		}
	}
	if everything {
		return []string{"any address"}
	}
	texts := ranges(all, plain)
	if public {
		if other := append([]string{"the public internet"}, ranges(all, beside)...); len(fmt.Sprint(other)) < len(fmt.Sprint(texts)) {
			return other
		}
	}
	return texts
}

func isPublic(address netip.Addr) bool {
	return slices.ContainsFunc(hardened.Public(), func(peer networkingv1.NetworkPolicyPeer) bool { return inBlock(*peer.IPBlock, address) })
}

// ranges are the chosen areas as ranges with exceptions.
func ranges(all []*area, chosen map[*area]bool) []string {
	var texts []string
	for _, root := range all[:2] {
		texts = append(texts, root.ranges(chosen)...)
	}
	return texts
}

// ranges are the largest of an area's that are chosen, each with its exceptions.
func (a *area) ranges(chosen map[*area]bool) []string {
	var texts []string
	if chosen[a] {
		text := a.String()
		if except := a.except(chosen); len(except) > 0 {
			text += " (except " + strings.Join(except, ", ") + ")"
		}
		texts = append(texts, text)
	}
	for _, inner := range a.within {
		texts = append(texts, inner.rest(chosen, chosen[a])...)
	}
	return texts
}

// rest are the ranges within an area that its holder's text does not cover.
func (a *area) rest(chosen map[*area]bool, covered bool) []string {
	if !covered || !chosen[a] {
		return a.ranges(chosen)
	}
	var texts []string
	for _, inner := range a.within {
		texts = append(texts, inner.rest(chosen, true)...)
	}
	return texts
}

// except are the largest ranges within an area that are not chosen.
func (a *area) except(chosen map[*area]bool) []string {
	var texts []string
	for _, inner := range a.within {
		if chosen[inner] {
			texts = append(texts, inner.except(chosen)...)
		} else {
			texts = append(texts, inner.String())
		}
	}
	return texts
}
