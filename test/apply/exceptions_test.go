package apply

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// place is where something is not as everywhere else: an object of an environment,
// or of a change, which is named by the kind of the spec and its own name.
type place struct{ environment, object string }

// unrestricted are objects whose pods are not restricted, and namespaces that hold
// their pods to no level, and why that is right.
func unrestricted() map[place]string {
	const elsewhere = "namespace.create is false: whoever makes the namespace says what it takes"
	return map[place]string{
		{"golden/everything/only", "Namespace /nix-builds"}:             elsewhere,
		{"golden/helm-chart/least", "Namespace /park"}:                  elsewhere,
		{"golden/module-cnpg-operator/least", "Namespace /cnpg-system"}: elsewhere,
		{"golden/service-everything/only", "Deployment web/root"}:       "it is there to show every relaxation, in a namespace that is baseline",
		{"HPADeployment: relaxations", "Deployment nix-cache/attic"}:    "the change is to run as root, in a namespace that is baseline",
	}
}

// placeless are objects without a namespace, and why.
func placeless() map[place]string {
	return map[place]string{
		{"golden/other-objects/only", "ConfigMap /settings"}: "the case is about the warning that it has none",
	}
}

// exceptions are a list of them, and which were needed.
type exceptions struct {
	list   map[place]string
	needed map[place]bool
}

// cover tells whether something is on the list.
func (e *exceptions) cover(environment, object string) bool {
	p := place{environment, object}
	if e.list[p] == "" {
		return false
	}
	if e.needed == nil {
		e.needed = map[place]bool{}
	}
	e.needed[p] = true
	return true
}

// unneeded are those of an environment that were not needed.
func (e *exceptions) unneeded(environment string) error {
	var wrong []error
	for p := range e.list {
		if p.environment == environment && !e.needed[p] {
			wrong = append(wrong, fmt.Errorf("%s: %s needs no exception: take it off the list", environment, p.object))
		}
	}
	return errors.Join(wrong...)
}

// unknown are those of environments and changes that there are not.
func (e *exceptions) unknown(environments map[string][]*unstructured.Unstructured) error {
	var wrong []error
	for p := range e.list {
		_, known := environments[p.environment]
		for _, change := range changes {
			known = known || p.environment == change.kind+": "+change.name
		}
		if !known {
			wrong = append(wrong, fmt.Errorf("%s: there is no such environment: take %s off the list of exceptions", p.environment, p.object))
		}
	}
	return errors.Join(wrong...)
}

// place puts what is on the list into the namespace that kubectl and Flux choose.
func (e *exceptions) place(environment string, objects []*unstructured.Unstructured) {
	for _, object := range objects {
		if object.GetNamespace() == "" && e.cover(environment, id(object)) {
			object.SetNamespace("default")
		}
	}
}

