package helmchart_test

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// inMemory hands out one chart, as a program that embeds charts would.
type inMemory map[string]string

func (m inMemory) Chart(v1alpha1.ChartRef) ([]helmchart.File, error) {
	var files []helmchart.File
	for name, content := range m {
		files = append(files, helmchart.File{Name: name, Data: []byte(content)})
	}
	return files, nil
}

func (m inMemory) Values(path string) ([]byte, error) {
	return nil, fmt.Errorf("there is no %s", path)
}

// A program hands over a spec and a chart, and gets objects.
func ExampleGenerate() {
	files := inMemory{
		"Chart.yaml":  "apiVersion: v2\nname: greeter\nversion: 1.0.0\n",
		"values.yaml": "greeting: hello\n",
		"templates/greeting.yaml": `
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-greeting
data:
  text: {{ .Values.greeting }} from {{ .Release.Namespace }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-wave
  annotations:
    helm.sh/hook: post-install
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: wave
          image: registry.example.com/wave:1.0.0
`,
	}
	objects, problems := helmchart.Generate(v1alpha1.HelmChart{
		APIVersion: v1alpha1.APIVersion,
		Kind:       v1alpha1.KindHelmChart,
		Metadata:   v1alpha1.Metadata{Name: "first", Namespace: "greetings"},
		Spec: v1alpha1.HelmChartSpec{
			Chart:   v1alpha1.ChartRef{Name: "greeter", Version: "1.0.0"},
			Release: v1alpha1.Release{Values: v1alpha1.Values{"greeting": "good morning"}},
		},
	}, files)
	if validate.HasErrors(problems) {
		fmt.Println(validate.Errors(problems))
		return
	}
	for _, o := range objects {
		fmt.Println(o.GetObjectKind().GroupVersionKind().Kind, o.GetName())
	}
	for _, p := range problems {
		fmt.Println(p.Path, p.Message)
	}
	// Output:
	// Namespace greetings
	// ConfigMap first-greeting
	// Job first-wave-3abcf7c022
	// spec.chart has hooks that are applied after the rest, Jobs among them once for each content instead of at each upgrade: Job first-wave (post-install)
}
