package connectivity_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// cluster is the one that the policies of these tests are in.
const cluster = `apiVersion: v1
kind: Namespace
metadata: {name: default}
---
apiVersion: v1
kind: Namespace
metadata: {name: mine, labels: {project: myproject, user: alice, tier: front}}
---
apiVersion: v1
kind: Namespace
metadata: {name: theirs, labels: {tier: back}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: default, labels: {role: db}}
spec:
  initContainers:
  - {name: setup, ports: [{name: setup, containerPort: 7000}]}
  - {name: sidecar, restartPolicy: Always, ports: [{name: sidecar, containerPort: 7001}]}
  containers:
  - {name: db, ports: [{name: redis, containerPort: 6379}, {name: dns, containerPort: 53, protocol: UDP}, {name: dns, containerPort: 5353}]}
---
apiVersion: v1
kind: Pod
metadata: {name: front, namespace: default, labels: {role: frontend}}
spec: {containers: [{name: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: plain, namespace: default}
spec: {containers: [{name: a, ports: [{name: redis, containerPort: 6380}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: host, namespace: default, labels: {role: frontend}}
spec: {hostNetwork: true, containers: [{name: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: mine, labels: {role: client}}
spec: {containers: [{name: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: front, namespace: mine, labels: {role: frontend}}
spec: {containers: [{name: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: theirs, labels: {role: client}}
spec: {containers: [{name: a}]}
---
`

