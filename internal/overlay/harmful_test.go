package overlay

import (
	"strings"
	"testing"
)

// TestCopies: each copy of a JSON patch can double what it is applied to, so
// they are counted over a whole build, whichever way they are written; what only
// looks like one is data.
func TestCopies(t *testing.T) {
	operations := func(n int, operation string) string {
		return "[" + strings.Repeat(operation+",", n) + `{"op": "test", "path": "/kind", "value": "Deployment"}]`
	}
	patch := func(file string) string { return "- {target: {kind: Deployment, name: one}, path: " + file + "}\n" }
	head := "generators: [cache.yaml]\npatches:\n"
	plain := `{"op": "copy", "from": "/metadata/name", "path": "/metadata/labels/a"}`
	for name, tt := range map[string]struct {
		files files
		bad   bool
	}{
		"a few":        {files{"kustomization.yaml": head + patch("a.yaml"), "a.yaml": operations(4, plain)}, false},
		"many":         {files{"kustomization.yaml": head + patch("a.yaml"), "a.yaml": operations(9, plain)}, true},
		"a few inline": {files{"kustomization.yaml": head + "- target: {kind: Deployment, name: one}\n  patch: '" + operations(8, plain) + "'\n"}, false},
		"many inline":  {files{"kustomization.yaml": head + "- target: {kind: Deployment, name: one}\n  patch: '" + operations(9, plain) + "'\n"}, true},
		"many in two files": {files{
			"kustomization.yaml": head + patch("a.yaml") + patch("b.yaml"), "a.yaml": operations(5, plain), "b.yaml": operations(5, plain),
		}, true},
		"escaped": {files{
			"kustomization.yaml": head + patch("a.json"),
			"a.json":             operations(9, `{"op": "c\u006fpy", "from": "/spec", "path": "/spec/a"}`),
		}, true},
		"in a transformer": {files{
			"kustomization.yaml": "generators: [cache.yaml]\ntransformers: [t.yaml]\n",
			"t.yaml":             "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\ntarget: {kind: Deployment}\npatch: '" + operations(9, plain) + "'\n",
		}, true},
		"data of a ConfigMap": {files{
			"kustomization.yaml": "generators: [cache.yaml]\nresources: [a.yaml]\n",
			"a.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: one}\ndata:\n  a: |\n" + strings.Repeat("    - op: copy\n", 20),
		}, false},
		"a file of data": {files{
			"kustomization.yaml": "generators: [cache.yaml]\nconfigMapGenerator: [{name: a, namespace: one, files: [a.json, b=b.txt]}]\n",
			"a.json":             operations(20, plain), "b.txt": strings.Repeat("line\n", 60_000),
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			all := files{"overlays/a/cache.yaml": spec("one")}
			for file, text := range tt.files {
				all["overlays/a/"+file] = text
			}
			_, diags := repo(t, all).Build("overlays/a", Options{})
			if refused := strings.Contains(diags.Error(), "many copies"); refused != tt.bad || !tt.bad && diags.HasErrors() {
				t.Errorf("refused is %v: %v", refused, diags)
			}
		})
	}
}
