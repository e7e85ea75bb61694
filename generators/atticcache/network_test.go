package atticcache

import (
	"net/netip"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

// endpoint is one side of a connection: a pod, or an address outside.
type endpoint struct {
	namespace string
	labels    labels.Set
	address   string
}

// world is everyone who might want to talk, and the policies between them.
type world struct{ policies []*networkingv1.NetworkPolicy }

func newWorld(objects []meta.Object) world {
	var w world
	for _, o := range objects {
		if p, ok := o.(*networkingv1.NetworkPolicy); ok {
			w.policies = append(w.policies, p)
		}
	}
	return w
}

// allows evaluates policies as Kubernetes does: where any policy of a direction
// selects a pod, some rule of them must match; both ends must agree.
func (w world) allows(t *testing.T, from, to endpoint, port int32, udp bool) bool {
	t.Helper()
	return w.direction(t, from, to, port, udp, true) && w.direction(t, to, from, port, udp, false)
}

func (w world) direction(t *testing.T, self, other endpoint, port int32, udp, egress bool) bool {
	t.Helper()
	selected, allowed := false, false
	for _, p := range w.policies {
		if self.namespace != p.Namespace || !matches(t, &p.Spec.PodSelector, self.labels) {
			continue
		}
		selected = true
		if egress {
			for _, r := range p.Spec.Egress {
				allowed = allowed || rule(t, p.Namespace, r.To, r.Ports, other, port, udp)
			}
			continue
		}
		for _, r := range p.Spec.Ingress {
			allowed = allowed || rule(t, p.Namespace, r.From, r.Ports, other, port, udp)
		}
	}
	return !selected || allowed
}

func rule(t *testing.T, namespace string, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort, other endpoint, port int32, udp bool) bool {
	t.Helper()
	if len(peers) == 0 || len(ports) == 0 {
		t.Fatal("a rule without peers or ports lets everyone through")
	}
	open := false
	for _, p := range ports {
		open = open || p.Port.IntVal == port && (*p.Protocol == "UDP") == udp
	}
	for _, peer := range peers {
		if open && isPeer(t, namespace, peer, other) {
			return true
		}
	}
	return false
}

func isPeer(t *testing.T, namespace string, peer networkingv1.NetworkPolicyPeer, other endpoint) bool {
	t.Helper()
	if peer.IPBlock != nil {
		return other.address != "" && inBlock(peer.IPBlock, other.address)
	}
	if other.address != "" {
		return false
	}
	if peer.NamespaceSelector != nil {
		if !matches(t, peer.NamespaceSelector, labels.Set{"kubernetes.io/metadata.name": other.namespace}) {
			return false
		}
	} else if other.namespace != namespace {
		return false
	}
	return peer.PodSelector == nil || matches(t, peer.PodSelector, other.labels)
}

func inBlock(block *networkingv1.IPBlock, address string) bool {
	addr := netip.MustParseAddr(address)
	for _, except := range block.Except {
		if netip.MustParsePrefix(except).Contains(addr) {
			return false
		}
	}
	return netip.MustParsePrefix(block.CIDR).Contains(addr)
}

func matches(t *testing.T, selector *metav1.LabelSelector, set labels.Set) bool {
	t.Helper()
	s, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return s.Matches(set)
}

// The cast, with the labels that the pods carry in a cluster.
var (
	api        = endpoint{namespace: "nix-cache", labels: labels.Set{"app.kubernetes.io/name": "attic", "app.kubernetes.io/instance": "attic"}}
	gc         = endpoint{namespace: "nix-cache", labels: labels.Set{"app.kubernetes.io/name": "attic-gc", "app.kubernetes.io/instance": "attic-gc"}}
	migrate    = endpoint{namespace: "nix-cache", labels: labels.Set{"app.kubernetes.io/name": "attic-migrate", "app.kubernetes.io/instance": "attic-migrate"}}
	cachesPod  = endpoint{namespace: "nix-cache", labels: labels.Set{"app.kubernetes.io/name": "attic-caches", "app.kubernetes.io/instance": "attic-caches"}}
	postgres   = endpoint{namespace: "nix-cache", labels: labels.Set{"cnpg.io/cluster": "attic-pg", "cnpg.io/podRole": "instance"}}
	pooler     = endpoint{namespace: "nix-cache", labels: labels.Set{"cnpg.io/cluster": "attic-pg", "cnpg.io/poolerName": "attic-pg-pooler-rw", "cnpg.io/podRole": "pooler"}}
	solver     = endpoint{namespace: "nix-cache", labels: labels.Set{"acme.cert-manager.io/http01-solver": "true"}}
	debug      = endpoint{namespace: "nix-cache", labels: labels.Set{"run": "debug"}}
	traefikPod = endpoint{namespace: "traefik", labels: labels.Set{"app.kubernetes.io/name": "traefik"}}
	operator   = endpoint{namespace: "cnpg-system", labels: labels.Set{"app.kubernetes.io/name": "cloudnative-pg"}}
	prometheus = endpoint{namespace: "monitoring", labels: labels.Set{"app.kubernetes.io/name": "prometheus"}}
	dns        = endpoint{namespace: "kube-system", labels: labels.Set{"k8s-app": "kube-dns"}}
	stranger   = endpoint{namespace: "other", labels: labels.Set{"app.kubernetes.io/name": "traefik"}}
	s3         = endpoint{address: "203.0.113.7"}
	kubeAPI    = endpoint{address: "10.0.0.1"}
	metadata   = endpoint{address: "169.254.169.254"}
)

func TestNetwork(t *testing.T) {
	plain := newWorld(generate(t, nil))
	full := newWorld(generate(t, all))
	tests := []struct {
		name     string
		world    world
		from, to endpoint
		port     int32
		udp      bool
		want     bool
	}{
		{"clients reach the API through Traefik", plain, traefikPod, api, 8080, false, true},
		{"but nobody else's Traefik", plain, stranger, api, 8080, false, false},
		{"nor a pod beside it", plain, debug, api, 8080, false, false},
		{"nor monitoring", plain, prometheus, api, 8080, false, false},
		{"nor Traefik elsewhere", plain, traefikPod, gc, 8080, false, false},
		{"the API reaches PostgreSQL", plain, api, postgres, 5432, false, true},
		{"the collector too", plain, gc, postgres, 5432, false, true},
		{"the migration too", plain, migrate, postgres, 5432, false, true},
		{"a pod beside them does not", plain, debug, postgres, 5432, false, false},
		{"Traefik does not", plain, traefikPod, postgres, 5432, false, false},
		{"the API does not reach the instance manager", plain, api, postgres, 8000, false, false},
		{"instances replicate", plain, postgres, postgres, 5432, false, true},
		{"and ask each other's manager", plain, postgres, postgres, 8000, false, true},
		{"the operator manages instances", plain, operator, postgres, 8000, false, true},
		{"and connects", plain, operator, postgres, 5432, false, true},
		{"monitoring scrapes PostgreSQL", plain, prometheus, postgres, 9187, false, true},
		{"and reads no data", plain, prometheus, postgres, 5432, false, false},
		{"PostgreSQL reaches the Kubernetes API", plain, postgres, kubeAPI, 6443, false, true},
		{"and the object store", plain, postgres, s3, 443, false, true},
		{"the API reaches the object store", plain, api, s3, 443, false, true},
		{"the collector too", plain, gc, s3, 443, false, true},
		{"the API does not reach the instance metadata", plain, api, metadata, 443, false, false},
		{"nor the Kubernetes API", plain, api, kubeAPI, 6443, false, false},
		{"nor another port outside", plain, api, s3, 80, false, false},
		{"everyone asks DNS", plain, debug, dns, 53, true, true},
		{"over TCP too", plain, gc, dns, 53, false, true},
		{"and nothing else there", plain, gc, dns, 443, false, false},
		{"certificates are proven through Traefik", plain, traefikPod, solver, 8089, false, true},
		{"a pod beside them gets nowhere", plain, debug, s3, 443, false, false},
		{"the cache Job reaches the API", full, cachesPod, api, 8080, false, true},
		{"and not PostgreSQL", full, cachesPod, postgres, 5432, false, false},
		{"without caches there is no such hole", plain, cachesPod, api, 8080, false, false},
		{"with a pooler the API reaches it", full, api, pooler, 5432, false, true},
		{"and instances, for as long as it has not been rolled", full, api, postgres, 5432, false, true},
		{"the pooler reaches the instances", full, pooler, postgres, 5432, false, true},
		{"the collector still reaches the instances", full, gc, postgres, 5432, false, true},
		{"monitoring scrapes the pooler", full, prometheus, pooler, 9127, false, true},
		{"and not where there is none", plain, prometheus, postgres, 9127, false, false},
	}
	for _, tt := range tests {
		if got := tt.world.allows(t, tt.from, tt.to, tt.port, tt.udp); got != tt.want {
			t.Errorf("%s: port %d: allowed is %v", tt.name, tt.port, got)
		}
	}
}

func TestStoreInsideTheCluster(t *testing.T) {
	w := newWorld(generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Storage.Endpoint, s.Storage.Insecure = "http://minio.storage.svc.cluster.local:9000", true
	}))
	minio := endpoint{namespace: "storage", labels: labels.Set{"app": "minio"}}
	if !w.allows(t, api, minio, 9000, false) || !w.allows(t, postgres, minio, 9000, false) {
		t.Error("the store is out of reach")
	}
	if w.allows(t, api, s3, 443, false) || w.allows(t, api, s3, 9000, false) {
		t.Error("the internet is within reach, although nothing there is needed")
	}
}
