package helmchart_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/argocd"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// delivered is a release that a controller installs.
func delivered(delivery string, change func(*v1alpha1.HelmChartSpec)) v1alpha1.HelmChart {
	c := v1alpha1.HelmChart{
		Metadata: v1alpha1.Metadata{Name: "web", Namespace: "ingress"},
		Spec: v1alpha1.HelmChartSpec{
			Chart: v1alpha1.ChartRef{Repository: "https://charts.example.com", Name: "traefik", Version: "1.2.3"},
			Release: v1alpha1.Release{
				Delivery:    delivery,
				ValuesFiles: []string{"values.yaml"},
				Values:      v1alpha1.Values{"replicas": 2, "log": map[string]any{"level": "info"}},
			},
		},
	}
	if change != nil {
		change(&c.Spec)
	}
	return c
}

// withValues has no chart: a controller pulls it.
var withValues = memory{values: map[string]string{"values.yaml": "replicas: 1\nlog: {format: json, level: debug}\n"}}

func deliver(t *testing.T, c v1alpha1.HelmChart) []meta.Object {
	t.Helper()
	objects, problems := helmchart.Generate(c, withValues)
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	if len(problems) == 0 || !strings.Contains(problems[len(problems)-1].Message, "without the digest") {
		t.Errorf("nobody is told that the digest does not count: %v", problems)
	}
	return objects
}

// first is the first object of a type.
func first[T meta.Object](t *testing.T, objects []meta.Object) T {
	t.Helper()
	for _, o := range objects {
		if found, ok := o.(T); ok {
			return found
		}
	}
	t.Fatalf("there is no %T", *new(T))
	return *new(T)
}

func TestFlux(t *testing.T) {
	objects := deliver(t, delivered(helmchart.DeliveryFlux, nil))
	if len(objects) != 3 {
		t.Errorf("%d objects, want a Namespace, a HelmRepository and a HelmRelease", len(objects))
	}
	repository, release := first[*sourcev1.HelmRepository](t, objects), first[*helmv2.HelmRelease](t, objects)
	if repository.Namespace != "ingress" || repository.Spec.URL != "https://charts.example.com" || repository.Spec.Type != "" {
		t.Errorf("%+v", repository)
	}
	chart := release.Spec.Chart.Spec
	if chart.Chart != "traefik" || chart.Version != "1.2.3" || chart.SourceRef.Name != repository.Name || release.Namespace != repository.Namespace {
		t.Errorf("%+v", release)
	}
	if release.Spec.ReleaseName != "web" || release.Spec.Interval.Duration != time.Hour || release.Spec.Test != nil {
		t.Errorf("%+v", release.Spec)
	}
	if release.Spec.Install.CRDs != helmv2.CreateReplace || release.Spec.Upgrade.CRDs != helmv2.CreateReplace {
		t.Errorf("definitions are not brought up to date: %+v", release.Spec)
	}
	var values any
	if err := json.Unmarshal(release.Spec.Values.Raw, &values); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"replicas": 2.0, "log": map[string]any{"format": "json", "level": "info"}}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Error(diff)
	}
}

func TestFluxFromRegistry(t *testing.T) {
	objects := deliver(t, delivered(helmchart.DeliveryFlux, func(s *v1alpha1.HelmChartSpec) {
		s.Chart.Repository, s.Chart.Insecure = "oci://registry.example.com/charts", true
		s.IncludeCRDs, s.SkipTests = new(false), new(false)
		s.Flux = &v1alpha1.FluxDelivery{Interval: "1d"}
		s.Values, s.ValuesFiles = nil, nil
	}))
	repository, release := first[*sourcev1.HelmRepository](t, objects), first[*helmv2.HelmRelease](t, objects)
	if repository.Spec.Type != "oci" || !repository.Spec.Insecure {
		t.Errorf("%+v", repository.Spec)
	}
	if release.Spec.Install.CRDs != helmv2.Skip || release.Spec.Upgrade.CRDs != helmv2.Skip || !release.Spec.Test.Enable {
		t.Errorf("%+v", release.Spec)
	}
	if release.Spec.Interval.Duration != 24*time.Hour || release.Spec.Values != nil {
		t.Errorf("%+v", release.Spec)
	}
}

