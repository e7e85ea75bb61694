package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
)

// Cases on which kustomize and Merge must agree.
var mergeCases = map[string]struct{ base, patch string }{
	"scalars replace":            {"a: 1\nb: x\n", "a: 2\n"},
	"maps merge":                 {"a: {b: 1, c: {d: 2}}\n", "a: {c: {e: 3}, b: 4}\n"},
	"lists replace":              {"a: [1, 2]\nb: [{name: x, y: 1}]\n", "a: [3]\nb: [{name: x, z: 2}]\n"},
	"empty list replaces":        {"a: [1]\n", "a: []\n"},
	"new keys are sorted":        {"m: 1\n", "z: 1\na: {y: 1, x: 2}\n"},
	"nothing new":                {"a: 1\n", "{}\n"},
	"into nothing":               {"{}\n", "z: 1\na: {c: 1, b: 2}\n"},
	"empty map stays":            {"a: {}\n", "b: 1\n"},
	"empty map merges":           {"a: {b: 1}\n", "a: {}\n"},
	"new empty map":              {"a: 1\n", "b: {}\nc: []\nd: ''\n"},
	"null deletes a scalar":      {"a: 1\nb: 2\n", "a: null\n"},
	"null deletes a list":        {"a: [1]\nb: 2\n", "a: ~\n"},
	"null deletes a map":         {"a: {b: 1}\nc: 2\n", "a: null\n"},
	"null deletes in depth":      {"a: {b: {c: 1}}\n", "a: {b: {c: null}}\n"},
	"null of nothing":            {"a: 1\n", "b: null\n"},
	"null in a new map":          {"a: 1\n", "b: {c: null, d: 1}\n"},
	"null over null":             {"a: null\nb: 1\n", "a: null\n"},
	"null for everything":        {"a: 1\n", "null\n"},
	"quoted null is text":        {"a: 1\n", "a: \"null\"\n"},
	"null is over text":          {"a: \"null\"\n", "a: null\n"},
	"base nulls":                 {"a:\nb: null\nc: ~\nd: {e: , f: ~}\n", "z: 1\n"},
	"base nulls in lists":        {"a: [{b: ~, c: null}, null]\n", "z: 1\n"},
	"map over null":              {"a: null\nb:\n", "a: {c: null, d: 1}\nb: {e: 1}\n"},
	"list over null":             {"a:\n", "a: [1]\n"},
	"scalar over null":           {"a: ~\n", "a: 1\n"},
	"delete":                     {"a: {b: 1}\nc: 2\n", "a: {$patch: delete}\n"},
	"delete with more":           {"a: {b: 1}\nc: 2\n", "a: {$patch: delete, b: 2}\n"},
	"delete in depth":            {"a: {b: {c: 1}, d: 1}\n", "a: {b: {$patch: delete}}\n"},
	"delete of nothing":          {"a: 1\n", "b: {$patch: delete}\n"},
	"delete of null":             {"a: ~\nb: 1\n", "a: {$patch: delete}\n"},
	"delete everything":          {"a: 1\n", "$patch: delete\n"},
	"delete, quoted":             {"a: {b: 1}\nc: 2\n", "a: {\"$patch\": \"delete\"}\n"},
	"replace":                    {"a: {b: 1, c: 2}\n", "a: {$patch: replace, c: 3}\n"},
	"replace by nothing":         {"a: {b: 1}\n", "a: {$patch: replace}\n"},
	"replace everything":         {"a: 1\nb: 2\n", "$patch: replace\nz: 1\n"},
	"replace of nothing":         {"a: 1\n", "b: {$patch: replace, c: 1}\n"},
	"replace with more":          {"a: {x: 1}\n", "a: {$patch: replace, c: null, d: {$patch: delete}, e: {$patch: merge, f: 1}}\n"},
	"replace within a merge":     {"a: {b: {c: 1}, d: 1}\n", "a: {b: {$patch: replace, e: 1}}\n"},
	"directives in a new map":    {"a: 1\n", "b: {c: {$patch: delete}, d: {$patch: merge, e: 1}, f: {$patch: replace}}\n"},
	"merge":                      {"a: {b: 1}\n", "a: {$patch: merge, c: 2}\n"},
	"directive in a list":        {"a: [{b: 1}]\n", "a: [{$patch: delete}, null]\n"},
	"directive in the base":      {"a: {$patch: delete, b: 1}\n", "a: {c: 1}\n"},
	"unknown directive, new map": {"b: 1\n", "a: {$patch: bogus, c: 1}\n"},
	"keys in quotes":             {"a: 1\n\"b\": 2\n", "'b': 3\n\"a\": 4\n"},
	"a spec": {
		"apiVersion: x/v1\nkind: X\nmetadata: {name: a}\nspec:\n  api: {minReplicas: 2, maxReplicas: 10}\n  caches:\n    main: {public: true}\n    old: {public: false}\n",
		"apiVersion: x/v1\nkind: X\nmetadata: {name: a}\nspec:\n  api: {maxReplicas: 4}\n  caches:\n    old: null\n    new: {public: true}\n  namespace: {create: false}\n",
	},
}

