package scanners_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

const api = "Deployment/nix-cache/attic"

// broken are ways to spoil an environment, and who has to say so: checks by scanner
// and object.
var broken = []struct {
	name  string
	spoil func(objects []*unstructured.Unstructured) []*unstructured.Unstructured
	want  []string
}{
	{
		"image without a version", container("image", "docker.io/heywoodlh/attic:latest"),
		[]string{api + ": kube-score: container-image-tag", api + ": Trivy: KSV-0013"},
	},
	{
		"image pulled once", container("imagePullPolicy", "IfNotPresent"),
		[]string{api + ": kube-score: container-image-pull-policy"},
	},
	{
		"no resources", container("resources", nil),
		[]string{api + ": kube-score: container-resources", api + ": kube-score: container-ephemeral-storage-request-and-limit", api + ": Trivy: KSV-0011", api + ": Trivy: KSV-0018"},
	},
	{
		"privileged", container("securityContext", map[string]any{"privileged": true}),
		[]string{api + ": kube-score: container-security-context-privileged", api + ": Trivy: KSV-0017", api + ": Trivy: KSV-0003"},
	},
	{
		"network of the node", pod("hostNetwork", true),
		[]string{api + ": Trivy: KSV-0009"},
	},
	{
		"folder of the node", pod("volumes", []any{map[string]any{"name": "run", "hostPath": map[string]any{"path": "/var/run/docker.sock"}}}),
		[]string{api + ": Trivy: KSV-0006", api + ": Trivy: KSV-0023"},
	},
	{
		"no spread", pod("affinity", nil),
		[]string{api + ": kube-score: deployment-has-host-podantiaffinity"},
	},
	{
		"no probes", container("readinessProbe", nil),
		[]string{api + ": kube-score: pod-probes"},
	},
	{
		"no network policies", drop("NetworkPolicy"),
		[]string{api + ": kube-score: pod-networkpolicy"},
	},
	{
		"no disruption budget", drop("PodDisruptionBudget"),
		[]string{api + ": kube-score: deployment-has-poddisruptionbudget"},
	},
	{
		"autoscaler and service of nothing", drop("Deployment"),
		[]string{"HorizontalPodAutoscaler/nix-cache/attic: kube-score: horizontalpodautoscaler-has-target", "Service/nix-cache/attic: kube-score: service-targets-pod"},
	},
	{
		"no database", drop("Cluster"),
		[]string{"NetworkPolicy/nix-cache/attic-pg: kube-score: networkpolicy-targets-pod"},
	},
	{
		"field that there is not", set("PodDisruptionBudget", "minavailable", 1),
		[]string{"PodDisruptionBudget/nix-cache/attic: kubeconform: statusInvalid"},
	},
	{
		"field of another type", set("ScheduledBackup", "schedule", 5),
		[]string{"ScheduledBackup/nix-cache/attic-pg: kubeconform: statusInvalid"},
	},
	{
		"field of a custom resource that there is not", set("Cluster", "instance", 3),
		[]string{"Cluster/nix-cache/attic-pg: kubeconform: statusInvalid"},
	},
}

// TestBroken: what is wrong is found.
func TestBroken(t *testing.T) {
	t.Parallel()
	all := scanners(t)
	var streams []stream
	for _, b := range broken {
		objects := rendered.Build(t, filepath.Join(rendered.Root(), "environments", "staging"))
		streams = append(streams, newStream(t, b.name, b.spoil(objects)))
	}
	var found []finding
	for _, s := range all {
		findings, err := s.scan(streams)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, findings...)
	}
	problems := judge(found, readAccepted(t))
	for _, b := range broken {
		for _, want := range b.want {
			if !slices.ContainsFunc(problems, func(p string) bool { return strings.HasPrefix(p, b.name+": "+want+" (") }) {
				t.Errorf("%s: nobody says %s", b.name, want)
			}
		}
	}
}

// container changes a field of the API's container, or takes it out.
func container(field string, value any) func([]*unstructured.Unstructured) []*unstructured.Unstructured {
	return deployment(func(spec map[string]any) {
		change(spec["containers"].([]any)[0].(map[string]any), field, value)
	})
}

// pod does so with a field of the API's pods.
func pod(field string, value any) func([]*unstructured.Unstructured) []*unstructured.Unstructured {
	return deployment(func(spec map[string]any) { change(spec, field, value) })
}

func deployment(with func(spec map[string]any)) func([]*unstructured.Unstructured) []*unstructured.Unstructured {
	return func(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
		for _, object := range objects {
			if key(object) == api {
				with(object.Object["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any))
			}
		}
		return objects
	}
}

// set changes a field of the objects of a kind.
func set(kind, field string, value any) func([]*unstructured.Unstructured) []*unstructured.Unstructured {
	return func(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
		for _, object := range objects {
			if object.GetKind() == kind {
				change(object.Object["spec"].(map[string]any), field, value)
			}
		}
		return objects
	}
}

// drop takes out the objects of a kind.
func drop(kind string) func([]*unstructured.Unstructured) []*unstructured.Unstructured {
	return func(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
		return slices.DeleteFunc(objects, func(object *unstructured.Unstructured) bool { return object.GetKind() == kind })
	}
}

func change(fields map[string]any, field string, value any) {
	if value == nil {
		delete(fields, field)
		return
	}
	fields[field] = value
}

// TestBlind: a scanner that could not read something has not found it to be good.
func TestBlind(t *testing.T) {
	t.Parallel()
	for _, s := range scanners(t) {
		for name, text := range map[string]string{
			"alias bomb": bomb(),
			"no YAML":    "kind: Deployment\nmetadata: {name: [\n",
			"nothing":    "\n",
		} {
			t.Run(s.name+"/"+name, func(t *testing.T) {
				object := &unstructured.Unstructured{Object: map[string]any{
					"apiVersion": "apps/v1", "kind": "Deployment",
					"metadata": map[string]any{"name": "bomb", "namespace": "default"},
				}}
				unread := newStream(t, name, []*unstructured.Unstructured{object})
				if err := os.WriteFile(unread.file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if findings, err := s.scan([]stream{unread}); err == nil {
					t.Errorf("it takes what it cannot have read; it found %v", findings)
				}
			})
		}
	}
}

// bomb is a Deployment that is small until its aliases are followed.
func bomb() string {
	var text strings.Builder
	text.WriteString("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: bomb\n  namespace: default\nspec:\n  a: &a [x, x, x, x, x, x, x, x, x]\n")
	for last := 'a'; last < 'i'; last++ {
		fmt.Fprintf(&text, "  %c: &%c [%s*%c]\n", last+1, last+1, strings.Repeat(fmt.Sprintf("*%c, ", last), 8), last)
	}
	return text.String()
}
