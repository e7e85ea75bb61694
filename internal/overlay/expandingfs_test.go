package overlay

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bomb is a document of some 400 bytes that is gigabytes with its aliases
// followed.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	return b.String()
}

// TestDocumentsThatExplode feeds documents on which kustomize hangs or dies to
// every place that an overlay can name a file in.
func TestDocumentsThatExplode(t *testing.T) {
	head := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	deep := head + "data: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "\n"
	documents := map[string]string{
		"bomb":                        head + bomb(),
		"bomb in a second document":   head + "---\n" + head + bomb(),
		"bomb after a bare CR":        strings.ReplaceAll(head+"---\n"+head+bomb(), "\n", "\r\n"),
		"bomb after a separator":      "---\n" + head + "--- # next\n" + head + bomb(),
		"map that holds itself":       head + "data: &d {self: *d}\n",
		"list that holds itself":      head + "data: &d [*d]\n",
		"merge key that holds itself": head + "data: &d\n  <<: *d\n",
		"deep":                        deep,
	}
	places := map[string]string{
		"resource":    "resources: [x.yaml]",
		"patch":       "resources: [ok.yaml]\npatches: [{path: x.yaml}]",
		"generator":   "generators: [x.yaml]",
		"transformer": "resources: [ok.yaml]\ntransformers: [x.yaml]",
		"crd":         "resources: [ok.yaml]\ncrds: [x.yaml]",
		"replacement": "resources: [ok.yaml]\nreplacements: [{path: x.yaml}]",
	}
	for what, document := range documents {
		for where, kustomization := range places {
			t.Run(what+" as "+where, func(t *testing.T) {
				r := repo(t, files{
					"overlays/a/kustomization.yaml": kustomization,
					"overlays/a/x.yaml":             document,
					"overlays/a/ok.yaml":            head,
				})
				_, diags := r.Build("overlays/a", Options{})
				refused(t, r, diags, "")
			})
		}
	}
}

// Anchors are a convenience in other people's files, as long as they end.
func TestAnchorsInResources(t *testing.T) {
	head := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	r := repo(t, files{
		"overlays/a/kustomization.yaml": "generators: [cache.yaml]\nresources: [a.yaml]\n",
		"overlays/a/cache.yaml":         spec("one"),
		"overlays/a/a.yaml":             head + "data:\n  one: &v value\n  two: *v\n",
	})
	want := "apiVersion: v1\ndata:\n  one: value\n  two: value\nkind: ConfigMap\nmetadata:\n  name: a\n"
	if !slices.Contains(build(t, r, "overlays/a", Options{}), want) {
		t.Errorf("there is no object\n%s", want)
	}
}

