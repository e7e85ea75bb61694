package overlay

import (
	"strings"
	"testing"
)

// TestRenames: what would give generated objects other names or selectors than
// other objects know them by is refused where it is written.
func TestRenames(t *testing.T) {
	base := files{
		"base/kustomization.yaml": "generators: [cache.yaml]",
		"base/cache.yaml":         spec("one"),
	}
	direct := "generators: [../../base/cache]\n"
	for name, tt := range map[string]struct {
		files files
		want  string
	}{
		"a prefix":             {files{"kustomization.yaml": direct + "namePrefix: a-\n"}, "2:13: error: sets namePrefix"},
		"a suffix":             {files{"kustomization.yaml": direct + "nameSuffix: -a\n"}, "2:13: error: sets nameSuffix"},
		"common labels":        {files{"kustomization.yaml": direct + "commonLabels: {a: b}\n"}, "2:15: error: sets commonLabels"},
		"selectors":            {files{"kustomization.yaml": direct + "labels: [{pairs: {a: b}, includeSelectors: true}]\n"}, "sets includeSelectors"},
		"another namespace":    {files{"kustomization.yaml": direct + "namespace: elsewhere\n"}, `2:12: error: sets namespace "elsewhere"`},
		"the same namespace":   {files{"kustomization.yaml": direct + "namespace: one\n"}, ""},
		"labels alone":         {files{"kustomization.yaml": direct + "labels: [{pairs: {a: b}}]\n"}, ""},
		"above the generators": {files{"kustomization.yaml": "resources: [../../base]\nnamePrefix: a-\n"}, "2:13: error: sets namePrefix"},
		"beside them": {files{
			"kustomization.yaml":       direct + "resources: [extra]\n",
			"extra/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: a-\n",
			"extra/a.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: nix-cache}\n",
		}, ""},
		"a component that generates": {files{
			"kustomization.yaml":           "components: [component]\nnamePrefix: a-\n",
			"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ngenerators: [../../../base/cache]\n",
		}, "makes Deployment one/a-one of Deployment one/one"},
		"a selector in capitals": {files{"kustomization.yaml": direct + "labels: [{pairs: {a: b}, includeSelectors: True}]\n"}, "gives Deployment one/one other selectors"},
		"a label of the pods":    {files{"kustomization.yaml": direct + "labels: [{pairs: {app.kubernetes.io/name: other}, includeTemplates: true}]\n"}, "gives Deployment one/one other selectors"},
		"a transformer": {files{
			"kustomization.yaml": direct + "transformers:\n- |\n  apiVersion: builtin\n  kind: PrefixSuffixTransformer\n  metadata: {name: a}\n  prefix: a-\n  fieldSpecs: [{path: metadata/name}]\n",
		}, "makes Deployment one/a-one of Deployment one/one"},
		"an object deleted": {files{"kustomization.yaml": direct + "patches: [{patch: '{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: one, namespace: one}, $patch: delete}'}]\n"}, ""},
		"in a component": {files{
			"kustomization.yaml":           direct + "components: [component]\n",
			"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -a\n",
		}, "sets nameSuffix"},
	} {
		t.Run(name, func(t *testing.T) {
			all := base.with(files{
				"base/cache/kustomization.yaml": "resources: [cache.yaml]",
				"base/cache/cache.yaml":         spec("one"),
			})
			for file, text := range tt.files {
				all["overlays/a/"+file] = text
			}
			_, diags := repo(t, all).Build("overlays/a", Options{})
			switch {
			case tt.want == "" && diags.HasErrors():
				t.Error(diags)
			case tt.want != "" && !strings.Contains(diags.Error(), tt.want):
				t.Errorf("got %v", diags)
			}
		})
	}
}