// TestKubernetes has the cases by which the documentation of Kubernetes explains
// network policies, and those between them that its reference decides.
func TestKubernetes(t *testing.T) {
	const db, front, plain, host = "default/db", "default/front", "default/plain", "default/host"
	const myClient, myFront, theirs, outside = "mine/client", "mine/front", "theirs/client", "203.0.113.7"
	const (
		denyIngress = "{podSelector: {}, policyTypes: [Ingress]}"
		denyEgress  = "{podSelector: {}, policyTypes: [Egress]}"
	)
	ingress := func(rule string) string {
		return policy("{podSelector: {matchLabels: {role: db}}, policyTypes: [Ingress], ingress: [" + rule + "]}")
	}
	from := func(peer string) string { return ingress("{from: [" + peer + "]}") }
	ports := func(list string) string { return ingress("{ports: [" + list + "]}") }
	for name, c := range map[string]struct {
		policies string
		attempts []attempt
	}{
		"no policy": {policyIn("mine", denyIngress), []attempt{
			tcp(front, db, 6379, true), tcp(outside, db, 1, true), tcp(db, outside, 65535, true), tcp(theirs, plain, 80, true),
		}},
		"default deny all ingress": {policy(denyIngress), []attempt{
			tcp(front, db, 6379, false), tcp(outside, db, 6379, false), tcp(theirs, plain, 80, false),
			tcp(db, outside, 443, true), tcp(db, theirs, 80, true),
		}},
		"allow all ingress": {policy(denyIngress) + "---\n" + policy("{podSelector: {}, ingress: [{}], policyTypes: [Ingress]}"), []attempt{
			tcp(front, db, 6379, true), tcp(outside, db, 1, true), {theirs, db, corev1.ProtocolSCTP, 9, true},
		}},
		"default deny all egress": {policy(denyEgress), []attempt{
			tcp(db, outside, 443, false), tcp(db, theirs, 80, false),
			{db, outside, corev1.ProtocolUDP, 53, false},
			tcp(outside, db, 6379, true), tcp(theirs, db, 6379, true), tcp(front, db, 6379, false),
		}},
		"allow all egress": {policy(denyEgress) + "---\n" + policy("{podSelector: {}, egress: [{}], policyTypes: [Egress]}"), []attempt{
			tcp(db, outside, 443, true), tcp(db, theirs, 80, true), {db, outside, corev1.ProtocolUDP, 53, true},
		}},
		"default deny both": {policy("{podSelector: {}, policyTypes: [Ingress, Egress]}"), []attempt{
			tcp(db, outside, 443, false), tcp(outside, db, 6379, false), tcp(front, db, 6379, false), tcp(theirs, myClient, 80, true),
		}},
		"the example of all kinds of peers": {policy(`
  podSelector: {matchLabels: {role: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
    - namespaceSelector: {matchLabels: {project: myproject}}
    - podSelector: {matchLabels: {role: frontend}}
    ports: [{protocol: TCP, port: 6379}]
  egress:
  - to: [{ipBlock: {cidr: 10.0.0.0/24}}]
    ports: [{protocol: TCP, port: 5978}]`), []attempt{
			tcp("172.17.0.1", db, 6379, true), tcp("172.17.255.255", db, 6379, true),
			tcp("172.17.1.0", db, 6379, false), tcp("172.17.1.255", db, 6379, false), tcp("172.17.2.0", db, 6379, true),
			tcp("172.18.0.1", db, 6379, false), tcp("::ffff:172.17.0.1", db, 6379, true),
			tcp(myClient, db, 6379, true), tcp(myFront, db, 6379, true), tcp(front, db, 6379, true),
			tcp(plain, db, 6379, false), tcp(theirs, db, 6379, false), tcp(front, db, 6380, false),
			{front, db, corev1.ProtocolUDP, 6379, false},
			tcp(db, "10.0.0.1", 5978, true), tcp(db, "10.0.1.1", 5978, false), tcp(db, "10.0.0.1", 5979, false), tcp(db, front, 5978, false),
			tcp(plain, "10.0.1.1", 80, true),
		}},
		"both selectors in one peer": {from("{namespaceSelector: {matchLabels: {user: alice}}, podSelector: {matchLabels: {role: client}}}"), []attempt{
			tcp(myClient, db, 1, true), tcp(myFront, db, 1, false), tcp(theirs, db, 1, false), tcp(front, db, 1, false),
		}},
		"each selector a peer": {from("{namespaceSelector: {matchLabels: {user: alice}}}, {podSelector: {matchLabels: {role: frontend}}}"), []attempt{
			tcp(myClient, db, 1, true), tcp(myFront, db, 1, true), tcp(front, db, 1, true), tcp(theirs, db, 1, false), tcp(plain, db, 1, false),
		}},
		"a range of ports": {policy("{podSelector: {matchLabels: {role: db}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/24}}], ports: [{protocol: TCP, port: 32000, endPort: 32768}]}]}"), []attempt{
			tcp(db, "10.0.0.9", 31999, false), tcp(db, "10.0.0.9", 32000, true), tcp(db, "10.0.0.9", 32768, true), tcp(db, "10.0.0.9", 32769, false),
			{db, "10.0.0.9", corev1.ProtocolUDP, 32000, false},
			tcp(db, "10.0.1.9", 32000, false),
		}},
		"several namespaces by a label": {from("{namespaceSelector: {matchExpressions: [{key: tier, operator: In, values: [front, back]}]}}"), []attempt{
			tcp(myClient, db, 1, true), tcp(theirs, db, 1, true), tcp(front, db, 1, false),
		}},
		"a namespace by its name": {from("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: theirs}}}"), []attempt{
			tcp(theirs, db, 1, true), tcp(myClient, db, 1, false),
		}},
		"NotIn":                           {from("{namespaceSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [back]}]}}"), []attempt{tcp(theirs, db, 1, false), tcp(myClient, db, 1, true), tcp(front, db, 1, true)}},
		"Exists":                          {from("{namespaceSelector: {matchExpressions: [{key: user, operator: Exists}]}}"), []attempt{tcp(theirs, db, 1, false), tcp(myClient, db, 1, true)}},
		"DoesNotExist":                    {from("{podSelector: {matchExpressions: [{key: role, operator: DoesNotExist}]}}"), []attempt{tcp(plain, db, 1, true), tcp(front, db, 1, false)}},
		"all pods of the namespace":       {from("{podSelector: {}}"), []attempt{tcp(plain, db, 1, true), tcp(front, db, 1, true), tcp(theirs, db, 1, false), tcp(outside, db, 1, false)}},
		"all pods of all namespaces":      {from("{namespaceSelector: {}}"), []attempt{tcp(plain, db, 1, true), tcp(theirs, db, 1, true), tcp(outside, db, 1, false)}},
		"an empty list of peers":          {from(""), []attempt{tcp(plain, db, 1, true), tcp(theirs, db, 1, true), tcp(outside, db, 1, true)}},
		"a peer that is none":             {from("{}"), []attempt{tcp(plain, db, 1, false), tcp(outside, db, 1, false)}},
		"no rules":                        {ingress(""), []attempt{tcp(plain, db, 1, false)}},
		"every IPv6 address":              {from("{ipBlock: {cidr: '::/0', except: ['fc00::/7']}}"), []attempt{tcp("2001:db8::1", db, 1, true), tcp("fd00::1", db, 1, false), tcp(outside, db, 1, false), tcp(plain, db, 1, false)}},
		"a range that is none":            {from("{ipBlock: {cidr: 203.0.113.7}}"), []attempt{tcp(outside, db, 1, false)}},
		"a port without a protocol":       {ports("{port: 6379}"), []attempt{tcp(plain, db, 6379, true), {plain, db, corev1.ProtocolUDP, 6379, false}}},
		"a protocol without a port":       {ports("{protocol: SCTP}"), []attempt{{plain, db, corev1.ProtocolSCTP, 9, true}, tcp(plain, db, 9, false)}},
		"UDP":                             {ports("{protocol: UDP, port: 53}"), []attempt{{plain, db, corev1.ProtocolUDP, 53, true}, tcp(plain, db, 53, false)}},
		"an empty list of ports":          {ports(""), []attempt{{plain, db, corev1.ProtocolSCTP, 9, true}, tcp(plain, db, 9, true)}},
		"a protocol that is none":         {ports("{protocol: ICMP, port: 9}"), []attempt{tcp(plain, db, 9, false)}},
		"a range that ends before":        {ports("{port: 10, endPort: 9}"), []attempt{tcp(plain, db, 9, false), tcp(plain, db, 10, false)}},
		"a port by its name":              {ports("{port: redis}"), []attempt{tcp(plain, db, 6379, true), tcp(plain, db, 6380, false)}},
		"a name that two protocols share": {ports("{port: dns, protocol: UDP}"), []attempt{{plain, db, corev1.ProtocolUDP, 53, true}, {plain, db, corev1.ProtocolUDP, 5353, false}, tcp(plain, db, 5353, false)}},
		"a name of no port":               {ports("{port: http}"), []attempt{tcp(plain, db, 6379, false)}},
		"a port of a sidecar":             {ports("{port: sidecar}, {port: setup}"), []attempt{tcp(plain, db, 7001, true), tcp(plain, db, 7000, false)}},
		"a name where one goes": {policy("{podSelector: {matchLabels: {role: frontend}}, policyTypes: [Egress], egress: [{ports: [{port: redis}]}]}"), []attempt{
			tcp(front, db, 6379, true), tcp(front, plain, 6380, true), tcp(front, plain, 6379, false), tcp(front, outside, 6379, false),
		}},
		"both ends must agree": {from("{podSelector: {matchLabels: {role: frontend}}}") + "---\n" + policy("{podSelector: {matchLabels: {role: frontend}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {role: db}}}], ports: [{port: 6379}]}]}"), []attempt{
			tcp(front, db, 6379, true), tcp(front, db, 6380, false), tcp(front, plain, 6379, false), tcp(plain, db, 6379, false),
		}},
		"rules add up": {from("{podSelector: {matchLabels: {role: frontend}}}") + "---\n" + ports("{port: 6379}"), []attempt{
			tcp(front, db, 80, true), tcp(plain, db, 6379, true), tcp(plain, db, 80, false),
		}},
		"a pod on its node's network": {policy("{podSelector: {}, policyTypes: [Ingress, Egress]}") + "---\n" + from("{podSelector: {matchLabels: {role: frontend}}}"), []attempt{
			tcp(host, outside, 1, true), tcp(outside, host, 1, true), tcp(host, db, 1, false),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			net := connectivity.New(parse(t, cluster+c.policies))
			for _, a := range c.attempts {
				a.check(t, net)
			}
		})
	}
}