// testUnrestricted: pods that are not restricted, where that is no exception, and
// exceptions that are none.
func (s *server) testUnrestricted(t *testing.T) {
	const service = "golden/module-hpa-deployment/only"
	changed := func(environment, object string, fields map[string]any) []*unstructured.Unstructured {
		all := slices.Clone(s.environments[environment])
		broken := find(t, all, object)
		for path, value := range fields {
			set(t, broken, path, value)
		}
		all[index(all, broken)] = broken
		return all
	}
	for _, tt := range []struct {
		name, environment, object, namespace string
		fields                               map[string]any
		level                                string
		want                                 []string
	}{
		{
			"privileged, in a namespace that takes everything", service, "Deployment my-namespace/my-service", "my-namespace",
			map[string]any{"spec.template.spec.hostPID": true, "spec.template.spec.containers.0.securityContext": map[string]any{"privileged": true}},
			"",
			[]string{
				service + ": Namespace /my-namespace, where a pod of Deployment my-namespace/my-service goes, has no label pod-security.kubernetes.io/enforce, and is not among the exceptions",
				service + ": a pod of Deployment my-namespace/my-service is not restricted, and it is not among the exceptions: ",
				`host namespaces (hostPID=true), privileged (container "`,
			},
		},
		{
			"restricted, in a namespace that takes everything", service, "Deployment my-namespace/my-service", "my-namespace", nil, "",
			[]string{service + ": Namespace /my-namespace, where a pod of Deployment my-namespace/my-service goes, has no label "},
		},
		{
			"privileged, in a namespace that is privileged", service, "Deployment my-namespace/my-service", "my-namespace",
			map[string]any{"spec.template.spec.hostPID": true},
			"privileged",
			[]string{service + ": a pod of Deployment my-namespace/my-service is not restricted, and it is not among the exceptions: ", "host namespaces (hostPID=true)"},
		},
		{
			"pooler on the host's network", "environments/production", "Pooler nix-cache/attic-pg-pooler-rw", "nix-cache",
			map[string]any{"spec.template.spec.hostNetwork": true},
			restricted,
			[]string{`a pod of Pooler nix-cache/attic-pg-pooler-rw is refused: pods "attic-pg-pooler-rw-pod" is forbidden: violates PodSecurity `, "host namespaces (hostNetwork=true)"},
		},
		{
			"pooler with a privileged container beside its own", "environments/production", "Pooler nix-cache/attic-pg-pooler-rw", "nix-cache",
			map[string]any{"spec.template.spec.initContainers": []any{map[string]any{"name": "tune", "image": "example.com/tune:1", "securityContext": map[string]any{"privileged": true}}}},
			restricted,
			[]string{`a pod of Pooler nix-cache/attic-pg-pooler-rw is refused: `, `privileged (container "tune" must not set securityContext.privileged=true)`},
		},
		{
			"pooler of a Cluster that there is not", "environments/production", "Pooler nix-cache/attic-pg-pooler-rw", "nix-cache",
			map[string]any{"spec.cluster.name": "other"},
			restricted,
			[]string{"Pooler nix-cache/attic-pg-pooler-rw: there is no Cluster nix-cache/other"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			namespace := named("v1", "Namespace", tt.namespace)
			if tt.level != "" {
				namespace.SetLabels(map[string]string{levelLabel: tt.level})
			}
			defer s.begin(t, namespace)()
			all := changed(tt.environment, tt.object, tt.fields)
			_, err := s.checkPods(t, tt.environment, []*unstructured.Unstructured{find(t, all, tt.object)}, all)
			wants(t, err, tt.want...)
		})
	}
	t.Run("list", func(t *testing.T) {
		e := &exceptions{list: map[place]string{{"environments/production", "ConfigMap /settings"}: "for the test"}}
		settings, other := named("v1", "ConfigMap", "settings"), named("v1", "ConfigMap", "other")
		wants(t, e.unneeded("environments/production"), "environments/production: ConfigMap /settings needs no exception: take it off the list")
		e.place("environments/production", []*unstructured.Unstructured{settings, other})
		if settings.GetNamespace() != "default" || other.GetNamespace() != "" {
			t.Errorf("they are placed in %q and %q", settings.GetNamespace(), other.GetNamespace())
		}
		_, err := s.apply(t, []*unstructured.Unstructured{other})
		wants(t, err, "ConfigMap /other: ConfigMap other has no namespace")
		if err := e.unneeded("environments/production"); err != nil {
			t.Error(err)
		}
		wants(t, e.unknown(nil), "environments/production: there is no such environment: take ConfigMap /settings off the list of exceptions")
	})
}

// set changes a field; a number in the path counts in a list.
func set(t *testing.T, object *unstructured.Unstructured, path string, value any) {
	t.Helper()
	var at any = object.Object
	fields := strings.Split(path, ".")
	last := len(fields) - 1
	for _, field := range fields[:last] {
		switch now := at.(type) {
		case map[string]any:
			at = now[field]
		case []any:
			i, err := strconv.Atoi(field)
			if err != nil || i >= len(now) {
				t.Fatalf("there is no %s in %s", path, id(object))
			}
			at = now[i]
		}
	}
	parent, ok := at.(map[string]any)
	if !ok {
		t.Fatalf("there is no %s in %s", path, id(object))
	}
	parent[fields[last]] = value
}
