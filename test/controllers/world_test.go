package controllers

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"gitlab.com/attic-cache/atticgen/test/cluster"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// patience is for a machine that is busy with other tests.
const patience = 2 * time.Minute

// world is the cluster, and what is deployed to it.
type world struct {
	*cluster.Cluster
	client kubernetes.Interface
	// environments are what is rendered, by name.
	environments map[string][]*unstructured.Unstructured
	names        []string
	// labels are those that the environments want of nodes.
	labels map[string]string
	// topologies are the keys that pods are spread over, beside zones and hosts.
	topologies []string
}

// environments that between them have everything that a controller acts on.
var folders = []string{
	"environments/production",
	"environments/staging",
	"golden/everything/want/environments/only",
	"golden/tuning/want/environments/only",
	"golden/cronjob-gc/want/environments/only",
	"golden/service-everything/want/environments/only",
	"golden/module-hpa-deployment/want/environments/only",
}

func start(t *testing.T) *world {
	t.Helper()
	w := &world{environments: map[string][]*unstructured.Unstructured{}, labels: map[string]string{}}
	for _, folder := range folders {
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(folder, "golden/"), "environments/"), "/")
		w.names = append(w.names, name)
		w.environments[name] = workloads(rendered.Build(t, filepath.Join(rendered.Root(), filepath.FromSlash(folder))))
	}
	w.Cluster = cluster.New(t, cluster.ServiceAccounts)
	w.client = kubernetes.NewForConfigOrDie(w.Config)
	w.Controllers(t)
	w.Install(t, podMetrics())
	w.furnish(t)
	return w
}

// kinds are those that controllers here act on, or that pods want, in an order in
// which they can be applied.
var kinds = []string{
	"Namespace", "ServiceAccount", "ConfigMap", "Service", "PersistentVolume", "PersistentVolumeClaim",
	"PodDisruptionBudget", "Deployment", "HorizontalPodAutoscaler", "CronJob", "Job",
}

func workloads(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	objects = slices.DeleteFunc(objects, func(o *unstructured.Unstructured) bool { return !slices.Contains(kinds, o.GetKind()) })
	slices.SortStableFunc(objects, func(a, b *unstructured.Unstructured) int {
		return slices.Index(kinds, a.GetKind()) - slices.Index(kinds, b.GetKind())
	})
	return objects
}

// furnish gives the cluster the priorities that pods name, and notes what they
// want of nodes: things that a user of these settings has already.
func (w *world) furnish(t *testing.T) {
	t.Helper()
	priorities := map[string]bool{}
	for _, objects := range w.environments {
		for _, o := range objects {
			pod := podSpec(t, o)
			if pod == nil {
				continue
			}
			maps.Copy(w.labels, pod.NodeSelector)
			if pod.PriorityClassName != "" {
				priorities[pod.PriorityClassName] = true
			}
			for _, s := range pod.TopologySpreadConstraints {
				w.topologies = append(w.topologies, s.TopologyKey)
			}
		}
	}
	for name := range priorities {
		class := &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Value: 1000}
		if _, err := w.client.SchedulingV1().PriorityClasses().Create(t.Context(), class, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// podSpec is of the pods that an object makes, or nil if it makes none.
func podSpec(t *testing.T, o *unstructured.Unstructured) *corev1.PodSpec {
	t.Helper()
	path := []string{"spec", "template", "spec"}
	if o.GetKind() == "CronJob" {
		path = append([]string{"spec", "jobTemplate"}, path...)
	}
	fields, ok, err := unstructured.NestedMap(o.Object, path...)
	if err != nil || !ok {
		return nil
	}
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	spec := &corev1.PodSpec{}
	if err := json.Unmarshal(data, spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

// nodes adds nodes with the labels that the environments want.
func (w *world) nodes(t *testing.T, zones ...string) {
	t.Helper()
	for _, name := range w.Nodes(t, zones...) {
		labels := maps.Clone(w.labels)
		for _, key := range w.topologies {
			if key != corev1.LabelTopologyZone && key != corev1.LabelHostname {
				labels[key] = name
			}
		}
		w.patchNode(t, name, map[string]any{"metadata": map[string]any{"labels": labels}})
	}
}

func (w *world) patchNode(t *testing.T, name string, patch map[string]any) {
	t.Helper()
	data, err := json.Marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.CoreV1().Nodes().Patch(t.Context(), name, types.MergePatchType, data, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// set changes a field of an object.
func set(t *testing.T, o *unstructured.Unstructured, value any, path ...string) {
	t.Helper()
	if err := unstructured.SetNestedField(o.Object, value, path...); err != nil {
		t.Fatal(err)
	}
}

// refused waits until a check fails with a message that has all the parts.
func refused(t *testing.T, check func() error, parts ...string) {
	t.Helper()
	cluster.Eventually(t, patience, func() error {
		err := check()
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				return &missing{part: part, in: err}
			}
		}
		return nil
	})
}

// missing is that a check has not said what it should.
type missing struct {
	part string
	in   error
}

func (m *missing) Error() string {
	if m.in == nil {
		return "the check finds nothing wrong, but should say " + m.part
	}
	return "the check does not say " + m.part + ": " + m.in.Error()
}
