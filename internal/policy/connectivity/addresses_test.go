package connectivity

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
)

// TestDescribe reads descriptions back: they hold the addresses that were chosen,
// and no others.
func TestDescribe(t *testing.T) {
	cidrs := []string{
		"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "10.1.2.3/32", "10.43.7.9/28",
		"203.0.113.0/24", "255.255.255.255/32", "240.0.0.0/4", "::/0", "fc00::/7", "fd00::/8", "2001:db8::/32",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "no range", "1.2.3.4",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var p policy
		for _, cidr := range cidrs {
			if random.IntN(2) == 0 {
				block := &networkingv1.IPBlock{CIDR: cidr}
				p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: []networkingv1.NetworkPolicyPeer{{IPBlock: block}}})
			}
		}
		all := areas([]policy{p})
		chosen := map[*area]bool{}
		for _, a := range all {
			chosen[a] = random.IntN(3) > 0
		}
		blocks := readBack(describe(all, func(a *area) bool { return chosen[a] }))
		for _, a := range all {
			if !a.example.IsValid() {
				continue
			}
			held := 0
			for _, block := range blocks {
				if inBlock(block, a.example) {
					held++
				}
			}
			if chosen[a] != (held == 1) || held > 1 {
				t.Fatalf("%s is chosen: %v, and is in %d of %v", a.example, chosen[a], held, blocks)
			}
		}
	}
}

func readBack(texts []string) []networkingv1.IPBlock {
	var blocks []networkingv1.IPBlock
	for _, text := range texts {
		switch text {
		case "any address":
			blocks = append(blocks, networkingv1.IPBlock{CIDR: "0.0.0.0/0"}, networkingv1.IPBlock{CIDR: "::/0"})
		case "the public internet":
			for _, peer := range hardened.Public() {
				blocks = append(blocks, *peer.IPBlock)
			}
		default:
			cidr, except, _ := strings.Cut(strings.TrimSuffix(text, ")"), " (except ")
			block := networkingv1.IPBlock{CIDR: cidr}
			if except != "" {
				block.Except = strings.Split(except, ", ")
			}
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// TestAreas has an address for each area but those that others fill.
func TestAreas(t *testing.T) {
	for _, a := range areas(nil) {
		if !a.Contains(a.example) {
			t.Errorf("%s has the address %s", a, a.example)
		}
	}
	filled := area{Prefix: netip.MustParsePrefix("255.0.0.0/8"), within: []*area{
		{Prefix: netip.MustParsePrefix("255.0.0.0/9")}, {Prefix: netip.MustParsePrefix("255.128.0.0/9")},
	}}
	if first := filled.first(); first.IsValid() {
		t.Errorf("%s is in neither half", first)
	}
}
