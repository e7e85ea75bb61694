package atticcache

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/externalsecrets"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
)

const (
	accessKey = "AWS_ACCESS_KEY_ID"
	secretKey = "AWS_SECRET_ACCESS_KEY"
)

func TestNeededSecrets(t *testing.T) {
	shared := secrets.Needed{
		Name: "attic-secrets", Keys: []string{envPublicKey, accessKey, secretKey},
		Purpose: "public half of the signing key; object store of the cache",
	}
	private := secrets.Needed{Name: "attic-signing-key", Keys: []string{envPrivateKey}, Purpose: "private half of the signing key", Kept: true}
	backup := secrets.Needed{Name: "attic-pg-backup", Keys: []string{accessKey, secretKey}, Purpose: "backups of PostgreSQL"}
	for name, tt := range map[string]struct {
		change func(*v1alpha1.AtticCacheSpec)
		want   []secrets.Needed
	}{
		"nothing asked for": {nil, []secrets.Needed{backup, shared, private}},
		"no backup": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.Postgres = &v1alpha1.PostgresClusterSpec{Backup: &v1alpha1.Backup{Enabled: new(false)}}
			},
			[]secrets.Needed{shared, private},
		},
		"a private key in the cluster": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.SigningKey = &v1alpha1.SigningKey{Private: &v1alpha1.SecretKeyRef{}}
			},
			[]secrets.Needed{backup, shared, {Name: private.Name, Keys: private.Keys, Purpose: private.Purpose}},
		},
		"a next key": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.SigningKey = &v1alpha1.SigningKey{Next: &v1alpha1.NextSigningKey{KeyID: "id", SecretKeyRef: v1alpha1.SecretKeyRef{SecretName: "next", Key: "pub"}}}
			},
			[]secrets.Needed{backup, shared, private, {Name: "next", Keys: []string{"pub"}, Purpose: "public half of the next signing key"}},
		},
		"a root token alone": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.Tokens = &v1alpha1.TokenSetSpec{RootToken: &v1alpha1.RootToken{}}
			},
			[]secrets.Needed{backup, {Name: "attic-root-tokens", Keys: []string{"root"}, Purpose: "tokens of type admin", Tokens: true, Kept: true}, shared, private},
		},
		"the bucket's own credentials": {
			func(s *v1alpha1.AtticCacheSpec) {
				s.Storage.Provisioning = &v1alpha1.BucketProvisioning{Mode: objectstore.ModeJob, Job: &v1alpha1.BucketJob{CredentialsSecret: "bucket"}}
				s.ImagePullSecrets = []string{"registry"}
			},
			[]secrets.Needed{
				backup, shared, private,
				{Name: "bucket", Keys: []string{accessKey, secretKey}, Purpose: "making the bucket"},
				{Name: "registry", Keys: []string{".dockerconfigjson"}, Purpose: "pulling images", Type: "kubernetes.io/dockerconfigjson"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, NeededSecrets(Default(minimal(tt.change)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is fetched is what the pods read, key by key, but for what CloudNativePG
// makes.
func TestFetchedIsWhatPodsRead(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Caches = map[string]v1alpha1.Cache{"main": {Public: true}}
		s.CacheJob = &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:1.4.2"}
		s.Secrets = &v1alpha1.Secrets{Backend: secrets.External, ExternalSecrets: &v1alpha1.ExternalSecrets{
			Store: v1alpha1.SecretStoreRef{Name: "vault"}, Provider: secrets.Vault,
		}}
	})
	fetched := map[string][]string{"attic-pg-app": nil, "attic-pg-ca": nil}
	for _, o := range objects {
		if e, ok := o.(*externalsecrets.ExternalSecret); ok {
			for _, d := range e.Spec.Data {
				fetched[e.Spec.Target.Name] = append(fetched[e.Spec.Target.Name], d.SecretKey)
			}
		}
	}
	read := func(secret, key string) {
		keys, ok := fetched[secret]
		if !ok || keys != nil && !slices.Contains(keys, key) {
			t.Errorf("nobody fetches %s of %s", key, secret)
		}
	}
	count := 0
	for _, pod := range pods(objects) {
		for _, c := range pod.Spec.Containers {
			for _, v := range c.Env {
				if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil {
					count++
					read(v.ValueFrom.SecretKeyRef.Name, v.ValueFrom.SecretKeyRef.Key)
				}
			}
		}
		for _, v := range pod.Spec.Volumes {
			if v.Secret != nil {
				count++
				for _, item := range v.Secret.Items {
					read(v.Secret.SecretName, item.Key)
				}
			}
		}
	}
	if count < 10 {
		t.Errorf("only %d references were found", count)
	}
}

func TestNothingIsFetchedOtherwise(t *testing.T) {
	for _, backend := range []string{"", secrets.Existing, secrets.SOPS, secrets.Sealed} {
		for _, o := range generate(t, func(s *v1alpha1.AtticCacheSpec) { s.Secrets = &v1alpha1.Secrets{Backend: backend} }) {
			switch o.(type) {
			case *externalsecrets.ExternalSecret, *externalsecrets.PushSecret, *corev1.Secret:
				t.Errorf("backend %q renders %s %s", backend, o.GetObjectKind().GroupVersionKind().Kind, o.GetName())
			}
		}
	}
}
