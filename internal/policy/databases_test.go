package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

const (
	shop      = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, namespace: shop}\nspec: {template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: 'a:1.2.3'}]}}}\n"
	shopEnv   = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: load, namespace: shop}\nspec: {template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: load, image: 'a:1.2.3', env: [{name: A, valueFrom: {secretKeyRef: {name: pg-app, key: uri}}}, {name: B, valueFrom: {secretKeyRef: {name: other-app, key: token}}}]}]}}}\n"
	pg        = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: shop}\nspec: {}\n"
	denied    = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n"
	shopSpace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {team: a}}\n"

	warnMissing = "overlays/a/kustomization.yaml: warning: renders Deployment shop/shop, which names PostgreSQL cluster shop/pg, which this environment does not render; check the name, or name the PostgresCluster under generators too"
	warnRefused = "overlays/a/kustomization.yaml: warning: renders Deployment shop/shop, whose pods cannot connect to PostgreSQL cluster shop/pg: no network policy of the cluster lets them in on port 5432; write a label of the pods under spec.allowedPodLabels of the PostgresCluster, or their namespace under spec.allowedPeers; an AtticCache has both under spec.postgres"
)

// out lets the shop's pods out to a PostgreSQL cluster.
func out(namespace, peer, port string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: out, namespace: " + namespace + "}\n" +
		"spec: {podSelector: {matchLabels: {app: shop}}, policyTypes: [Ingress, Egress], egress: [{to: [" + peer + "], ports: [{protocol: TCP, port: " + port + "}]}]}\n"
}

// in lets a peer in to the PostgreSQL cluster.
func in(peer, ports string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: pg, namespace: shop}\n" +
		"spec: {podSelector: {matchLabels: {cnpg.io/cluster: pg}}, policyTypes: [Ingress], ingress: [{from: [" + peer + "], ports: [" + ports + "]}]}\n"
}

func TestUnreachableDatabases(t *testing.T) {
	const (
		toPG   = "{podSelector: {matchLabels: {cnpg.io/cluster: pg}}}"
		tcp    = "{protocol: TCP, port: 5432}"
		client = "{podSelector: {matchLabels: {app: shop}}}"
	)
	away := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, namespace: other}\nspec: {template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: 'a:1.2.3'}]}}}\n"
	toPGInShop := "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {cnpg.io/cluster: pg}}}"
	awayRefused := "overlays/a/kustomization.yaml: warning: renders Deployment other/shop, whose pods cannot connect to PostgreSQL cluster shop/pg: no network policy of the cluster lets them in on port 5432; write a label of the pods under spec.allowedPodLabels of the PostgresCluster, or their namespace under spec.allowedPeers; an AtticCache has both under spec.postgres"
	for name, c := range map[string]struct {
		objects []string
		want    []string
	}{
		"not rendered":                {[]string{shop, out("shop", toPG, "5432")}, []string{warnMissing}},
		"another port":                {[]string{shop, out("shop", toPG, "9187")}, nil},
		"no use":                      {[]string{shop, denied, pg}, nil},
		"no policy":                   {[]string{shop, out("shop", toPG, "5432"), pg}, nil},
		"all denied":                  {[]string{shop, out("shop", toPG, "5432"), pg, denied}, []string{warnRefused}},
		"admitted":                    {[]string{shop, out("shop", toPG, "5432"), pg, denied, in(client, tcp)}, nil},
		"admitted on any port":        {[]string{shop, out("shop", toPG, "5432"), pg, in(client, "")}, nil},
		"admitted on a range":         {[]string{shop, out("shop", toPG, "5432"), pg, in(client, "{port: 5000, endPort: 6000}")}, nil},
		"by address":                  {[]string{shop, out("shop", toPG, "5432"), pg, in("{ipBlock: {cidr: 10.0.0.0/8}}", tcp)}, nil},
		"other labels":                {[]string{shop, out("shop", toPG, "5432"), pg, in("{podSelector: {matchLabels: {app: web}}}", tcp)}, []string{warnRefused}},
		"on the wrong port":           {[]string{shop, out("shop", toPG, "5432"), pg, in(client, "{protocol: TCP, port: 9187}")}, []string{warnRefused}},
		"from elsewhere":              {[]string{away, out("other", toPGInShop, "5432"), pg, in(client, tcp)}, []string{awayRefused}},
		"from elsewhere, admitted":    {[]string{away, out("other", toPGInShop, "5432"), pg, in("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}", tcp)}, nil},
		"from a namespace of a label": {[]string{away, out("other", toPGInShop, "5432"), pg, shopSpace, in("{namespaceSelector: {matchLabels: {team: a}}}", tcp)}, nil},
		"from one of another label":   {[]string{away, out("other", toPGInShop, "5432"), pg, shopSpace, in("{namespaceSelector: {matchLabels: {team: b}}}", tcp)}, []string{awayRefused}},
		"from one that is not known":  {[]string{away, out("other", toPGInShop, "5432"), pg, in("{namespaceSelector: {matchLabels: {team: b}}}", tcp)}, nil},
		"by a Secret": {[]string{shopEnv}, []string{
			"overlays/a/kustomization.yaml: warning: renders Job shop/load, which names PostgreSQL cluster shop/pg, which this environment does not render; check the name, or name the PostgresCluster under generators too",
		}},
		"by a Secret, not let out": {[]string{shopEnv, pg, denied, in(client, tcp)}, []string{
			"overlays/a/kustomization.yaml: warning: renders Job shop/load, whose pods cannot connect to PostgreSQL cluster shop/pg: no network policy of theirs lets them out on port 5432; name the cluster under spec.postgres of the HPADeployment, or add a NetworkPolicy that lets the pods out to those with the label cnpg.io/cluster",
		}},
		"by a Secret, let out":  {[]string{shopEnv, pg, denied, in(client, tcp), out("shop", toPG, "5432")}, nil},
		"by a Secret, rendered": {[]string{shopEnv, pg}, nil},
		"odd policies":          {[]string{shop, pg, out("shop", toPG, "5432"), "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: odd, namespace: shop}\nspec: [a]\n", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: odd, namespace: shop}\nspec: {podSelector: {matchExpressions: [{key: a, operator: Nonsense}]}}\n"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, lines(diagnose("overlays/a/kustomization.yaml", diag.Warning, unreachableDatabases(Input{Objects: objectsOf(t, c.objects...)})))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
