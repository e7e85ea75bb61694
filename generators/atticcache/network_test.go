package atticcache_test

import (
	"net/netip"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// network is the one of a cache with nothing but what is required; change may add
// to its spec.
func network(t *testing.T, change func(*v1alpha1.AtticCacheSpec)) *connectivity.Net {
	t.Helper()
	generated, problems := atticcache.Generate(atticcache.Minimal(change))
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	var objects []manifest.Object
	for _, typed := range generated {
		o, err := manifest.FromTyped(typed)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	return connectivity.New(objects)
}

// connects tells whether one end reaches a port of the other.
func connects(net *connectivity.Net, from, to connectivity.End, port int32, udp bool) bool {
	protocol := corev1.ProtocolTCP
	if udp {
		protocol = corev1.ProtocolUDP
	}
	return net.Reach(from, to).Has(protocol, port)
}

func pod(namespace string, set labels.Set) connectivity.End {
	return connectivity.To(connectivity.Pod{Namespace: namespace, Labels: set})
}

func address(text string) connectivity.End { return connectivity.At(netip.MustParseAddr(text)) }

// The cast, with the labels that the pods carry in a cluster.
var (
	api        = pod("nix-cache", labels.Set{"app.kubernetes.io/name": "attic", "app.kubernetes.io/instance": "attic"})
	next       = pod("nix-cache", labels.Set{"app.kubernetes.io/name": "attic", "app.kubernetes.io/instance": "attic-next"})
	gc         = pod("nix-cache", labels.Set{"app.kubernetes.io/name": "attic-gc", "app.kubernetes.io/instance": "attic-gc"})
	migrate    = pod("nix-cache", labels.Set{"app.kubernetes.io/name": "attic-migrate", "app.kubernetes.io/instance": "attic-migrate"})
	cachesPod  = pod("nix-cache", labels.Set{"app.kubernetes.io/name": "attic-caches", "app.kubernetes.io/instance": "attic-caches"})
	postgres   = pod("nix-cache", labels.Set{"cnpg.io/cluster": "attic-pg", "cnpg.io/podRole": "instance"})
	pooler     = pod("nix-cache", labels.Set{"cnpg.io/cluster": "attic-pg", "cnpg.io/poolerName": "attic-pg-pooler-rw", "cnpg.io/podRole": "pooler"})
	authz      = pod("nix-cache", labels.Set{"app.kubernetes.io/name": "attic-authz", "app.kubernetes.io/instance": "attic-authz"})
	solver     = pod("nix-cache", labels.Set{"acme.cert-manager.io/http01-solver": "true"})
	debug      = pod("nix-cache", labels.Set{"run": "debug"})
	traefikPod = pod("traefik", labels.Set{"app.kubernetes.io/name": "traefik"})
	operator   = pod("cnpg-system", labels.Set{"app.kubernetes.io/name": "cloudnative-pg"})
	prometheus = pod("monitoring", labels.Set{"app.kubernetes.io/name": "prometheus"})
	dns        = pod("kube-system", labels.Set{"k8s-app": "kube-dns"})
	stranger   = pod("other", labels.Set{"app.kubernetes.io/name": "traefik"})
	s3         = address("203.0.113.7")
	kubeAPI    = address("10.0.0.1")
	metadata   = address("169.254.169.254")
)

func TestNetwork(t *testing.T) {
	plain := network(t, nil)
	full := network(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Caches = map[string]v1alpha1.Cache{"main": {Public: true}}
		s.CacheJob = &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:v1.2.3"}
		s.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}}
		s.SigningKey = &v1alpha1.SigningKey{Next: &v1alpha1.NextSigningKey{KeyID: "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"}}
	})
	tests := []struct {
		name     string
		net      *connectivity.Net
		from, to connectivity.End
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
		{"clients reach the next key's server", full, traefikPod, next, 8080, false, true},
		{"and so does the cache Job", full, cachesPod, next, 8080, false, true},
		{"nobody else does", full, api, next, 8080, false, false},
		{"it reaches the pooler", full, next, pooler, 5432, false, true},
		{"and the instances", full, next, postgres, 5432, false, true},
		{"and the object store", full, next, s3, 443, false, true},
		{"without a next key there is no such hole", plain, next, postgres, 5432, false, false},
		{"monitoring scrapes the pooler", full, prometheus, pooler, 9127, false, true},
		{"and not where there is none", plain, prometheus, postgres, 9127, false, false},
	}
	for _, tt := range tests {
		if got := connects(tt.net, tt.from, tt.to, tt.port, tt.udp); got != tt.want {
			t.Errorf("%s: port %d: allowed is %v", tt.name, tt.port, got)
		}
	}
}

func TestStoreInsideTheCluster(t *testing.T) {
	net := network(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Storage.Endpoint, s.Storage.Insecure = "http://minio.storage.svc.cluster.local:9000", true
	})
	minio := pod("storage", labels.Set{"app": "minio"})
	if !connects(net, api, minio, 9000, false) || !connects(net, postgres, minio, 9000, false) {
		t.Error("the store is out of reach")
	}
	if connects(net, api, s3, 443, false) || connects(net, api, s3, 9000, false) {
		t.Error("the internet is within reach, although nothing there is needed")
	}
}

// The server that refuses revoked tokens sees all tokens: what gets into it must
// not get them out.
func TestNetworkOfAuthz(t *testing.T) {
	plain := network(t, nil)
	full := network(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Caches = map[string]v1alpha1.Cache{"main": {Public: true}}
		s.CacheJob = &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:v1.2.3"}
		s.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}}
		s.Tokens = atticcache.Enforced()
	})
	everyone := map[string]connectivity.End{
		"the API": api, "the collector": gc, "the migration": migrate, "the cache Job": cachesPod, "PostgreSQL": postgres,
		"the pooler": pooler, "the solver": solver, "a pod beside it": debug, "Traefik": traefikPod, "the operator": operator,
		"monitoring": prometheus, "DNS": dns, "another Traefik": stranger, "the store": s3, "the Kubernetes API": kubeAPI,
		"the instance metadata": metadata, "itself": authz,
	}
	for name, other := range everyone {
		for port, want := range map[int32]bool{8081: name == "Traefik", 9091: name == "monitoring", 8080: false, 80: false} {
			if got := connects(full, other, authz, port, false); got != want {
				t.Errorf("%s reaches port %d: %v", name, port, got)
			}
		}
		for _, port := range []int32{53, 80, 443, 5432, 6443, 8080, 8081, 9091, 9127, 9187} {
			for _, udp := range []bool{false, true} {
				if connects(full, authz, other, port, udp) {
					t.Errorf("it reaches port %d of %s", port, name)
				}
			}
		}
	}
	if !connects(full, debug, dns, 53, true) || !connects(full, api, dns, 53, true) {
		t.Error("others cannot ask DNS any more")
	}
	if connects(plain, traefikPod, authz, 8081, false) {
		t.Error("there is a hole for a server that is not there")
	}
}
