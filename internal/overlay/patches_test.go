package overlay

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/load"
)

// TestPatchesMergeAsInKustomize holds the merging of specs in process to what
// kustomize makes of the same folder, whether it merges or refuses.
func TestPatchesMergeAsInKustomize(t *testing.T) {
	const (
		identified = "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: attic, namespace: cache}\n"
		base       = identified + "spec:\n  hostname: a.example.com\n  api:\n    minReplicas: 2\n    maxReplicas: 4\n  ingress:\n    annotations: {a: '1', b: '2'}\n  imagePullSecrets: [one, two]\n"
		nameless   = "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: attic}\nspec: {hostname: a.example.com}\n"
		inDefault  = "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: attic, namespace: default}\nspec: {hostname: a.example.com}\n"
	)
	type patched struct {
		name    string
		base    string // base, if empty
		patch   string
		inline  bool
		entries string // of patches; patch.yaml alone, if empty
		refused bool
	}
	for _, c := range []patched{
		{name: "a field", patch: identified + "spec: {hostname: b.example.com}\n"},
		{name: "a new field", patch: identified + "spec: {gc: {interval: 6h}}\n"},
		{name: "deeper", patch: identified + "spec: {api: {maxReplicas: 9}}\n"},
		{name: "a list is replaced", patch: identified + "spec: {imagePullSecrets: [three]}\n"},
		{name: "null deletes", patch: identified + "spec: {api: null}\n"},
		{name: "tilde deletes", patch: identified + "spec: {api: {maxReplicas: ~}}\n"},
		{name: "null of what is not there", patch: identified + "spec: {gc: null, postgres: {backup: null}}\n"},
		{name: "delete a map", patch: identified + "spec:\n  api: {$patch: delete}\n"},
		{name: "replace a map", patch: identified + "spec:\n  api: {$patch: replace, maxReplicas: 7}\n"},
		{name: "merge a map", patch: identified + "spec:\n  api: {$patch: merge, maxReplicas: 7}\n"},
		{name: "delete the spec", patch: identified + "$patch: delete\n"},
		{name: "replace the spec", patch: identified + "$patch: replace\nspec: {hostname: c.example.com}\n"},
		{name: "labels", patch: "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: attic, namespace: cache, labels: {a: b}}\n"},
		{name: "a comment alone", patch: "# nothing yet\n"},
		{name: "nothing", patch: ""},
		{name: "inline", patch: identified + "spec: {hostname: b.example.com}\n", inline: true},
		{name: "two documents", patch: identified + "spec: {hostname: b.example.com}\n---\n" + identified + "spec: {gc: {interval: 6h}}\n"},
		{name: "two patches", patch: identified + "spec: {hostname: b.example.com}\n", entries: "[{path: patch.yaml}, {path: patch.yaml}]"},
		{name: "patch what is deleted", patch: identified + "$patch: delete\n---\n" + identified + "spec: {hostname: b.example.com}\n", refused: true},
		{name: "no namespace", patch: nameless, refused: true},
		{name: "another namespace", patch: strings.Replace(base, "namespace: cache", "namespace: other", 1), refused: true},
		{name: "another version", patch: strings.Replace(base, "v1alpha1", "v1", 1), refused: true},
		{name: "another group", patch: strings.Replace(base, "atticgen.dev", "example.com", 1), refused: true},
		{name: "another kind", patch: strings.Replace(base, "AtticCache", "TokenSet", 1), refused: true},
		{name: "another name", patch: strings.Replace(base, "name: attic", "name: other", 1), refused: true},
		{name: "no kind", patch: "apiVersion: atticgen.dev/v1alpha1\nmetadata: {name: attic, namespace: cache}\n", refused: true},
		{name: "no name", patch: "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\n", refused: true},
		{name: "a list", patch: "[]\n"},
		{name: "text", patch: "hello\n", refused: true},
		{name: "no namespace in either", base: nameless, patch: nameless},
		{name: "namespace default in the patch", base: nameless, patch: inDefault},
		{name: "namespace default in the base", base: inDefault, patch: nameless},
		{name: "a target", patch: identified + "spec: {hostname: b.example.com}\n", entries: "[{path: patch.yaml, target: {kind: AtticCache}}]"},
		{name: "a target that is not there", patch: identified + "spec: {hostname: b.example.com}\n", entries: "[{path: patch.yaml, target: {kind: TokenSet}}]"},
		{name: "operations", patch: "- {op: replace, path: /spec/hostname, value: b.example.com}\n", entries: "[{path: patch.yaml, target: {kind: AtticCache}}]"},
		{name: "operations without a target", patch: "- {op: replace, path: /spec/hostname, value: b.example.com}\n", refused: true},
		{name: "path and patch", patch: identified, entries: "[{path: patch.yaml, patch: 'kind: AtticCache'}]", refused: true},
		{name: "neither", patch: identified, entries: "[{}]", refused: true},
		{name: "a file that is not there", patch: identified, entries: "[{path: other.yaml}]", refused: true},
		{name: "a file above", patch: identified, entries: "[{path: ../above.yaml}]", refused: true},
		{name: "text as a patch", patch: identified, entries: "[patch.yaml]", refused: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.base == "" {
				c.base = base
			}
			if c.entries == "" {
				c.entries = "[{path: patch.yaml}]"
			}
			if c.inline {
				c.entries = "[{patch: \"" + strings.ReplaceAll(c.patch, "\n", `\n`) + "\"}]"
			}
			r := repo(t, files{
				"specs/kustomization.yaml": "resources: [base.yaml]\npatches: " + c.entries + "\n",
				"specs/base.yaml":          c.base,
				"specs/patch.yaml":         c.patch,
				"above.yaml":               identified,
			})
			fast, diags := r.specFolder("specs", nil)
			k, problems := r.kustomization("specs")
			var slow []*load.Node
			if !problems.HasErrors() {
				slow, problems = r.buildSpecs(k)
			}
			if diags.HasErrors() != c.refused || problems.HasErrors() != c.refused {
				t.Fatalf("refused is to be %v\nin process: %v\nby kustomize: %v", c.refused, diags, problems)
			}
			if c.refused {
				return
			}
			if diff := cmp.Diff(values(slow), values(fast)); diff != "" {
				t.Errorf("(-kustomize +in process):\n%s", diff)
			}
		})
	}
}

