package overlay

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// overlays are ways to write an overlay that render, by name.
func overlays() map[string]files {
	patch := func(name, text string) string {
		return "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: " + name + ", namespace: " + name + "}\nspec: " + text + "\n"
	}
	return map[string]files{
		"a spec":                {"kustomization.yaml": "generators: [cache.yaml]", "cache.yaml": spec("one")},
		"a folder":              {"kustomization.yaml": "generators: [cache]", "cache/kustomization.yaml": "resources: [cache.yaml]", "cache/cache.yaml": spec("one")},
		"a patched folder":      {"kustomization.yaml": "generators: [cache]", "cache/kustomization.yaml": "resources: [cache.yaml]\npatches: [{path: p.yaml}]", "cache/cache.yaml": spec("one"), "cache/p.yaml": patch("one", "{gc: {interval: 6h}}")},
		"a targeted folder":     {"kustomization.yaml": "generators: [cache]", "cache/kustomization.yaml": "resources: [cache.yaml]\npatches: [{path: p.yaml, target: {kind: AtticCache}}]", "cache/cache.yaml": spec("one"), "cache/p.yaml": patch("one", "{gc: {interval: 6h}}")},
		"a local spec":          {"kustomization.yaml": "generators: [cache]", "cache/kustomization.yaml": "resources: [cache.yaml]\nlabels: [{pairs: {c: d}}]", "cache/cache.yaml": strings.Replace(spec("one"), "annotations:", "annotations:\n    config.kubernetes.io/local-config: 'true'", 1)},
		"two specs in a file":   {"kustomization.yaml": "generators: [cache.yaml]", "cache.yaml": spec("one") + "---\n" + spec("two")},
		"two generators":        {"kustomization.yaml": "generators: [b.yaml, a.yaml]", "a.yaml": spec("one"), "b.yaml": spec("two")},
		"patched objects":       {"kustomization.yaml": "generators: [cache.yaml]\npatches: [{target: {kind: Deployment}, patch: '[{\"op\": \"add\", \"path\": \"/metadata/annotations/a\", \"value\": \"b\"}]'}]", "cache.yaml": spec("one")},
		"annotated objects":     {"kustomization.yaml": "generators: [cache.yaml]\ncommonAnnotations: {a: b}", "cache.yaml": spec("one")},
		"both":                  {"kustomization.yaml": "generators: [cache]\ncommonAnnotations: {a: b}", "cache/kustomization.yaml": "resources: [cache.yaml]\npatches: [{path: p.yaml, target: {kind: AtticCache}}]", "cache/cache.yaml": spec("one"), "cache/p.yaml": patch("one", "{gc: {interval: 6h}}")},
		"both, further down":    {"kustomization.yaml": "resources: [below]\ncommonAnnotations: {a: b}", "below/kustomization.yaml": "generators: [cache]", "below/cache/kustomization.yaml": "resources: [cache.yaml]\nlabels: [{pairs: {c: d}}]", "below/cache/cache.yaml": spec("one")},
		"other resources":       {"kustomization.yaml": "generators: [cache.yaml]\nresources: [a.yaml]", "cache.yaml": spec("one"), "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {big: '1', n: \"0755\"}\n"},
		"kustomize's generator": {"kustomization.yaml": "generators: [cache.yaml, g.yaml]", "cache.yaml": spec("one"), "g.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: made}\nliterals: [a=b]\n"},
		"a component":           {"kustomization.yaml": "generators: [cache.yaml]\ncomponents: [c]", "cache.yaml": spec("one"), "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{target: {kind: Namespace}, patch: '[{\"op\": \"add\", \"path\": \"/metadata/labels/a\", \"value\": \"b\"}]'}]"},
		"a schema":              {"kustomization.yaml": "generators: [cache.yaml]\nopenapi: {path: schema.json}", "cache.yaml": spec("one"), "schema.json": "{\"definitions\": {}}"},
		"an order":              {"kustomization.yaml": "generators: [cache.yaml]\nsortOptions: {order: fifo}\nresources: [a.yaml]", "cache.yaml": spec("one"), "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
		"numbers":               {"kustomization.yaml": "generators: [cache.yaml]\nresources: [a.yaml]", "cache.yaml": spec("one"), "a.yaml": "apiVersion: example.com/v1\nkind: Numbers\nmetadata: {name: a}\nspec: {large: 9007199254740993, larger: 18446744073709551615, fraction: 1.50, exponent: 1e3, octal: 0o17, negative: -1, yes: 'yes', version: '1.10'}\n"},
	}
}

// TestBothWaysGiveTheSame holds rendering in process to rendering through the
// kustomize API. The golden tests hold both to the kustomize binary.
func TestBothWaysGiveTheSame(t *testing.T) {
	for name, all := range overlays() {
		t.Run(name, func(t *testing.T) {
			r := repo(t, placed("overlays/a", all))
			fast := build(t, r, "overlays/a", Options{})
			if len(fast) < 10 {
				t.Errorf("%d objects", len(fast))
			}
			if diff := cmp.Diff(build(t, r, "overlays/a", Options{Kustomize: true}), fast); diff != "" {
				t.Errorf("(-kustomize +in process):\n%s", diff)
			}
		})
	}
}

func placed(dir string, all files) files {
	out := files{}
	for name, text := range all {
		out[dir+"/"+name] = text
	}
	return out
}

// TestBuildsSideBySide builds overlays of all sorts at once, and each of them
// several times, and wants of each what it gives alone.
func TestBuildsSideBySide(t *testing.T) {
	all, names := files{}, []string{}
	for name, some := range overlays() {
		name = "overlays/" + strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(name)
		all, names = all.with(placed(name, some)), append(names, name)
	}
	r := repo(t, all)
	want := map[string][]string{}
	for _, name := range names {
		want[name] = build(t, r, name, Options{})
	}
	got := make([]string, 3*len(names))
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() {
			name := names[i%len(names)]
			objects, diags := r.Build(name, Options{Kustomize: i >= 2*len(names)})
			if diags.HasErrors() {
				got[i] = diags.Error()
				return
			}
			got[i] = cmp.Diff(want[name], texts(objects))
		})
	}
	wait.Wait()
	for i, problem := range got {
		if problem != "" {
			t.Errorf("%s: %s", names[i%len(names)], problem)
		}
	}
}

