package load

import (
	"fmt"
	"strings"
	"testing"
)

// The sizes are such that an algorithm that takes the square of the length
// would keep the test from ending in its time.
func TestHostile(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, MaxBytes/2/len(s)) }
	tests := map[string]struct {
		in   string
		want string // "" means: no errors; "any" means: whatever, but quickly.
	}{
		"too long":               {strings.Repeat(" ", MaxBytes+1), "f.yaml: error: has 1048577 bytes, more than the 1048576 that are read"},
		"100000 flow lists":      {strings.Repeat("[", 100_000), "is nested more than 100 levels deep"},
		"closed flow lists":      {strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "is nested more than 100 levels deep"},
		"9000 flow lists":        {strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "f.yaml:1:101: error: is nested more than 100 levels deep"},
		"100000 flow maps":       {strings.Repeat("{a: ", 100_000), "is nested more than 100 levels deep"},
		"100000 block lists":     {strings.Repeat("- ", 100_000) + "a", "is nested more than 100 levels deep"},
		"9000 block lists":       {strings.Repeat("- ", 9000) + "a", "f.yaml:1:201: error: is nested more than 100 levels deep"},
		"9000 keys":              {strings.Repeat("? ", 9000) + "a", "error: "},
		"1200 indented maps":     {staircase(1200), "f.yaml:101:101: error: is nested more than 100 levels deep"},
		"100 levels are allowed": {strings.Repeat("[", 100) + strings.Repeat("]", 100), ""},
		"101 levels are not":     {strings.Repeat("[", 101) + strings.Repeat("]", 101), "is nested more than 100 levels deep"},
		"alias bomb":             {bomb(), "the anchor &a0 is not supported"},
		"alias cycle":            {"data: &d {self: *d}\n", "1:7: error: the anchor &d is not supported"},
		"angle brackets":         {"a: " + fill("<"), ""},
		"merge keys":             {fill("<<: {}\n"), "the merge key << is not supported"},
		"tabs in quotes":         {"a: \"" + fill("\t") + "\"", ""},
		"tabs in front":          {fill("\t"), "any"},
		"blank literal":          {"a: |\n" + fill("  \n"), ""},
		"long literal":           {"a: |\n" + fill("  x\n"), ""},
		"folded":                 {"a: >+\n" + fill("  x\n\n"), ""},
		"long line":              {"[" + fill("a,") + "]", ""},
		"long line, multi-byte":  {"[" + fill("é,") + "]", ""},
		"flow maps":              {"[" + fill("{a: 1},") + "]", ""},
		"long word":              {fill("a"), ""},
		"long key":               {fill("a") + ": 1", "error: "},
		"many keys":              {manyKeys(), ""},
		"equal keys":             {fill("a: 1\n"), `the key "a" is already at line 1, column 1`},
		"documents":              {fill("--- a\n"), ""},
		"empty documents":        {fill("---\n"), ""},
		"comments":               {fill("# x\n"), ""},
		"comments on values":     {fill("- x # y\n"), ""},
		"blank lines":            {"a: x" + fill("\n") + "  y", ""},
		"open quote":             {"a: '" + fill("x\n "), "error: "},
		"open flow":              {"a: [" + fill("x,\n "), "error: "},
		"question marks":         {fill("? "), "any"},
		"exclamation marks":      {fill("! "), "any"},
		"percent signs":          {fill("%a\n"), "1:1: error: has a line that begins with %"},
		"unknown alias":          {"a: *" + fill("b"), "1:4: error: the alias *bbb"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			nodes, diags := Parse("f.yaml", []byte(tt.in))
			if len(diags) > maxDiagnostics {
				t.Errorf("got %d errors", len(diags))
			}
			switch {
			case tt.want == "" && diags != nil:
				t.Errorf("got %.300s", diags[0])
			case tt.want != "" && tt.want != "any" && (nodes != nil || !strings.Contains(diags.Error(), tt.want)):
				t.Errorf("got %.300s\nwant %s", diags.Error(), tt.want)
			}
		})
	}
}

func TestHostileDecode(t *testing.T) {
	for name, in := range map[string]string{
		"unknown fields": manyKeys(),
		"long fields":    "? " + strings.Repeat("a", 500_000) + "\n: 1\n",
		"empty items":    "items: [" + strings.Repeat("~,", 200_000) + "]\n",
		"odd keys":       "labels:\n" + strings.ReplaceAll("  "+manyKeys(), "\nkey", "\n  1"),
	} {
		nodes, diags := Parse("f.yaml", []byte(in))
		if diags != nil {
			t.Fatalf("%s: %.300s", name, diags[0])
		}
		var into target
		if _, diags := Decode(nodes[0], &into); len(diags) == 0 || len(diags) > maxDiagnostics {
			t.Errorf("%s: got %d errors", name, len(diags))
		} else if len(diags[0].String()) > 1000 {
			t.Errorf("%s: the error has %d bytes", name, len(diags[0].String()))
		}
	}
}

// Texts with an error that are short enough for the second parser, which must
// not take its time over them either.
func TestHostileSyntaxErrors(t *testing.T) {
	for _, s := range []string{
		"<", "<<: ", "\t", "  \n", "- ", "[", "{", "{a: ", "? ", "a: ", "---\n", "---\na\n", "x\n  ", "#\n", "''\n", "\\\n", ": ", "| ", "|\n  x\n", "{a,", "a: {", "- |\n",
	} {
		for _, around := range []string{"%s\na: b: c", "a: \"%s", "a: |\n  x\n%s\n b", "a: [%s"} {
			in := fmt.Sprintf(around, strings.Repeat(s, (locateLimit-20)/len(s)))
			if _, diags := Parse("f.yaml", []byte(in)); diags == nil && !strings.HasPrefix(around, "a: |") {
				t.Errorf("no error for %q in %q", s, around)
			}
		}
	}
}

func staircase(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func bomb() string {
	b := "a0: &a0 [x, x]\n"
	for i := 1; i < 30; i++ {
		b += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	return b
}

func manyKeys() string {
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	return b.String()
}