// kustomize merges as the kustomize library does, without a schema.
func kustomize(base, patch string) (any, error) {
	options := yaml.MergeOptions{ListIncreaseDirection: yaml.MergeOptionsListPrepend}
	merged, err := merge2.MergeStrings(patch, base, false, options)
	if err != nil {
		return nil, err
	}
	if merged == "" {
		return nil, nil
	}
	nodes, diags := Parse("kustomize", []byte(merged))
	if diags != nil {
		return nil, diags
	}
	return ordered(nodes[0]), nil
}

// ordered is Any for comparisons that mind the order of keys.
func ordered(n *Node) any {
	if n == nil || n.Kind != Map {
		return n.Any()
	}
	pairs := []any{}
	for _, e := range n.Entries {
		pairs = append(pairs, [2]any{e.Key, ordered(e.Value)})
	}
	return pairs
}

func TestMergeAsKustomize(t *testing.T) {
	for name, tt := range mergeCases {
		t.Run(name, func(t *testing.T) {
			want, err := kustomize(tt.base, tt.patch)
			if err != nil {
				t.Fatal(err)
			}
			base, patch := parseOne(t, "base.yaml", tt.base), parseOne(t, "patch.yaml", tt.patch)
			baseBefore, patchBefore := outline(base), outline(patch)
			got := Merge(base, patch)
			if diff := cmp.Diff(want, ordered(got)); diff != "" {
				t.Errorf("-kustomize +Merge: %s", diff)
			}
			if outline(base) != baseBefore || outline(patch) != patchBefore {
				t.Error("an argument was modified")
			}
		})
	}
}

// Where kustomize fails, Merge leaves something for Decode to report.
func TestMergeWhereKustomizeFails(t *testing.T) {
	tests := map[string]struct{ base, patch, want string }{
		"scalar over a map":  {"a: {b: 1}\n", "a: 5\n", "1:1 {1:1 a=1:4 5}"},
		"scalar over a list": {"a: [1]\n", "a: 5\n", "1:1 {1:1 a=1:4 5}"},
		"map over a scalar":  {"a: 5\n", "\na: {b: 1, c: null}\n", "1:1 {2:1 a=2:4 {2:5 b=2:8 1}}"},
		"map over a list":    {"a: [1]\n", "\na: {b: 1}\n", "1:1 {2:1 a=2:4 {2:5 b=2:8 1}}"},
		"list over a map":    {"a: {b: 1}\n", "\na: [1]\n", "1:1 {2:1 a=2:4 [2:5 1]}"},
		"list at the root":   {"a: 1\n", "- 1\n", "1:1 [1:3 1]"},
		"unknown directive":  {"a: {b: 1}\n", "a: {$patch: bogus}\n", "1:1 {1:1 a=1:4 {1:5 b=1:8 1, 1:5 $patch=1:13 bogus}}"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := kustomize(tt.base, tt.patch); err == nil {
				t.Errorf("kustomize gives %v", got)
			}
			got := Merge(parseOne(t, "base.yaml", tt.base), parseOne(t, "patch.yaml", tt.patch))
			if diff := cmp.Diff(tt.want, outline(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMergeKeepsPlaces(t *testing.T) {
	base := parseOne(t, "base.yaml", "spec:\n  a: 1\n  b: {x: 1}\n  c: {y: 1}\n")
	patch := parseOne(t, "patch.yaml", "# overlay\nspec:\n  # more\n  a: 2\n  b: {z: 2}\n  c: {$patch: replace, w: 3}\n  d: 4\n")
	merged := Merge(base, patch)
	want := "1:1 {1:1 spec=2:3 {4:3 a=4:6 2, 3:3 b=3:6 {3:7 x=3:10 1, 5:7 z=5:10 2}, 6:3 c=6:6 {6:24 w=6:27 3}, 7:3 d=7:6 4}}"
	if diff := cmp.Diff(want, outline(merged)); diff != "" {
		t.Error(diff)
	}
	spec := merged.Get("spec")
	files := map[string]string{}
	for name, n := range map[string]*Node{
		"root": merged, "spec": spec, "a": spec.Get("a"), "b": spec.Get("b"), "b.x": spec.Get("b").Get("x"),
		"b.z": spec.Get("b").Get("z"), "c": spec.Get("c"), "c.w": spec.Get("c").Get("w"), "d": spec.Get("d"),
	} {
		files[name] = n.File
	}
	wantFiles := map[string]string{
		"root": "base.yaml", "spec": "base.yaml", "a": "patch.yaml", "b": "base.yaml", "b.x": "base.yaml",
		"b.z": "patch.yaml", "c": "patch.yaml", "c.w": "patch.yaml", "d": "patch.yaml",
	}
	if diff := cmp.Diff(wantFiles, files); diff != "" {
		t.Error(diff)
	}
}

func TestMergeNil(t *testing.T) {
	n := parseOne(t, "f.yaml", "a: 1\nb:\n")
	if got := outline(Merge(n, nil)); got != "1:1 {1:1 a=1:4 1}" {
		t.Errorf("no patch: %s", got)
	}
	// In a patch, nothing after a key is kept, for Decode to ask what is meant.
	if got := outline(Merge(nil, n)); got != "1:1 {1:1 a=1:4 1, 2:1 b=2:3 null()}" {
		t.Errorf("no base: %s", got)
	}
	if got := Merge(nil, nil); got != nil {
		t.Errorf("neither: %s", outline(got))
	}
}
