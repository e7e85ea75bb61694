package load

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parseOne(t *testing.T, file, text string) *Node {
	t.Helper()
	nodes, diags := Parse(file, []byte(text))
	if diags != nil {
		t.Fatal(diags)
	}
	if len(nodes) != 1 {
		t.Fatalf("got %d documents", len(nodes))
	}
	return nodes[0]
}

func TestGet(t *testing.T) {
	n := parseOne(t, "f.yaml", "a: {b: 1}\nc: [1]\n")
	if got := n.Get("a").Get("b"); got == nil || got.Value != "1" {
		t.Errorf("got %v", got)
	}
	for name, got := range map[string]*Node{
		"absent":       n.Get("x"),
		"of a list":    n.Get("c").Get("x"),
		"of a scalar":  n.Get("a").Get("b").Get("x"),
		"of no node":   (*Node)(nil).Get("x"),
		"several deep": n.Get("x").Get("y").Get("z"),
	} {
		if got != nil {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestAny(t *testing.T) {
	tests := map[string]any{
		`text`:                   "text",
		`""`:                     "",
		`"1"`:                    "1",
		`'true'`:                 "true",
		`~`:                      nil,
		`null`:                   nil,
		`NULL`:                   nil,
		`nUll`:                   "nUll",
		`true`:                   true,
		`False`:                  false,
		`yes`:                    "yes",
		`no`:                     "no",
		`0`:                      int64(0),
		`-12`:                    int64(-12),
		`+12`:                    int64(12),
		`0755`:                   int64(755),
		`0o17`:                   int64(15),
		`0x1F`:                   int64(31),
		`0x`:                     "0x",
		`0x-1`:                   "0x-1",
		`0b11`:                   "0b11",
		`1_000`:                  "1_000",
		`1:30`:                   "1:30",
		`2001-01-01`:             "2001-01-01",
		`9223372036854775807`:    int64(math.MaxInt64),
		`9223372036854775808`:    float64(9223372036854775808),
		`1.5`:                    1.5,
		`-.5`:                    -0.5,
		`1.`:                     1.0,
		`1e3`:                    1000.0,
		`.inf`:                   math.Inf(1),
		`-.Inf`:                  math.Inf(-1),
		`1e999`:                  math.Inf(1),
		`1.2.3`:                  "1.2.3",
		`{a: [1, "b", {}], c: }`: map[string]any{"a": []any{int64(1), "b", map[string]any{}}, "c": nil},
		`[]`:                     []any{},
	}
	for in, want := range tests {
		if diff := cmp.Diff(want, parseOne(t, "f.yaml", in).Any()); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
	if got, ok := parseOne(t, "f.yaml", ".nan").Any().(float64); !ok || !math.IsNaN(got) {
		t.Errorf(".nan: got %v", got)
	}
	if got := (*Node)(nil).Any(); got != nil {
		t.Errorf("nil: got %v", got)
	}
}

func TestFind(t *testing.T) {
	positions := Positions{
		"":                         {File: "f", Line: 1, Column: 1},
		"spec":                     {File: "f", Line: 2, Column: 3},
		"spec.api":                 {File: "g", Line: 5, Column: 7},
		"spec.labels":              {File: "f", Line: 6, Column: 5},
		"spec.labels[a.b/c[d]]":    {File: "f", Line: 7, Column: 5},
		"spec.ingress.hosts[1]":    {File: "f", Line: 9, Column: 5},
		"spec.ingress.hosts[1].ok": {File: "f", Line: 10, Column: 5},
	}
	tests := map[string]int{
		"":                        1,
		"spec":                    2,
		"spec.x":                  2,
		"spec.x[0].y":             2,
		"spec.api.minReplicas":    5,
		"spec.apix":               2,
		"spec.labels[x.y/z]":      6,
		"spec.labels[a.b/c[d]].e": 7,
		"spec.ingress.hosts[1].a": 9,
		"spec.ingress.hosts[12]":  2,
		"metadata.name":           1,
	}
	for path, want := range tests {
		if got, ok := positions.Find(path); !ok || got.Line != want {
			t.Errorf("%q: got %v, want line %d", path, got, want)
		}
	}
	if got, ok := (Positions{}).Find("spec.x"); ok {
		t.Errorf("got %v from no positions", got)
	}
}
