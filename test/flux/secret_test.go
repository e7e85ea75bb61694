package flux

import (
	"encoding/base64"
	"os"
	"os/exec"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/documented"
)

// What the Secret of a cache holds, in no order, as a person writes it.
var secretKeys = []string{"AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64"}

// plainText is what one of its keys has.
func plainText(key string) string { return "plain text of " + key }

const encryptedFile = "overlays/staging/attic-secrets.yaml"

// testSecret: a Secret that is encrypted in the overlay is so in the environment,
// and plain in the cluster.
func (f *flux) testSecret(t *testing.T) {
	const namespace = "secret"
	key := newKey(t)
	r := withSecret(t, namespace, "data", key)
	inEnvironment := r.read(t, "environments/staging/database/secret/secret-attic-secrets.yaml")
	if strings.Contains(inEnvironment, encoded("AWS_SECRET_ACCESS_KEY")) || !strings.Contains(inEnvironment, "ENC[AES256_GCM,") {
		t.Errorf("the Secret is not encrypted in the environment:\n%s", inEnvironment)
	}
	s := f.stages(t, "flux-secret", "staging")
	s.decrypt(t, key)
	f.applied(t, s, r)

	secret := object("v1", "Secret", namespace, "attic-secrets")
	data := f.secretData(t, secret)
	want := map[string]string{}
	for _, key := range secretKeys {
		want[key] = plainText(key)
	}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("the Secret in the cluster (-want +got):\n%s", diff)
	}

	// This is what docs/gitops.md says of both files.
	for _, file := range []string{encryptedFile, "environments/staging/database/secret/secret-attic-secrets.yaml"} {
		if out, err := decryptByHand(t, r, file, key); err != nil || !strings.Contains(out, encoded("AWS_SECRET_ACCESS_KEY")) {
			t.Errorf("sops does not decrypt %s: %v\n%s", file, err, out)
		}
	}
}

// testWrongKey: with another key, Flux says which Secret it cannot decrypt, and
// applies nothing.
func (f *flux) testWrongKey(t *testing.T) {
	const namespace = "wrong-key"
	s := f.stages(t, "flux-wrong-key", "staging")
	s.decrypt(t, newKey(t))
	f.refusesSecret(t, s, withSecret(t, namespace, "data", newKey(t)), namespace,
		"decryption failed for 'Secret.v1.[noGrp]/attic-secrets", "no identity matched any of the recipients")
}

// testNoKey: likewise if nobody has told it to decrypt.
func (f *flux) testNoKey(t *testing.T) {
	const namespace = "no-key"
	f.refusesSecret(t, f.stages(t, "flux-no-key", "staging"), withSecret(t, namespace, "data", newKey(t)), namespace,
		"Secret/no-key/attic-secrets is SOPS encrypted, configuring decryption is required")
}

// testNoKeyForText: and it does not, for a Secret with stringData. That is why
// docs/gitops.md says to encrypt data.
func (f *flux) testNoKeyForText(t *testing.T) {
	const namespace = "no-key-for-text"
	s := f.stages(t, "flux-no-key-for-text", "staging")
	r := withSecret(t, namespace, "stringData", newKey(t))
	revision := s.publish(t, r.dir)
	f.apply(t, s.database)
	f.awaitReady(t, s.database, revision)
	data := f.secretData(t, object("v1", "Secret", namespace, "attic-secrets"))
	if got := data["AWS_ACCESS_KEY_ID"]; !strings.HasPrefix(got, "ENC[") {
		t.Errorf("the cluster has %q", got)
	}
}

func (f *flux) refusesSecret(t *testing.T, s *stages, r repository, namespace string, want ...string) {
	t.Helper()
	revision := s.publish(t, r.dir)
	f.apply(t, s.database)
	says := f.awaitFailure(t, s.database, revision)
	for _, part := range want {
		if !strings.Contains(says, part) {
			t.Errorf("Flux does not say %q, but: %s", part, says)
		}
	}
	if err := f.absent(t.Context(), object("v1", "Namespace", "", namespace)); err != nil {
		t.Errorf("something has been applied: %v", err)
	}
}

// secretData is what a Secret in the cluster holds.
func (f *flux) secretData(t *testing.T, secret *unstructured.Unstructured) map[string]string {
	t.Helper()
	data, _, err := unstructured.NestedStringMap(f.get(t, secret).Object, "data")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range data {
		plain, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		data[name] = string(plain)
	}
	return data
}

func encoded(key string) string { return base64.StdEncoding.EncodeToString([]byte(plainText(key))) }

func newKey(t *testing.T) *age.X25519Identity {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// withSecret is a repository with an encrypted Secret in its overlay. The values
// are in the field data or stringData.
func withSecret(t *testing.T, namespace, field string, key *age.X25519Identity) repository {
	t.Helper()
	r := sample(t, namespace)
	plain := "apiVersion: v1\nkind: Secret\nmetadata: {name: attic-secrets, namespace: " + namespace + "}\ntype: Opaque\n" + field + ":\n"
	for _, key := range secretKeys {
		value := plainText(key)
		if field == "data" {
			value = encoded(key)
		}
		plain += "  " + key + ": " + value + "\n"
	}
	r.write(t, encryptedFile, plain)
	cmd := exec.Command(testbin.Sops(t), "encrypt", "--in-place",
		"--age", key.Recipient().String(), "--encrypted-regex", "^(data|stringData)$", r.path(encryptedFile))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("sops: %v\n%s", err, out)
	}
	r.add(t, "resources: [attic-secrets.yaml]\n")
	r.render(t)
	return r
}

// decrypt gives the stage with Secrets a key, as docs/gitops.md says.
func (s *stages) decrypt(t *testing.T, key *age.X25519Identity) {
	t.Helper()
	spec := documented.Section(t, "docs/gitops.md", "Secrets in Git")[0].Objects(t)[0]
	decryption, _, err := unstructured.NestedMap(spec.Object, "spec", "decryption")
	if err != nil {
		t.Fatal(err)
	}
	set(t, s.database, decryption, "spec", "decryption")
	secret := object("v1", "Secret", s.database.GetNamespace(), text(spec, "spec", "decryption", "secretRef", "name"))
	set(t, secret, map[string]any{"age.agekey": key.String()}, "stringData")
	s.apply(t, secret)
}

// decryptByHand returns what sops says, plain text or not.
func decryptByHand(t *testing.T, r repository, file string, key *age.X25519Identity) (string, error) {
	t.Helper()
	cmd := exec.Command(testbin.Sops(t), "decrypt", r.path(file))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "SOPS_AGE_KEY=" + key.String()}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
