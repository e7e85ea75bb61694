package connectivity_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// production is the environment of this repository, as a cluster gets it.
func production(t *testing.T) []manifest.Object {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "environments", "production", "*", "*", "*.yaml"))
	if err != nil || len(files) < 10 {
		t.Fatalf("only %d files, %v", len(files), err)
	}
	namespaces, err := filepath.Glob(filepath.Join("..", "..", "..", "environments", "production", "*", "namespace-*.yaml"))
	if err != nil || len(namespaces) == 0 {
		t.Fatalf("no namespaces, %v", err)
	}
	var objects []manifest.Object
	for _, file := range append(namespaces, files...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		o, err := manifest.FromYAML(data)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		objects = append(objects, o)
	}
	return objects
}

// The cast of the reference, by the names that these tests give it.
const (
	api, collector, migration  = "API", "collector", "migration"
	primary, replica, job      = "PostgreSQL primary", "PostgreSQL replica", "PostgreSQL job"
	pooler                     = "pooler"
	traefik, prometheus        = "Traefik", "Prometheus"
	operator, resolver         = "CloudNativePG", "CoreDNS"
	beside, solver             = "any pod beside them", "solver of cert-manager"
	stranger, strangersTraefik = "any pod elsewhere", "Traefik elsewhere"
	s3, s3v6                   = "S3", "S3 over IPv6"
	kubernetes, credentials    = "Kubernetes API", "credentials of the node"
)

// cast finds everyone who might want to talk.
func cast(t *testing.T, net *connectivity.Net) map[string]connectivity.End {
	t.Helper()
	pod := func(namespace string, set labels.Set) connectivity.End {
		return connectivity.To(connectivity.Pod{Namespace: namespace, Labels: set})
	}
	all := map[string]connectivity.End{
		traefik:          pod("traefik", labels.Set{"app.kubernetes.io/name": "traefik"}),
		prometheus:       pod("monitoring", labels.Set{"app.kubernetes.io/name": "prometheus"}),
		operator:         pod("cnpg-system", labels.Set{"app.kubernetes.io/name": "cloudnative-pg"}),
		resolver:         pod("kube-system", labels.Set{"k8s-app": "kube-dns"}),
		beside:           pod("nix-cache", labels.Set{"run": "debug"}),
		solver:           pod("nix-cache", labels.Set{"acme.cert-manager.io/http01-solver": "true"}),
		stranger:         pod("other", labels.Set{"app.kubernetes.io/name": "attic", "app.kubernetes.io/instance": "attic"}),
		strangersTraefik: pod("other", labels.Set{"app.kubernetes.io/name": "traefik"}),
		s3:               connectivity.At(netip.MustParseAddr("203.0.113.7")),
		s3v6:             connectivity.At(netip.MustParseAddr("2001:db8::7")),
		kubernetes:       connectivity.At(netip.MustParseAddr("10.96.0.1")),
		credentials:      connectivity.At(netip.MustParseAddr("169.254.169.254")),
	}
	names := map[string]string{
		"Deployment attic": api, "Deployment attic-gc": collector, "Job attic-migrate": migration,
		"Cluster attic-pg primary": primary, "Cluster attic-pg replica": replica, "Cluster attic-pg job": job,
		"Pooler attic-pg-pooler-rw": pooler,
	}
	for _, p := range net.Pods() {
		key := strings.TrimSpace(p.Owner.Kind + " " + p.Owner.Name + " " + p.Role)
		if p.Owner.Kind == "Job" {
			key = key[:strings.LastIndexByte(key, '-')]
		}
		name, known := names[key]
		if !known {
			t.Fatalf("nobody knows %s; say in these tests whom it may reach", key)
		}
		all[name] = connectivity.To(p)
		delete(names, key)
	}
	if len(names) > 0 {
		t.Fatalf("these pods are missing: %v", names)
	}
	return all
}

// TestReference holds production to what the reference says of its network, line
// by line: everyone who gets through is named, and nobody else may.
func TestReference(t *testing.T) {
	const dns, postgres, instances, metrics = "TCP 53; UDP 53", "TCP 5432", "TCP 5432, 8000", "TCP 9127, 9187"
	type peers map[string]string
	// The reference's "Attic pods and CNPG operator", and what it leaves unsaid:
	// instances replicate, and Prometheus reads metrics, though no data.
	clients := peers{
		api: postgres, collector: postgres, migration: postgres, operator: instances,
		primary: instances, replica: instances, job: instances, pooler: instances, prometheus: metrics,
	}
	egress := peers{resolver: dns, primary: postgres, replica: postgres, job: postgres, pooler: postgres, s3: "TCP 443", s3v6: "TCP 443"}
	// Backups go to S3, and the Kubernetes API can be at any address.
	outOfPostgres := peers{
		resolver: dns, primary: instances, replica: instances, job: instances, pooler: instances,
		s3: "TCP 443, 6443", s3v6: "TCP 443, 6443", kubernetes: "TCP 443, 6443", credentials: "TCP 443, 6443",
	}
	net := connectivity.New(production(t))
	all := cast(t, net)
	for _, c := range []struct {
		line    string
		of      []string
		in, out peers
	}{
		{line: "Default deny ingress for namespace", of: []string{beside}, in: peers{}, out: peers{resolver: dns}},
		{line: "Default Deny Policy - Block all unspecified traffic in namespace", of: []string{solver}, in: peers{traefik: "TCP 8089"}, out: peers{resolver: dns}},
		{line: "PostgreSQL: Only Attic pods and CNPG operator", of: []string{primary, replica, job, pooler}, in: clients, out: outOfPostgres},
		{line: "Attic API: Only Traefik ingress", of: []string{api}, in: peers{traefik: "TCP 8080"}, out: egress},
		{line: "Egress: DNS, PostgreSQL, S3 (HTTPS)", of: []string{collector, migration}, in: peers{}, out: egress},
	} {
		for _, name := range c.of {
			if entering, leaving := net.Isolated(all[name].Pod); !entering || !leaving {
				t.Errorf("%s: %s: isolated is %v, %v", c.line, name, entering, leaving)
			}
			in, out := peers{}, peers{}
			for other, end := range all {
				if ports := net.Reach(end, all[name]); !ports.Empty() {
					in[other] = ports.String()
				}
				if ports := net.Reach(all[name], end); !ports.Empty() {
					out[other] = ports.String()
				}
			}
			if diff := cmp.Diff(c.in, in); diff != "" {
				t.Errorf("%s: who reaches %s (-want +got):\n%s", c.line, name, diff)
			}
			if diff := cmp.Diff(c.out, out); diff != "" {
				t.Errorf("%s: whom %s reaches (-want +got):\n%s", c.line, name, diff)
			}
		}
	}
}
