package charts

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
)

// Messages name files below the folder with charts.lock, wherever the function
// is run, and do not say twice what to do.
func TestAroundTells(t *testing.T) {
	demo := v1alpha1.ChartRef{Name: "demo", Version: "1.2.3", Repository: "https://example.com"}
	const pull = "run atticgen chart pull demo"
	below := "write the path of a file below the folder with charts.lock, as in base/platform/traefik-values.yaml"
	sound := lockOf(Entry{"demo", "https://example.com", "1.2.3", someDigest})
	cases := map[string]struct {
		lock   string
		values string
		want   []helmchart.FileError
	}{
		"no entry": {
			lock: lockOf(),
			want: []helmchart.FileError{{Message: "cannot be had: charts.lock has no entry for demo 1.2.3 of https://example.com", Hint: pull}},
		},
		"no digest": {
			lock: lockOf(Entry{"demo", "https://example.com", "1.2.3", ""}),
			want: []helmchart.FileError{{Message: "cannot be had: charts.lock:6:5: has no digest for demo 1.2.3, so it is not pinned", Hint: pull}},
		},
		"no archive": {
			lock: sound,
			want: []helmchart.FileError{{Message: "cannot be had: charts/demo-1.2.3.tgz is not there", Hint: "commit it, or run atticgen chart pull demo"}},
		},
		"a wrong lock": {
			lock: "apiVersion: atticgen.dev/v1alpha1\nkind: Lock\ncharts:\n  - {name: demo, version: 1.2.3, digest: abc}\n",
			want: []helmchart.FileError{
				{Message: `cannot be had: charts.lock:2:7: kind is "Lock"`, Hint: "write ChartLock"},
				{Message: `cannot be had: charts.lock:4:42: charts[0].digest is "abc"`, Hint: `write "sha256:" and 64 digits or letters from a to f, or "" for a chart that was not pulled yet`},
			},
		},
		"no values file": {lock: sound, values: "values/a.yaml", want: []helmchart.FileError{{Message: "is not there", Hint: below}}},
		"a values file that leads out": {
			lock: sound, values: "out.yaml",
			want: []helmchart.FileError{{Message: "leads over a symbolic link out of the folder with charts.lock", Hint: below}},
		},
		"a folder of values": {lock: sound, values: "overlays", want: []helmchart.FileError{{Message: "is not a file", Hint: "put a file there, or move it away"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			within(t, map[string]string{"repo/charts.lock": c.lock, "repo/overlays/a/x": "", "outside.yaml": ""})
			if err := os.Symlink("../outside.yaml", "repo/out.yaml"); err != nil {
				t.Fatal(err)
			}
			files := Around("repo/overlays/a")
			var err error
			if c.values == "" {
				_, err = files.Chart(demo)
			} else {
				_, err = files.Values(c.values)
			}
			var joined interface{ Unwrap() []error }
			if !errors.As(err, &joined) {
				t.Fatalf("error is %v", err)
			}
			var got []helmchart.FileError
			for _, part := range joined.Unwrap() {
				if e, ok := errors.AsType[*helmchart.FileError](part); ok {
					got = append(got, *e)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
