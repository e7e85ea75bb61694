package secretfile

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const file = "overlays/staging/secrets/nix-cache/attic-secrets.yaml"

var made = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// controller is a key of the controller, and its certificate for a year.
type controller struct {
	key  *rsa.PrivateKey
	cert []byte
}

func newController(t *testing.T) controller {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := crypto.SignKeyWithNotBefore(rand.Reader, key, made, 365*24*time.Hour, "")
	if err != nil {
		t.Fatal(err)
	}
	return controller{key: key, cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})}
}

func (c controller) backend(t *testing.T, scope string) Backend {
	t.Helper()
	b, err := Sealed(c.cert, scope, made.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// opens decrypts as the controller does, for a label.
func (c controller) opens(t *testing.T, document []byte, key, label string) (string, error) {
	t.Helper()
	ciphertext, err := base64.StdEncoding.DecodeString(valueIn(t, document, key))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := crypto.HybridDecrypt(rand.Reader, map[string]*rsa.PrivateKey{"": c.key}, ciphertext, []byte(label))
	return string(plain), err
}

func valueIn(t *testing.T, document []byte, key string) string {
	t.Helper()
	var object map[string]any
	if err := yaml.UnmarshalStrict(document, &object); err != nil {
		t.Fatal(err)
	}
	return text(object, "spec", "encryptedData", key)
}

func values(set map[string]string) map[string][]byte {
	all := map[string][]byte{}
	for key, value := range set {
		all[key] = []byte(value)
	}
	return all
}

func update(t *testing.T, b Backend, old []byte, c Change) []byte {
	t.Helper()
	document, err := b.Update(t.Context(), file, old, "nix-cache", "attic-secrets", c)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range c.Set {
		hides(t, string(document), string(value))
	}
	return document
}

func TestSealedScopes(t *testing.T) {
	c := newController(t)
	for scope, test := range map[string]struct{ label, other, annotation string }{
		"":               {"nix-cache/attic-secrets", "nix-cache", ""},
		"strict":         {"nix-cache/attic-secrets", "other/attic-secrets", ""},
		"namespace-wide": {"nix-cache", "nix-cache/attic-secrets", namespaceWide},
		"cluster-wide":   {"", "nix-cache", clusterWide},
	} {
		t.Run(scope, func(t *testing.T) {
			document := update(t, c.backend(t, scope), nil, Change{Set: values(map[string]string{"a": "the value of a"})})
			if !bytes.HasPrefix(document, []byte(sealedHeader)) {
				t.Errorf("it begins with %.80q", document)
			}
			if got, err := c.opens(t, document, "a", test.label); err != nil || got != "the value of a" {
				t.Errorf("opened: %q, %v", got, err)
			}
			if _, err := c.opens(t, document, "a", test.other); err == nil {
				t.Error("it opens elsewhere too")
			}
			object, err := decode(document)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			if test.annotation != "" {
				want[test.annotation] = "true"
			}
			for _, path := range [][]string{{"metadata", "annotations"}, {"spec", "template", "metadata", "annotations"}} {
				if diff := cmp.Diff(want, texts(object, path...)); diff != "" {
					t.Errorf("%v (-want +got):\n%s", path, diff)
				}
			}
		})
	}
}

func TestSealedUpdate(t *testing.T) {
	c := newController(t)
	b := c.backend(t, "strict")
	token := func(name, digest string) map[string]string {
		return map[string]string{"sha256.atticgen.dev/" + name: digest, "expires-at.atticgen.dev/" + name: "2026-04-02T03:04:05Z"}
	}
	ci := []byte(`{"secret":"header.payload.signature"}`)
	old := update(t, b, nil, Change{
		Set:         map[string][]byte{"ci": ci, "kept": []byte("the kept value"), "plain": []byte("the plain value"), "gone": []byte("the value that goes")},
		Annotations: token("ci", digest([]byte("header.payload.signature"))),
	})

	if again := update(t, b, old, Change{Set: map[string][]byte{"ci": ci}, Annotations: token("ci", digest([]byte("header.payload.signature"))), Remove: []string{"never-there"}}); !bytes.Equal(again, old) {
		t.Error("a token that is there already is sealed anew")
	}
	changed := update(t, b, old, Change{
		Set: map[string][]byte{"ci": []byte(`{"secret":"another.token.here"}`), "plain": []byte("the plain value")}, Remove: []string{"gone"},
		Labels: map[string]string{"tier": "cache"}, Annotations: token("ci", digest([]byte("another.token.here"))),
	})
	for key, same := range map[string]bool{"kept": true, "ci": false, "plain": false} {
		if got := valueIn(t, old, key) == valueIn(t, changed, key); got != same {
			t.Errorf("%s stays as it is: %t", key, got)
		}
	}
	secret, err := b.Read(t.Context(), file, changed)
	if !errors.Is(err, ErrSealed) {
		t.Errorf("read: %v", err)
	}
	want := Secret{
		Namespace: "nix-cache", Name: "attic-secrets", Labels: map[string]string{"tier": "cache"},
		Annotations: token("ci", digest([]byte("another.token.here"))), Data: map[string][]byte{"ci": nil, "kept": nil, "plain": nil},
	}
	if diff := cmp.Diff(want, secret); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	expiry := map[string]string{"expires-at.atticgen.dev/ci": "2027-01-01T00:00:00Z"}
	if again := update(t, b, old, Change{Set: map[string][]byte{"ci": ci}, Annotations: expiry}); valueIn(t, again, "ci") == valueIn(t, old, "ci") {
		t.Error("a token with another expiry is not sealed anew")
	}
}

func TestSealedScopeChanges(t *testing.T) {
	c := newController(t)
	old := update(t, c.backend(t, "cluster-wide"), nil, Change{Set: values(map[string]string{"a": "the value of a", "b": "the value of b"})})
	strict := c.backend(t, "strict")
	fails(t, strict, old, Change{Set: values(map[string]string{"a": "the value of a"})}, "so set b as well, or keep the scope")
	document := update(t, strict, old, Change{Set: values(map[string]string{"a": "the value of a"}), Remove: []string{"b"}})
	if got, err := c.opens(t, document, "a", "nix-cache/attic-secrets"); err != nil || got != "the value of a" {
		t.Errorf("opened: %q, %v", got, err)
	}
	if strings.Contains(string(document), clusterWide) {
		t.Errorf("the old scope is still there:\n%s", document)
	}
}

func TestCertificates(t *testing.T) {
	c := newController(t)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: made, NotAfter: made.Add(48 * time.Hour)}
	other, err := x509.CreateCertificate(rand.Reader, template, template, &ec.PublicKey, ec)
	if err != nil {
		t.Fatal(err)
	}
	now := made.Add(time.Hour)
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(c.key)})
	for name, test := range map[string]struct {
		cert  []byte
		scope string
		now   time.Time
		want  string
	}{
		"empty":      {nil, "", now, "no certificate"},
		"text":       {[]byte("certificate"), "", now, "no certificate"},
		"private":    {append(private, c.cert...), "", now, "holds a private key"},
		"broken":     {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("broken")}), "", now, "not whole"},
		"EC":         {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other}), "", now, "ECDSA"},
		"expired":    {c.cert, "", made.Add(366 * 24 * time.Hour), "expired at 2027-01-02T03:04:05Z"},
		"not yet":    {c.cert, "", made.Add(-time.Second), "from 2026-01-02T03:04:05Z only"},
		"scope":      {c.cert, "everywhere", now, "strict, namespace-wide or cluster-wide"},
		"first hour": {c.cert, "", made, ""},
		"last hour":  {c.cert, "", made.Add(365 * 24 * time.Hour), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Sealed(test.cert, test.scope, test.now)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error: %v", err)
			}
		})
	}
}

