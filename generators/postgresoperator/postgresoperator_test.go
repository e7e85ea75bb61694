package postgresoperator_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/argocd"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/postgresoperator"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// standIn is the chart of the golden case, which takes the values that the
// operator's own does.
type standIn struct{ asked *v1alpha1.ChartRef }

func (s standIn) Chart(ref v1alpha1.ChartRef) ([]helmchart.File, error) {
	if s.asked != nil {
		*s.asked = ref
	}
	root := filepath.Join("..", "..", "golden", "module-cnpg-operator", "in", "charts", "cloudnative-pg")
	var files []helmchart.File
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if name == "Chart.yaml" {
			data = []byte(strings.Replace(string(data), "version: 0.20.0", "version: "+ref.Version, 1))
		}
		files = append(files, helmchart.File{Name: filepath.ToSlash(name), Data: data})
		return err
	})
	return files, err
}

func (standIn) Values(string) ([]byte, error) { return []byte("image: {tag: file}\n"), nil }

func operator(change func(*v1alpha1.PostgresOperatorSpec)) v1alpha1.PostgresOperator {
	o := v1alpha1.PostgresOperator{Metadata: v1alpha1.Metadata{Name: "cnpg"}}
	if change != nil {
		change(&o.Spec)
	}
	return o
}

func generate(t *testing.T, change func(*v1alpha1.PostgresOperatorSpec)) []meta.Object {
	t.Helper()
	objects, problems := postgresoperator.Generate(operator(change), standIn{})
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	return objects
}

