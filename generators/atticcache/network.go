package atticcache

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// networkPolicies close the namespace and open what each component needs.
// PostgreSQL's own policy comes with PostgreSQL.
func (c cache) networkPolicies() []meta.Object {
	n := c.spec.Network
	policies := append(hardened.ClosedNamespace(c.scope, c.policyOf, *n.DNS, c.silentApps()...),
		c.policy("api", c.presentServer().selector(), c.toAPI(), c.egress()),
		c.policy("gc", naming.Selector(appGC, c.names.GC()), nil, c.egress()),
		c.policy("migrate", naming.Selector(appMigration, c.names.Migration()), nil, c.egress()),
		hardened.ACMESolver(c.scope, c.policyOf("acme-solver"), *n.Traefik),
	)
	if len(c.spec.Caches) > 0 {
		var servers []networkingv1.NetworkPolicyPeer
		for _, s := range c.servers() {
			servers = append(servers, hardened.Pods(s.selector()))
		}
		policies = append(policies, c.policy("caches", naming.Selector(appCaches, c.names.Caches()), nil,
			[]hardened.Rule{{Peers: servers, TCP: []int32{naming.PortAPI}}}))
	}
	if c.hasAuthz() {
		policies = append(policies, c.authzPolicy())
	}
	return policies
}

// toAPI lets Traefik and the cache Job ask one of the API's servers.
func (c cache) toAPI() []hardened.Rule {
	clients := []networkingv1.NetworkPolicyPeer{hardened.PodsIn(*c.spec.Network.Traefik)}
	if len(c.spec.Caches) > 0 {
		clients = append(clients, hardened.Pods(naming.Selector(appCaches, c.names.Caches())))
	}
	return []hardened.Rule{{Peers: clients, TCP: []int32{naming.PortAPI}}}
}

func (c cache) policy(suffix string, pods map[string]string, in, out []hardened.Rule) meta.Object {
	return hardened.Policy(c.scope, c.policyOf(suffix), metav1.LabelSelector{MatchLabels: pods}, in, out)
}

func (c cache) policyOf(suffix string) meta.Of {
	return meta.Of{Name: c.names.With(suffix), App: appAttic, Component: "network"}
}

// egress leads to the database and to the object store. Poolers carry
// the label of the cluster too. The rule is the same with and without one, so
// that the API that still runs while a pooler comes or goes keeps its database.
func (c cache) egress() []hardened.Rule {
	database := hardened.Pods(map[string]string{naming.LabelCNPGCluster: c.names.Postgres().Name})
	return []hardened.Rule{
		{Peers: []networkingv1.NetworkPolicyPeer{database}, TCP: []int32{naming.PortPostgres}},
		objectstore.Egress(*c.spec.Network.S3),
	}
}
