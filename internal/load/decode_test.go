package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

type inner struct {
	Size  *int32 `json:"size,omitempty"`
	Count int64  `json:"count"`
}

type color string

type target struct {
	inner    `json:",inline"`
	Name     string                `json:"name"`
	Color    color                 `json:"color"`
	On       bool                  `json:"on"`
	Maybe    *bool                 `json:"maybe"`
	Tiny     int8                  `json:"tiny"`
	Child    *inner                `json:"child"`
	Items    []string              `json:"items"`
	Children []inner               `json:"children"`
	Labels   map[string]string     `json:"labels"`
	Caches   map[string]inner      `json:"caches"`
	Parts    map[color]*inner      `json:"parts"`
	CPU      v1alpha1.Quantity     `json:"cpu"`
	Max      v1alpha1.IntOrPercent `json:"max"`
	Skipped  string                `json:"-"`
	Untagged string
}

func TestDecode(t *testing.T) {
	text := `name: a b
color: "no"
on: true
maybe: false
tiny: -128
size: 2147483647
count: -9223372036854775808
child: {size: 0, count: 1}
items: [x, "1", '~']
children:
- count: 1
- {size: 2}
labels: {a.b/c: x, "1": ""}
caches: {main: {count: 3}}
parts: {red: {}}
cpu: 1.5
max: 50%
Untagged: |
  yes
`
	var got target
	_, diags := Decode(parseOne(t, "f.yaml", text), &got)
	if diags != nil {
		t.Fatal(diags)
	}
	want := target{
		inner: inner{Size: new(int32(2147483647)), Count: -9223372036854775808},
		Name:  "a b", Color: "no", On: true, Maybe: new(false), Tiny: -128,
		Child: &inner{Size: new(int32(0)), Count: 1}, Items: []string{"x", "1", "~"},
		Children: []inner{{Count: 1}, {Size: new(int32(2))}},
		Labels:   map[string]string{"a.b/c": "x", "1": ""},
		Caches:   map[string]inner{"main": {Count: 3}},
		Parts:    map[color]*inner{"red": {}},
		CPU:      "1.5", Max: "50%", Untagged: "yes\n",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(target{})); diff != "" {
		t.Error(diff)
	}
}