func TestArgoCD(t *testing.T) {
	objects := deliver(t, delivered(helmchart.DeliveryArgoCD, nil))
	application := first[*argocd.Application](t, objects)
	if application.Namespace != "argocd" || len(application.Finalizers) > 0 {
		t.Errorf("%+v", application.ObjectMeta)
	}
	want := argocd.ApplicationSpec{
		Project: "default",
		Source: argocd.ApplicationSource{
			RepoURL: "https://charts.example.com", Chart: "traefik", TargetRevision: "1.2.3",
			Helm: &argocd.ApplicationSourceHelm{
				ReleaseName:  "web",
				ValuesObject: map[string]any{"replicas": 2.0, "log": map[string]any{"format": "json", "level": "info"}},
				SkipTests:    true,
			},
		},
		Destination: argocd.ApplicationDestination{Server: "https://kubernetes.default.svc", Namespace: "ingress"},
		SyncPolicy: &argocd.SyncPolicy{
			Automated:   &argocd.SyncPolicyAutomated{Prune: true, SelfHeal: true},
			SyncOptions: []string{"CreateNamespace=false", "ServerSideApply=true", "SkipDryRunOnMissingResource=true"},
		},
	}
	if diff := cmp.Diff(want, application.Spec); diff != "" {
		t.Error(diff)
	}
}

// TestArgoCDFromRegistry: Argo CD knows a registry by its missing scheme.
func TestArgoCDFromRegistry(t *testing.T) {
	objects := deliver(t, delivered(helmchart.DeliveryArgoCD, func(s *v1alpha1.HelmChartSpec) {
		s.Chart.Repository = "oci://registry.example.com/charts"
	}))
	if got := first[*argocd.Application](t, objects).Spec.Source.RepoURL; got != "registry.example.com/charts" {
		t.Errorf("the repository is %q", got)
	}
}

func TestDeliveryProblems(t *testing.T) {
	for name, tt := range map[string]struct {
		delivery string
		change   func(*v1alpha1.HelmChartSpec)
		want     string
	}{
		"a folder for Flux":    {"flux", func(s *v1alpha1.HelmChartSpec) { s.Chart.Repository = "" }, "spec.chart.repository: is missing"},
		"a folder for Argo CD": {"argocd", func(s *v1alpha1.HelmChartSpec) { s.Chart.Repository = "" }, "spec.chart.repository: is missing"},
		"API versions":         {"flux", func(s *v1alpha1.HelmChartSpec) { s.APIVersions = []string{"a/v1"} }, "spec.apiVersions: does not count with delivery flux"},
		"nulls": {"flux", func(s *v1alpha1.HelmChartSpec) {
			s.Values = v1alpha1.Values{"a": nil, "b": map[string]any{"c": nil}, "d": []any{1, map[string]any{"e": nil}}}
		}, "spec.values: give null to a, b.c, d[1].e"},
		"a Kubernetes version":   {"flux", func(s *v1alpha1.HelmChartSpec) { s.KubeVersion = "v1.40.0" }, "spec.kubeVersion: does not count with delivery flux"},
		"a missing values file":  {"flux", func(s *v1alpha1.HelmChartSpec) { s.ValuesFiles = []string{"other.yaml"} }, "spec.valuesFiles[0]: is \"other.yaml\", which cannot be had"},
		"Flux's block elsewhere": {"argocd", func(s *v1alpha1.HelmChartSpec) { s.Flux = &v1alpha1.FluxDelivery{} }, "spec.flux: counts only for delivery flux"},
		"Argo CD's elsewhere":    {"inflate", func(s *v1alpha1.HelmChartSpec) { s.ArgoCD = &v1alpha1.ArgoCDDelivery{} }, "spec.argocd: counts only for delivery argocd"},
		"a short interval":       {"flux", func(s *v1alpha1.HelmChartSpec) { s.Flux = &v1alpha1.FluxDelivery{Interval: "1s"} }, "spec.flux.interval: is \"1s\""},
		"no interval":            {"flux", func(s *v1alpha1.HelmChartSpec) { s.Flux = &v1alpha1.FluxDelivery{Interval: "often"} }, "spec.flux.interval: is \"often\", which is not a duration"},
		"credentials":            {"argocd", func(s *v1alpha1.HelmChartSpec) { s.ArgoCD = &v1alpha1.ArgoCDDelivery{Server: "https://a:b@c"} }, "spec.argocd.server: has more than scheme, host, port and path"},
		"another cluster":        {"argocd", func(s *v1alpha1.HelmChartSpec) { s.ArgoCD = &v1alpha1.ArgoCDDelivery{Server: "https://c.example.com"} }, "spec.argocd.server: is another cluster"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := helmchart.Generate(delivered(tt.delivery, tt.change), withValues)
			if got := validate.Errors(problems).Error(); !strings.Contains(got, tt.want) {
				t.Errorf("problems are\n%s\nwant %q", got, tt.want)
			}
		})
	}
}

