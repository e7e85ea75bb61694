package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline writes a tree with the place of every key and value.
func outline(n *Node) string {
	var b strings.Builder
	writeOutline(&b, n)
	return b.String()
}

func writeOutline(b *strings.Builder, n *Node) {
	fmt.Fprintf(b, "%d:%d ", n.Line, n.Column)
	switch n.Kind {
	case Map:
		b.WriteString("{")
		for i, e := range n.Entries {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "%d:%d %s=", e.KeyLine, e.KeyColumn, e.Key)
			writeOutline(b, e.Value)
		}
		b.WriteString("}")
	case List:
		b.WriteString("[")
		for i, item := range n.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			writeOutline(b, item)
		}
		b.WriteString("]")
	case Scalar:
		if n.Plain {
			b.WriteString(n.Value)
		} else {
			fmt.Fprintf(b, "%q", n.Value)
		}
	case Null:
		b.WriteString("null(" + n.Value + ")")
	}
}

func TestParsePositions(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"map":                {"a: 1\nbc:  two words\n", "1:1 {1:1 a=1:4 1, 2:1 bc=2:6 two words}"},
		"nested":             {"a:\n  b:\n    c: d\n", "1:1 {1:1 a=2:3 {2:3 b=3:5 {3:5 c=3:8 d}}}"},
		"list":               {"a:\n- x\n-   y\n", "1:1 {1:1 a=2:1 [2:3 x, 3:5 y]}"},
		"list of maps":       {"- a: 1\n  b: 2\n- - c\n", "1:1 [1:3 {1:3 a=1:6 1, 2:3 b=2:6 2}, 3:3 [3:5 c]]"},
		"flow":               {"a: {b: [1, \"x\"], c: }\n", `1:1 {1:1 a=1:4 {1:5 b=1:8 [1:9 1, 1:12 "x"], 1:18 c=1:21 null()}}`},
		"flow over lines":    {"a: [\n  1,\n  2\n]\n", "1:1 {1:1 a=1:4 [2:3 1, 3:3 2]}"},
		"quoted":             {"'a b': 'it''s'\n\"c\": \"\\u00e9\\t\"\n", "1:1 {1:1 a b=1:8 \"it's\", 2:1 c=2:6 \"é\\t\"}"},
		"literal":            {"a: |\n  x\n   y\n\nb: 1\n", `1:1 {1:1 a=1:4 "x\n y\n", 5:1 b=5:4 1}`},
		"literal, stripped":  {"a: |-\n  x\n  y\n", `1:1 {1:1 a=1:4 "x\ny"}`},
		"literal, kept":      {"a: |+\n  x\n\nb: 1\n", `1:1 {1:1 a=1:4 "x\n\n", 4:1 b=4:4 1}`},
		"folded":             {"a: >\n  x\n  y\n\n  z\n", `1:1 {1:1 a=1:4 "x y\nz\n"}`},
		"plain over lines":   {"a: x\n  y\nb: 1\n", "1:1 {1:1 a=1:4 x y, 3:1 b=3:4 1}"},
		"quoted over lines":  {"a: \"x\n  y\"\nb: 1\n", `1:1 {1:1 a=1:4 "x y", 3:1 b=3:4 1}`},
		"null":               {"a:\nb: ~\nc: null\n", "1:1 {1:1 a=1:3 null(), 2:1 b=2:4 null(~), 3:1 c=3:4 null(null)}"},
		"null item":          {"a:\n- 1\n-\nb: 2\n", "1:1 {1:1 a=2:1 [2:3 1, 3:2 null()], 4:1 b=4:4 2}"},
		"quoted null":        {"a: \"null\"\n", `1:1 {1:1 a=1:4 "null"}`},
		"multi-byte":         {"é: {ü: 世, x: 👍 y, z: 1}\n", "1:1 {1:1 é=1:4 {1:5 ü=1:8 世, 1:11 x=1:14 👍 y, 1:19 z=1:22 1}}"},
		"CRLF":               {"a: 1\r\nb:\r\n  c: |\r\n    x\r\n    y\r\n  d: \"x\r\n    y\"\r\n", `1:1 {1:1 a=1:4 1, 2:1 b=3:3 {3:3 c=3:6 "x\ny\n", 6:3 d=6:6 "x y"}}`},
		"byte order mark":    {"\ufeffa: 1\n", "1:1 {1:1 a=1:4 1}"},
		"comments":           {"# one\na: 1 # two\n# three\nb: '#'\n", "2:1 {2:1 a=2:4 1, 4:1 b=4:4 \"#\"}"},
		"tab after colon":    {"a:\tb\n", "1:1 {1:1 a=1:4 b}"},
		"tab in literal":     {"a: |\n  x\n  \ty\n", `1:1 {1:1 a=1:4 "x\n\ty\n"}`},
		"explicit key":       {"? a\n: b\n", "1:1 {1:3 a=2:3 b}"},
		"no value indicator": {"? a\n\n\n? b", "1:1 {1:3 a=1:3 null(), 4:3 b=4:3 null()}"},
		"document marker":    {"---\n\na: 1\n...\n", "3:1 {3:1 a=3:4 1}"},
		"no final newline":   {"a: 1", "1:1 {1:1 a=1:4 1}"},
		"colon in flow key":  {"{a:b}\n", "1:1 {1:2 a:b=1:5 null()}"},
		"a scalar":           {"x\n", "1:1 x"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			nodes, diags := Parse("f.yaml", []byte(tt.in))
			if diags != nil {
				t.Fatal(diags)
			}
			if len(nodes) != 1 {
				t.Fatalf("got %d documents", len(nodes))
			}
			if diff := cmp.Diff(tt.want, outline(nodes[0])); diff != "" {
				t.Error(diff)
			}
			if nodes[0].File != "f.yaml" {
				t.Errorf("file is %q", nodes[0].File)
			}
		})
	}
}

