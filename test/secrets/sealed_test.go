package secrets

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"path/filepath"
	"testing"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/apis/sealedsecrets/v1alpha1"
	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/test/crds"
	"gitlab.com/attic-cache/atticgen/test/rendered"
	"gitlab.com/attic-cache/atticgen/test/validation"
)

// TestUnseal: the controller's library opens what is sealed where its scope says,
// and nowhere else; Kubernetes takes the object, and it is rendered as it is.
func TestUnseal(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 4096) // as the controller does
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cert, err := crypto.SignKeyWithNotBefore(rand.Reader, key, now, 24*time.Hour, "")
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	validator := validation.New(crds.All(t)...)
	open := func(t *testing.T, data []byte, namespace, name string) (map[string][]byte, map[string]string, error) {
		t.Helper()
		var sealed v1alpha1.SealedSecret
		if err := yaml.UnmarshalStrict(data, &sealed); err != nil {
			t.Fatal(err)
		}
		sealed.Namespace, sealed.Name = namespace, name
		secret, err := sealed.Unseal(serializer.NewCodecFactory(runtime.NewScheme()), map[string]*rsa.PrivateKey{"": key})
		if err != nil {
			return nil, nil, err
		}
		return secret.Data, secret.Annotations, nil
	}
	for scope, opens := range map[string]struct{ otherName, otherNamespace bool }{
		"strict": {}, "namespace-wide": {otherName: true}, "cluster-wide": {otherName: true, otherNamespace: true},
	} {
		t.Run(scope, func(t *testing.T) {
			b, err := secretfile.Sealed(text, scope, now.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			root := sample(t)
			want := plain()
			expiry := map[string]string{"expires-at.atticgen.dev/ci": "2026-04-02T03:04:05Z"}
			old := update(t, b, root, nil, secretfile.Change{Set: map[string][]byte{"gone": []byte("the value that goes"), "yaml": want["yaml"]}})
			set := plain()
			delete(set, "yaml")
			data := update(t, b, root, old, secretfile.Change{Set: set, Remove: []string{"gone"}, Annotations: expiry})
			if lineOf(t, old, "yaml") != lineOf(t, data, "yaml") {
				t.Error("what is not set is sealed anew")
			}

			got, annotations, err := open(t, data, namespace, name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for key, value := range expiry {
				if annotations[key] != value {
					t.Errorf("the Secret has the annotations %v", annotations)
				}
			}
			if _, _, err := open(t, data, namespace, "other"); (err == nil) != opens.otherName {
				t.Errorf("with another name: %v", err)
			}
			if _, _, err := open(t, data, "other", name); (err == nil) != opens.otherNamespace {
				t.Errorf("in another namespace: %v", err)
			}
			if err := validator.Validate(data); err != nil {
				t.Error(err)
			}

			render(t, root)
			copied := read(t, root, "environments/staging/database/nix-cache/sealedsecret-attic-secrets.yaml")
			if diff := cmp.Diff(object(t, data), object(t, copied)); diff != "" {
				t.Errorf("render changes it (-source +rendered):\n%s", diff)
			}
			found := false
			for _, o := range rendered.Build(t, filepath.Join(root, "environments", "staging")) {
				found = found || o.GetKind() == "SealedSecret" && cmp.Equal(object(t, data), o.Object)
			}
			if !found {
				t.Error("kustomize does not build it as it is")
			}
			if !bytes.HasPrefix(data, []byte("# Sealed by atticgen")) {
				t.Errorf("it begins with %.80q", data)
			}
		})
	}
}
