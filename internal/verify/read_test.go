package verify

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const aliasBomb = `apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: nix-cache}
data:
  a: &a [x,x,x,x,x,x,x,x,x]
  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
  e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
`

// What is applied is what is listed: each way in which files and lists disagree,
// and each text that can be read in two ways, is found.
func TestRead(t *testing.T) {
	const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: nix-cache}\n"
	hpa := env + "cache/nix-cache/horizontalpodautoscaler-attic.yaml"
	for name, c := range map[string]struct {
		breaks func(repo)
		want   []string
	}{
		"nothing": {func(repo) {}, nil},
		"alias bomb": {func(r repo) { r.list("x.yaml", aliasBomb) }, []string{
			"[unreadable] cache/x.yaml:5:6: error: the anchor &a is not supported; remove it and write the value out where it is wanted",
			"[unreadable] cache/x.yaml:6:10: error: the alias *a is not supported; write the value out",
			"[unreadable] cache/x.yaml:6:13: error: the alias *a is not supported; write the value out",
			"[unreadable] cache/x.yaml:6:16: error: the alias *a is not supported; write the value out",
			"[unreadable] cache/x.yaml:6:19: error: has 36 more such errors; mend those before, or run atticgen render",
			"[unreadable] cache/x.yaml:6:6: error: the anchor &b is not supported; remove it and write the value out where it is wanted",
		}},
		"itself": {func(r repo) { r.list("x.yaml", configMap+"data: &d {self: *d}\n") }, []string{
			"[unreadable] cache/x.yaml:4:17: error: the alias *d is not supported; write the value out",
			"[unreadable] cache/x.yaml:4:7: error: the anchor &d is not supported; remove it and write the value out where it is wanted",
		}},
		"a key twice": {func(r repo) { r.list("x.yaml", configMap+"data: {a: b, a: c}\n") }, []string{
			`[unreadable] cache/x.yaml:4:14: error: the key "a" is already at line 4, column 8; keep one of the two`,
		}},
		"two documents": {func(r repo) { r.list("x.yaml", configMap+"---\n"+configMap) }, []string{
			"[unreadable] cache/x.yaml:5:1: error: has 2 documents; write one object a file",
		}},
		"no document": {func(r repo) { r.list("x.yaml", "# nothing\n") }, []string{
			"[unreadable] cache/x.yaml: error: is empty; write an object, or remove the file and what names it",
		}},
		"a list": {func(r repo) { r.list("x.yaml", "- a\n") }, []string{
			"[unreadable] cache/x.yaml:1:1: error: wants a map, has a list; write an object, with apiVersion, kind and metadata",
		}},
		"no YAML": {func(r repo) { r.list("x.yaml", configMap+"data:\n\ta: b\n") }, []string{
			"[unreadable] cache/x.yaml:5:1: error: a tab is used as indentation; indent with spaces",
		}},
		"no object": {func(r repo) { r.list("x.yaml", "kind: 1\nmetadata: {name: ''}\n") }, []string{
			"[unreadable] cache/x.yaml:1:1: error: apiVersion: is missing or no text; every object has it; run atticgen render",
			"[unreadable] cache/x.yaml:2:12: error: metadata.name: is missing or no text; every object has it; run atticgen render",
		}},
		"no end": {func(r repo) { r.list("x.yaml", strings.Repeat("# \n", 2<<20)) }, []string{
			"[unreadable] cache/x.yaml: error: has 4194305 bytes, more than the 4194304 that are read; split it, or check that it is the right file",
		}},
		"a patch": {func(r repo) { r.edit(env+"kustomization.yaml", "resources:", "namePrefix: a-\nresources:") }, []string{
			`[kustomization] kustomization.yaml:4:1: error: has "namePrefix", which atticgen does not write and verify does not carry out; move it into the overlay, and run atticgen render`,
		}},
		"one file twice": {func(r repo) {
			r.edit(cacheStage, "- nix-cache/ingress-attic.yaml", "- nix-cache/ingress-attic.yaml\n- ./nix-cache/../nix-cache/ingress-attic.yaml")
		}, []string{
			`[kustomization] cache/kustomization.yaml:10:3: error: names environments/only/cache/nix-cache/ingress-attic.yaml a second time; remove one of the two`,
		}},
		"two kustomizations": {func(r repo) { r.write(env+"cache/kustomization.yml", "resources: []\n") }, []string{
			"[kustomization] cache/kustomization.yml: error: is the folder's second kustomization; remove one of the two",
		}},
		"a file less": {func(r repo) { r.check(os.Remove(r.path(hpa))) }, []string{
			`[missing-file] cache/kustomization.yaml:8:3: error: names environments/only/cache/nix-cache/horizontalpodautoscaler-attic.yaml, which is not there; run atticgen render, and commit everything that it writes`,
		}},
		"a folder without kustomization": {func(r repo) { r.edit(cacheStage, "resources:\n", "resources:\n- nix-cache\n") }, []string{
			`[missing-file] cache/kustomization.yaml:5:3: error: leads to environments/only/cache/nix-cache, a folder without kustomization.yaml; run atticgen render`,
		}},
		"elsewhere": {func(r repo) {
			r.edit(cacheStage, "resources:\n", "resources:\n- https://example.com/a.yaml\n- ../../other/a.yaml\n- /etc/passwd\n- {}\n")
		}, []string{
			`[missing-file] cache/kustomization.yaml:5:3: error: names https://example.com/a.yaml, which is not in the environment; name files and folders below the environment; what comes from elsewhere belongs into the overlay`,
			`[missing-file] cache/kustomization.yaml:6:3: error: names ../../other/a.yaml, which is not in the environment; name files and folders below the environment; what comes from elsewhere belongs into the overlay`,
			`[missing-file] cache/kustomization.yaml:7:3: error: names /etc/passwd, which is not in the environment; name files and folders below the environment; what comes from elsewhere belongs into the overlay`,
			"[unreadable] cache/kustomization.yaml:8:3: error: a resource wants the name of a file or folder, has a map; run atticgen render",
		}},
		"resources that are none": {func(r repo) { r.write(env+"kustomization.yaml", "resources: cache\n") }, []string{
			"[environment-not-empty] kustomization.yaml: error: leads to no object that can be read; run atticgen render; a controller that prunes would delete everything",
			"[unreadable] kustomization.yaml:1:1: error: resources wants a list, has text; run atticgen render",
		}},
		"round in circles": {func(r repo) { r.edit(cacheStage, "resources:\n", "resources:\n- ..\n- .\n") }, []string{
			"[kustomization] cache/kustomization.yaml:5:3: error: leads to environments/only and so in a circle, which no controller follows; remove the line",
			"[kustomization] cache/kustomization.yaml:6:3: error: leads to environments/only/cache and so in a circle, which no controller follows; remove the line",
		}},
		"a folder twice": {func(r repo) { r.edit(env+"kustomization.yaml", "- database\n", "- database\n- ./database\n") }, []string{
			"[kustomization] kustomization.yaml:6:3: error: leads to environments/only/database a second time, and controllers refuse an object twice; remove one of the two",
		}},
		"a file more": {func(r repo) { r.write(env+"cache/nix-cache/more.yaml", configMap); r.write(env+"README.md", "") }, []string{
			"[stale-file] cache/nix-cache/more.yaml: warning: is in no kustomization, so nothing applies it; remove it, or name it under resources of the overlay and run atticgen render",
		}},
		"nothing listed": {func(r repo) { r.write(env+"kustomization.yaml", "resources: []\n") }, []string{
			"[environment-not-empty] kustomization.yaml: error: leads to no object that can be read; run atticgen render; a controller that prunes would delete everything",
		}},
		"no folder": {func(r repo) {
			r.check(os.RemoveAll(r.path(env)))
			r.write("environments/only", "")
		}, []string{
			"[unreadable] environments/only: error: is not a folder; put the environment there as a folder, without symbolic links",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			c.breaks(r)
			but := []string{ruleDrift, ruleUnknownKind, ruleUnasked}
			if strings.HasPrefix(name, "resources") || strings.HasPrefix(name, "nothing listed") {
				but = append(but, ruleStaleFile)
			}
			if diff := cmp.Diff(c.want, r.found(r.run(r.options()), but...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