// TestDeliveryWithoutFiles: a caller that hands in nothing gets an error and no
// panic where a file is asked for, and needs none otherwise.
func TestDeliveryWithoutFiles(t *testing.T) {
	for _, delivery := range []string{helmchart.DeliveryFlux, helmchart.DeliveryArgoCD} {
		if _, problems := helmchart.Generate(delivered(delivery, nil), nil); !validate.HasErrors(problems) {
			t.Errorf("%s renders without the file", delivery)
		}
		alone := delivered(delivery, func(s *v1alpha1.HelmChartSpec) { s.ValuesFiles = nil })
		if _, problems := helmchart.Generate(alone, nil); validate.HasErrors(problems) {
			t.Error(validate.Errors(problems))
		}
	}
}

// Argo CD is told what the spec says of the cluster, and nothing of its own accord.
func TestArgoCDCapabilities(t *testing.T) {
	for _, version := range []string{"", "v1.40.0"} {
		spec := small(func(s *v1alpha1.HelmChartSpec) {
			s.Chart.Repository, s.Delivery = "https://charts.example.com", "argocd"
			s.KubeVersion, s.APIVersions = version, []string{"a/v1"}
		})
		objects := generate(t, spec, nil)
		helm := object(t, objects, "Application", "release")["spec"].(map[string]any)["source"].(map[string]any)["helm"].(map[string]any)
		if got, _ := helm["kubeVersion"].(string); got != version {
			t.Errorf("kubeVersion is %q, want %q", got, version)
		}
		if diff := cmp.Diff([]any{"a/v1"}, helm["apiVersions"]); diff != "" {
			t.Error(diff)
		}
	}
}

// A controller gets values in a manifest, where everybody reads them.
func TestSecretsInDeliveredValues(t *testing.T) {
	spec := small(func(s *v1alpha1.HelmChartSpec) {
		s.Chart.Repository, s.Delivery = "https://charts.example.com", "flux"
		s.Values = v1alpha1.Values{
			"adminPassword": "hidden", "auth": map[string]any{"rootToken": "hidden", "existingSecret": "name", "secretName": "name", "password": ""},
			"urls":      []any{"postgres://user:hidden@example.com/db", "https://example.com"},
			"secretKey": "hidden", "tokenTTL": "1h", "secrets": []any{"hidden"}, "password": 1,
		}
	})
	_, problems := helmchart.Generate(spec, nil)
	var got []string
	for _, problem := range problems {
		if problem.Path != "spec.delivery" {
			got = append(got, problem.Path)
		}
		if strings.Contains(problem.Message, "hidden") {
			t.Errorf("the secret is repeated: %s", problem.Message)
		}
	}
	want := []string{"spec.values.adminPassword", "spec.values.auth.rootToken", "spec.values.secretKey", "spec.values.secrets[0]", "spec.values.urls[0]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