// TestMayReach has what an environment leaves open: the labels of namespaces that
// are elsewhere, and the addresses of pods.
func TestMayReach(t *testing.T) {
	const pods = `apiVersion: v1
kind: Pod
metadata: {name: here, namespace: default}
spec: {containers: [{name: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: there, namespace: elsewhere}
spec: {containers: [{name: a}]}
---
`
	for name, c := range map[string]struct {
		peer            string
		reach, mayReach bool
	}{
		"by a label":             {"{namespaceSelector: {matchLabels: {team: a}}}", false, true},
		"by the lack of one":     {"{namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}", true, true},
		"by its name":            {"{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: elsewhere}}}", true, true},
		"by another name":        {"{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other, team: a}}}", false, false},
		"by name and label":      {"{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: elsewhere, team: a}}}", false, true},
		"by what is no selector": {"{namespaceSelector: {matchExpressions: [{key: a, operator: Nonsense}]}}", false, false},
		"by its address":         {"{ipBlock: {cidr: 10.0.0.0/8}}", false, true},
		"another pod":            {"{namespaceSelector: {}, podSelector: {matchLabels: {app: a}}}", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			net := connectivity.New(parse(t, pods+policy("{podSelector: {}, policyTypes: [Ingress], ingress: [{from: ["+c.peer+"]}]}")))
			from, to := end(t, net, "elsewhere/there"), end(t, net, "default/here")
			if got := net.Reach(from, to).Has(corev1.ProtocolTCP, 80); got != c.reach {
				t.Errorf("reaches: %v", got)
			}
			if got := net.MayReach(from, to).Has(corev1.ProtocolTCP, 80); got != c.mayReach {
				t.Errorf("may reach: %v", got)
			}
			if got := net.MayEnter(from, to).Has(corev1.ProtocolTCP, 80); got != c.mayReach {
				t.Errorf("may enter: %v", got)
			}
		})
	}
}
