package connectivity_test

import (
	"net/netip"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// parse reads objects, which three hyphens part.
func parse(t *testing.T, stream string) []manifest.Object {
	t.Helper()
	var objects []manifest.Object
	for text := range strings.SplitSeq(stream, "\n---\n") {
		o, err := manifest.FromYAML([]byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		objects = append(objects, o)
	}
	return objects
}

// end is an address, or a pod by its namespace and the name of its owner.
func end(t *testing.T, net *connectivity.Net, name string) connectivity.End {
	t.Helper()
	if address, err := netip.ParseAddr(name); err == nil {
		return connectivity.At(address)
	}
	for _, pod := range net.Pods() {
		if pod.Owner.Namespace+"/"+pod.Owner.Name == name {
			return connectivity.To(pod)
		}
	}
	t.Fatalf("there is no pod of %s", name)
	return connectivity.End{}
}

// attempt is a connection, and whether it gets through.
type attempt struct {
	from, to string
	protocol corev1.Protocol
	port     int32
	want     bool
}

// tcp is a connection over TCP.
func tcp(from, to string, port int32, want bool) attempt {
	return attempt{from, to, corev1.ProtocolTCP, port, want}
}

func (a attempt) check(t *testing.T, net *connectivity.Net) {
	t.Helper()
	if got := net.Reach(end(t, net, a.from), end(t, net, a.to)).Has(a.protocol, a.port); got != a.want {
		t.Errorf("%s to %s, %s %d: got through is %v, want %v", a.from, a.to, a.protocol, a.port, got, a.want)
	}
}

// policy is a NetworkPolicy of namespace default.
func policy(spec string) string { return policyIn("default", spec) }

func policyIn(namespace, spec string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: " + namespace + "}\nspec: " + spec + "\n"
}

func TestIsolated(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: default, labels: {app: web}}\nspec: {containers: [{name: web}]}\n---\n"
	for name, c := range map[string]struct {
		policy          string
		ingress, egress bool
	}{
		"another pod":                     {policy("{podSelector: {matchLabels: {app: other}}, policyTypes: [Ingress, Egress]}"), false, false},
		"another namespace":               {policyIn("other", "{podSelector: {}}"), false, false},
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
			net := connectivity.New(parse(t, pod+c.policy))
			ingress, egress := net.Isolated(net.Pods()[0])
			if ingress != c.ingress || egress != c.egress {
				t.Errorf("isolated is %v, %v; want %v, %v", ingress, egress, c.ingress, c.egress)
			}
		})
	}
}

// TestPods reads every kind of object that makes pods.
func TestPods(t *testing.T) {
	const template = "template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a}]}}"
	for _, c := range []struct{ apiVersion, kind, spec, want string }{
		{"v1", "Pod", "{containers: [{name: a}]}", "app=a"},
		{"v1", "ReplicationController", "{" + template + "}", "app=a"},
		{"apps/v1", "Deployment", "{" + template + "}", "app=a"},
		{"apps/v1", "StatefulSet", "{" + template + "}", "app=a"},
		{"apps/v1", "DaemonSet", "{" + template + "}", "app=a"},
		{"apps/v1", "ReplicaSet", "{" + template + "}", "app=a"},
		{"batch/v1", "Job", "{" + template + "}", "app=a"},
		{"batch/v1", "CronJob", "{jobTemplate: {spec: {" + template + "}}}", "app=a"},
		{"example.com/v1", "Deployment", "{" + template + "}", ""},
		{"v1", "ConfigMap", "{}", ""},
		{"apps/v1", "Deployment", "{template: [a]}", ""},
		{"postgresql.cnpg.io/v1", "ScheduledBackup", "{}", ""},
	} {
		net := connectivity.New(parse(t, "apiVersion: "+c.apiVersion+"\nkind: "+c.kind+"\nmetadata: {name: a, namespace: shop, labels: {app: a}}\nspec: "+c.spec+"\n"))
		var got []string
		for _, pod := range net.Pods() {
			got = append(got, pod.Labels.String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %s makes pods %q, want %q", c.apiVersion, c.kind, got, c.want)
		}
	}
}
