package charts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindRelease(t *testing.T) {
	const helm = `apiVersion: v1
entries:
  alpha:
  - annotations:
      x: |
        demo:
        - version: 9.9.9

    version: 1.0.0
    urls: [https://example.com/alpha.tgz]
  demo:
  - apiVersion: v2
    dependencies:
    - name: x
      version: 7.7.7
    description: 'folded
      text: here'
    digest: abc
# a comment
    urls:
    - https://example.com/demo-1.1.0.tgz
    - https://mirror.example.com/demo-1.1.0.tgz
    version: 1.1.0
  - urls: [demo-1.0.0.tgz]
    version: "1.0.0"
    digest: sha256:def
  - version: v2.0.0
  - &anchor {version: 3.0.0}
  demo-more:
  - version: 5.0.0
generated: "2026-01-01T00:00:00Z"
`
	indexes := map[string]string{
		"as Helm writes it": helm,
		"CRLF":              strings.ReplaceAll(helm, "\n", "\r\n"),
		"indented lists":    "---\n# comment\nserverInfo: {}\n\"entries\": {}\nentries:\n    'demo':\n        - version: 1.1.0\n          digest: abc\n          urls:\n              - https://example.com/demo-1.1.0.tgz\n        -\n          version: 1.0.0\n          digest: sha256:def\n          urls:\n          - demo-1.0.0.tgz\n        - version: v2.0.0\n",
		"JSON":              `{"apiVersion":"v1","entries":{"x":[],"demo":[{"version":"1.1.0","digest":"abc","urls":["https://example.com/demo-1.1.0.tgz"]},{"version":"1.0.0","digest":"def","urls":["demo-1.0.0.tgz"]},{"version":"v2.0.0"}]}}`,
	}
	for name, index := range indexes {
		t.Run(name, func(t *testing.T) {
			for version, want := range map[string]release{
				"1.1.0": {"1.1.0", "https://example.com/demo-1.1.0.tgz", "abc"},
				"1.0.0": {"1.0.0", "demo-1.0.0.tgz", "def"},
			} {
				got, err := findRelease([]byte(index), "demo", version)
				if got != want || err != nil {
					t.Errorf("%s: got %v, %v", version, got, err)
				}
			}
			for version, want := range map[string]string{
				"v2.0.0": "its index has demo v2.0.0 without an address",
				"2.0.0":  "it has no version 2.0.0 of demo; ",
				"7.7.7":  "it has no version 7.7.7 of demo; ",
				"9.9.9":  "it has no version 9.9.9 of demo; ",
				"5.0.0":  "it has no version 5.0.0 of demo; ",
			} {
				if _, err := findRelease([]byte(index), "demo", version); err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("%s: %v", version, err)
				}
			}
			versions, err := allVersions([]byte(index), "demo")
			if diff := cmp.Diff([]string{"1.1.0", "1.0.0", "v2.0.0"}, versions); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

func TestNoIndex(t *testing.T) {
	for _, index := range []string{"", "<html>", "{", `{"entries": 1}`, `{"entries": {"demo": 1}}`, "x: y\n", "[]"} {
		if _, err := findRelease([]byte(index), "demo", "1.0.0"); err == nil || !strings.Contains(err.Error(), "not that of a chart repository") {
			t.Errorf("%q: %v", index, err)
		}
	}
	for _, index := range []string{"entries: {}\n", "entries:\n", "entries:\n- demo:\n", `{"entries": {}}`, "entries:\n  demo: []\n", "entries:\n  demo: &a [*a]\n"} {
		if _, err := findRelease([]byte(index), "demo", "1.0.0"); err == nil {
			t.Errorf("%q: no error", index)
		}
	}
}

func FuzzReleases(f *testing.F) {
	f.Add("entries:\n  demo:\n  - version: 1.0.0\n    urls: [x]\n")
	f.Add(`{"entries": {"demo": [{"version": "1.0.0"}]}}`)
	f.Fuzz(func(_ *testing.T, index string) {
		_, _ = findRelease([]byte(index), "demo", "1.0.0")
		_, _ = allVersions([]byte(index), "demo")
	})
}

// BenchmarkFindRelease finds the last of 20,000 releases in tens of megabytes.
func BenchmarkFindRelease(b *testing.B) {
	var index strings.Builder
	index.WriteString("entries:\n")
	for chart := range 100 {
		fmt.Fprintf(&index, "  chart-%d:\n", chart)
		for version := range 200 {
			fmt.Fprintf(&index, "  - description: |\n      %s\n    urls: [x]\n    version: 1.0.%d\n", strings.Repeat("text ", 300), version)
		}
	}
	data := []byte(index.String())
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := findRelease(data, "chart-99", "1.0.199"); err != nil {
			b.Fatal(err)
		}
	}
}