// get is an object by its kind and name.
func get[T any](t *testing.T, objects []meta.Object, kind, name string) T {
	t.Helper()
	var out T
	for _, o := range objects {
		if o.GetObjectKind().GroupVersionKind().Kind != kind || o.GetName() != name {
			continue
		}
		data, err := json.Marshal(o)
		if err == nil {
			err = json.Unmarshal(data, &out)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Fatalf("there is no %s %s", kind, name)
	return out
}

func has(objects []meta.Object, kind string) bool {
	return slices.ContainsFunc(objects, func(o meta.Object) bool { return o.GetObjectKind().GroupVersionKind().Kind == kind })
}

func TestReference(t *testing.T) {
	var asked v1alpha1.ChartRef
	objects, problems := postgresoperator.Generate(operator(nil), standIn{&asked})
	if len(problems) > 0 {
		t.Error(validate.Errors(problems))
	}
	want := v1alpha1.ChartRef{Repository: "https://cloudnative-pg.github.io/charts", Name: "cloudnative-pg", Version: "0.29.0"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	for _, kind := range []string{"Namespace", "CustomResourceDefinition", "PodMonitor", "NetworkPolicy", "PodDisruptionBudget"} {
		if !has(objects, kind) {
			t.Errorf("there is no %s", kind)
		}
	}
	d := get[appsv1.Deployment](t, objects, "Deployment", "cnpg-cloudnative-pg")
	if d.Namespace != "cnpg-system" || *d.Spec.Replicas != 2 {
		t.Errorf("%+v", d)
	}
	resources := d.Spec.Template.Spec.Containers[0].Resources
	if resources.Requests.Cpu().String() != "100m" || resources.Limits.Memory().String() != "512Mi" {
		t.Errorf("%+v", resources)
	}
}

// TestDefinitionsComeFirst holds the waves: definitions before what needs them.
func TestDefinitionsComeFirst(t *testing.T) {
	waves := map[string]string{}
	for _, o := range generate(t, nil) {
		waves[o.GetObjectKind().GroupVersionKind().Kind] = o.GetAnnotations()[meta.AnnotationSyncWave]
	}
	for kind, want := range map[string]string{
		"Namespace": "-40", "CustomResourceDefinition": "-40", "NetworkPolicy": "-30", "Deployment": "-20", "PodMonitor": "-20",
	} {
		if waves[kind] != want {
			t.Errorf("%s is applied in wave %s, want %s", kind, waves[kind], want)
		}
	}
}

// TestRestricted asks Pod Security itself about what the values make of a chart.
func TestRestricted(t *testing.T) {
	d := get[appsv1.Deployment](t, generate(t, nil), "Deployment", "cnpg-cloudnative-pg")
	judge, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	result := policy.AggregateCheckResults(judge.EvaluatePod(level, &metav1.ObjectMeta{}, &d.Spec.Template.Spec))
	if !result.Allowed {
		t.Error(result.ForbiddenDetail())
	}
	if c := d.Spec.Template.Spec.Containers[0].SecurityContext; !*c.ReadOnlyRootFilesystem || *c.RunAsUser != 10001 {
		t.Errorf("%+v", c)
	}
}

// TestSelectors: policies, budget and spreading must find the pods that the chart
// makes, however the release is called.
func TestSelectors(t *testing.T) {
	for _, name := range []string{"", "other", "cloudnative-pg"} {
		objects := generate(t, func(s *v1alpha1.PostgresOperatorSpec) { s.ReleaseName = name })
		var pods appsv1.Deployment
		for _, o := range objects {
			if o.GetObjectKind().GroupVersionKind().Kind == "Deployment" {
				pods = get[appsv1.Deployment](t, objects, "Deployment", o.GetName())
			}
		}
		found := labels.Set(pods.Spec.Template.Labels)
		for what, selector := range map[string]metav1.LabelSelector{
			"policy": get[networkingv1.NetworkPolicy](t, objects, "NetworkPolicy", "cnpg-operator").Spec.PodSelector,
			"budget": *get[policyv1.PodDisruptionBudget](t, objects, "PodDisruptionBudget", "cnpg").Spec.Selector,
			"spread": *pods.Spec.Template.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm.LabelSelector,
		} {
			s, err := metav1.LabelSelectorAsSelector(&selector)
			if err != nil || !s.Matches(found) {
				t.Errorf("release %q: the %s misses the operator's pods %v: %v", name, what, found, selector)
			}
		}
	}
}

// TestWebhooks: without addresses anyone may call the webhooks, nodes included;
// with them, only they.
func TestWebhooks(t *testing.T) {
	for want, cidrs := range map[int][]string{0: nil, 2: {"192.0.2.0/28", "2001:db8::/64"}} {
		p := get[networkingv1.NetworkPolicy](t, generate(t, func(s *v1alpha1.PostgresOperatorSpec) {
			s.Network = &v1alpha1.PostgresOperatorNetwork{WebhookCIDRs: cidrs}
		}), "NetworkPolicy", "cnpg-operator")
		i := slices.IndexFunc(p.Spec.Ingress, func(r networkingv1.NetworkPolicyIngressRule) bool { return r.Ports[0].Port.IntVal == 9443 })
		if i < 0 || len(p.Spec.Ingress[i].From) != want {
			t.Errorf("%v: %+v", cidrs, p.Spec.Ingress)
		}
	}
}

// TestSharedNamespace leaves a namespace alone that belongs to somebody else, but
// for the operator's own pods.
func TestSharedNamespace(t *testing.T) {
	for _, o := range generate(t, func(s *v1alpha1.PostgresOperatorSpec) { s.Namespace = &v1alpha1.Namespace{Create: new(false)} }) {
		if o.GetName() == "cnpg-default-deny" || o.GetObjectKind().GroupVersionKind().Kind == "Namespace" {
			t.Errorf("%s %s is there", o.GetObjectKind().GroupVersionKind().Kind, o.GetName())
		}
	}
}

// TestValues: the spec's values win over files, and files over the chart's own.
func TestValues(t *testing.T) {
	for want, change := range map[string]func(*v1alpha1.PostgresOperatorSpec){
		"file": func(s *v1alpha1.PostgresOperatorSpec) { s.ValuesFiles = []string{"values.yaml"} },
		"values": func(s *v1alpha1.PostgresOperatorSpec) {
			s.ValuesFiles = []string{"values.yaml"}
			s.Values = v1alpha1.Values{"image": map[string]any{"tag": "values"}}
		},
	} {
		image := get[appsv1.Deployment](t, generate(t, change), "Deployment", "cnpg-cloudnative-pg").Spec.Template.Spec.Containers[0].Image
		if !strings.HasSuffix(image, ":"+want) {
			t.Errorf("the image is %s, want the tag %s", image, want)
		}
	}
}

// fixedValues is a chart with a values file that sets what fields are for.
type fixedValues struct{ standIn }

func (fixedValues) Values(string) ([]byte, error) {
	return []byte("monitoring: {podMonitorEnabled: false}\n"), nil
}

func TestFixedValues(t *testing.T) {
	for _, delivery := range []string{"inflate", "flux", "argocd"} {
		_, problems := postgresoperator.Generate(operator(func(s *v1alpha1.PostgresOperatorSpec) {
			s.Delivery = delivery
			s.ValuesFiles = []string{"values.yaml"}
			s.Values = v1alpha1.Values{
				"replicaCount": 1, "crds": map[string]any{"create": false}, "nameOverride": "x", "fullnameOverride": "x", "namespaceOverride": "x",
			}
		}), fixedValues{})
		var paths []string
		for _, problem := range problems {
			paths = append(paths, problem.Path)
		}
		want := []string{
			"spec.valuesFiles[0]", "spec.values.crds.create", "spec.values.fullnameOverride",
			"spec.values.nameOverride", "spec.values.namespaceOverride", "spec.values.replicaCount",
		}
		if diff := cmp.Diff(want, paths); diff != "" {
			t.Errorf("%s: %s", delivery, diff)
		}
	}
}

// otherLabels is a chart whose pods are called otherwise.
type otherLabels struct{ standIn }

func (c otherLabels) Chart(ref v1alpha1.ChartRef) ([]helmchart.File, error) {
	files, err := c.standIn.Chart(ref)
	for i := range files {
		if files[i].Name == "templates/deployment.yaml" {
			files[i].Data = []byte(strings.ReplaceAll(string(files[i].Data), `include "operator.selector" .`, `toYaml (dict "app" "other")`))
		}
	}
	return files, err
}

func TestPodsThatNoPolicyFinds(t *testing.T) {
	_, problems := postgresoperator.Generate(operator(nil), otherLabels{})
	if len(problems) != 1 || problems[0].Path != "spec.values" || !strings.Contains(problems[0].Message, "app.kubernetes.io/name=cloudnative-pg") {
		t.Errorf("%+v", problems)
	}
}

func TestOff(t *testing.T) {
	objects := generate(t, func(s *v1alpha1.PostgresOperatorSpec) {
		s.PodMonitor, s.IncludeCRDs, s.Replicas = new(false), new(false), new(int32(1))
	})
	for _, kind := range []string{"PodMonitor", "CustomResourceDefinition", "PodDisruptionBudget"} {
		if has(objects, kind) {
			t.Errorf("there is a %s", kind)
		}
	}
}

// TestDeliveries: the policies are there whoever installs the chart.
func TestDeliveries(t *testing.T) {
	flux := generate(t, func(s *v1alpha1.PostgresOperatorSpec) { s.Delivery = "flux" })
	argo := generate(t, func(s *v1alpha1.PostgresOperatorSpec) { s.Delivery = "argocd" })
	if release := get[helmv2.HelmRelease](t, flux, "HelmRelease", "cnpg"); !strings.Contains(string(release.Spec.Values.Raw), `"podMonitorEnabled":true`) {
		t.Errorf("%s", release.Spec.Values.Raw)
	}
	if a := get[argocd.Application](t, argo, "Application", "cnpg"); a.Spec.Source.TargetRevision != "0.29.0" {
		t.Errorf("%+v", a)
	}
	for _, objects := range [][]meta.Object{flux, argo} {
		if !has(objects, "NetworkPolicy") || has(objects, "Deployment") {
			t.Errorf("%v", objects)
		}
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]bool{"0.20.0": true, "0.23.2": true, "0.24.0": false, "0.29.0": false, "1.0.0": false} {
		_, problems := postgresoperator.Generate(operator(func(s *v1alpha1.PostgresOperatorSpec) {
			s.Chart = &v1alpha1.PostgresOperatorChart{Version: version}
		}), standIn{})
		got := slices.ContainsFunc(problems, func(p validate.Problem) bool {
			return p.Path == "spec.chart.version" && strings.Contains(p.Message, "Barman")
		})
		if got != want {
			t.Errorf("%s: %v", version, problems)
		}
	}
}

// TestFolder: a name alone is a chart of one's own.
func TestFolder(t *testing.T) {
	for name, tt := range map[string]struct {
		chart, want v1alpha1.PostgresOperatorChart
	}{
		"nothing":    {want: v1alpha1.PostgresOperatorChart{Repository: postgresoperator.DefaultRepository, Name: "cloudnative-pg", Version: "0.29.0"}},
		"a name":     {v1alpha1.PostgresOperatorChart{Name: "mine"}, v1alpha1.PostgresOperatorChart{Name: "mine", Version: "0.29.0"}},
		"a registry": {v1alpha1.PostgresOperatorChart{Repository: "oci://r/c"}, v1alpha1.PostgresOperatorChart{Repository: "oci://r/c", Name: "cloudnative-pg", Version: "0.29.0"}},
	} {
		got := postgresoperator.Default(operator(func(s *v1alpha1.PostgresOperatorSpec) { s.Chart = &tt.chart })).Spec.Chart
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestUnmodified: neither defaults nor generating write to the spec.
func TestUnmodified(t *testing.T) {
	o := operator(func(s *v1alpha1.PostgresOperatorSpec) { s.Values = v1alpha1.Values{"affinity": nil} })
	before := fmt.Sprintf("%+v", o)
	_, _ = postgresoperator.Generate(o, standIn{})
	if after := fmt.Sprintf("%+v", o); before != after {
		t.Errorf("%s became %s", before, after)
	}
}
