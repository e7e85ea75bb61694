package secrets

import (
	"bytes"
	"encoding/base64"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

const (
	namespace = "nix-cache"
	name      = "attic-secrets"
	source    = "overlays/staging/secrets/nix-cache/attic-secrets.yaml"
)

func TestMain(m *testing.M) {
	m.Run()
	testbin.Cleanup()
}

// plain are values that formats and shells stumble over.
func plain() map[string][]byte {
	return map[string][]byte{
		"ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64":      []byte("the public key of now"),
		"ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64_NEXT": []byte("the public key of later"),
		"lines":   []byte("first line\nsecond line\r\n\n  indented: yes\n"),
		"binary":  {0, 1, 0xfe, 0xff, 0, 'b', 'i', 'n', 'a', 'r', 'y'},
		"unicode": []byte("пароль \u2028 \U0001f511"),
		"yaml":    []byte("'\"*&!|>%@`#: {}[] - ?"),
		"number":  []byte("12345678901234567890"),
		"a10":     []byte("the tenth value"),
		"a2":      []byte("the second value"),
		"large":   bytes.Repeat([]byte("0123456789abcdef"), 20<<10),
	}
}

// sample is this repository's base and staging.
func sample(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, folder := range []string{"base", "overlays/staging"} {
		if err := os.CopyFS(filepath.Join(root, folder), os.DirFS(filepath.Join(rendered.Root(), filepath.FromSlash(folder)))); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func read(t *testing.T, root, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, root, file string, data []byte) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// update has a backend change the file of the overlay.
func update(t *testing.T, b secretfile.Backend, root string, old []byte, c secretfile.Change) []byte {
	t.Helper()
	data, err := b.Update(t.Context(), source, old, namespace, name, c)
	if err != nil {
		t.Fatal(err)
	}
	hides(t, data, c.Set)
	write(t, root, source, data)
	return data
}

// render lists the file in the overlay, and renders that.
func render(t *testing.T, root string) {
	t.Helper()
	write(t, root, "overlays/staging/secrets/kustomization.yaml", []byte("resources: [nix-cache/attic-secrets.yaml]\n"))
	kustomization := read(t, root, "overlays/staging/kustomization.yaml")
	write(t, root, "overlays/staging/kustomization.yaml", append(kustomization, "resources: [secrets]\n"...))
	cmd := exec.Command(testbin.Atticgen(t), "render", "--root", root)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

// hides fails if a value is shown, in any form.
func hides(t *testing.T, data []byte, values map[string][]byte) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value := string(values[key])
		for _, form := range []string{
			value, url.QueryEscape(value), base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
		} {
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("%s is shown in\n%.500s", key, data)
			}
		}
	}
}

// object reads YAML.
func object(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var all map[string]any
	if err := yaml.UnmarshalStrict(data, &all); err != nil {
		t.Fatalf("%v\n%.500s", err, data)
	}
	return all
}

// lineOf is where a key has its value.
func lineOf(t *testing.T, data []byte, key string) string {
	t.Helper()
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(strings.TrimSpace(line), key+":") {
			return strings.TrimSpace(line)
		}
	}
	t.Fatalf("no %s in\n%s", key, data)
	return ""
}
