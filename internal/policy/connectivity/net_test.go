package connectivity_test

import (
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

func parse(t *testing.T, texts ...string) []manifest.Object {
	t.Helper()
	var objects []manifest.Object
	for _, text := range texts {
		o, err := manifest.FromYAML([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	return objects
}

const web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}}}\n"

func TestIsolated(t *testing.T) {
	policy := func(spec string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: " + spec + "\n"
	}
	for name, c := range map[string]struct {
		policy          string
		ingress, egress bool
	}{
		"another pod":                     {policy("{podSelector: {matchLabels: {app: other}}, policyTypes: [Ingress, Egress]}"), false, false},
		"another namespace":               {"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: other}\nspec: {podSelector: {}}\n", false, false},
		"no types":                        {policy("{podSelector: {}}"), true, false},
		"no types, and egress rules":      {policy("{podSelector: {}, egress: [{}]}"), true, true},
		"no types, and empty egress":      {policy("{podSelector: {}, egress: []}"), true, false},
		"ingress":                         {policy("{podSelector: {}, policyTypes: [Ingress]}"), true, false},
		"ingress, in spite of egress":     {policy("{podSelector: {}, policyTypes: [Ingress], egress: [{}]}"), true, false},
		"egress":                          {policy("{podSelector: {}, policyTypes: [Egress]}"), false, true},
		"both":                            {policy("{podSelector: {}, policyTypes: [Egress, Ingress]}"), true, true},
		"a selector that is none":         {policy("{podSelector: {matchExpressions: [{key: app, operator: Nonsense}]}}"), false, false},
		"a policy that cannot be decoded": {policy("[a]"), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			net := connectivity.New(parse(t, web, c.policy))
			ingress, egress := net.Isolated(net.Pods()[0])
			if ingress != c.ingress || egress != c.egress {
				t.Errorf("isolated is %v, %v; want %v, %v", ingress, egress, c.ingress, c.egress)
			}
		})
	}
}
