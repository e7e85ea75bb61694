package helmchart_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// The demo chart has every kind of hook, definitions and objects of all scopes.
func TestPlaces(t *testing.T) {
	objects := generate(t, demoSpec(v1alpha1.Release{}), memory{chart: demoFiles(t)})
	var got []string
	for _, o := range objects {
		fields := fieldsOf(t, o)
		namespace := o.GetNamespace()
		if namespace == "" {
			namespace = "-"
		}
		got = append(got, strings.Join([]string{o.GetAnnotations()["argocd.argoproj.io/sync-wave"], namespace, key(fields)}, " "))
	}
	want := []string{
		"-40 - Namespace target",
		"-40 - CustomResourceDefinition globes.demo.example.com",
		"-40 - CustomResourceDefinition towns.demo.example.com",
		"-30 target ServiceAccount demo-before",
		"-29 target Job demo-before",
		"-20 target ServiceAccount demo-first",
		"-20 elsewhere ServiceAccount demo-second",
		"-20 target ConfigMap demo-firstworker",
		"-20 target ConfigMap demo-secondworker",
		"-20 target ConfigMap demo-leaf-d5bec480",
		"-20 target ConfigMap demo-demo",
		"-20 target ConfigMap demo-text-first",
		"-20 target ConfigMap demo-text-last",
		"-20 - ClusterRole demo-demo",
		"-20 target Service demo-demo",
		"-20 target Deployment demo-demo",
		"-20 - Globe earth",
		"-20 target Town home",
		"-19 target Job demo-after",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, o := range objects {
		if o.GetLabels()["app.kubernetes.io/part-of"] != "demo" {
			t.Errorf("%s has labels %v", o.GetName(), o.GetLabels())
		}
		for key := range o.GetAnnotations() {
			if strings.HasPrefix(key, "helm.sh/hook") {
				t.Errorf("%s has the annotation %s", o.GetName(), key)
			}
		}
	}
	globes := object(t, objects, "CustomResourceDefinition", "globes.demo.example.com")["metadata"].(map[string]any)
	if got := globes["annotations"].(map[string]any)["argocd.argoproj.io/sync-options"]; got != "ServerSideApply=true" {
		t.Errorf("definition with %v", got)
	}
	kept := object(t, objects, "ConfigMap", "demo-demo")["metadata"].(map[string]any)["annotations"]
	if diff := cmp.Diff(map[string]any{
		"argocd.argoproj.io/sync-wave": "-20", "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
		"helm.sh/resource-policy": "keep", "kustomize.toolkit.fluxcd.io/prune": "disabled",
	}, kept); diff != "" {
		t.Error(diff)
	}
	deployment := object(t, objects, "Deployment", "demo-demo")["spec"].(map[string]any)
	if strings.Contains(string(must(deployment)), "part-of") {
		t.Error("pods got a label")
	}
}

// Which kinds are of the whole cluster does not depend on who installs their
// definitions.
func TestScopeOfKindsDefinedElsewhere(t *testing.T) {
	objects := generate(t, demoSpec(v1alpha1.Release{IncludeCRDs: new(false)}), memory{chart: demoFiles(t)})
	metadata := object(t, objects, "Globe", "earth")["metadata"].(map[string]any)
	if namespace, ok := metadata["namespace"]; ok {
		t.Errorf("Globe has the namespace %v", namespace)
	}
	for _, o := range objects {
		if o.GetName() == "globes.demo.example.com" {
			t.Error("its definition is there")
		}
	}
}

func TestHookJobs(t *testing.T) {
	jobOf := func(values v1alpha1.Values) map[string]any {
		return object(t, generate(t, demoSpec(v1alpha1.Release{Values: values}), memory{chart: demoFiles(t)}), "Job", "demo-before")
	}
	job := jobOf(nil)
	metadata := job["metadata"].(map[string]any)
	if diff := cmp.Diff(map[string]any{
		"argocd.argoproj.io/sync-wave": "-29", "argocd.argoproj.io/sync-options": "Force=true,ServerSideApply=false",
		"kustomize.toolkit.fluxcd.io/force": "enabled", "example.com/kept": "yes",
	}, metadata["annotations"]); diff != "" {
		t.Error(diff)
	}
	if ttl, ok := job["spec"].(map[string]any)["ttlSecondsAfterFinished"]; ok {
		t.Errorf("a finished Job goes after %v, and would run again", ttl)
	}
	name := metadata["name"]
	if !digest.MatchString(name.(string)) {
		t.Errorf("name %v", name)
	}
	if again := jobOf(v1alpha1.Values{"replicas": 7})["metadata"].(map[string]any)["name"]; again != name {
		t.Errorf("%v became %v by what the Job does not depend on", name, again)
	}
	changed := jobOf(v1alpha1.Values{"image": map[string]any{"repository": "registry.example.com/other"}})["metadata"].(map[string]any)["name"]
	if changed == name {
		t.Errorf("%v stayed under another image", name)
	}
}

func TestHooksAreReported(t *testing.T) {
	hooked := func(kind, name, hook string) string {
		return "---\napiVersion: v1\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n  annotations: {helm.sh/hook: \"" + hook + "\"}\n"
	}
	files := chart(map[string]string{one: configMap +
		hooked("Pod", "a", "pre-install") + hooked("ConfigMap", "b", "post-upgrade,pre-delete") + hooked("Pod", "c", "PRE-DELETE") +
		hooked("Pod", "d", "test-success") + hooked("Pod", "e", "no-such-hook") + hooked("ConfigMap", "f", "pre-upgrade") + hooked("ConfigMap", "g", "crd-install")})
	for name, test := range map[string]struct {
		skip *bool
		want []string
	}{
		"without tests": {nil, []string{
			"for a deletion or a rollback, which are left out: Pod c (pre-delete)",
			"instead of at each upgrade: ConfigMap f (pre-upgrade), Pod a (pre-install)",
			"instead of at each upgrade: ConfigMap b (post-upgrade, pre-delete)",
			"as Helm does: ConfigMap g (crd-install), Pod e (no-such-hook)",
		}},
		"with tests": {new(false), []string{
			"for a deletion or a rollback, which are left out: Pod c (pre-delete)",
			"tests, which are applied after the rest, once for each content: Pod d (test-success)",
			"instead of at each upgrade: ConfigMap f (pre-upgrade), Pod a (pre-install)",
			"instead of at each upgrade: ConfigMap b (post-upgrade, pre-delete)",
			"as Helm does: ConfigMap g (crd-install), Pod e (no-such-hook)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := helmchart.Generate(small(func(s *v1alpha1.HelmChartSpec) { s.SkipTests = test.skip }), files)
			if len(problems) != len(test.want) {
				t.Fatalf("%+v", problems)
			}
			for i, p := range problems {
				if p.Severity != validate.Note || p.Path != "spec.chart" || !strings.Contains(p.Message, test.want[i]) {
					t.Errorf("want %q, got %+v", test.want[i], p)
				}
			}
		})
	}
}

// Weights are waves, as many as there are.
func TestHookWeights(t *testing.T) {
	text := configMap
	for _, weight := range []string{"-1", "7", "100", "1", "2", "3", "4", "5", "6", "8", "9", "10", "11", "no"} {
		text += "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: w" + weight + "\n  annotations: {helm.sh/hook: post-install, helm.sh/hook-weight: \"" + weight + "\"}\n"
	}
	waves := map[string]string{}
	for _, o := range generate(t, small(nil), chart(map[string]string{one: text})) {
		waves[o.GetName()] = o.GetAnnotations()["argocd.argoproj.io/sync-wave"]
	}
	for name, want := range map[string]string{"one": "-20", "w-1": "-19", "wno": "-18", "w1": "-17", "w7": "-11", "w8": "-10", "w100": "-10"} {
		if waves[name] != want {
			t.Errorf("%s is in wave %s, not %s", name, waves[name], want)
		}
	}
}

// The namespace is not created when the spec says so, and may then be one of
// Kubernetes' own.
func TestWithoutNamespace(t *testing.T) {
	spec := small(func(s *v1alpha1.HelmChartSpec) { s.Namespace = &v1alpha1.Namespace{Create: new(false)} })
	spec.Metadata.Namespace = "kube-system"
	objects := generate(t, spec, chart(map[string]string{one: configMap}))
	if len(objects) != 1 || objects[0].GetNamespace() != "kube-system" {
		t.Errorf("%+v", objects)
	}
}

// Numbers come out as they are written.
func TestNumbersSurvive(t *testing.T) {
	objects := generate(t, small(nil), chart(map[string]string{
		one: "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec: {a: 9007199254740993, b: 18446744073709551615, c: 1e+06, d: 0.1, e: 1.0, f: -0x10, g: 1000000000000000000000}\n",
	}))
	want := `{"a":9007199254740993,"b":18446744073709551615,"c":1000000,"d":0.1,"e":1,"f":-16,"g":1e+21}`
	if got := string(must(object(t, objects, "Thing", "a")["spec"])); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A chart of the stage cache comes after the caches; what others rely on does not.
func TestStageCache(t *testing.T) {
	want := map[string]string{
		"Namespace target": "-40", "CustomResourceDefinition globes.demo.example.com": "-40",
		"ServiceAccount demo-before": "30", "Deployment demo-demo": "40", "Job demo-after": "41",
	}
	got := map[string]string{}
	spec := demoSpec(v1alpha1.Release{})
	spec.Spec.Stage = "cache"
	for _, o := range generate(t, spec, memory{chart: demoFiles(t)}) {
		if k := key(fieldsOf(t, o)); want[k] != "" {
			got[k] = o.GetAnnotations()["argocd.argoproj.io/sync-wave"]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
