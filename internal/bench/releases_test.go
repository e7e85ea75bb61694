package bench

import (
	"errors"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func TestWithoutAdded(t *testing.T) {
	const pod = "spec:\n  template:\n    metadata:\n      annotations:\n        a: b\n"
	tests := map[string]struct{ text, want string }{
		"labels of its own": {
			text: "metadata:\n  annotations:\n    argocd.argoproj.io/sync-wave: \"-20\"\n  labels:\n    a: b\n    app.kubernetes.io/part-of: x\n    c: d\n  name: x\n" + pod,
			want: "metadata:\n  labels:\n    a: b\n    c: d\n  name: x\n" + pod,
		},
		"none": {
			text: "metadata:\n  annotations:\n    argocd.argoproj.io/sync-options: ServerSideApply=true\n    argocd.argoproj.io/sync-wave: \"-40\"\n  labels:\n    app.kubernetes.io/part-of: x\n  name: x\n",
			want: "metadata:\n  name: x\n",
		},
		"a difference stays": {
			text: "metadata:\n  annotations:\n    other: x\n  labels:\n    other: x\n  name: x\n",
			want: "metadata:\n  annotations:\n    other: x\n  labels:\n    other: x\n  name: x\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := withoutAdded(test.text); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// BenchmarkInflate renders one of the charts that whole processes render, with
// everything that refuses unstable ones.
func BenchmarkInflate(b *testing.B) {
	const name = "release-01"
	var files inMemory
	for file, text := range releaseChart(name) {
		files = append(files, helmchart.File{Name: file, Data: []byte(text)})
	}
	spec := v1alpha1.HelmChart{
		APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindHelmChart,
		Metadata: v1alpha1.Metadata{Name: name, Namespace: name},
		Spec:     v1alpha1.HelmChartSpec{Chart: v1alpha1.ChartRef{Name: name, Version: releaseVersion}},
	}
	b.ReportAllocs()
	for b.Loop() {
		objects, problems := helmchart.Generate(spec, files)
		if validate.HasErrors(problems) || len(objects) != components*3+2 {
			b.Fatalf("%d objects, %v", len(objects), problems)
		}
	}
}

// inMemory is a chart and no values.
type inMemory []helmchart.File

func (m inMemory) Chart(v1alpha1.ChartRef) ([]helmchart.File, error) { return m, nil }

func (m inMemory) Values(string) ([]byte, error) { return nil, errors.New("there are no values") }