// values are documents as plain values, in an order of their own: kustomize
// sorts them.
func values(nodes []*load.Node) []any {
	var out []any
	for _, node := range nodes {
		out = append(out, node.Any())
	}
	slices.SortFunc(out, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return out
}

// TestResourcesAsInKustomize does the same for what is merged.
func TestResourcesAsInKustomize(t *testing.T) {
	document := func(name string) string {
		return "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: " + name + ", namespace: cache}\nspec: {hostname: a.example.com}\n"
	}
	for _, c := range []struct {
		name    string
		files   files
		refused bool
	}{
		{name: "two documents", files: files{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": document("a") + "---\n" + document("b")}},
		{name: "empty documents", files: files{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "---\n# nothing\n---\n" + document("a") + "---\n"}},
		{name: "two files", files: files{"kustomization.yaml": "resources: [b.yaml, a.yaml]", "a.yaml": document("a"), "b.yaml": document("b")}},
		{name: "the same twice", files: files{"kustomization.yaml": "resources: [a.yaml, b.yaml]", "a.yaml": document("a"), "b.yaml": document("a")}, refused: true},
		{name: "the same file twice", files: files{"kustomization.yaml": "resources: [a.yaml, a.yaml]", "a.yaml": document("a")}, refused: true},
		{name: "a folder", files: files{"kustomization.yaml": "resources: [../a]", "../a/kustomization.yaml": "resources: [a.yaml]", "../a/a.yaml": document("a")}},
		{name: "a folder, patched twice", files: files{
			"kustomization.yaml":      "resources: [../a]\npatches: [{path: p.yaml}]",
			"p.yaml":                  strings.Replace(document("a"), "hostname: a.example.com", "gc: {interval: 6h}", 1),
			"../a/kustomization.yaml": "resources: [../b]\npatches: [{path: p.yaml}]",
			"../a/p.yaml":             strings.Replace(document("a"), "a.example.com", "b.example.com", 1),
			"../b/kustomization.yaml": "resources: [b.yaml]",
			"../b/b.yaml":             document("a"),
		}},
		{name: "a file above", files: files{"kustomization.yaml": "resources: [../a.yaml]", "../a.yaml": document("a")}, refused: true},
		{name: "a file above through a link", files: files{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "-> ../b.yaml", "../b.yaml": document("a")}, refused: true},
		{name: "a link beside", files: files{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "-> sub/b.yaml", "sub/b.yaml": document("a")}},
		{name: "a link to a folder", files: files{"kustomization.yaml": "resources: [a]", "a": "-> ../b/c", "../b/c/kustomization.yaml": "resources: [../d]", "../b/d/kustomization.yaml": "resources: [d.yaml]", "../b/d/d.yaml": document("a")}},
		{name: "a folder without a kustomization", files: files{"kustomization.yaml": "resources: [a]", "a/a.yaml": document("a")}, refused: true},
		{name: "two kustomizations", files: files{"kustomization.yaml": "resources: [a.yaml]", "kustomization.yml": "resources: [a.yaml]", "a.yaml": document("a")}, refused: true},
		{name: "another name of the kustomization", files: files{"Kustomization": "resources: [a.yaml]", "a.yaml": document("a")}},
		{name: "itself", files: files{"kustomization.yaml": "resources: [.]"}, refused: true},
		{name: "the folder above", files: files{"kustomization.yaml": "resources: [..]", "../kustomization.yaml": "resources: [specs]"}, refused: true},
		{name: "a circle", files: files{"kustomization.yaml": "resources: [../a]", "../a/kustomization.yaml": "resources: [../specs]"}, refused: true},
		{name: "absolute", files: files{"kustomization.yaml": "resources: [/a.yaml]", "a.yaml": document("a")}, refused: true},
		{name: "not there", files: files{"kustomization.yaml": "resources: [a.yaml]"}, refused: true},
		{name: "a typing error", files: files{"kustomization.yaml": "resorces: [a.yaml]", "a.yaml": document("a")}, refused: true},
		{name: "text for a list", files: files{"kustomization.yaml": "resources: a.yaml", "a.yaml": document("a")}, refused: true},
		{name: "another kind", files: files{"kustomization.yaml": "kind: Kustomisation\nresources: [a.yaml]", "a.yaml": document("a")}, refused: true},
		{name: "another version", files: files{"kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1\nresources: [a.yaml]", "a.yaml": document("a")}, refused: true},
		{name: "sorted", files: files{"kustomization.yaml": "resources: [b.yaml, a.yaml]\nsortOptions: {order: fifo}", "a.yaml": document("a"), "b.yaml": document("b")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			placed := files{}
			for name, text := range c.files {
				placed["specs/"+name] = text
			}
			r := repo(t, placed)
			fast, diags := r.specFolder("specs", nil)
			slow, problems := r.buildSpecs(&kustomization{dir: "specs", file: "specs/kustomization.yaml", node: &load.Node{}})
			if diags.HasErrors() != c.refused || problems.HasErrors() != c.refused {
				t.Fatalf("refused is to be %v\nin process: %v\nby kustomize: %v", c.refused, diags, problems)
			}
			if !c.refused {
				if diff := cmp.Diff(values(slow), values(fast)); diff != "" {
					t.Errorf("(-kustomize +in process):\n%s", diff)
				}
			}
		})
	}
}