func TestDecodePositions(t *testing.T) {
	text := "name: x\nchild:\n  size: 1\nitems:\n- k\nlabels: {a.b/c: z}\ncaches:\n  main: {count: 3}\nchildren: [{size: 1}]\n"
	var into target
	got, diags := Decode(parseOne(t, "f.yaml", text), &into)
	if diags != nil {
		t.Fatal(diags)
	}
	root := field.NewPath("root")
	path := func(p *field.Path) string { return strings.TrimPrefix(p.String(), "root.") }
	want := Positions{
		"":                                      {"f.yaml", 1, 1},
		path(root.Child("name")):                {"f.yaml", 1, 7},
		path(root.Child("child")):               {"f.yaml", 3, 3},
		"child.size":                            {"f.yaml", 3, 9},
		path(root.Child("items")):               {"f.yaml", 5, 1},
		"labels":                                {"f.yaml", 6, 9},
		"caches":                                {"f.yaml", 8, 3},
		"children":                              {"f.yaml", 9, 11},
		path(root.Child("items").Index(0)):      {"f.yaml", 5, 3},
		path(root.Child("labels").Key("a.b/c")): {"f.yaml", 6, 17},
		path(root.Child("caches").Key("main")):  {"f.yaml", 8, 9},
		path(root.Child("caches").Key("main").Child("count")): {"f.yaml", 8, 17},
		path(root.Child("children").Index(0)):                 {"f.yaml", 9, 12},
		path(root.Child("children").Index(0).Child("size")):   {"f.yaml", 9, 19},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"unknown field":           {"name: x\nzzzzzzz: 1\n", "2:1: error: zzzzzzz: is not a known field; known fields: size, count, name, color"},
		"typo":                    {"naem: x\n", "1:1: error: naem: is not a known field; did you mean name?"},
		"wrong case":              {"NAME: x\n", "1:1: error: NAME: is not a known field; did you mean name?"},
		"typo in depth":           {"child:\n  siize: 1\n", "2:3: error: child.siize: is not a known field; did you mean size?"},
		"typo in a list":          {"children:\n- cuont: 1\n", "2:3: error: children[0].cuont: is not a known field; did you mean count?"},
		"skipped field":           {"Skipped: x\n", "error: Skipped: is not a known field"},
		"embedded struct":         {"inner: {size: 1}\n", "error: inner: is not a known field"},
		"patch directive":         {"child: {$patch: remove}\n", "1:9: error: child.$patch: is not a known field; in an overlay, write $patch: delete, replace or merge"},
		"hostile field":           {"\"a\\e[31m\\nb\": 1\n", `1:1: error: a\x1b[31m\x0ab: is not a known field`},
		"long field":              {strings.Repeat("é", 500) + ": 1\n", "1:1: error: " + strings.Repeat("é", 60) + "…: is not a known field"},
		"null":                    {"name: ~\n", "1:7: error: name: is empty; write a value or leave the line out"},
		"nothing":                 {"name: x\nchild:\non: true\n", "2:7: error: child: is empty; write a value or leave the line out"},
		"null item":               {"items: [x, null]\n", "1:12: error: items[1]: is empty"},
		"null in a map":           {"labels: {a: }\n", "error: labels[a]: is empty"},
		"empty document":          {"null\n", "1:1: error: is empty; write a spec"},
		"map for a string":        {"name: {a: b}\n", "1:7: error: name: wants one value, has a map; write one value"},
		"list for a map":          {"labels: [a]\n", "1:9: error: labels: wants a map, has a list; write its fields below it"},
		"text for a struct":       {"child: x\n", "1:8: error: child: wants a map, has text"},
		"text for a list":         {"items: x\n", `1:8: error: items: wants a list, has text; write its items below it, each after "- "`},
		"list as a document":      {"- a\n", "1:1: error: wants a map, has a list"},
		"text as a document":      {"a\n", "1:1: error: wants a map, has text"},
		"quoted boolean":          {"on: \"true\"\n", `1:5: error: on: wants true or false, has "true"; write it without quotes: true`},
		"yes":                     {"on: yes\n", `1:5: error: on: wants true or false, has "yes"; write true`},
		"Off":                     {"on: Off\n", `on: wants true or false, has "Off"; write false`},
		"True":                    {"maybe: True\n", `1:8: error: maybe: wants true or false, has "True"; write true`},
		"quoted no":               {"on: 'no'\n", `on: wants true or false, has "no"; write false`},
		"text for a boolean":      {"on: maybe\n", `on: wants true or false, has "maybe"; write true or false`},
		"quoted number":           {"count: \"5\"\n", `1:8: error: count: wants a whole number, has "5"; write it without quotes: 5`},
		"fraction":                {"count: 1.0\n", `1:8: error: count: wants a whole number, has "1.0"; write digits alone, as in 10`},
		"leading zero":            {"count: 0755\n", `count: wants a whole number, has "0755"`},
		"hexadecimal":             {"count: 0x10\n", `count: wants a whole number, has "0x10"`},
		"octal":                   {"count: 0o10\n", `count: wants a whole number, has "0o10"`},
		"underscore":              {"count: 1_000\n", `count: wants a whole number, has "1_000"`},
		"plus":                    {"count: +1\n", `count: wants a whole number, has "+1"`},
		"exponent":                {"count: 1e3\n", `count: wants a whole number, has "1e3"`},
		"sexagesimal number":      {"count: 1:30\n", `count: wants a whole number, has "1:30"`},
		"text for a number":       {"count: \"\\e[31m\"\n", `count: wants a whole number, has "\x1b[31m"`},
		"too large for 32 bits":   {"size: 2147483648\n", "1:7: error: size: is 2147483648, out of range; write a number from -2147483648 to 2147483647"},
		"too small for 8 bits":    {"tiny: -129\n", "tiny: is -129, out of range; write a number from -128 to 127"},
		"too large for 64 bits":   {"count: 9223372036854775808\n", "count: is 9223372036854775808, out of range; write a number from -9223372036854775808 to 9223372036854775807"},
		"key like a boolean":      {"labels: {no: x}\n", `1:10: error: labels[no]: has a key that is not plain text; it is read as a boolean by some YAML parsers; write it in quotes: "no"`},
		"key like a number":       {"caches:\n  1.10: {}\n", `2:3: error: caches[1.10]: has a key that is not plain text; it is read as a number`},
		"key with controls":       {"labels: {\"a\\n\": x}\n", `1:10: error: labels[a\x0a]: has a key that is not plain text; write a name without control characters`},
		"quantity, octal":         {"cpu: 0755\n", `1:6: error: cpu: is read as a number by some YAML parsers; write it in quotes: "0755"`},
		"quantity, sexagesimal":   {"cpu: 1:30\n", `cpu: is read as a number in base 60 by some YAML parsers; write it in quotes: "1:30"`},
		"quantity, boolean":       {"cpu: yes\n", "cpu: is read as a boolean by some YAML parsers"},
		"quantity, hexadecimal":   {"cpu: 0x10\n", "cpu: is read as a number"},
		"quantity, underscore":    {"cpu: 1_000\n", "cpu: is read as a number"},
		"quantity, null":          {"cpu: ~\n", "cpu: is empty"},
		"quantity, infinity":      {"cpu: .inf\n", "cpu: is read as a number"},
		"percentage, octal":       {"max: 010\n", "max: is read as a number"},
		"other named string":      {"color: 1\n", `1:8: error: color: is read as a number by some YAML parsers; write it in quotes: "1"`},
		"item like a boolean":     {"items: [x, off]\n", `1:12: error: items[1]: is read as a boolean by some YAML parsers; write it in quotes: "off"`},
		"map value like a number": {"labels: {v: 1.10}\n", `1:13: error: labels[v]: is read as a number by some YAML parsers; write it in quotes: "1.10"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var into target
			_, diags := Decode(parseOne(t, "f.yaml", tt.in), &into)
			if len(diags) != 1 {
				t.Fatalf("got %d errors: %v", len(diags), diags)
			}
			if got := diags.Error(); !strings.Contains(got, tt.want) || !strings.HasPrefix(got, "f.yaml:1:") && !strings.HasPrefix(got, "f.yaml:2:") {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if diags[0].Hint == "" {
				t.Error("no hint")
			}
		})
	}
}

func TestDecodePlainText(t *testing.T) {
	ambiguous := []string{
		"y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "ON", "off", "Off", "true", "TRUE", "tRue", "false",
		"0", "1", "-1", "+1", "007", "0755", "0o755", "0x1F", "0b101", "1_000", "1.5", "1.10", "-.5", "1.", "1e3", "1.5E+10", "12e03",
		".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1:30", "12:30:45", "-1:30", "1:30.5", "00:00", "2001-01-01", "2001-1-1",
		"2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43", "=", "<<", "nUll",
	}
	for _, text := range ambiguous {
		var into target
		_, diags := Decode(parseOne(t, "f.yaml", "name: "+text+"\n"), &into)
		if !strings.Contains(diags.Error(), "1:7: error: name: is read as ") || !strings.Contains(diags.Error(), `write it in quotes: "`+text+`"`) {
			t.Errorf("%s: got %q", text, diags.Error())
		}
		for _, quoted := range []string{`"` + text + `"`, "'" + text + "'", "|-\n  " + text} {
			var into target
			if _, diags := Decode(parseOne(t, "f.yaml", "name: "+quoted+"\n"), &into); diags != nil || into.Name != text {
				t.Errorf("%s: got %q, %v", quoted, into.Name, diags)
			}
		}
	}
	plain := []string{
		"a", "yess", "nope", "trues", "1.2.3", "v1.10", "10.0.0.0/16", "12h", "90d", "3 months", "50%", "512Mi", "1:99", "8080:80",
		"localhost:8080", "https://x.example.com", "2001-01", "2001-01-01x", "0xyz", "1e", "e3", "--", ".5.", "+a", "12cbeca", "a:b", "..", "1,000",
		"::1", "0x", "inf", "nan", "Infinity", "a b", "世界",
	}
	for _, text := range plain {
		var into target
		if _, diags := Decode(parseOne(t, "f.yaml", "name: "+text+"\n"), &into); diags != nil || into.Name != text {
			t.Errorf("%s: got %q, %v", text, into.Name, diags)
		}
	}
	for _, number := range []string{"0", "1", "-1", "+1", "1.5", "0.5", "1e3", "12E-3", "100"} {
		var into target
		if _, diags := Decode(parseOne(t, "f.yaml", "cpu: "+number+"\nmax: "+number+"\n"), &into); diags != nil || string(into.CPU) != number || string(into.Max) != number {
			t.Errorf("%s: got %q, %q, %v", number, into.CPU, into.Max, diags)
		}
	}
}

func TestDecodeCollectsErrors(t *testing.T) {
	var into target
	_, diags := Decode(parseOne(t, "f.yaml", "naem: x\non: yes\nchild: {size: a, x: 1}\nitems: [~, {}]\nname: kept\n"), &into)
	var got []string
	for _, d := range diags {
		got = append(got, d.Path)
	}
	want := []string{"naem", "on", "child.size", "child.x", "items[0]", "items[1]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if into.Name != "kept" {
		t.Errorf("name is %q", into.Name)
	}
}

func TestDecodeMerged(t *testing.T) {
	base := parseOne(t, "base.yaml", "name: x\nchild:\n  size: 1\n  oops: 1\n")
	patch := parseOne(t, "overlay.yaml", "# staging\nchild:\n  size: many\n  wrong: 1\nname: null\n")
	var into target
	positions, diags := Decode(Merge(base, patch), &into)
	want := "base.yaml:4:3: error: child.oops: is not a known field; known fields: size, count\n" +
		"overlay.yaml:3:9: error: child.size: wants a whole number, has \"many\"; write digits alone, as in 10\n" +
		"overlay.yaml:4:3: error: child.wrong: is not a known field; known fields: size, count"
	if diff := cmp.Diff(want, diags.Sorted().Error()); diff != "" {
		t.Error(diff)
	}
	if got, _ := positions.Find("child.count"); got != (Position{"base.yaml", 3, 3}) {
		t.Errorf("child.count is at %v", got)
	}
}

func TestDecodeNothing(t *testing.T) {
	var into target
	if _, diags := Decode(nil, &into); diags.Error() != "error: is empty; write a spec" {
		t.Errorf("got %v", diags)
	}
}

func TestDecodeAtticCache(t *testing.T) {
	text := `apiVersion: atticgen.dev/v1alpha1
kind: AtticCache
metadata: {name: attic}
spec:
  hostname: nix-cache.example.com
  api:
    minReplicas: 3
    resources: {requests: {cpu: 1, memory: 512Mi}}
  postgres: {parameters: {log_connections: "on"}}
`
	var got v1alpha1.AtticCache
	if _, diags := Decode(parseOne(t, "f.yaml", text), &got); diags != nil {
		t.Fatal(diags)
	}
	if *got.Spec.API.MinReplicas != 3 || got.Spec.API.Resources.Requests.CPU != "1" || got.Spec.Postgres.Parameters["log_connections"] != "on" {
		t.Errorf("got %+v", got.Spec.API)
	}
}