func TestParseDocuments(t *testing.T) {
	tests := map[string]struct {
		in   string
		want []string
	}{
		"nothing":              {"", nil},
		"blank":                {"\n  \n", nil},
		"comment":              {"# a\n", nil},
		"mark alone":           {"\ufeff", nil},
		"empty ones":           {"---\n---\n# x\n---\n", nil},
		"two":                  {"a: 1\n---\nb: 2\n", []string{"1:1 {1:1 a=1:4 1}", "3:1 {3:1 b=3:4 2}"}},
		"empty before":         {"---\n---\na: 1\n", []string{"3:1 {3:1 a=3:4 1}"}},
		"empty after":          {"a: 1\n---\n", []string{"1:1 {1:1 a=1:4 1}"}},
		"an explicit null":     {"null\n", []string{"1:1 null(null)"}},
		"marker in a literal":  {"a: |\n  ---\n  x\n", []string{"1:1 {1:1 a=1:4 \"---\\nx\\n\"}"}},
		"content after marker": {"--- a\n", []string{"1:5 a"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			nodes, diags := Parse("f.yaml", []byte(tt.in))
			if diags != nil {
				t.Fatal(diags)
			}
			var got []string
			for _, n := range nodes {
				got = append(got, outline(n))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"anchor":                {"a: &x b\n", "1:4: error: the anchor &x is not supported"},
		"anchor on a map":       {"a: &x\n  b: c\n", "1:4: error: the anchor &x is not supported"},
		"anchor on a key":       {"a: 1\n&x b: c\n", "2:1: error: the anchor &x is not supported"},
		"alias":                 {"a: [*x]\n", "1:5: error: the alias *x is not supported"},
		"alias after text":      {"a*x: b\nc: *x\n", "2:4: error: the alias *x is not supported"},
		"alias as a flow key":   {"{?*x : b}\n", "1:3: error: the alias *x is not supported"},
		"alias of an anchor":    {"a: &x 1\nb: *x\n", "2:4: error: the alias *x is not supported"},
		"alias as a key":        {"a: &x 1\n*x : 2\n", "2:1: error: the alias *x is not supported"},
		"merge key":             {"a:\n  <<: {b: c}\n", "2:3: error: the merge key << is not supported"},
		"tag":                   {"a: !foo b\n", "1:4: error: a tag (!) is not supported"},
		"core tag":              {"a: !!str 1\n", "1:4: error: a tag (!) is not supported"},
		"verbatim tag":          {"a: !<x> 1\n", "1:4: error: a tag (!) is not supported"},
		"bare tag":              {"é: ! \"1\"\n", "1:4: error: a tag (!) is not supported"},
		"bare tag, no value":    {"a: !\n", "1:4: error: a tag (!) is not supported"},
		"tag on a map":          {"a: !x {b: c}\n", "1:4: error: a tag (!) is not supported"},
		"tag on a key":          {"!!str a: 1\n", "1:1: error: a tag (!) is not supported"},
		"duplicate key":         {"a: 1\nb: 2\n\"a\": 3\n", `3:1: error: the key "a" is already at line 1, column 1`},
		"duplicate in flow":     {"x: {a: 1, b: 2, a: 3}\n", `1:17: error: the key "a" is already at line 1, column 5`},
		"list as a key":         {"? [a]\n: b\n", "1:3: error: a map or list is used as a key"},
		"map as a key":          {"{a: b}: c\n", "1:1: error: a map or list is used as a key"},
		"null key":              {"a: 1\n~: x\n", "2:1: error: a key is empty"},
		"empty key":             {"{? : x}\n", "error: a key is empty"},
		"YAML directive":        {"%YAML 1.1\n---\na: b\n", "1:1: error: has a line that begins with %"},
		"TAG directive, later":  {"a: b\n...\n%TAG ! x\n---\nc: d\n", "3:1: error: has a line that begins with %"},
		"NUL":                   {"é: \x00\n", "1:4: error: has a NUL character"},
		"escape character":      {"a: 1\nb: x\x1b[31m\n", `2:5: error: has the control character \x1b`},
		"C1 control character":  {"a: \u009b\n", `1:4: error: has the control character \x9b`},
		"next line":             {"a: b\u0085c: d\n", `1:5: error: has the control character \x85`},
		"line separator":        {"a: b\u2028c: d\n", `1:5: error: has the control character \u2028`},
		"carriage return":       {"a: b\rc: d\n", "1:5: error: has a carriage return without a line feed"},
		"mark inside":           {"a: b\n\ufeffc: d\n", "2:1: error: has a byte order mark inside the text"},
		"not UTF-8":             {"a: é\xff\n", "1:5: error: has a byte that is not UTF-8"},
		"UTF-16":                {"\xff\xfea\x00", "1:1: error: has a byte that is not UTF-8"},
		"surrogate":             {"a: \xed\xa0\x80\n", "1:4: error: has a byte that is not UTF-8"},
		"tab as indentation":    {"a:\n\tb: c\n", "2:1: error: a tab is used as indentation; indent with spaces"},
		"tab below spaces":      {"a:\n  b: 1\n\tc: 1\n", "3:1: error: a tab is used as indentation; indent with spaces"},
		"tab after spaces":      {"a:\n  \tb: c\n", "2:3: error: a tab is used as indentation; indent with spaces"},
		"tab at the end of one": {"a:\n  b: \"x\n\ty\n", "error: "},
		"two colons":            {"k: v\na: b: c\n", "2:4: error: is not valid YAML: mapping values are not allowed in this context"},
		"indented too far":      {"a: 1\nb: 2\n   c: 3\n", "3:4: error: is not valid YAML: mapping values are not allowed in this context"},
		"indented too little":   {"a:\n  b: c\n d: e\n", "3:2: error: is not valid YAML: did not find expected key"},
		"open flow":             {"a: [1, 2\nb: c\n", "2:1: error: is not valid YAML: did not find expected ',' or ']'"},
		"open quote":            {"é: x\na: \"é\nb: c\n", "2:4: error: is not valid YAML: a quoted text has no end"},
		"reserved character":    {"a: 1\nb: @x\n", "2:4: error: is not valid YAML: found character that cannot start any token"},
		"reserved, tab below":   {"a: @x\nb: |\n  y\n  \tz\n", "1:4: error: is not valid YAML: found character that cannot start any token"},
		"unknown escape":        {"a: \"é\\q\"\n", "1:7: error: is not valid YAML: found unknown escape character"},
		"list beside a map":     {"a: b\n- c\n", "2:1: error: is not valid YAML: did not find expected key"},
		"second document":       {"k: v\n---\nx: y\na: b: c\n", "4:4: error: is not valid YAML"},
		"no colon":              {"spec:\n  a: x\n  storage\n  b: y\n", "3:3: error: is not valid YAML: could not find expected ':'"},
		"after a mark":          {"\ufeffa: b: c\n", "1:4: error: is not valid YAML"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			nodes, diags := Parse("f.yaml", []byte(tt.in))
			if nodes != nil {
				t.Errorf("got nodes beside errors: %s", outline(nodes[0]))
			}
			if got := diags.Error(); !strings.Contains(got, tt.want) || !strings.HasPrefix(got, "f.yaml:") {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			for _, d := range diags {
				if d.Hint == "" {
					t.Errorf("%s has no hint", d)
				}
			}
		})
	}
}

func TestParseCollectsErrors(t *testing.T) {
	_, diags := Parse("f.yaml", []byte("a: &x 1\nb: *x\nc: !t 2\na: 3\n---\n~: 1\n"))
	var got []int
	for _, d := range diags {
		got = append(got, d.Line)
	}
	if diff := cmp.Diff([]int{1, 2, 3, 4, 6}, got); diff != "" {
		t.Error(diff)
	}
}
