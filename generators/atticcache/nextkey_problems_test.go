package atticcache

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

var severity = map[validate.Severity]string{validate.Error: "error: ", validate.Warning: "warning: ", validate.Note: "note: "}

func TestSigningKeyProblems(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.AtticCacheSpec)
		want   []string
	}{
		"bad ids": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.SigningKey = &v1alpha1.SigningKey{KeyID: "old", Next: &v1alpha1.NextSigningKey{KeyID: "new"}}
			},
			[]string{
				`error: spec.signingKey.keyID: is "old", which is not the id of a key`,
				`error: spec.signingKey.next.keyID: is "new", which is not the id of a key`,
			},
		},
		"no id": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.SigningKey = &v1alpha1.SigningKey{Next: &v1alpha1.NextSigningKey{}}
			},
			[]string{`error: spec.signingKey.next.keyID: is missing, and requests are told apart by it`},
		},
		"one key twice": {
			func(s *v1alpha1.AtticCacheSpec) {
				withNext(s)
				s.SigningKey.Next.Key = envPublicKey
			},
			[]string{`error: spec.signingKey.next.key: is that of spec.signingKey, so that both servers would have the same key`},
		},
		"taken over": {
			func(s *v1alpha1.AtticCacheSpec) {
				withNext(s)
				s.SigningKey.KeyID = nextID
			},
			[]string{`note: spec.signingKey.next.keyID: is that of spec.signingKey: the key has taken over`},
		},
		"private": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.SigningKey = &v1alpha1.SigningKey{Private: &v1alpha1.SecretKeyRef{}}
			},
			[]string{`note: spec.signingKey.private: puts the private half of the signing key into the pods of the API: whoever gets into one can make every token`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range Validate(Default(minimal(tt.change))) {
				if strings.HasPrefix(p.Path, "spec.signingKey") {
					got = append(got, severity[p.Severity]+p.Path+": "+p.Message)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestConnectionsOfTheNextKey: a second server opens connections too.
func TestConnectionsOfTheNextKey(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.AtticCacheSpec)
		want   []string
	}{
		"too many at most": {
			func(s *v1alpha1.AtticCacheSpec) {
				withNext(s)
				s.API = &v1alpha1.API{Scaling: v1alpha1.Scaling{MaxReplicas: new(int32(4))}}
			},
			[]string{`note: spec.api.maxReplicas: is 4: with a rollout, the second server of spec.signingKey.next, garbage collection and migration these open up to 120 connections of 97 (max_connections 100 less 3 reserved)`},
		},
		"too many anyway": {
			withNext,
			[]string{`warning: spec.api.maxReplicas: is 10: with a rollout, the second server of spec.signingKey.next, garbage collection and migration these open up to 240 connections of 97 (max_connections 100 less 3 reserved)`},
		},
		"too many at least": {
			func(s *v1alpha1.AtticCacheSpec) {
				withNext(s)
				s.API = &v1alpha1.API{Scaling: v1alpha1.Scaling{MinReplicas: new(int32(6))}}
			},
			[]string{`error: spec.api.minReplicas: is 6: with the second server of spec.signingKey.next, garbage collection and migration these open up to 100 connections of 97 (max_connections 100 less 3 reserved)`},
		},
		"too many for the pooler": {
			func(s *v1alpha1.AtticCacheSpec) {
				withNext(s)
				s.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{Instances: new(int32(1)), MaxClientConnections: new(int32(200))}}
			},
			[]string{`error: spec.postgres.pooler.maxClientConnections: is 200 × 1 instances, less than the 220 connections of spec.api.maxReplicas with the second server of spec.signingKey.next`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range Validate(Default(minimal(tt.change))) {
				if strings.Contains(p.Message, "spec.signingKey.next") {
					got = append(got, severity[p.Severity]+p.Path+": "+p.Message)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
