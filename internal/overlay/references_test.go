package overlay

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// network counts what reaches it: a server of its own, and a git that does
// nothing but leave a trace.
type network struct {
	url  string
	hits atomic.Int32
	git  string
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell script in the place of git")
	}
	n := &network{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n.hits.Add(1)
		_, _ = w.Write([]byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fetched}\n"))
	}))
	t.Cleanup(server.Close)
	n.url = server.URL
	dir := t.TempDir()
	n.git = filepath.Join(dir, "ran")
	script := "#!/bin/sh\necho \"$@\" >> " + n.git + "\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return n
}

func (n *network) untouched(t *testing.T) {
	t.Helper()
	if hits := n.hits.Load(); hits > 0 {
		t.Errorf("%d requests were sent", hits)
	}
	if ran, err := os.ReadFile(n.git); err == nil {
		t.Errorf("git ran:\n%s", ran)
	}
}

func TestNothingIsFetched(t *testing.T) {
	n := newNetwork(t)
	lists := []string{"resources", "components", "bases", "crds", "configurations", "generators", "transformers", "validators"}
	addresses := []string{
		n.url + "/a.yaml",
		strings.Replace(n.url, "http", "HTTP", 1) + "/a.yaml",
		n.url + "/org/repo//folder?ref=v1",
		n.url + "/org/repo\n",
		" " + n.url + "/org/repo",
		"git::" + n.url + "/org/repo",
		"https://127.0.0.1:1/org/repo",
		"ssh://git@127.0.0.1:1/org/repo",
		"file:///etc",
		"git@127.0.0.1:org/repo.git",
		"Somebody-1@127.0.0.1:org/repo.git",
		"somebody@127.0.0.1/org/repo",
		"github.com/org/repo",
		"GitHub.com/org/repo",
		"github.com:org/repo",
		"git::github.com/org/repo",
		"example.com/org/repo?ref=v1",
	}
	quoted := func(text string) string { return `"` + strings.ReplaceAll(text, "\n", `\n`) + `"` }
	kustomizations := map[string]string{}
	for _, address := range addresses {
		for _, list := range lists {
			kustomizations[list+" "+address] = list + ": [" + quoted(address) + "]"
		}
		for name, form := range map[string]string{
			"files":        "configMapGenerator: [{name: a, files: [%]}]",
			"keyed files":  "configMapGenerator: [{name: a, files: [\"key=\" %]}]",
			"envs":         "secretGenerator: [{name: a, envs: [%]}]",
			"env":          "configMapGenerator: [{name: a, env: %}]",
			"patches":      "patches: [{path: %}]",
			"in capitals":  "patches: [{PATH: %}]",
			"json":         "patchesJson6902: [{target: {kind: A, name: a}, path: %}]",
			"strategic":    "patchesStrategicMerge: [%]",
			"openapi":      "openapi: {path: %}",
			"replacements": "replacements: [{path: %}]",
		} {
			text := strings.ReplaceAll(form, "%", quoted(address))
			kustomizations[name+" "+address] = strings.ReplaceAll(text, `"key=" "`, `"key=`)
		}
	}
	for name, text := range kustomizations {
		t.Run(name, func(t *testing.T) {
			r := repo(t, files{"overlays/a/kustomization.yaml": text})
			_, diags := r.Build("overlays/a", Options{})
			refused(t, r, diags, "which is on the network")
		})
	}
	n.untouched(t)
}

func TestNothingIsFetchedFurtherDown(t *testing.T) {
	n := newNetwork(t)
	remote := "resources: [" + n.url + "]\n"
	for name, all := range map[string]files{
		"resource":             {"overlays/a/kustomization.yaml": "resources: [b]", "overlays/a/b/kustomization.yaml": remote},
		"component":            {"overlays/a/kustomization.yaml": "components: [b]", "overlays/a/b/kustomization.yaml": "kind: Component\n" + remote},
		"specs":                {"overlays/a/kustomization.yaml": "generators: [b]", "overlays/a/b/kustomization.yaml": remote},
		"specs of the base":    {"overlays/a/kustomization.yaml": "generators: [b]", "overlays/a/b/kustomization.yaml": "resources: [c]", "overlays/a/b/c/kustomization.yaml": remote},
		"specs, by kustomize":  {"overlays/a/kustomization.yaml": "generators: [b]", "overlays/a/b/kustomization.yaml": "namePrefix: x-\n" + remote},
		"specs of a resource":  {"overlays/a/kustomization.yaml": "resources: [b]", "overlays/a/b/kustomization.yaml": "generators: [c]", "overlays/a/b/c/kustomization.yaml": remote},
		"specs through a link": {"overlays/a/kustomization.yaml": "generators: [b]", "overlays/a/b": "-> ../../c", "c/kustomization.yaml": remote},
		"transformers":         {"overlays/a/kustomization.yaml": "transformers: [b]", "overlays/a/b/kustomization.yaml": remote},
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(t, all)
			_, diags := r.Build("overlays/a", Options{})
			refused(t, r, diags, "which is on the network")
		})
	}
	n.untouched(t)
}

