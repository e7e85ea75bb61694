package helmchart_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
)

func TestValidate(t *testing.T) {
	ref := func(change func(*v1alpha1.ChartRef)) func(*v1alpha1.HelmChart) {
		return func(c *v1alpha1.HelmChart) { change(&c.Spec.Chart) }
	}
	repository := func(url string) func(*v1alpha1.HelmChart) {
		return ref(func(r *v1alpha1.ChartRef) { r.Repository = url })
	}
	version := func(version string) func(*v1alpha1.HelmChart) {
		return ref(func(r *v1alpha1.ChartRef) { r.Version = version })
	}
	name := func(name string) func(*v1alpha1.HelmChart) {
		return ref(func(r *v1alpha1.ChartRef) { r.Name = name })
	}
	release := func(change func(*v1alpha1.Release)) func(*v1alpha1.HelmChart) {
		return func(c *v1alpha1.HelmChart) { change(&c.Spec.Release) }
	}
	for title, test := range map[string]struct {
		change func(*v1alpha1.HelmChart)
		want   []string
	}{
		"sound":                  {func(*v1alpha1.HelmChart) {}, nil},
		"nothing":                {func(c *v1alpha1.HelmChart) { *c = v1alpha1.HelmChart{} }, []string{"metadata.name", "metadata.namespace", "spec.chart.name", "spec.chart.version"}},
		"Kubernetes' own":        {func(c *v1alpha1.HelmChart) { c.Metadata.Namespace = "kube-system" }, []string{"spec.namespace.create"}},
		"names":                  {func(c *v1alpha1.HelmChart) { c.Metadata.Name, c.Metadata.Namespace = "A", "b/c" }, []string{"metadata.name", "metadata.namespace", "spec.releaseName"}},
		"version with v":         {version("v1.21.2"), nil},
		"version with more":      {version("1.2.3-rc.1+build.5"), nil},
		"version as path":        {version("1/../../x"), []string{"spec.chart.version"}},
		"version in metadata":    {version("1.2.3+../x"), []string{"spec.chart.version"}},
		"version of two numbers": {version("1.2"), []string{"spec.chart.version"}},
		"version as range":       {version("~1.2.3"), []string{"spec.chart.version"}},
		"version with vv":        {version("vv1.2.3"), []string{"spec.chart.version"}},
		"name .":                 {name("."), []string{"spec.chart.name"}},
		"name ..":                {name(".."), []string{"spec.chart.name"}},
		"name with ..":           {name("a..b"), []string{"spec.chart.name"}},
		"name as path":           {name("a/b"), []string{"spec.chart.name"}},
		"name in capitals":       {name("Chart"), []string{"spec.chart.name"}},
		"https":                  {repository("https://charts.example.com/stable/"), nil},
		"oci":                    {repository("oci://registry.example.com:5000/charts"), nil},
		"http":                   {repository("http://charts.example.com"), []string{"spec.chart.repository"}},
		"http allowed":           {ref(func(r *v1alpha1.ChartRef) { r.Repository, r.Insecure = "http://charts.example.com", true }), nil},
		"insecure for nothing":   {ref(func(r *v1alpha1.ChartRef) { r.Insecure = true }), []string{"spec.chart.insecure"}},
		"file":                   {repository("file:///charts"), []string{"spec.chart.repository"}},
		"no scheme":              {repository("charts.example.com"), []string{"spec.chart.repository"}},
		"credentials":            {repository("https://user:password@charts.example.com"), []string{"spec.chart.repository"}},
		"credentials, no URL":    {repository("ftp://user:password@charts.example.com:port"), []string{"spec.chart.repository"}},
		"query":                  {repository("https://charts.example.com?token=password"), []string{"spec.chart.repository"}},
		"no host":                {repository("https:///charts"), []string{"spec.chart.repository"}},
		"path that leads up":     {repository("https://charts.example.com/a/../b"), []string{"spec.chart.repository"}},
		"control character":      {repository("https://charts.example.com/\x1b"), []string{"spec.chart.repository"}},
		"values files": {release(func(r *v1alpha1.Release) {
			r.ValuesFiles = []string{"a.yaml", "/b.yaml", "../c.yaml", "d/e.yaml", "a.yaml"}
		}), []string{"spec.valuesFiles[1]", "spec.valuesFiles[2]", "spec.valuesFiles[4]"}},
		"versions": {release(func(r *v1alpha1.Release) {
			r.KubeVersion, r.APIVersions = "new", []string{"v1", "a/v1beta1/Kind", "a/b/c", "a"}
		}), []string{"spec.kubeVersion", "spec.apiVersions[2]", "spec.apiVersions[3]"}},
		"delivery":          {release(func(r *v1alpha1.Release) { r.Delivery = "post" }), []string{"spec.delivery"}},
		"long release name": {release(func(r *v1alpha1.Release) { r.ReleaseName = "a123456789012345678901234567890123456789012345678901234" }), []string{"spec.releaseName"}},
		"Pod Security for nothing": {release(func(r *v1alpha1.Release) {
			r.Namespace = &v1alpha1.Namespace{Create: new(false), PodSecurity: "baseline"}
		}), []string{"spec.namespace.podSecurity"}},
	} {
		t.Run(title, func(t *testing.T) {
			spec := small(nil)
			test.change(&spec)
			var got []string
			for _, p := range helmchart.Validate(helmchart.Default(spec)) {
				got = append(got, p.Path)
				if p.Message == "" || p.Hint == "" || strings.Contains(p.Message+p.Hint, ":password") || strings.Contains(p.Message, "=password") {
					t.Errorf("%+v", p)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDefault(t *testing.T) {
	spec := small(func(s *v1alpha1.HelmChartSpec) {
		s.Values = v1alpha1.Values{"a": nil, "b": map[string]any{"c": []any{nil}}}
	})
	before := small(func(s *v1alpha1.HelmChartSpec) {
		s.Values = v1alpha1.Values{"a": nil, "b": map[string]any{"c": []any{nil}}}
	})
	got := helmchart.Default(spec).Spec.Release
	want := v1alpha1.Release{
		ReleaseName: "release", Values: spec.Spec.Values, KubeVersion: "v1.34.0", IncludeCRDs: new(true), SkipTests: new(true), Delivery: "inflate",
		Namespace: &v1alpha1.Namespace{Create: new(true), PodSecurity: "restricted", PodSecurityVersion: "v1.34"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	generate(t, spec, chart(map[string]string{one: `{{ $_ := set .Values.b "c" 1 }}` + configMap}))
	if diff := cmp.Diff(before, spec); diff != "" {
		t.Errorf("the spec was modified: %s", diff)
	}
}
