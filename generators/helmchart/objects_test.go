package helmchart_test

import (
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Kustomize would obey them where the environment is built, and nowhere else.
func TestInstructionsForKustomizeAreTakenAway(t *testing.T) {
	objects, problems := helmchart.Generate(small(nil), chart(map[string]string{
		"templates/one.yaml": configMap + `  annotations:
    kustomize.config.k8s.io/needs-hash: "true"
    kustomize.config.k8s.io/behavior: merge
    config.kubernetes.io/local-config: "true"
    internal.config.kubernetes.io/index: "1"
    example.com/kept: "yes"
`,
	}))
	if validate.HasErrors(problems) || len(problems) != 4 || !strings.Contains(problems[0].Message, "config.kubernetes.io/local-config") {
		t.Errorf("%+v", problems)
	}
	for key := range object(t, objects, "ConfigMap", "one")["metadata"].(map[string]any)["annotations"].(map[string]any) {
		if strings.Contains(key, "config.k") {
			t.Errorf("%s is left", key)
		}
	}
}

// A chart that is there by two names brings its definitions twice.
func TestDefinitionsGivenTwice(t *testing.T) {
	definition := func(group string) string {
		return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.example.com}\nspec: {group: " + group + "}\n"
	}
	objects := generate(t, small(nil), chart(map[string]string{"crds/a.yaml": definition("example.com"), "crds/b.yaml": definition("example.com")}))
	if len(objects) != 2 {
		t.Errorf("%d objects, want the namespace and one definition", len(objects))
	}
	_, problems := helmchart.Generate(small(nil), chart(map[string]string{"crds/a.yaml": definition("example.com"), "crds/b.yaml": definition("example.org")}))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "twice") {
		t.Errorf("%+v", problems)
	}
}

func TestTwiceInOneTemplate(t *testing.T) {
	_, problems := helmchart.Generate(small(nil), chart(map[string]string{"templates/one.yaml": configMap + "---\n" + configMap}))
	if len(problems) != 1 || !strings.HasSuffix(problems[0].Message, `twice, in the template "small/templates/one.yaml"`) {
		t.Errorf("%+v", problems)
	}
}

func TestScopesOfOthersKinds(t *testing.T) {
	for kind, namespaced := range map[string]bool{
		"cilium.io/v2/CiliumLoadBalancerIPPool":        false,
		"projectcalico.org/v3/GlobalNetworkPolicy":     false,
		"crd.projectcalico.org/v1/GlobalNetworkPolicy": false,
		"argoproj.io/v1alpha1/ClusterWorkflowTemplate": false,
		"argoproj.io/v1alpha1/WorkflowTemplate":        true,
		"s3.aws.upbound.io/v1beta1/Bucket":             false,
		"s3.aws.m.upbound.io/v1beta1/Bucket":           true,
		"aws.upbound.io/v1beta1/ProviderConfig":        false,
	} {
		at := strings.LastIndex(kind, "/")
		objects := generate(t, small(nil), chart(map[string]string{
			"templates/one.yaml": "apiVersion: " + kind[:at] + "\nkind: " + kind[at+1:] + "\nmetadata: {name: one}\n",
		}))
		if got := objects[len(objects)-1].GetNamespace() != ""; got != namespaced {
			t.Errorf("%s: namespaced is %t", kind, got)
		}
	}
}
