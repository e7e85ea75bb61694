package report

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/tree"
)

func environments() []Environment {
	return []Environment{
		{Name: "staging", Folder: "environments/staging", Objects: 3, Changes: []tree.Change{
			{Path: "cache/a.yaml", Kind: tree.Added}, {Path: "cache/b.yaml", Kind: tree.Changed}, {Path: "cache/c.yaml", Kind: tree.Removed},
		}, Foreign: []string{"README.md"}},
		{Name: "production", Folder: "environments/production", Objects: 2},
	}
}

// odd has names that come from a disk and mean something in every format.
func odd() []Environment {
	return []Environment{{Name: "a|b<c>*d*", Folder: "out\x1b[2J/a", Objects: 1, Changes: []tree.Change{
		{Path: "a`b``c|<script>\n- x\x1b[2J\u202e.yaml", Kind: tree.Removed},
	}, Foreign: []string{"x\x1b]0;title\x07\r\n", "\xff"}}}
}

func TestWriteRender(t *testing.T) {
	for name, c := range map[string]struct {
		format       Format
		environments []Environment
		want         string
	}{
		"text": {Text, environments(), `environments/staging: 3 objects, 1 added, 1 changed, 1 removed
  + cache/a.yaml
  ~ cache/b.yaml
  - cache/c.yaml
  ? README.md (not written by atticgen, left alone)
environments/production: 2 objects, unchanged
`},
		"text by default": {"", environments()[1:], "environments/production: 2 objects, unchanged\n"},
		"text, odd": {Text, odd(), `out\x1b[2J/a: 1 objects, 0 added, 0 changed, 1 removed
  - a` + "`b``c" + `|<script>\x0a- x\x1b[2J\u202e.yaml
  ? x\x1b]0;title\x07\x0d\x0a (not written by atticgen, left alone)
  ? \xff (not written by atticgen, left alone)
`},
		"text of nothing": {Text, nil, ""},
		"markdown": {Markdown, environments(), `| Environment | Objects | Added | Changed | Removed |
| --- | ---: | ---: | ---: | ---: |
| staging | 3 | 1 | 1 | 1 |
| production | 2 | 0 | 0 | 0 |

<details><summary>staging: 1 added, 1 changed, 1 removed</summary>

- added ` + "`cache/a.yaml`" + `
- changed ` + "`cache/b.yaml`" + `
- removed ` + "`cache/c.yaml`" + `

</details>
`},
		"markdown, odd": {Markdown, odd(), `| Environment | Objects | Added | Changed | Removed |
| --- | ---: | ---: | ---: | ---: |
| a&#124;b&#60;c&#62;&#42;d&#42; | 1 | 0 | 0 | 1 |

<details><summary>a&#124;b&#60;c&#62;&#42;d&#42;: 0 added, 0 changed, 1 removed</summary>

- removed ` + "``` a`b``c" + `|<script>\x0a- x\x1b[2J\u202e.yaml ` + "```" + `

</details>
`},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := WriteRender(&out, c.format, c.environments); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWriteRenderJSON(t *testing.T) {
	var out strings.Builder
	if err := WriteRender(&out, JSON, append(environments(), odd()[0])); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07\r") {
		t.Errorf("JSON has control characters: %q", out.String())
	}
	var got any
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	change := func(path, kind string) any { return map[string]any{"path": path, "kind": kind} }
	want := map[string]any{"environments": []any{
		map[string]any{"name": "staging", "folder": "environments/staging", "objects": 3.0, "foreign": []any{"README.md"}, "changes": []any{
			change("cache/a.yaml", "added"), change("cache/b.yaml", "changed"), change("cache/c.yaml", "removed"),
		}},
		map[string]any{"name": "production", "folder": "environments/production", "objects": 2.0, "foreign": []any{}, "changes": []any{}},
		map[string]any{"name": "a|b<c>*d*", "folder": "out\x1b[2J/a", "objects": 1.0, "foreign": []any{"x\x1b]0;title\x07\r\n", "\ufffd"}, "changes": []any{
			change("a`b``c|<script>\n- x\x1b[2J\u202e.yaml", "removed"),
		}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	out.Reset()
	if err := WriteRender(&out, JSON, nil); err != nil || out.String() != "{\n  \"environments\": []\n}\n" {
		t.Errorf("JSON of nothing is %s, %v", out.String(), err)
	}
}

type full struct{ error }

func (f full) Write([]byte) (int, error) { return 0, f.error }

func TestWriteRenderToAFullDisk(t *testing.T) {
	cause := errors.New("no space left on device")
	for _, format := range []Format{Text, Markdown, JSON} {
		if err := WriteRender(full{cause}, format, environments()); !errors.Is(err, cause) {
			t.Errorf("%s: error is %v", format, err)
		}
	}
}