func TestSealedFilesOfOthers(t *testing.T) {
	c := newController(t)
	b := c.backend(t, "")
	good := string(update(t, b, nil, Change{Set: values(map[string]string{"a": "the value of a"})}))
	const value = "nobody-may-see-this"
	for name, test := range map[string]struct{ document, want string }{
		"plain":     {"apiVersion: v1\nkind: Secret\nmetadata: {name: attic-secrets, namespace: nix-cache}\nstringData: {a: " + value + "}\n", "plain text"},
		"empty":     {"", "not a SealedSecret"},
		"broken":    {"a: " + value + "\n b: [" + value, "not YAML"},
		"alias":     {"a: *" + value, "not YAML"},
		"list":      {"- " + value, "not YAML"},
		"duplicate": {good + "kind: SealedSecret\n", "not YAML"},
		"ConfigMap": {strings.Replace(good, "kind: SealedSecret", "kind: ConfigMap", 1), "not a SealedSecret"},
		"other":     {strings.ReplaceAll(good, "name: attic-secrets", "name: other"), `holds "other"`},
		"old form":  {strings.Replace(good, "spec:\n", "spec:\n  data: "+value+"\n", 1), "spec.data"},
	} {
		t.Run(name, func(t *testing.T) {
			fails(t, b, []byte(test.document), Change{Set: values(map[string]string{"b": "the value of b"})}, test.want, value)
		})
	}
}

func fails(t *testing.T, b Backend, old []byte, c Change, want string, hidden ...string) {
	t.Helper()
	document, err := b.Update(t.Context(), file, old, "nix-cache", "attic-secrets", c)
	if err == nil || document != nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), file+": ") {
		t.Fatalf("not refused with %q: %v", want, err)
	}
	for _, value := range c.Set {
		hidden = append(hidden, string(value))
	}
	hides(t, err.Error(), hidden...)
}
