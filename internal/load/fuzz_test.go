package load

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

func addSeeds(f *testing.F) {
	f.Helper()
	for _, tt := range mergeCases {
		f.Add([]byte(tt.base))
		f.Add([]byte(tt.patch))
	}
	for _, text := range []string{
		resourceList,
		"a: |2-\n    x\n\n   y\nb: >+\n  z\n\n", "é: {ü: '世', x: \"👍\\u00e9\\\n  y\", z: [1, , 2]}\n", "? a\n: b\n? c\n", "- - - a\n    - b\n",
		"\ufeff# x\r\na: 1\r\n---\r\nb: |\r\n  c\r\n...\r\n", "a: &x 1\nb: *x\n<<: {c: d}\n!t e: ! f\n", "%YAML 1.2\n---\na\n", "a:\n\tb\n", "{a: [b, {c: }], ? d : e}\n",
		"apiVersion: atticgen.dev/v1alpha1\nkind: AtticCache\nmetadata: {name: attic, labels: {no: 1}}\nspec:\n  hostname: 1:30\n  api: {minReplicas: 0x10, resources: {requests: {cpu: 0755}}}\n  caches: {main: {public: yes}}\n  ingress: {extraHosts: [a, ~]}\n",
	} {
		f.Add([]byte(text))
	}
}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		nodes, diags := Parse("f.yaml", data)
		if (len(nodes) > 0) && diags.HasErrors() {
			t.Error("nodes beside errors")
		}
		text := strings.TrimPrefix(string(data), "\ufeff")
		lines := strings.Split(text, "\n")
		for _, d := range diags {
			if d.Line < 0 || d.Line > len(lines) || d.Line == 0 && len(data) <= MaxBytes {
				t.Errorf("%s: no such line", d)
			}
		}
		for _, n := range nodes {
			checkPlace(t, lines, n)
		}
	})
}

// checkPlace checks that what stands at a node's position can begin the node.
func checkPlace(t *testing.T, lines []string, n *Node) {
	t.Helper()
	rest, ok := textAt(lines, n.Line, n.Column)
	if !ok {
		t.Fatalf("%d:%d is not in the text: %s", n.Line, n.Column, outline(n))
	}
	switch {
	case n.Kind == Scalar && n.Plain:
		first, _, _ := strings.Cut(n.Value, " ")
		first, _, _ = strings.Cut(first, "\n")
		if !strings.HasPrefix(rest, first) {
			t.Errorf("%d:%d: %q does not begin with %q", n.Line, n.Column, rest, first)
		}
	case n.Kind == Scalar:
		if rest == "" || !strings.Contains(`"'|>`, rest[:1]) {
			t.Errorf("%d:%d: %q begins no quoted text", n.Line, n.Column, rest)
		}
	case n.Kind == List:
		if rest == "" || !strings.Contains("[-", rest[:1]) {
			t.Errorf("%d:%d: %q begins no list", n.Line, n.Column, rest)
		}
	}
	for _, e := range n.Entries {
		rest, ok := textAt(lines, e.KeyLine, e.KeyColumn)
		if first, _, _ := strings.Cut(e.Key, " "); !ok || e.KeyPlain && !strings.Contains(e.Key, "\n") && !strings.HasPrefix(rest, first) {
			t.Errorf("%d:%d: %q does not begin with the key %q", e.KeyLine, e.KeyColumn, rest, e.Key)
		}
		checkPlace(t, lines, e.Value)
	}
	for _, item := range n.Items {
		checkPlace(t, lines, item)
	}
}

func textAt(lines []string, line, column int) (string, bool) {
	if line < 1 || line > len(lines) || column < 1 || column > utf8.RuneCountInString(lines[line-1])+1 {
		return "", false
	}
	return string([]rune(lines[line-1])[column-1:]), true
}

func FuzzDecode(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		nodes, diags := Parse("f.yaml", data)
		if diags != nil {
			return
		}
		var merged *Node
		for _, n := range nodes {
			merged = Merge(merged, n)
			n.Any()
			decodeAll(t, n)
		}
		decodeAll(t, merged)
	})
}

func decodeAll(t *testing.T, n *Node) {
	t.Helper()
	var cache v1alpha1.AtticCache
	positions, diags := Decode(n, &cache)
	for _, d := range diags {
		if d.Message == "" || d.Hint == "" || strings.ContainsAny(d.String(), "\n\x1b") {
			t.Errorf("bad diagnostic %q", d)
		}
		if n != nil && d.Line == 0 {
			t.Errorf("%s has no position", d)
		}
		if _, ok := positions.Find(d.Path); !ok {
			t.Errorf("no position for %q", d.Path)
		}
	}
}

func FuzzResourceList(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		config, items, diags := ResourceList("<stdin>", data)
		if (config == nil) != diags.HasErrors() || items != nil && diags.HasErrors() {
			t.Errorf("got %v, %v, %v", config, items, diags)
		}
	})
}
