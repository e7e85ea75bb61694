package charts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const someDigest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestLockRoundTrip(t *testing.T) {
	entries := []Entry{
		{"traefik", "https://traefik.github.io/charts", "39.0.1", ""},
		{"cloudnative-pg", "https://cloudnative-pg.github.io/charts", "0.29.0", someDigest},
		{"own", "", "1.0.0", someDigest},
		{"cert-manager", "oci://quay.io/jetstack/charts", "v1.19.1", ""},
		{"cloudnative-pg", "https://cloudnative-pg.github.io/charts", "0.30.0-rc.1+x", ""},
		{"on", "https://example.com", "1.0.0", ""},
		{"0755", "https://example.com", "1.0.0", ""},
		{"1e3", "https://example.com:8443/a", "1.0.0", ""},
	}
	text := format(entries)
	l, diags := parseLock("charts.lock", text)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	if diff := cmp.Diff(string(text), string(format(l.entries))); diff != "" {
		t.Error(diff)
	}
	if len(l.entries) != len(entries) || l.entries[0].Name != "0755" {
		t.Errorf("entries are not sorted:\n%s", text)
	}
	want := `  - name: cloudnative-pg
    repository: https://cloudnative-pg.github.io/charts
    version: 0.29.0
    digest: ` + someDigest + `
  - name: cloudnative-pg
    repository: https://cloudnative-pg.github.io/charts
    version: 0.30.0-rc.1+x
    digest: ""
  - name: 'on'
`
	if !strings.Contains(string(text), want) {
		t.Errorf("no\n%s\nin\n%s", want, text)
	}
	if l, diags := parseLock("charts.lock", format(nil)); diags.HasErrors() || len(l.entries) > 0 {
		t.Errorf("the empty lock: %v %v", l.entries, diags)
	}
}

func TestLockErrors(t *testing.T) {
	const head = "apiVersion: atticgen.dev/v1alpha1\nkind: ChartLock\ncharts:\n"
	cases := map[string]struct{ text, want string }{
		"empty":   {"", "charts.lock: error: has 0 documents, and must have one; write apiVersion: atticgen.dev/v1alpha1, kind: ChartLock and a list of charts"},
		"no YAML": {"charts: [", "charts.lock:1:9: error: "},
		"another kind": {
			"apiVersion: v1\nkind: List\ncharts: []\n",
			"charts.lock:1:13: error: apiVersion: is \"v1\"; write atticgen.dev/v1alpha1\n" +
				"charts.lock:2:7: error: kind: is \"List\"; write ChartLock",
		},
		"unknown field": {
			head + "  - name: a\n    version: 1.0.0\n    sha: x\n",
			"charts.lock:6:5: error: charts[0].sha: is not a known field; known fields: name, repository, version, digest",
		},
		"duplicate key": {head + "  - name: a\n    name: b\n", "charts.lock:5:5: error: the key \"name\" is already at line 4, column 5; keep one of the two"},
		"traversal": {
			head + "  - name: ../../etc\n    version: 1.0.0\n",
			`charts.lock:4:11: error: charts[0].name: is "../../etc", which is not the name of a chart; `,
		},
		"dots":               {head + "  - name: ..\n    version: 1.0.0\n", `charts.lock:4:11: error: charts[0].name: is "..", `},
		"version with path":  {head + "  - name: a\n    version: 1.0.0/../../x\n", `charts.lock:5:14: error: charts[0].version: is "1.0.0/../../x", `},
		"range":              {head + "  - name: a\n    version: ^1.0.0\n", `charts.lock:5:14: error: charts[0].version: is "^1.0.0", `},
		"no version":         {head + "  - name: a\n", `charts.lock:4:5: error: charts[0].version: is missing; `},
		"credentials":        {head + "  - name: a\n    version: 1.0.0\n    repository: https://a:secret@example.com\n", "charts.lock:6:17: error: charts[0].repository: holds credentials"},
		"a file":             {head + "  - name: a\n    version: 1.0.0\n    repository: file:///etc\n", "charts.lock:6:17: error: charts[0].repository: is "},
		"bad digest":         {head + "  - name: a\n    version: 1.0.0\n    digest: sha256:12\n", `charts.lock:6:13: error: charts[0].digest: is "sha256:12"; write "sha256:" and 64 digits or letters from a to f, or "" for a chart that was not pulled yet`},
		"upper-case digest":  {head + "  - name: a\n    version: 1.0.0\n    digest: " + strings.ToUpper(someDigest) + "\n", "charts.lock:6:13: error: charts[0].digest: "},
		"twice":              {head + "  - {name: a, version: 1.0.0}\n  - {name: a, version: 1.0.0}\n", "charts.lock:5:5: error: charts[1]: would be in the place of charts[0], charts/a; keep one of the two"},
		"two in one archive": {head + "  - {name: a-1.0.0, version: 2.0.0, repository: 'https://b.c'}\n  - {name: a, version: 1.0.0-2.0.0, repository: 'https://b.c'}\n", "charts.lock:5:5: error: charts[1]: would be in the place of charts[0], charts/a-1.0.0-2.0.0.tgz; keep one of the two"},
		"alias":              {head + "  - &a {name: a, version: 1.0.0}\n", "charts.lock:4:5: error: the anchor &a is not supported; "},
		"escapes":            {head + "  - {name: \"a\\e[2J\", version: 1.0.0}\n", `charts.lock:4:12: error: charts[0].name: is "a\x1b[2J", which is not the name of a chart; `},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, diags := parseLock("charts.lock", []byte(c.text))
			err := diags.Err()
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error has the password: %s", err)
			}
		})
	}
}

// Two versions of a folder are one after the other in the same place.
func TestLockHoldsVersionsSideBySide(t *testing.T) {
	_, diags := parseLock("charts.lock", format([]Entry{{"a", "", "1.0.0", ""}, {"a", "", "2.0.0", ""}, {"a", "https://b.c", "1.0.0", ""}}))
	if diags.HasErrors() {
		t.Error(diags)
	}
}