// listsByName is a schema in which items of Things have a name.
const listsByName = `{"definitions": {"v1.Thing": {
	"x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Thing", "version": "v1"}],
	"properties": {"spec": {"properties": {"parts": {
		"type": "array", "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge",
		"items": {"type": "object", "properties": {"name": {"type": "string"}}}
	}}}}
}}}`

// A schema that one overlay brings must not change how the next one merges.
func TestASchemaStaysInItsOverlay(t *testing.T) {
	thing := func(part string) string {
		return "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec: {parts: [{name: " + part + "}]}\n"
	}
	without := files{
		"kustomization.yaml": "generators: [cache.yaml]\nresources: [a.yaml]\npatches: [{path: p.yaml}]",
		"cache.yaml":         spec("one"),
		"a.yaml":             thing("a"),
		"p.yaml":             thing("b"),
	}
	with := without.with(files{"kustomization.yaml": without["kustomization.yaml"] + "\nopenapi: {path: schema.json}", "schema.json": listsByName})
	r := repo(t, placed("overlays/a", without).with(placed("overlays/b", with)))
	before := build(t, r, "overlays/a", Options{})
	if cmp.Equal(before, build(t, r, "overlays/b", Options{})) {
		t.Fatal("the schema changes nothing, so that this test shows nothing")
	}
	if diff := cmp.Diff(before, build(t, r, "overlays/a", Options{})); diff != "" {
		t.Error(diff)
	}
}

// Kustomize cannot be asked to merge specs while it uses another schema.
func TestSpecsBesideASchema(t *testing.T) {
	r := repo(t, files{
		"overlays/a/kustomization.yaml":       "generators: [cache]\nopenapi: {path: schema.json}",
		"overlays/a/schema.json":              `{"definitions": {}}`,
		"overlays/a/cache/kustomization.yaml": "resources: [cache.yaml]\nlabels: [{pairs: {a: b}}]",
		"overlays/a/cache/cache.yaml":         spec("one"),
	})
	_, diags := r.Build("overlays/a", Options{})
	refused(t, r, diags, "overlays/a/cache/kustomization.yaml: error: needs kustomize to merge its specs, in an overlay that has openapi")
}

