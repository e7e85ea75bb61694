package flux

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/documented"
)

// patience is for a machine that is busy with other tests.
const patience = 3 * time.Minute

// flux is a cluster in which Flux runs.
type flux struct {
	*cluster.Cluster
	archives *archives
}

// start runs kustomize-controller. It may read nothing but the archive, and looks
// more often than by default whether what a stage waits for has come.
func start(t *testing.T, c *cluster.Cluster) *flux {
	t.Helper()
	health := cluster.FreePort(t)
	cluster.Start(t, testbin.KustomizeController(t),
		[]string{"KUBECONFIG=" + c.Kubeconfig, "RUNTIME_NAMESPACE=flux-system", "TMPDIR=" + t.TempDir()},
		"--health-addr=127.0.0.1:"+health, "--metrics-addr=0",
		"--watch-all-namespaces", "--no-remote-bases",
		"--requeue-dependency=1s", "--concurrent=20")
	return &flux{Cluster: c, archives: serveArchives(t)}
}

// stages are what docs/gitops.md tells users to apply once.
type stages struct {
	*flux
	repository, database, cache *unstructured.Unstructured
}

// stages reads the page and points its objects to another environment and
// to a namespace for this test. Nothing else is changed.
func (f *flux) stages(t *testing.T, namespace, environment string) *stages {
	t.Helper()
	s := &stages{flux: f}
	for _, object := range documented.Section(t, "docs/gitops.md", "Flux")[0].Objects(t) {
		object.SetNamespace(namespace)
		switch object.GetKind() + "/" + object.GetName() {
		case "GitRepository/attic":
			s.repository = object
		case "Kustomization/attic-database":
			s.database = object
		case "Kustomization/attic-cache":
			s.cache = object
		default:
			t.Fatalf("no test knows %s %s of docs/gitops.md", object.GetKind(), object.GetName())
		}
	}
	for _, k := range []*unstructured.Unstructured{s.database, s.cache} {
		path, found, err := unstructured.NestedString(k.Object, "spec", "path")
		if err != nil || !found || !strings.HasPrefix(path, "./environments/production/") {
			t.Fatalf("%s has path %q: %v", k.GetName(), path, err)
		}
		set(t, k, strings.Replace(path, "production", environment, 1), "spec", "path")
	}
	f.apply(t, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": namespace},
	}})
	return s
}

// publish has Flux see what is in the environments of a repository, and returns
// the revision.
func (s *stages) publish(t *testing.T, repository string) string {
	t.Helper()
	artifact := s.archives.add(t, repository)
	s.apply(t, s.repository)
	s.setStatus(t, s.repository, map[string]any{
		"artifact": artifact, "conditions": ready("True", "Succeeded"), "observedGeneration": 1,
	})
	return artifact["revision"].(string)
}

// awaitReady waits until a Kustomization has applied a revision and found it
// healthy.
func (f *flux) awaitReady(t *testing.T, k *unstructured.Unstructured, revision string) {
	t.Helper()
	cluster.Eventually(t, patience, func() error {
		got, err := f.Get(t.Context(), k)
		if err != nil {
			return err
		}
		status, reason, message := condition(got, "Ready")
		if applied := text(got, "status", "lastAppliedRevision"); status != "True" || applied != revision {
			return fmt.Errorf("%s is %q with revision %s: %s: %s", k.GetName(), status, applied, reason, message)
		}
		return nil
	})
}

// awaitFailure waits until a Kustomization has tried a revision in vain, and
// returns what it says.
func (f *flux) awaitFailure(t *testing.T, k *unstructured.Unstructured, revision string) string {
	t.Helper()
	var says string
	cluster.Eventually(t, patience, func() error {
		got, err := f.Get(t.Context(), k)
		if err != nil {
			return err
		}
		status, reason, message := condition(got, "Ready")
		if attempted := text(got, "status", "lastAttemptedRevision"); status != "False" || attempted != revision {
			return fmt.Errorf("%s is %q with revision %s: %s: %s", k.GetName(), status, attempted, reason, message)
		}
		says = reason + ": " + message
		return nil
	})
	return says
}

// awaitReason waits until a Kustomization is not ready for a reason.
func (f *flux) awaitReason(t *testing.T, k *unstructured.Unstructured, want string) {
	t.Helper()
	cluster.Eventually(t, patience, func() error {
		got, err := f.Get(t.Context(), k)
		if err != nil {
			return err
		}
		if status, reason, message := condition(got, "Ready"); status != "False" || reason != want {
			return fmt.Errorf("%s is %q: %s: %s", k.GetName(), status, reason, message)
		}
		return nil
	})
}

// reconcile does what flux reconcile does, and waits until it is done.
func (f *flux) reconcile(t *testing.T, k *unstructured.Unstructured) {
	t.Helper()
	resource, err := f.Resource(k)
	if err != nil {
		t.Fatal(err)
	}
	request := time.Now().Format(time.RFC3339Nano)
	patch := fmt.Sprintf(`{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":%q}}}`, request)
	if _, err := resource.Patch(t.Context(), k.GetName(), "application/merge-patch+json", []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	cluster.Eventually(t, patience, func() error {
		got, err := f.Get(t.Context(), k)
		if err == nil && text(got, "status", "lastHandledReconcileAt") != request {
			err = fmt.Errorf("%s has not been reconciled", k.GetName())
		}
		return err
	})
}

// inventory are the objects that a Kustomization says it has applied, as they are
// in the cluster.
func (f *flux) inventory(t *testing.T, k *unstructured.Unstructured) map[string]*unstructured.Unstructured {
	t.Helper()
	got, err := f.Get(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	entries, _, err := unstructured.NestedSlice(got.Object, "status", "inventory", "entries")
	if err != nil || len(entries) == 0 {
		t.Fatalf("%s has applied nothing: %v", k.GetName(), err)
	}
	objects := map[string]*unstructured.Unstructured{}
	for _, entry := range entries {
		id := entry.(map[string]any)["id"].(string)
		parts := strings.Split(id, "_")
		if len(parts) != 4 {
			t.Fatalf("%s: namespace, name, group and kind of %q", k.GetName(), id)
		}
		object := &unstructured.Unstructured{}
		object.SetNamespace(parts[0])
		object.SetName(parts[1])
		object.SetGroupVersionKind(schema.GroupVersionKind{Group: parts[2], Version: entry.(map[string]any)["v"].(string), Kind: parts[3]})
		objects[id] = f.get(t, object)
	}
	return objects
}
