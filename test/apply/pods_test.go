package apply

import (
	"errors"
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	levelLabel   = "pod-security.kubernetes.io/enforce"
	warningLabel = "pod-security.kubernetes.io/warn"
	restricted   = "restricted"
)

// restrictedNamespace is one that takes hardened pods only, by the newest rules.
func restrictedNamespace() *unstructured.Unstructured {
	namespace := named("v1", "Namespace", "held-to-restricted")
	namespace.SetLabels(map[string]string{levelLabel: restricted, warningLabel: restricted})
	return namespace
}

// templates are the pods of an object, as its templates have them wherever in it
// they are, or the object itself.
func templates(object *unstructured.Unstructured) []*unstructured.Unstructured {
	var found []*unstructured.Unstructured
	var search func(value any)
	search = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, v := range value {
				search(v)
			}
		case map[string]any:
			if spec, ok := value["spec"].(map[string]any); ok {
				if _, ok := spec["containers"].([]any); ok {
					found = append(found, pod(object, value))
					return
				}
			}
			for _, v := range value {
				search(v)
			}
		}
	}
	search(object.Object)
	return found
}

func pod(of *unstructured.Unstructured, template map[string]any) *unstructured.Unstructured {
	made := (&unstructured.Unstructured{Object: template}).DeepCopy()
	made.SetAPIVersion("v1")
	made.SetKind("Pod")
	made.SetName(of.GetName() + "-pod")
	made.SetNamespace(of.GetNamespace())
	return made
}

// checkPods holds the pods of objects that are applied to their own namespaces,
// and all but the exceptions to the rules of restricted. all are the objects of the
// environment. It returns how many there were, and what is wrong.
func (s *server) checkPods(t *testing.T, environment string, objects, all []*unstructured.Unstructured) (count int, err error) {
	t.Helper()
	var wrong []error
	for _, object := range objects {
		pods, err := pods(object, all)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", id(object), err))
		}
		for _, pod := range pods {
			count++
			if err := s.admit(t, pod); err != nil {
				wrong = append(wrong, fmt.Errorf("a pod of %s is refused: %w", id(object), err))
			}
			if name := pod.GetNamespace(); s.level(t, name) == "" && !s.unrestricted.cover(environment, "Namespace /"+name) {
				wrong = append(wrong, fmt.Errorf("%s: Namespace /%s, where a pod of %s goes, has no label %s, and is not among the exceptions", environment, name, id(object), levelLabel))
			}
			pod.SetNamespace(restrictedNamespace().GetName())
			if err := s.admit(t, pod); err != nil && !s.unrestricted.cover(environment, id(object)) {
				wrong = append(wrong, fmt.Errorf("%s: a pod of %s is not restricted, and it is not among the exceptions: %w", environment, id(object), err))
			}
		}
	}
	return count, errors.Join(wrong...)
}

// level is what a namespace holds its pods to. One that is none is that of objects
// of the whole cluster.
func (s *server) level(t *testing.T, name string) string {
	t.Helper()
	if name == "" {
		return restricted
	}
	namespace, err := s.Get(t.Context(), named("v1", "Namespace", name))
	if err != nil {
		t.Fatal(err)
	}
	return namespace.GetLabels()[levelLabel]
}

// admit asks whether a pod would be, without making it, and whether there is
// something to warn of.
func (s *server) admit(t *testing.T, pod *unstructured.Unstructured) error {
	t.Helper()
	resource, err := s.Resource(pod)
	if err != nil {
		return err
	}
	s.warnings.Take()
	_, err = resource.Create(t.Context(), pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict})
	return errors.Join(err, s.warned(t, pod.GetNamespace()))
}

// testRefusedPods: a pod of the API, each time with one thing that it must not
// have.
func (s *server) testRefusedPods(t *testing.T) {
	api := templates(find(t, s.environments["environments/production"], "Deployment nix-cache/attic"))[0]
	api.SetNamespace(restrictedNamespace().GetName())
	if err := s.admit(t, api); err != nil {
		t.Fatalf("as it is rendered: %v", err)
	}
	for _, tt := range []struct {
		name   string
		change func(spec, container map[string]any)
		want   []string
	}{
		{"privileged", func(_, container map[string]any) {
			container["securityContext"] = map[string]any{"privileged": true}
		}, []string{`privileged (container "attic" must not set securityContext.privileged=true)`, `allowPrivilegeEscalation != false`, `unrestricted capabilities`}},
		{"hostPath", func(spec, _ map[string]any) {
			spec["volumes"] = append(spec["volumes"].([]any), map[string]any{"name": "node", "hostPath": map[string]any{"path": "/"}})
		}, []string{`restricted volume types (volume "node" uses restricted volume type "hostPath")`}},
		{"host network", func(spec, _ map[string]any) {
			spec["hostNetwork"] = true
		}, []string{`host namespaces (hostNetwork=true)`}},
		{"root", func(spec, container map[string]any) {
			spec["securityContext"].(map[string]any)["runAsUser"] = int64(0)
			delete(container["securityContext"].(map[string]any), "runAsUser")
		}, []string{`runAsUser=0 (pod must not set runAsUser=0)`}},
		{"perhaps root", func(spec, container map[string]any) {
			delete(spec["securityContext"].(map[string]any), "runAsNonRoot")
			delete(container["securityContext"].(map[string]any), "runAsNonRoot")
		}, []string{`runAsNonRoot != true (pod or container "attic" must set securityContext.runAsNonRoot=true)`}},
		{"without seccomp", func(spec, container map[string]any) {
			delete(spec["securityContext"].(map[string]any), "seccompProfile")
			delete(container["securityContext"].(map[string]any), "seccompProfile")
		}, []string{`seccompProfile (pod or container "attic" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`}},
		{"with a capability", func(_, container map[string]any) {
			container["securityContext"].(map[string]any)["capabilities"] = map[string]any{"drop": []any{"ALL"}, "add": []any{"NET_ADMIN"}}
		}, []string{`unrestricted capabilities (container "attic" must not include "NET_ADMIN" in securityContext.capabilities.add)`}},
		{"an init container that is not hardened", func(spec, _ map[string]any) {
			spec["initContainers"] = []any{map[string]any{"name": "first", "image": "example.com/first:1"}}
		}, []string{`allowPrivilegeEscalation != false (container "first" must set`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := api.DeepCopy()
			spec := changed.Object["spec"].(map[string]any)
			tt.change(spec, spec["containers"].([]any)[0].(map[string]any))
			err := s.admit(t, changed)
			wants(t, err, `pods "attic-pod" is forbidden: violates PodSecurity "restricted:latest": `)
			wants(t, err, tt.want...)
		})
	}
}
