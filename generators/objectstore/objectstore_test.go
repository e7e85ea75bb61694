package objectstore

import (
	"strings"
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

// TestServicesByShortNames: within the cluster minio and minio.storage lead to a
// Service, which a policy for public addresses would cut off without a word.
func TestServicesByShortNames(t *testing.T) {
	for _, tt := range []struct {
		endpoint         string
		given            v1alpha1.S3Peer
		errors, warnings string
	}{
		{endpoint: "http://minio:9000", errors: "as in http://minio.NAMESPACE.svc:9000"},
		{endpoint: "http://minio.storage:9000", warnings: "write minio.storage.svc if it is one"},
		{endpoint: "http://minio.storage:9000", given: v1alpha1.S3Peer{CIDRs: []string{"192.0.2.0/24"}}},
		{endpoint: "http://minio.storage:9000", given: v1alpha1.S3Peer{Namespace: "storage"}},
		{endpoint: "http://minio.storage.svc:9000"},
		{endpoint: "http://s3.example.com"},
		{endpoint: "http://s3.lan", warnings: "write the store's addresses"},
		{endpoint: "http://192.0.2.7:9000"},
		{endpoint: "http://[2001:db8::1]:9000"},
	} {
		var errors, warnings validate.Problems
		ValidateEndpoint(&errors, field.NewPath("storage"), tt.endpoint, true)
		DefaultPeer(&tt.given, tt.endpoint)
		WarnPrivate(&warnings, field.NewPath("storage", "endpoint"), tt.endpoint, field.NewPath("network", "s3"), tt.given)
		for _, got := range []struct {
			problems []validate.Problem
			want     string
		}{{errors.List(), tt.errors}, {warnings.List(), tt.warnings}} {
			if (got.want == "") != (len(got.problems) == 0) || len(got.problems) > 1 || got.want != "" && !strings.Contains(got.problems[0].Hint, got.want) {
				t.Errorf("%s with %+v: %+v, want %q", tt.endpoint, tt.given, got.problems, got.want)
			}
		}
	}
}
