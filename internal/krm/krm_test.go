package krm

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators"
)

const (
	head   = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
	config = `functionConfig:
  apiVersion: atticgen.dev/v1alpha1
  kind: AtticCache
  metadata:
    name: attic
    namespace: nix-cache
  spec:
    hostname: nix-cache.example.com
    storage:
      endpoint: https://s3.example.com
      bucket: nix-cache
    postgres:
      backup:
        bucket: attic-pg-backup
`
	pooled = config + "      pooler:\n        instances: 2\n"
	empty  = "items: []\n"
)

// list is what is in an answer.
type list struct {
	APIVersion     string           `json:"apiVersion"`
	Kind           string           `json:"kind"`
	Metadata       map[string]any   `json:"metadata"`
	Items          []map[string]any `json:"items"`
	FunctionConfig map[string]any   `json:"functionConfig"`
	Results        []map[string]any `json:"results"`
}

func run(t *testing.T, in string) (list, string) {
	t.Helper()
	out, diags := Run(strings.NewReader(in), generators.Inputs{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return parse(t, out), string(out)
}

func parse(t *testing.T, out []byte) list {
	t.Helper()
	var l list
	if err := yaml.UnmarshalStrict(out, &l); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return l
}

func TestRun(t *testing.T) {
	got, _ := run(t, head+pooled+empty)
	if got.APIVersion != "config.kubernetes.io/v1" || got.Kind != "ResourceList" {
		t.Errorf("answer is %s %s", got.APIVersion, got.Kind)
	}
	if len(got.Items) < 20 {
		t.Errorf("%d items", len(got.Items))
	}
	if got.Results != nil {
		t.Errorf("results are %v", got.Results)
	}
	for _, item := range got.Items {
		if metadata, _ := item["metadata"].(map[string]any); item["apiVersion"] == "" || item["kind"] == "" || metadata["name"] == "" {
			t.Errorf("item is %v", item)
		}
	}
}

// TestOneDocument has lists among separators and comments, where the framework
// of kyaml would take each document for an item of its own.
func TestOneDocument(t *testing.T) {
	plain, _ := run(t, head+pooled+empty)
	for name, in := range map[string]string{
		"separator before":       "---\n" + head + pooled + empty,
		"separators before":      "\n---\n---\n" + head + pooled + empty,
		"comment before":         "# one\n---\n# two\n---\n" + head + pooled + empty,
		"separator after":        head + pooled + empty + "---\n",
		"separator with comment": head + pooled + empty + "--- # end\n",
		"end of document":        head + pooled + empty + "...\n",
		"ends of documents":      "---\n" + head + pooled + empty + "...\n---\n...\n",
		"byte order mark":        "\ufeff" + head + pooled + empty,
		"CRLF":                   strings.ReplaceAll(head+pooled+empty, "\n", "\r\n"),
		"CRLF and separators":    strings.ReplaceAll("---\n"+head+pooled+empty+"---\n", "\n", "\r\n"),
		"older version":          strings.Replace(head+pooled+empty, "/v1\n", "/v1beta1\n", 1),
		"other order":            empty + pooled + head,
		"earlier results":        head + pooled + empty + "results: [{message: old, severity: error}]\n",
		"no results":             head + pooled + empty + "results:\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, text := run(t, in)
			if strings.HasPrefix(name, "older") {
				got.APIVersion = plain.APIVersion
			}
			if diff := cmp.Diff(plain, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(text, "\n---") {
				t.Errorf("answer has several documents:\n%.400s", text)
			}
		})
	}
}

// TestOneLine has a list in the form of JSON, as programs write it.
func TestOneLine(t *testing.T) {
	in, err := yaml.YAMLToJSON([]byte(head + pooled + empty))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := run(t, head+pooled+empty)
	got, _ := run(t, string(in))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestItemsPassThrough compares the text of items: what is not ours is not
// touched, down to comments and quotes.
func TestItemsPassThrough(t *testing.T) {
	items := `- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: a
    namespace: nix-cache
    annotations: {}
  data:
    # why this is here
    text: "one\n---\ntwo"
    block: |
      one
      ---
      two
    "y": "yes" # a comment
    octal: "0755"
- apiVersion: v1
  kind: List
  items:
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: b
- apiVersion: example.com/v1
  kind: Numbers
  metadata:
    annotations:
      config.kubernetes.io/index: '7'
      config.kubernetes.io/path: 'a.yaml'
      internal.config.kubernetes.io/index: '8'
      config.kubernetes.io/local-config: "true"
    name: c
  spec: {large: 12345678901234567890, fraction: 1.10, date: 2020-01-01, nothing: ~, empty: "", yes: yes}
- apiVersion: example.com/v1
  kind: Nameless
- apiVersion: v1
  kind: Secret
  metadata:
    name: encrypted
  stringData:
    a: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]
  sops:
    lastmodified: "2026-01-01T00:00:00Z"
    mac: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]
`
	_, text := run(t, head+pooled+"items:\n"+items)
	if !strings.Contains(text, "items:\n"+items) {
		t.Errorf("items are not as they were:\n%s", cmp.Diff(items, text))
	}
	if !strings.Contains(text, strings.TrimSuffix(pooled, "\n")) {
		t.Errorf("functionConfig is not as it was:\n%.800s", text)
	}
}

// TestRunAgain feeds an answer back: what was generated is replaced.
func TestRunAgain(t *testing.T) {
	other := "items:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n"
	for name, in := range map[string]string{
		"alone":         head + pooled + empty,
		"with another":  head + pooled + other,
		"with warnings": head + config + other,
	} {
		t.Run(name, func(t *testing.T) {
			_, once := run(t, in)
			_, twice := run(t, once)
			if diff := cmp.Diff(once, twice); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("after a change", func(t *testing.T) {
		_, before := run(t, head+pooled+empty)
		_, want := run(t, strings.Replace(head+pooled+empty, "instances: 2", "instances: 3", 1))
		_, got := run(t, strings.Replace(before, "instances: 2\n", "instances: 3\n", 1))
		if diff := cmp.Diff(parse(t, []byte(want)), parse(t, []byte(got))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWarningsAreResults(t *testing.T) {
	out, diags := Run(strings.NewReader(head+config+empty), generators.Inputs{})
	if diags.HasErrors() || len(diags) != 1 {
		t.Fatalf("diagnostics are %v; want one warning", diags)
	}
	want := []map[string]any{{
		"message":  diags[0].Message + "; " + diags[0].Hint,
		"severity": "warning",
		"field":    map[string]any{"path": "spec.api.maxReplicas"},
	}}
	if diff := cmp.Diff(want, parse(t, out).Results); diff != "" {
		t.Error(diff)
	}
}