func TestNothingOutsideIsRead(t *testing.T) {
	secret := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: outside}\n"
	outside := t.TempDir()
	write(t, outside, files{"a.yaml": secret, "folder/kustomization.yaml": "resources: [a.yaml]", "folder/a.yaml": secret, "cache.yaml": spec("outside")})
	inside := files{"overlays/a/cache.yaml": spec("one")}
	for name, all := range map[string]files{
		"spec":                   {"overlays/a/kustomization.yaml": "generators: [x.yaml]", "overlays/a/x.yaml": "-> " + outside + "/cache.yaml"},
		"folder of specs":        {"overlays/a/kustomization.yaml": "generators: [x]", "overlays/a/x": "-> " + outside + "/folder"},
		"kustomization of specs": {"overlays/a/kustomization.yaml": "generators: [x]", "overlays/a/x/kustomization.yaml": "-> " + outside + "/folder/kustomization.yaml"},
		"spec in a folder":       {"overlays/a/kustomization.yaml": "generators: [x]", "overlays/a/x/kustomization.yaml": "resources: [x.yaml]", "overlays/a/x/x.yaml": "-> " + outside + "/cache.yaml"},
		"patch of a spec":        {"overlays/a/kustomization.yaml": "generators: [x]", "overlays/a/x/kustomization.yaml": "resources: [x.yaml]\npatches: [{path: p.yaml}]", "overlays/a/x/x.yaml": spec("one"), "overlays/a/x/p.yaml": "-> " + outside + "/cache.yaml"},
		"kustomization":          {"overlays/a/kustomization.yaml": "-> " + outside + "/folder/kustomization.yaml"},
		"overlay":                {"overlays/a": "-> " + outside + "/folder"},
		"resource":               {"overlays/a/kustomization.yaml": "resources: [x.yaml]", "overlays/a/x.yaml": "-> " + outside + "/a.yaml"},
		"folder of resources":    {"overlays/a/kustomization.yaml": "resources: [x]", "overlays/a/x": "-> " + outside + "/folder"},
		"above":                  {"overlays/a/kustomization.yaml": "resources: [../../../x]"},
		"far above":              {"overlays/a/kustomization.yaml": "resources: [../../../../../../../../../../../../etc]"},
		"file above":             {"overlays/a/kustomization.yaml": "resources: [../../../x.yaml]"},
		"generator above":        {"overlays/a/kustomization.yaml": "generators: [../../../x]"},
		"patch":                  {"overlays/a/kustomization.yaml": "generators: [cache.yaml]\npatches: [{path: x.yaml}]", "overlays/a/x.yaml": "-> " + outside + "/a.yaml"},
		"file of a ConfigMap":    {"overlays/a/kustomization.yaml": "generators: [cache.yaml]\nconfigMapGenerator: [{name: a, files: [x.yaml]}]", "overlays/a/x.yaml": "-> " + outside + "/a.yaml"},
		"component":              {"overlays/a/kustomization.yaml": "generators: [cache.yaml]\ncomponents: [x]", "overlays/a/x": "-> " + outside + "/folder"},
		"transformer":            {"overlays/a/kustomization.yaml": "generators: [cache.yaml]\ntransformers: [x.yaml]", "overlays/a/x.yaml": "-> " + outside + "/a.yaml"},
		"link to a link":         {"overlays/a/kustomization.yaml": "generators: [x.yaml]", "overlays/a/x.yaml": "-> y.yaml", "overlays/a/y.yaml": "-> " + outside + "/cache.yaml"},
		"link that leads up":     {"overlays/a/kustomization.yaml": "generators: [x/" + filepath.Base(outside) + "/cache.yaml]", "overlays/a/x": "-> " + filepath.Dir(outside)},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ok := all["overlays/a"]; !ok {
				all = inside.with(all)
			}
			r := repo(t, all)
			_, diags := r.Build("overlays/a", Options{})
			refused(t, r, diags, "outside")
			if strings.Contains(diags.Error(), outside) {
				t.Errorf("error names a path of this machine:\n%v", diags)
			}
		})
	}
}

// Data that happens to be called like a kustomization stays as it is.
func TestKustomizationAsData(t *testing.T) {
	data := "# for Flux\nresources: [cache.yaml]\n"
	r := repo(t, files{
		"overlays/a/kustomization.yaml":     "generators: [cache.yaml]\nconfigMapGenerator: [{name: data, files: [sub/kustomization.yaml]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n",
		"overlays/a/cache.yaml":             spec("one"),
		"overlays/a/sub/kustomization.yaml": data,
		"overlays/a/sub/cache.yaml":         spec("two"),
	})
	objects, diags := r.Build("overlays/a", Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, o := range objects {
		if o.Kind == "ConfigMap" && o.Name == "data" {
			if diff := cmp.Diff(map[string]any{"kustomization.yaml": data}, o.Fields["data"]); diff != "" {
				t.Error(diff)
			}
			return
		}
	}
	t.Error("there is no ConfigMap")
}

// Messages of kustomize name paths as someone in the repository would.
func TestMessagesNameNoPathOfThisMachine(t *testing.T) {
	above := "overlays/a/kustomization.yaml"
	for name, text := range map[string]string{
		"patch above the overlay":    "patches: [{path: ../../x.yaml}]",
		"patch above the repository": "patches: [{path: ../../../x.yaml}]",
		"patch that is not there":    "patches: [{path: x.yaml}]",
		"folder of a resource":       "resources: [../b]",
		"a circle":                   "resources: [../a]",
		"file of a ConfigMap":        "configMapGenerator: [{name: a, files: [../../../../x]}]",
		"absolute file":              "configMapGenerator: [{name: a, files: [/etc/hostname]}]",
		"absolute patch":             "patches: [{path: /etc/hostname}]",
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(t, files{above: "generators: [cache.yaml]\n" + text, "overlays/a/cache.yaml": spec("one"), "overlays/b/a.yaml": ""})
			_, diags := r.Build("overlays/a", Options{})
			refused(t, r, diags, "")
			for dir := r.resolved; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
				if strings.Contains(diags.Error(), dir+"/") {
					t.Errorf("error names %s:\n%v", dir, diags)
				}
			}
		})
	}
}
