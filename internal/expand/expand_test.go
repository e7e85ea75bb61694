package expand

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

const good = `apiVersion: atticgen.dev/v1alpha1
kind: AtticCache
metadata:
  name: attic
  namespace: cache
spec:
  hostname: a.example.com
  storage:
    endpoint: https://s3.example.com
    bucket: cache
  postgres:
    backup:
      bucket: cache-backup
    pooler:
      instances: 2
`

func parse(t *testing.T, file, text string) *load.Node {
	t.Helper()
	nodes, diags := load.Parse(file, []byte(text))
	if diags.HasErrors() || len(nodes) != 1 {
		t.Fatalf("%d documents, %v", len(nodes), diags)
	}
	return nodes[0]
}

func TestSpec(t *testing.T) {
	objects, diags := Spec(parse(t, "cache.yaml", good), generators.Inputs{})
	if len(diags) > 0 {
		t.Errorf("diagnostics are %v", diags)
	}
	if len(objects) < 20 {
		t.Errorf("%d objects", len(objects))
	}
}

// TestPlaces checks where a fault is reported: where it is written, or where it
// would have been.
func TestPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		old, replacement string
		want             string
		silent           string // must not be reported besides
	}{
		"not a map":               {good, "hello\n", "cache.yaml:1:1: error: is not a spec; write apiVersion: atticgen.dev/v1alpha1 with kind: AtticCache", ""},
		"a list":                  {good, "- a\n", "cache.yaml:1:1: error: is not a spec", ""},
		"no apiVersion":           {"apiVersion: atticgen.dev/v1alpha1\n", "", "cache.yaml:1:1: error: apiVersion: is missing; write apiVersion", ""},
		"an apiVersion as a list": {"atticgen.dev/v1alpha1", "[a]", "cache.yaml:1:13: error: apiVersion: is missing", ""},
		"another apiVersion":      {"atticgen.dev/v1alpha1", "atticgen.dev/v1", `cache.yaml:1:13: error: apiVersion: is "atticgen.dev/v1", which atticgen does not know`, ""},
		"no kind":                 {"kind: AtticCache\n", "", "cache.yaml:1:1: error: kind: is missing", ""},
		"another kind":            {"AtticCache", "Cache", `cache.yaml:2:7: error: kind: is "Cache", which atticgen does not know; write apiVersion`, ""},
		"a very long kind":        {"AtticCache", strings.Repeat("k", 1000), `is "` + strings.Repeat("k", 60) + `"`, ""},
		"a wrong value":           {"a.example.com", "a..example.com", "cache.yaml:7:13: error: spec.hostname: ", ""},
		"a wrong type":            {"instances: 2", "instances: two", "cache.yaml:15:18: error: spec.postgres.pooler.instances: wants a whole number", ""},
		"an unknown field":        {"  hostname:", "  hostnmae:", "cache.yaml:7:3: error: spec.hostnmae: is not a known field; did you mean hostname?", ""},
		"a missing field":         {"    bucket: cache\n", "", "cache.yaml:9:5: error: spec.storage.bucket: ", ""},
		"an empty one":            {"bucket: cache\n", "bucket:\n", "cache.yaml:10:12: error: spec.storage.bucket: is empty", "spec.storage.bucket: is missing"},
		"a list for a map":        {"  postgres:\n    backup:\n      bucket: cache-backup\n    pooler:\n      instances: 2\n", "  postgres: []\n", "cache.yaml:11:13: error: spec.postgres: wants a map", "spec.postgres.backup"},
		"a warning":               {"    pooler:\n      instances: 2\n", "", "warning: spec.api.maxReplicas: is 10", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.replacement, 1)
			if text == good {
				t.Fatalf("%q is not in the spec", c.old)
			}
			objects, diags := Spec(parse(t, "cache.yaml", text), generators.Inputs{})
			if diags.HasErrors() != (objects == nil) {
				t.Errorf("%d objects with %v", len(objects), diags)
			}
			if !strings.Contains(diags.Error(), c.want) {
				t.Errorf("diagnostics are\n%v\nwant %q", diags, c.want)
			}
			if c.silent != "" && strings.Contains(diags.Error(), c.silent) {
				t.Errorf("diagnostics are\n%v\nwant nothing about %q", diags, c.silent)
			}
		})
	}
}

// A fault is reported in the file that brings it, base or patch.
func TestPlacesInAPatch(t *testing.T) {
	base := parse(t, "base.yaml", strings.Replace(good, "bucket: cache-backup", "bucket: X", 1))
	patch := parse(t, "patch.yaml", "spec:\n  api:\n    minReplicas: 20\n  hostname: b..example.com\n")
	_, diags := Spec(load.Merge(base, patch), generators.Inputs{})
	var got []string
	for _, d := range diags.Sorted() {
		text, _, _ := strings.Cut(d.String(), ": is")
		got = append(got, text)
	}
	want := []string{
		"base.yaml:13:15: error: spec.postgres.backup.bucket",
		"patch.yaml:3:18: error: spec.api.minReplicas",
		"patch.yaml:4:13: error: spec.hostname",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%v", diff, diags)
	}
}

func TestIsSpec(t *testing.T) {
	for text, want := range map[string]bool{
		good: true,
		"apiVersion: atticgen.dev/v9\nkind: Future\n": true,
		"apiVersion: atticgen.development/v1\n":       false,
		"apiVersion: v1\nkind: AtticCache\n":          false,
		"kind: AtticCache\n":                          false,
		"[a]\n":                                       false,
		"a\n":                                         false,
	} {
		if got := IsSpec(parse(t, "a.yaml", text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if IsSpec(nil) {
		t.Error("nothing is a spec")
	}
}
