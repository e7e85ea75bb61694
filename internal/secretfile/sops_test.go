package secretfile

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testbin.Cleanup()
	os.Exit(code) //nolint:forbidigo // the end of a test's process
}

// hides fails if text has one of the values in any form.
func hides(t *testing.T, text string, values ...string) {
	t.Helper()
	for _, value := range values {
		for _, form := range []string{
			value, url.QueryEscape(value), base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
		} {
			if len(form) > 5 && strings.Contains(text, form) {
				t.Errorf("a value is shown:\n%.500s", text)
				return
			}
		}
	}
}

// newRepository is a folder with a rule for a key of age, without keys of who runs
// the test.
func newRepository(t *testing.T) (root string, key *age.X25519Identity) {
	t.Helper()
	testbin.AtticgenSops(t) // Go's caches are in the home that goes
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_CONFIG", "SOPS_DECRYPTION_ORDER"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	root = t.TempDir()
	rules := "creation_rules:\n- path_regex: ^overlays/staging/secrets/\n  age: " + key.Recipient().String() + "\n"
	if err := os.WriteFile(filepath.Join(root, ".sops.yaml"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	return root, key
}

// TestWhoCanDecrypt: what atticgen-sops says of recipients gets to the caller.
func TestWhoCanDecrypt(t *testing.T) {
	root, key := newRepository(t)
	t.Setenv("SOPS_AGE_KEY", key.String())
	var said []string
	b := SOPS(testbin.AtticgenSops(t), root, func(path, message string) { said = append(said, path+": "+message) })
	old := update(t, b, nil, Change{Set: values(map[string]string{"a": "the value of a"})})
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	rule := func(recipients string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, ".sops.yaml"), []byte("creation_rules:\n- age: "+recipients+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set := Change{Set: values(map[string]string{"b": "the value of b"})}
	rule(key.Recipient().String() + "," + other.Recipient().String())
	update(t, b, old, set)
	if len(said) != 1 || !strings.Contains(said[0], file+": cannot be decrypted by "+other.Recipient().String()) {
		t.Errorf("it says %q", said)
	}
	rule(other.Recipient().String())
	if _, err := b.Update(t.Context(), file, old, "nix-cache", "attic-secrets", set); err == nil || !strings.Contains(err.Error(), "sops updatekeys") {
		t.Errorf("with somebody removed: %v", err)
	}
}

// TestEncryptedWhole: of what SOPS encrypts by its default rule nobody knows what
// it is.
func TestEncryptedWhole(t *testing.T) {
	const hidden = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]"
	document := []byte("apiVersion: " + hidden + "\nkind: " + hidden + "\nmetadata:\n  name: " + hidden + "\nsops:\n  mac: " + hidden + "\n")
	_, err := SOPS("", t.TempDir()).Update(t.Context(), file, document, "nix-cache", "x", Change{Set: values(map[string]string{"a": "the value of a"})})
	if err == nil || !strings.Contains(err.Error(), "has its apiVersion encrypted by SOPS") || !strings.Contains(err.Error(), "encrypted_regex: ^(data|stringData)$") {
		t.Error(err)
	}
}

func TestSOPS(t *testing.T) {
	root, key := newRepository(t)
	b := SOPS(testbin.AtticgenSops(t), root)
	first := Change{
		Set:    values(map[string]string{"a": "the value of a", "kept": "\x00 binary \xff\n"}),
		Labels: map[string]string{"tier": "cache"}, Annotations: map[string]string{"key-id.atticgen.dev/a": "abc"},
	}
	old := update(t, b, nil, first)

	// Without the private key.
	sealed, err := b.Read(t.Context(), file, old)
	if !errors.Is(err, ErrSealed) || !strings.Contains(err.Error(), "SOPS_AGE_KEY_FILE") {
		t.Errorf("read: %v", err)
	}
	want := Secret{Namespace: "nix-cache", Name: "attic-secrets", Labels: first.Labels, Annotations: first.Annotations, Data: map[string][]byte{"a": nil, "kept": nil}}
	if diff := cmp.Diff(want, sealed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := b.Update(t.Context(), file, old, "nix-cache", "attic-secrets", Change{Remove: []string{"a"}}); !errors.Is(err, ErrSealed) {
		t.Errorf("update: %v", err)
	}
	if same := update(t, b, old, Change{Remove: []string{"never-there"}, Labels: first.Labels, Annotations: map[string]string{"never-there": ""}}); !bytes.Equal(same, old) {
		t.Error("a change of nothing changes something")
	}

	t.Setenv("SOPS_AGE_KEY", key.String())
	if same := update(t, b, old, first); !bytes.Equal(same, old) {
		t.Error("setting the same again changes something")
	}
	changed := update(t, b, old, Change{Set: values(map[string]string{"a": "another value"})})
	got, err := b.Read(t.Context(), filepath.Join(root, file), changed)
	if err != nil {
		t.Fatal(err)
	}
	want.Data = values(map[string]string{"a": "another value", "kept": "\x00 binary \xff\n"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	fails(t, b, nil, Change{}, "has no values to keep")
	fails(t, b, nil, Change{Set: values(map[string]string{"a": strings.Repeat("x", maxSecret)})}, "atticgen render reads 1048576 of a file")
	fails(t, b, []byte("apiVersion: v1\nkind: Secret\ndata: {a: nobody-may-see}\n"), first, "plain text", "nobody-may-see")
	fails(t, b, []byte("apiVersion: v1\nkind: ConfigMap\ndata: {a: nobody-may-see}\n"), first, "no sops.mac", "nobody-may-see")
	fails(t, b, bytes.Replace(old, []byte("name: attic-secrets"), []byte("name: other"), 1), first, `holds "other"`)
}

func TestNoRule(t *testing.T) {
	root, _ := newRepository(t)
	b := SOPS(testbin.AtticgenSops(t), root)
	_, err := b.Update(t.Context(), "elsewhere/x.yaml", nil, "nix-cache", "x", Change{Set: values(map[string]string{"a": "the value of a"})})
	if err == nil || !strings.Contains(err.Error(), "no matching creation rules") {
		t.Errorf("error: %v", err)
	}
}

// TestLinkedFolder: a path through a link is matched as it is written.
func TestLinkedFolder(t *testing.T) {
	root, _ := newRepository(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Skip(err)
	}
	update(t, SOPS(testbin.AtticgenSops(t), link), nil, Change{Set: values(map[string]string{"a": "the value of a"})})
}

func TestFindSOPS(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	t.Setenv(ProgramVariable, "")
	set := Change{Set: values(map[string]string{"a": "the value of a"})}
	fails(t, SOPS("", folder), nil, set, "go install gitlab.com/attic-cache/atticgen/cmd/atticgen-sops@latest")
	program := filepath.Join(folder, "atticgen-sops")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho no JSON\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := FindSOPS(); got != program || err != nil {
		t.Errorf("on PATH: %q, %v", got, err)
	}
	fails(t, SOPS("", folder), nil, set, "install both of the same release")
	t.Setenv(ProgramVariable, filepath.Join(folder, "nothing"))
	fails(t, SOPS("", folder), nil, set, "ATTICGEN_SOPS names no program")
	fails(t, SOPS(folder, folder), nil, set, "cannot be started")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := SOPS(program, folder).Update(ctx, file, nil, "nix-cache", "x", set); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestChanges(t *testing.T) {
	if maxFile != load.MaxBytes {
		t.Errorf("files may have %d bytes, and %d are read", maxFile, load.MaxBytes)
	}
	b := newController(t).backend(t, "")
	for name, test := range map[string]struct {
		change Change
		want   string
	}{
		"nothing":          {Change{}, "set at least one"},
		"key":              {Change{Set: values(map[string]string{"ключ": "the value of it"})}, "data[\"ключ\"]"},
		"upwards":          {Change{Set: values(map[string]string{"..": "the value of it"})}, "data[\"..\"]"},
		"set and removed":  {Change{Set: values(map[string]string{"a": "the value of a"}), Remove: []string{"a"}}, "both set and removed"},
		"large":            {Change{Set: values(map[string]string{"a": strings.Repeat("x", maxSecret), "b": "y"})}, "1048577 bytes"},
		"label":            {Change{Set: values(map[string]string{"a": "1"}), Labels: map[string]string{"x": "a b"}}, `metadata.labels["x"]`},
		"annotation":       {Change{Set: values(map[string]string{"a": "1"}), Annotations: map[string]string{"a b": "x"}}, `metadata.annotations["a b"]`},
		"scope":            {Change{Set: values(map[string]string{"a": "1"}), Annotations: map[string]string{clusterWide: "true"}}, "is the scope"},
		"shown":            {Change{Set: values(map[string]string{"a": "the value of a"}), Annotations: map[string]string{"x": "is the value of a"}}, "not encrypted"},
		"shown as base64":  {Change{Set: values(map[string]string{"a": "the value of a"}), Annotations: map[string]string{"x": "dGhlIHZhbHVlIG9mIGE="}}, "not encrypted"},
		"a value of 1 MiB": {Change{Set: values(map[string]string{"a": strings.Repeat("x", maxSecret)})}, "atticgen render reads 1048576 of a file"},
		"half of it":       {Change{Set: values(map[string]string{"a": strings.Repeat("x", maxSecret/2)})}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if test.want == "" {
				update(t, b, nil, test.change)
				return
			}
			fails(t, b, nil, test.change, test.want)
		})
	}
}

// What goes wrong is said with the paths that somebody gave.
func TestSOPSShowsNoPathsOfTheMachine(t *testing.T) {
	root, _ := newRepository(t)
	if err := os.Remove(filepath.Join(root, ".sops.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "work"), 0o755); err != nil {
		t.Fatal(err)
	}
	for folder, given := range map[string]struct{ root, want string }{
		".":    {".", "there is no .sops.yaml in overlays/staging/secrets/a or a folder above it"},
		"work": {"..", "there is no .sops.yaml in ../overlays/staging/secrets/a or a folder above it"},
	} {
		t.Chdir(filepath.Join(root, folder))
		_, err := SOPS(testbin.AtticgenSops(t), given.root).Update(t.Context(), "overlays/staging/secrets/a/b.yaml", nil, "a", "b", Change{Set: map[string][]byte{"k": []byte("value")}})
		if err == nil || strings.Contains(err.Error(), root) || !strings.Contains(err.Error(), given.want) {
			t.Errorf("in %s: %v", folder, err)
		}
	}
}
