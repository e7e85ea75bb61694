package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const resourceList = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: no, annotations: {config.kubernetes.io/index: '0'}}
  data:
    1: y
    true: 0755
    x: |
      a
- apiVersion: atticgen.dev/v1alpha1
  kind: AtticCache
functionConfig:
  apiVersion: atticgen.dev/v1alpha1
  kind: AtticCache
  spec:
    hostname: no
    list: [a, {b: 1}]
results: []
`

func TestResourceList(t *testing.T) {
	config, items, diags := ResourceList("<stdin>", []byte(resourceList))
	if diags != nil {
		t.Fatal(diags)
	}
	want := "0:0 {0:0 apiVersion=0:0 atticgen.dev/v1alpha1, 0:0 kind=0:0 AtticCache, " +
		"0:0 spec=0:0 {0:0 hostname=0:0 no, 0:0 list=0:0 [0:0 a, 0:0 {0:0 b=0:0 1}]}}"
	if diff := cmp.Diff(want, outline(config)); diff != "" {
		t.Error(diff)
	}
	if config.File != "" || config.Get("spec").Get("list").Items[1].Get("b").File != "" {
		t.Error("functionConfig has a file")
	}
	if len(items) != 2 || items[1].Get("kind").Value != "AtticCache" || items[0].Get("data").Get("true").Value != "0755" {
		t.Errorf("items are %v", items)
	}
}

// Diagnostics about the spec give field paths alone.
func TestResourceListPaths(t *testing.T) {
	config, _, diags := ResourceList("<stdin>", []byte(strings.ReplaceAll(resourceList, "spec:\n    hostname: no", "child:\n    siize: 1")))
	if diags != nil {
		t.Fatal(diags)
	}
	var into struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Child      inner  `json:"child"`
	}
	positions, diags := Decode(config, &into)
	want := "error: child.siize: is not a known field; did you mean size?\n" +
		"error: child.list: is not a known field; known fields: size, count"
	if diff := cmp.Diff(want, diags.Error()); diff != "" {
		t.Error(diff)
	}
	if got, ok := positions.Find("child.size"); !ok || got != (Position{}) {
		t.Errorf("got %v", got)
	}
}

func TestResourceListVersions(t *testing.T) {
	for _, version := range []string{"v1", "v1beta1", "v1alpha1"} {
		text := strings.Replace(resourceList, "io/v1\n", "io/"+version+"\n", 1)
		text = strings.Replace(text, "results:", "metadata: {name: x}\nresults:", 1)
		if _, _, diags := ResourceList("<stdin>", []byte("---\n"+text+"---\n")); diags != nil {
			t.Errorf("%s: %v", version, diags)
		}
	}
}

func TestResourceListRefuses(t *testing.T) {
	replace := func(from, to string) string {
		if !strings.Contains(resourceList, from) {
			t.Fatalf("%q is not in the list", from)
		}
		return strings.Replace(resourceList, from, to, 1)
	}
	tests := map[string]struct{ in, want string }{
		"nothing":                 {"", "<stdin>: error: has 0 documents; a KRM function reads exactly one ResourceList"},
		"two":                     {resourceList + "---\n" + resourceList, "<stdin>: error: has 2 documents"},
		"a resource":              {"apiVersion: v1\nkind: ConfigMap\n", `<stdin>:2:7: error: kind: is "ConfigMap"; write ResourceList`},
		"text":                    {"hello\n", "<stdin>:1:1: error: wants a map, has text"},
		"other case":              {replace("kind: ResourceList", "kind: Resourcelist"), `<stdin>:2:7: error: kind: is "Resourcelist"; write ResourceList`},
		"other version":           {replace("io/v1\n", "io/v2\n"), `apiVersion: is "config.kubernetes.io/v2"; write config.kubernetes.io/v1 or config.kubernetes.io/v1beta1 or`},
		"no version":              {replace("apiVersion: config.kubernetes.io/v1\n", ""), "error: apiVersion: is missing"},
		"unknown field":           {resourceList + "item: []\n", "error: item: is not a field of a ResourceList; did you mean items?"},
		"no functionConfig":       {resourceList[:strings.Index(resourceList, "functionConfig")], "error: functionConfig: is missing"},
		"functionConfig is null":  {resourceList[:strings.Index(resourceList, "functionConfig")] + "functionConfig: null\n", "error: functionConfig: wants a map, has nothing"},
		"functionConfig is text":  {resourceList[:strings.Index(resourceList, "functionConfig")] + "functionConfig: x\n", "error: functionConfig: wants a map, has text"},
		"no items":                {"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {}\n", "<stdin>:1:1: error: items: is missing"},
		"items is a map":          {"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {}\nitems: {}\n", "<stdin>:4:8: error: items: wants a list, has a map"},
		"items is null":           {"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {}\nitems:\n", "error: items: wants a list, has nothing"},
		"an item is text":         {replace("- apiVersion: atticgen.dev/v1alpha1\n  kind: AtticCache\n", "- x\n"), "error: items[1]: wants a map, has text"},
		"an item without a kind":  {replace("  kind: ConfigMap\n", ""), "<stdin>:4:3: error: items[0].kind: must be text"},
		"an item with a null":     {replace("kind: ConfigMap", "kind: ~"), "<stdin>:5:9: error: items[0].kind: must be text"},
		"an item with a map":      {replace("- apiVersion: v1", "- apiVersion: {}"), "<stdin>:4:15: error: items[0].apiVersion: must be text"},
		"duplicate field":         {resourceList + "kind: ResourceList\n", `error: the key "kind" is already at line 2, column 1`},
		"duplicate in an item":    {replace("  data:", "  kind: x\n  data:"), `error: the key "kind" is already at line 5, column 3`},
		"anchor in an item":       {replace("0755", "&a 0755"), "error: the anchor &a is not supported"},
		"alias in an item":        {replace("0755", "&a 1\n    z: *a"), "error: the alias *a is not supported"},
		"anchor in the config":    {replace("hostname: no", "hostname: &a no"), "error: the anchor &a is not supported"},
		"merge key in an item":    {replace("true: 0755", "<<: {a: b}"), "error: the merge key << is not supported"},
		"tag in an item":          {replace("0755", "!!str 0755"), "error: a tag (!) is not supported"},
		"not YAML":                {replace("kind: ConfigMap", "kind: Config: Map"), "<stdin>:5:"},
		"too long":                {resourceList + strings.Repeat(" ", MaxResourceListBytes), "more than the 4194304 that are read"},
		"bomb in the items":       {replace("0755", "x") + bomb(), "the anchor &a0 is not supported"},
		"nested too deeply":       {replace("0755", strings.Repeat("[", 100_000)), "is nested more than 100 levels deep"},
		"hostile field":           {resourceList + "\"\\e[31m\": 1\n", `error: \x1b[31m: is not a field of a ResourceList`},
		"terminal escape in kind": {replace("kind: ResourceList", `kind: "\e[31m"`), `error: kind: is "\x1b[31m"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			config, items, diags := ResourceList("<stdin>", []byte(tt.in))
			if config != nil || items != nil {
				t.Error("got nodes beside errors")
			}
			if got := diags.Error(); !strings.Contains(got, tt.want) {
				t.Errorf("got  %.300s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestResourceListCollectsErrors(t *testing.T) {
	_, _, diags := ResourceList("<stdin>", []byte("kind: X\nextra: 1\nitems: [{kind: a}, x]\n"))
	var got []string
	for _, d := range diags {
		got = append(got, d.Path)
	}
	want := []string{"extra", "apiVersion", "kind", "functionConfig", "items[0].apiVersion", "items[1]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// bigResourceList has at least size bytes of ordinary resources.
func bigResourceList(size int) []byte {
	var b strings.Builder
	b.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {kind: AtticCache}\nitems:\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: app-%d
    labels: {app.kubernetes.io/name: "app-%d"}
  spec:
    replicas: 3
    template:
      spec:
        containers:
        - name: main
          image: registry.example.com/app:1.2.%d # pinned
          args: [--listen, ":8080"]
          env:
          - {name: A, value: "1"}
          - name: SCRIPT
            value: |
              set -e
              echo "hello: world"
`, i, i, i)
	}
	return []byte(b.String())
}

func TestResourceListBig(t *testing.T) {
	if _, items, diags := ResourceList("<stdin>", bigResourceList(3<<20)); diags != nil || len(items) < 1000 {
		t.Errorf("got %d items, %v", len(items), diags)
	}
}

func BenchmarkResourceList(b *testing.B) {
	for _, size := range []int{1 << 20, 3 << 20} {
		data := bigResourceList(size)
		b.Run(fmt.Sprintf("%dMiB", size>>20), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, diags := ResourceList("<stdin>", data); diags != nil {
					b.Fatal(diags)
				}
			}
		})
	}
}
