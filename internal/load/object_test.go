package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestObject(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n":                   "",
		"# c\n---\na: y\n---\n":    "",
		"":                         "x: error: is empty; write an object, or remove the file and what names it",
		"---\n---\n":               "x: error: is empty; write an object, or remove the file and what names it",
		"a: 1\n---\nb: 1\n":        "x:3:1: error: has 2 documents; write one object a file",
		"\n- a\n":                  "x:2:1: error: wants a map, has a list; write an object, with apiVersion, kind and metadata",
		"a\n":                      "x:1:1: error: wants a map, has text; write an object, with apiVersion, kind and metadata",
		"a: *b\n":                  "x:1:4: error: the alias *b is not supported; write the value out, or quote it if it is text",
		"a: " + "\x00":             "x:1:4: error: has a NUL character; remove it, or write it as an escape in double quotes, as in \"\\u0007\"",
		strings.Repeat("#", 5<<20): "x: error: has 5242880 bytes, more than the 4194304 that are read; split it, or check that it is the right file",
	} {
		node, diags := Object("x", []byte(text))
		if want == "" {
			if node == nil || len(diags) > 0 {
				t.Errorf("%q: %v", text, diags)
			}
			continue
		}
		if node != nil || len(diags) != 1 || diags[0].String() != want {
			t.Errorf("%.40q: %v", text, diags)
		}
	}
	// Definitions are longer than specs may be.
	if node, diags := Object("x", []byte("a: |\n"+strings.Repeat("  "+strings.Repeat("b", 97)+"\n", 30_000))); node == nil {
		t.Error(diags)
	}
}

func TestLocate(t *testing.T) {
	root, diags := Object("x", []byte(`a:
  b:
  - c: 1
  - {c: 2, "d.e/f": 3}
  0: {}
`))
	if diags != nil {
		t.Fatal(diags)
	}
	for path, want := range map[string]struct {
		display      string
		line, column int
	}{
		"":            {"", 1, 1},
		"a":           {"a", 1, 1},
		"a b":         {"a.b", 2, 3},
		"a b 0":       {"a.b[0]", 3, 5},
		"a b 0 c":     {"a.b[0].c", 3, 5},
		"a b 1 c":     {"a.b[1].c", 4, 6},
		"a b 1 d.e/f": {"a.b[1][d.e/f]", 4, 12},
		"a 0":         {"a.0", 5, 3},
		// What is not there is where it would be.
		"a b 1 g":     {"a.b[1].g", 4, 5},
		"a b 2":       {"a.b[2]", 2, 3},
		"a b x":       {"a.b[x]", 2, 3},
		"a x 0 y":     {"a.x[0].y", 1, 1},
		"z 1":         {"z[1]", 1, 1},
		"a b 0 c d 1": {"a.b[0].c.d[1]", 3, 5},
	} {
		steps := strings.Fields(path)
		got := root.Locate(steps)
		if diff := cmp.Diff(Position{File: "x", Line: want.line, Column: want.column}, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		if display := root.Display(steps); display != want.display {
			t.Errorf("%s: %s", path, display)
		}
	}
}
