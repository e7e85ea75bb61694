package objectstore

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func TestDefaultPeer(t *testing.T) {
	for name, tt := range map[string]struct {
		endpoint    string
		given, want v1alpha1.S3Peer
	}{
		"public":              {"https://s3.example.com", v1alpha1.S3Peer{}, v1alpha1.S3Peer{Port: new(int32(443))}},
		"port":                {"https://s3.example.com:9000", v1alpha1.S3Peer{}, v1alpha1.S3Peer{Port: new(int32(9000))}},
		"address":             {"https://192.0.2.7", v1alpha1.S3Peer{}, v1alpha1.S3Peer{CIDRs: []string{"192.0.2.7/32"}, Port: new(int32(443))}},
		"IPv6 address":        {"https://[2001:db8::1]:9000", v1alpha1.S3Peer{}, v1alpha1.S3Peer{CIDRs: []string{"2001:db8::1/128"}, Port: new(int32(9000))}},
		"service":             {"http://minio.storage.svc", v1alpha1.S3Peer{}, v1alpha1.S3Peer{Namespace: "storage", Port: new(int32(80))}},
		"service's full name": {"http://minio.storage.svc.cluster.local:9000", v1alpha1.S3Peer{}, v1alpha1.S3Peer{Namespace: "storage", Port: new(int32(9000))}},
		"pod of a service":    {"http://minio-0.minio.storage.svc:9000", v1alpha1.S3Peer{}, v1alpha1.S3Peer{Namespace: "storage", Port: new(int32(9000))}},
		"written ranges win":  {"http://minio.storage.svc", v1alpha1.S3Peer{CIDRs: []string{"10.0.0.0/8"}}, v1alpha1.S3Peer{CIDRs: []string{"10.0.0.0/8"}, Port: new(int32(80))}},
		"written port wins":   {"http://minio.storage.svc", v1alpha1.S3Peer{Port: new(int32(9000))}, v1alpha1.S3Peer{Namespace: "storage", Port: new(int32(9000))}},
		"nothing yet":         {"", v1alpha1.S3Peer{}, v1alpha1.S3Peer{Port: new(int32(443))}},
	} {
		DefaultPeer(&tt.given, tt.endpoint)
		if diff := cmp.Diff(tt.want, tt.given); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestEgressIsNeverEveryone: a rule without peers would be.
func TestEgressIsNeverEveryone(t *testing.T) {
	for _, endpoint := range []string{"https://s3.example.com", "https://192.0.2.7", "http://minio.storage.svc"} {
		var peer v1alpha1.S3Peer
		DefaultPeer(&peer, endpoint)
		if rule := Egress(peer); len(rule.Peers) == 0 || len(rule.TCP) != 1 {
			t.Errorf("%s: %+v", endpoint, rule)
		}
	}
}

func TestEncryptionIsGivenUpExplicitly(t *testing.T) {
	for _, tt := range []struct {
		spec v1alpha1.ObjectStoreSpec
		want int
	}{
		{v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Bucket: "nix-cache"}, 0},
		{v1alpha1.ObjectStoreSpec{Endpoint: "http://s3.example.com", Bucket: "nix-cache"}, 1},
		{v1alpha1.ObjectStoreSpec{Endpoint: "http://s3.example.com", Bucket: "nix-cache", Insecure: true}, 0},
		{v1alpha1.ObjectStoreSpec{}, 2},
	} {
		Default(&tt.spec, "attic-secrets")
		var p validate.Problems
		Validate(&p, field.NewPath("storage"), tt.spec)
		if len(p.List()) != tt.want {
			t.Errorf("%+v: %+v", tt.spec, p.List())
		}
	}
}
