package diag

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestString(t *testing.T) {
	full := Diagnostic{
		File: "overlays/x/cache.yaml", Line: 7, Column: 3, Path: "spec.api.minReplicas", Severity: Error,
		Message: "is 12, above maxReplicas 10", Hint: "lower it or raise spec.api.maxReplicas",
	}
	tests := map[string]struct {
		in   Diagnostic
		want string
	}{
		"everything":       {full, "overlays/x/cache.yaml:7:3: error: spec.api.minReplicas: is 12, above maxReplicas 10; lower it or raise spec.api.maxReplicas"},
		"message alone":    {Diagnostic{Message: "is empty"}, "error: is empty"},
		"warning":          {Diagnostic{Severity: Warning, Message: "is old"}, "warning: is old"},
		"file alone":       {Diagnostic{File: "a.yaml", Message: "is empty"}, "a.yaml: error: is empty"},
		"no column":        {Diagnostic{File: "a.yaml", Line: 4, Message: "is odd"}, "a.yaml:4: error: is odd"},
		"no file":          {Diagnostic{Line: 4, Column: 2, Message: "is odd"}, "4:2: error: is odd"},
		"column, no line":  {Diagnostic{File: "a.yaml", Column: 2, Message: "is odd"}, "a.yaml: error: is odd"},
		"path, no place":   {Diagnostic{Path: "spec.x", Message: "is odd"}, "error: spec.x: is odd"},
		"newline in file":  {Diagnostic{File: "a\nb.yaml:1:1: error: forged", Message: "m"}, `a\x0ab.yaml:1:1: error: forged: error: m`},
		"escape in path":   {Diagnostic{Path: "spec[\x1b[31m]", Message: "m"}, `error: spec[\x1b[31m]: m`},
		"C1 in message":    {Diagnostic{Message: "a\u009b31mb\u007f\u0085"}, `error: a\x9b31mb\x7f\x85`},
		"bidi in hint":     {Diagnostic{Message: "m", Hint: "a\u202eb\u2066\u200f"}, `error: m; a\u202eb\u2066\u200f`},
		"line separators":  {Diagnostic{Message: "a\u2028b\u2029\r\t"}, `error: a\u2028b\u2029\x0d\x09`},
		"tag characters":   {Diagnostic{Message: "a\U000e0041"}, `error: a\U000e0041`},
		"bad UTF-8":        {Diagnostic{Message: "a\xff\xc3("}, `error: a\xff\xc3(`},
		"letters are kept": {Diagnostic{Message: "größer 世界 👍"}, "error: größer 世界 👍"},
		"severity hostile": {Diagnostic{Severity: "\x1b[2J", Message: "m"}, `\x1b[2J: m`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.in.String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestNew(t *testing.T) {
	want := Diagnostic{File: "a.yaml", Severity: Error, Message: "has 2 documents"}
	if diff := cmp.Diff(want, New("a.yaml", "has %d documents", 2)); diff != "" {
		t.Error(diff)
	}
}

func TestJSON(t *testing.T) {
	got, err := json.Marshal(List{{File: "a", Line: 1, Column: 2, Path: "p", Severity: Warning, Message: "m", Hint: "h"}, {Message: "m"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"file":"a","line":1,"column":2,"path":"p","severity":"warning","message":"m","hint":"h"},{"message":"m"}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSorted(t *testing.T) {
	in := List{
		{File: "b", Line: 1, Message: "m"},
		{File: "a", Line: 10, Message: "m"},
		{File: "a", Line: 9, Column: 2, Message: "m"},
		{File: "a", Line: 9, Column: 1, Path: "q", Message: "m"},
		{File: "a", Line: 9, Column: 1, Path: "p", Message: "n"},
		{File: "a", Line: 9, Column: 1, Path: "p", Message: "m", Severity: Warning},
		{File: "b", Line: 1, Message: "m"},
		{File: "a", Line: 9, Column: 1, Path: "p", Message: "m", Severity: Error},
	}
	before := append(List{}, in...)
	want := List{in[7], in[5], in[4], in[3], in[2], in[1], in[0]}
	if diff := cmp.Diff(want, in.Sorted()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, in); diff != "" {
		t.Errorf("the receiver changed: %s", diff)
	}
}

func TestErr(t *testing.T) {
	warnings := List{{Severity: Warning, Message: "w"}}
	for _, l := range []List{nil, {}, warnings} {
		if l.HasErrors() || l.Err() != nil {
			t.Errorf("%v counts as an error", l)
		}
	}
	l := List{{File: "b", Severity: Error, Message: "second"}, {File: "a", Severity: Warning, Message: "first"}}
	err := fmt.Errorf("render: %w", l.Err())
	if want := "render: a: warning: first\nb: error: second"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	var got List
	if !errors.As(err, &got) {
		t.Fatal("errors.As found no List")
	}
	if diff := cmp.Diff(l.Sorted(), got); diff != "" {
		t.Error(diff)
	}
	if !(List{{Message: "no severity"}}).HasErrors() {
		t.Error("a diagnostic without severity must count as an error")
	}
}

func TestQuote(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"plain":     {"abc", `"abc"`},
		"control":   {"a\x1b\n\"", `"a\x1b\n\""`},
		"exact":     {strings.Repeat("é", 60), `"` + strings.Repeat("é", 60) + `"`},
		"cut":       {strings.Repeat("é", 61), `"` + strings.Repeat("é", 60) + `…"`},
		"bad UTF-8": {"\xff", `"\xff"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Quote(tt.in); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func FuzzString(f *testing.F) {
	f.Add("a.yaml", "spec.x", "is \x1b[31m odd", "write\ny")
	f.Add("\xff", "\u202e", "\u2028", "\U000e0001")
	f.Fuzz(func(t *testing.T, file, path, message, hint string) {
		got := Diagnostic{File: file, Line: 1, Column: 1, Path: path, Message: message, Hint: hint}.String()
		for _, r := range got {
			if !unicode.IsPrint(r) && r != unicode.ReplacementChar {
				t.Errorf("%q holds %U", got, r)
			}
		}
	})
}