func TestRefusedOverlays(t *testing.T) {
	other := "apiVersion: example.com/v1\nkind: Other\nmetadata: {name: a}\n"
	for name, c := range map[string]struct {
		files files
		want  []string
	}{
		"no generator":            {files{"kustomization.yaml": "generators: []"}, []string{"overlays/a/kustomization.yaml: error: renders no objects"}},
		"not there":               {files{"kustomization.yaml": "generators: [cache]"}, []string{`overlays/a/kustomization.yaml:1:14: error: names "cache", which is not there; write a path relative to this file's folder`}},
		"nothing in it":           {files{"kustomization.yaml": "generators: [cache.yaml]", "cache.yaml": "# later\n"}, []string{`names "cache.yaml", which has no spec; write a spec there, or remove the line`}},
		"deleted":                 {files{"kustomization.yaml": "generators: [cache]", "cache/kustomization.yaml": "resources: [cache.yaml]\npatches: [{path: p.yaml}]", "cache/cache.yaml": spec("one"), "cache/p.yaml": spec("one") + "$patch: delete\n"}, []string{"which has no spec"}},
		"itself":                  {files{"kustomization.yaml": "generators: [.]"}, []string{"cycle detected"}},
		"the folder above":        {files{"kustomization.yaml": "generators: [..]"}, []string{"overlays: error: has no kustomization.yaml"}},
		"absolute":                {files{"kustomization.yaml": "generators: [/cache.yaml]", "cache.yaml": spec("one")}, []string{`names "/cache.yaml", which is absolute; write a path relative to this file's folder`}},
		"beside":                  {files{"kustomization.yaml": "generators: [../cache.yaml]", "../cache.yaml": spec("one")}, []string{"which is outside this file's folder, where kustomize reads no files; name a folder with a kustomization of its own"}},
		"as a resource":           {files{"kustomization.yaml": "resources: [cache.yaml]", "cache.yaml": spec("one")}, []string{"renders AtticCache one/one, a spec, as it is; name it under generators instead of resources"}},
		"another generator":       {files{"kustomization.yaml": "generators: [other.yaml]", "other.yaml": other}, []string{"external plugin"}},
		"two of the same":         {files{"kustomization.yaml": "generators: [a.yaml, b.yaml]", "a.yaml": spec("one"), "b.yaml": spec("one")}, []string{"renders Namespace one twice"}},
		"a document that is none": {files{"kustomization.yaml": "generators: [cache.yaml]", "cache.yaml": spec("one") + "---\nhello\n"}, []string{"overlays/a/cache.yaml:14:1: error: is not a spec; write apiVersion: atticgen.dev/v1alpha1 with kind: AtticCache"}},
		"a spec and another":      {files{"kustomization.yaml": "generators: [cache.yaml]", "cache.yaml": spec("one") + "---\n" + other}, []string{`overlays/a/cache.yaml:14:13: error: apiVersion: is "example.com/v1", which atticgen does not know`}},
		"another version":         {files{"kustomization.yaml": "generators: [cache.yaml]", "cache.yaml": strings.Replace(spec("one"), "v1alpha1", "v2", 1)}, []string{`overlays/a/cache.yaml:1:13: error: apiVersion: is "atticgen.dev/v2", which atticgen does not know; write apiVersion: atticgen.dev/v1alpha1`}},
		"everything at once": {files{"kustomization.yaml": "generators: [a.yaml, b.yaml, c.yaml]", "a.yaml": strings.Replace(spec("one"), "hostname", "hostnmae", 1), "b.yaml": strings.Replace(spec("two"), "kind: AtticCache", "kind: Cache", 1)}, []string{
			"overlays/a/a.yaml:10:3: error: spec.hostnmae: is not a known field; did you mean hostname?",
			`overlays/a/b.yaml:2:7: error: kind: is "Cache", which atticgen does not know`,
			`overlays/a/kustomization.yaml:1:30: error: names "c.yaml", which is not there`,
		}},
		"a patch for nothing": {files{"kustomization.yaml": "generators: [cache]", "cache/kustomization.yaml": "resources: [cache.yaml]\npatches: [{path: p.yaml}]", "cache/cache.yaml": spec("one"), "cache/p.yaml": strings.Replace(spec("one"), "namespace: one\n", "\n", 1)}, []string{
			"overlays/a/cache/p.yaml:1:1: error: patches AtticCache one, which is not among the resources; write the apiVersion, kind, name and namespace of the spec in the base, AtticCache one/one",
		}},
		"a wrong patch": {files{"kustomization.yaml": "generators: [cache]", "cache/kustomization.yaml": "resources: [cache.yaml]\npatches: [{path: p.yaml}]", "cache/cache.yaml": spec("one"), "cache/p.yaml": "apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: one, namespace: one}\nspec:\n  hostname: no\n"}, []string{
			"overlays/a/cache/p.yaml:5:13: error: spec.hostname: is read as a boolean by some YAML parsers; write it in quotes",
		}},
	} {
		for _, o := range []Options{{}, {Kustomize: true}} {
			t.Run(fmt.Sprintf("%s %+v", name, o), func(t *testing.T) {
				r := repo(t, placed("overlays/a", c.files))
				_, diags := r.Build("overlays/a", o)
				for _, want := range c.want {
					refused(t, r, diags, want)
				}
			})
		}
	}
}

// A spec that kustomize would not know how to run still renders, and says so.
func TestAFunctionThatIsNotNamed(t *testing.T) {
	text := strings.Replace(spec("one"), "  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: atticgen}\n", "", 1)
	r := repo(t, files{"overlays/a/kustomization.yaml": "generators: [cache.yaml]", "overlays/a/cache.yaml": text})
	_, diags := r.Build("overlays/a", Options{})
	want := diag.List{{
		File: "overlays/a/cache.yaml", Line: 4, Column: 3, Path: "metadata.annotations", Severity: diag.Warning,
		Message: "has no config.kubernetes.io/function, so kustomize build will not know what to run",
		Hint:    `add it with the value "exec: {path: atticgen}"`,
	}}
	if diff := cmp.Diff(want, diags); diff != "" {
		t.Error(diff)
	}
}
