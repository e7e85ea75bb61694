package krm

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

func TestErrors(t *testing.T) {
	spec := func(old, replacement string) string {
		if !strings.Contains(pooled, old) {
			t.Fatalf("%q is not in the spec", old)
		}
		return head + strings.Replace(pooled, old, replacement, 1) + empty
	}
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 10; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	indented := func(text string) string {
		return strings.ReplaceAll("\n"+strings.TrimSpace(text), "\n", "\n    ") + "\n"
	}
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for name, c := range map[string]struct{ in, want string }{
		"nothing":               {"", "has 0 documents; a KRM function reads exactly one ResourceList"},
		"a comment":             {"# hello\n", "has 0 documents"},
		"another kind":          {strings.Replace(head, "ResourceList", "Resourcelist", 1) + pooled + empty, `2:7: error: kind: is "Resourcelist"; write ResourceList`},
		"another version":       {strings.Replace(head, "/v1", "/v2", 1) + pooled + empty, `1:13: error: apiVersion: is "config.kubernetes.io/v2"; write config.kubernetes.io/v1`},
		"a plain object":        {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "kind: is \"ConfigMap\""},
		"two lists":             {head + pooled + empty + "---\n" + head + pooled + empty, "has 2 documents; a KRM function reads exactly one ResourceList"},
		"unknown field":         {head + pooled + empty + "extra: 1\n", "extra: is not a field of a ResourceList"},
		"field in capitals":     {head + pooled + empty + "Items: []\n", "Items: is not a field of a ResourceList; did you mean items?"},
		"key twice":             {head + pooled + empty + empty, `the key "items" is already at line`},
		"key of the spec twice": {spec("    hostname: nix-cache.example.com\n", "    hostname: a.example.com\n    hostname: b.example.com\n"), `the key "hostname" is already at line`},
		"key of an item twice":  {head + pooled + "items: [{apiVersion: v1, kind: A, kind: B}]\n", `the key "kind" is already at line`},
		"no functionConfig":     {head + empty, "functionConfig: is missing"},
		"empty functionConfig":  {head + "functionConfig:\n" + empty, "functionConfig: wants a map, has nothing"},
		"functionConfig {}":     {head + "functionConfig: {}\n" + empty, "apiVersion: is missing; write apiVersion: atticgen.dev/v1alpha1 with kind: AtticCache"},
		"no items":              {head + pooled, "items: is missing"},
		"items as a map":        {head + pooled + "items: {}\n", "items: wants a list, has a map"},
		"an item as text":       {head + pooled + "items: [a]\n", "items[0]: wants a map, has text"},
		"another spec":          {spec("AtticCache", "Cache"), `error: kind: is "Cache", which atticgen does not know; write apiVersion: atticgen.dev/v1alpha1 with kind: AtticCache`},
		"another spec version":  {spec("v1alpha1", "v1"), `error: apiVersion: is "atticgen.dev/v1", which atticgen does not know`},
		"unknown spec field":    {spec("hostname", "hostnmae"), "error: spec.hostnmae: is not a known field; did you mean hostname?"},
		"a wrong value":         {spec("instances: 2", "instances: two"), "error: spec.postgres.pooler.instances: wants a whole number, has \"two\""},
		"a missing value":       {spec("    hostname: nix-cache.example.com\n", ""), "error: spec.hostname: "},
		"an empty value":        {spec("hostname: nix-cache.example.com", "hostname:"), "error: spec.hostname: is empty"},
		"a boolean for text":    {spec("hostname: nix-cache.example.com", "hostname: no"), "error: spec.hostname: is read as a boolean by some YAML parsers; write it in quotes"},
		"a bomb in the spec":    {spec("    hostname: nix-cache.example.com\n", indented(bomb)), "is not supported"},
		"a bomb in an item":     {head + pooled + "items:\n  - apiVersion: v1\n    kind: ConfigMap\n    data:" + strings.ReplaceAll(indented(bomb), "\n", "\n  ") + "\n", "is not supported"},
		"the spec in itself":    {spec("    storage:\n", "    storage: &s\n      self: *s\n"), "the anchor &s is not supported"},
		"an item in itself":     {head + pooled + "items: [&i {apiVersion: v1, kind: A, self: *i}]\n", "the anchor &i is not supported"},
		"a merge key":           {head + pooled + "items: [{apiVersion: v1, kind: A, <<: {a: b}}]\n", "the merge key << is not supported"},
		"deep in the spec":      {spec("hostname: nix-cache.example.com", "hostname: "+deep), "is nested more than 100 levels deep"},
		"deep in an item":       {head + pooled + "items: [{apiVersion: v1, kind: A, data: " + deep + "}]\n", "is nested more than 100 levels deep"},
		"deep and open":         {strings.Repeat("[", 100_000), "is nested more than 100 levels deep"},
		"not UTF-8":             {head + pooled + empty + "# \xff\n", "has a byte that is not UTF-8; save the file as UTF-8"},
		"a NUL":                 {head + pooled + empty + "# \x00\n", "has a NUL character"},
		"an escape":             {spec("hostname: nix-cache.example.com", "hostname: \x1b[2J"), `has the control character \x1b`},
		"a quoted escape":       {spec("hostname: nix-cache.example.com", `hostname: "\e[2J"`), `spec.hostname: is "\x1b[2J"`},
		"an escape as a key":    {spec("hostname:", `"\e[2J":`), `spec.\x1b[2J: is not a known field`},
		"a tag":                 {spec("hostname: nix-cache.example.com", "hostname: !!str a"), "a tag (!) is not supported"},
		"a directive":           {"%YAML 1.1\n---\n" + head + pooled + empty, "has a line that begins with %"},
		"not YAML":              {head + pooled + "items: [\n", "is not valid YAML"},
		"tabs":                  {head + "functionConfig:\n\tkind: AtticCache\n" + empty, "a tab is used as indentation"},
		"UTF-16":                {"\xff\xfea\x00:\x00", "not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			out, diags := Run(strings.NewReader(c.in), generators.Inputs{})
			if len(out) > 0 {
				t.Errorf("answer is %.200q", out)
			}
			if !diags.HasErrors() || !strings.Contains(diags.Error(), c.want) {
				t.Errorf("error is\n%v\nwant\n%s", diags, c.want)
			}
			if strings.ContainsAny(diags.Error(), "\x1b\x00") {
				t.Errorf("error has control characters: %q", diags.Error())
			}
		})
	}
}

// TestLongInput has readers that must not be read to their end.
func TestLongInput(t *testing.T) {
	endless := io.MultiReader(strings.NewReader("a: "), iotest.DataErrReader(zeros{}))
	_, diags := Run(endless, generators.Inputs{})
	want := fmt.Sprintf("has %d bytes, more than the %d that are read", load.MaxResourceListBytes+1, load.MaxResourceListBytes)
	if !diags.HasErrors() || !strings.Contains(diags.Error(), want) {
		t.Errorf("error is %v; want %q", diags, want)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestInputThatBreaksOff(t *testing.T) {
	cause := errors.New("pipe\x1b[31m is gone")
	out, diags := Run(io.MultiReader(strings.NewReader(head), iotest.ErrReader(cause)), generators.Inputs{})
	if len(out) > 0 {
		t.Errorf("answer is %q", out)
	}
	want := diag.List{diag.New("", "cannot read standard input: %v", cause)}
	if diff := cmp.Diff(want, diags); diff != "" {
		t.Error(diff)
	}
}