// A folder with the name of an address is there, and kustomize would still
// fetch it.
func TestNothingIsFetchedThoughItIsThere(t *testing.T) {
	n := newNetwork(t)
	address := strings.Replace(n.url, "//", "/", 1) + "/org/repo"
	r := repo(t, files{
		"overlays/a/kustomization.yaml":                        "resources: [\"" + n.url + "/org/repo\\n\"]",
		"overlays/a/" + address + "\n/kustomization.yaml":      "namePrefix: a",
		"overlays/b/kustomization.yaml":                        "resources: [\"bob@127.0.0.1:org/repo\"]",
		"overlays/b/bob@127.0.0.1:org/repo/kustomization.yaml": "namePrefix: a",
	})
	for _, overlay := range []string{"overlays/a", "overlays/b"} {
		_, diags := r.Build(overlay, Options{})
		refused(t, r, diags, "which is on the network")
	}
	n.untouched(t)
}

// What kustomize's own transformers load is not in a kustomization.
func TestNothingIsFetchedByTransformers(t *testing.T) {
	n := newNetwork(t)
	patch := "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\n"
	for name, more := range map[string]files{
		"a file":  {"overlays/a/kustomization.yaml": "generators: [cache.yaml]\ntransformers: [t.yaml]", "overlays/a/t.yaml": patch + "path: " + n.url + "/a.yaml\n"},
		"inline":  {"overlays/a/kustomization.yaml": "generators: [cache.yaml]\ntransformers:\n- |\n  " + strings.ReplaceAll(patch+"path: "+n.url+"/a.yaml\n", "\n", "\n  ")},
		"patched": {"overlays/a/kustomization.yaml": "generators: [cache.yaml]\ntransformers: [t]", "overlays/a/t/kustomization.yaml": "resources: [t.yaml]\npatches: [{target: {kind: PatchTransformer}, patch: '[{\"op\": \"add\", \"path\": \"/path\", \"value\": \"" + n.url + "/a.yaml\"}]'}]", "overlays/a/t/t.yaml": patch},
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(t, more.with(files{"overlays/a/cache.yaml": spec("one")}))
			_, diags := r.Build("overlays/a", Options{})
			refused(t, r, diags, "fetches nothing from the network")
		})
	}
	n.untouched(t)
	if http.DefaultTransport == (offline{}) {
		t.Error("the process is offline after the build")
	}
}

// What only looks like an address is local.
func TestWhatIsNotFetched(t *testing.T) {
	r := repo(t, files{
		"overlays/a/kustomization.yaml": `
generators: [cache.yaml]
resources: [icon@2x.yaml, why-not.yaml]
commonAnnotations: {path: "https://example.com", files: "git@example.com:a/b"}
labels: [{pairs: {env: "github.com"}, fields: [{path: spec/template/metadata/labels, create: true}]}]
configMapGenerator:
- name: links
  files: [key=links.txt]
  literals: ["home=https://example.com", "path=/"]
  options: {annotations: {path: "https://example.com"}, disableNameSuffixHash: true}
patches:
- patch: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: icon}
    data: {path: "https://example.com"}
`,
		"overlays/a/cache.yaml":   spec("one"),
		"overlays/a/icon@2x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: icon}\n",
		"overlays/a/why-not.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: why}\ndata: {url: 'https://example.com'}\n",
		"overlays/a/links.txt":    "https://example.com\n",
	})
	if objects := build(t, r, "overlays/a", Options{}); len(objects) < 4 {
		t.Errorf("%d objects", len(objects))
	}
}

func TestInlineDocumentsMayHaveAddresses(t *testing.T) {
	for name, text := range map[string]string{
		"block": "generators:\n- |\n  " + strings.ReplaceAll(spec("one"), "\n", "\n  "),
		"after a comment longer than a file name": "generators:\n- |\n  # " + strings.Repeat("x", 300) + "\n  " + strings.ReplaceAll(spec("one"), "\n", "\n  "),
		"beginning with an address":               "generators:\n- |\n  # https://example.com\n  " + strings.ReplaceAll(spec("one"), "\n", "\n  "),
		"as JSON":                                 `generators: ['{"kind": "AtticCache", "apiVersion": "atticgen.dev/v1alpha1", "metadata": {"name": "one", "namespace": "one"}, "spec": {"hostname": "one.example.com", "storage": {"endpoint": "https://s3.example.com", "bucket": "one"}, "postgres": {"backup": {"bucket": "one-backup"}}}}']`,
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(t, files{"overlays/a/kustomization.yaml": text})
			if objects := build(t, r, "overlays/a", Options{}); len(objects) < 4 {
				t.Errorf("%d objects", len(objects))
			}
		})
	}
}
