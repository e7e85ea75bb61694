package scanners_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// kubeScore grades each object, and looks whether objects fit together: each
// environment has a process of its own.
func kubeScore(t *testing.T) scanner {
	program := program(t, "kube-score")
	return scanner{
		name: "kube-score",
		run: func(streams []stream) (map[string][]string, []finding, error) {
			seen := map[string][]string{}
			var findings []finding
			for _, s := range streams {
				scored, err := score(program, withStubs(t, s))
				if err != nil {
					return nil, nil, err
				}
				for _, object := range scored {
					if object.ObjectMeta.Labels[stub] != "" {
						continue
					}
					seen[s.file] = append(seen[s.file], object.key())
					findings = append(findings, object.findings(s.environment)...)
				}
			}
			return seen, findings, nil
		},
		sees: func(kind string) bool {
			return slices.Contains([]string{
				"CronJob", "DaemonSet", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job", "NetworkPolicy",
				"Pod", "PodDisruptionBudget", "Service", "StatefulSet",
			}, kind)
		},
	}
}

// scored is what kube-score says about an object.
type scored struct {
	TypeMeta struct {
		Kind string `json:"kind"`
	} `json:"type_meta"`
	ObjectMeta struct {
		Name      string            `json:"name"`
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	} `json:"object_meta"`
	Checks []struct {
		Check struct {
			ID string `json:"id"`
		} `json:"check"`
		Grade    int  `json:"grade"`
		Skipped  bool `json:"skipped"`
		Comments []struct {
			Path    string `json:"path"`
			Summary string `json:"summary"`
		} `json:"comments"`
	} `json:"checks"`
}

func score(program string, s stream) ([]scored, error) {
	out, err := execute(program, "score", "--output-format", "json",
		// The oldest that CloudNativePG supports.
		"--kubernetes-version", "v1.34",
		// Those that are off for want of agreement; the others of them ask for
		// requests equal to limits, and the reference's numbers are not.
		"--enable-optional-test", "container-seccomp-profile",
		"--enable-optional-test", "container-ports-check",
		s.file)
	if err != nil {
		return nil, err
	}
	var objects []scored
	if err := json.Unmarshal(out, &objects); err != nil {
		return nil, fmt.Errorf("%w in %q", err, out)
	}
	return objects, nil
}

func (s scored) key() string {
	object := &unstructured.Unstructured{}
	object.SetKind(s.TypeMeta.Kind)
	object.SetNamespace(s.ObjectMeta.Namespace)
	object.SetName(s.ObjectMeta.Name)
	return key(object)
}

// The best of kube-score's grades, and those that are less.
const (
	gradeOK       = 10
	gradeCritical = 1
)

func (s scored) findings(environment string) []finding {
	var all []finding
	for _, check := range s.Checks {
		if check.Skipped || check.Grade == gradeOK {
			continue
		}
		f := finding{environment: environment, object: s.key(), check: check.Check.ID, severity: "warning"}
		if check.Grade == gradeCritical {
			f.severity = "critical"
		}
		var comments []string
		for _, c := range check.Comments {
			comments = append(comments, strings.TrimPrefix(c.Path+": "+c.Summary, ": "))
		}
		f.says = strings.Join(comments, "; ")
		all = append(all, f)
	}
	return all
}

// stub marks pods that are in the scanned copy only.
const stub = "scanners.atticgen.dev/stub"

// withStubs has pods in place of those that CloudNativePG makes of a Cluster and a
// Pooler when they are in a cluster: there is none when manifests are rendered,
// and policies that let traffic through to them would seem to be for nothing.
func withStubs(t *testing.T, s stream) stream {
	objects := slices.Clone(s.objects)
	for _, object := range s.objects {
		label := map[string]string{"Cluster": "cnpg.io/cluster", "Pooler": "cnpg.io/poolerName"}[object.GetKind()]
		if label == "" || object.GroupVersionKind().Group != "postgresql.cnpg.io" {
			continue
		}
		pod := &unstructured.Unstructured{}
		pod.SetAPIVersion("v1")
		pod.SetKind("Pod")
		pod.SetNamespace(object.GetNamespace())
		pod.SetName(object.GetName() + "-1")
		pod.SetLabels(map[string]string{label: object.GetName(), stub: "true"})
		objects = append(objects, pod)
	}
	if len(objects) == len(s.objects) {
		return s
	}
	return newStream(t, s.environment, objects)
}
