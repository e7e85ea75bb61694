package cluster

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Nodes adds a simulated node in each of the zones, waits until pods can run on
// them and returns their names. It wants the cluster's Controllers: a pod on such
// a node is ready at once, that of a job completes, and one that is deleted is
// gone.
func (c *Cluster) Nodes(t testing.TB, zones ...string) []string {
	t.Helper()
	nodes := kubernetes.NewForConfigOrDie(c.Config).CoreV1().Nodes()
	before, err := nodes.List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(zones))
	for i, zone := range zones {
		names[i] = fmt.Sprintf("node-%d", len(before.Items)+i+1)
		if _, err := nodes.Create(t.Context(), node(names[i], zone), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		Eventually(t, startTimeout, func() error {
			got, err := nodes.Get(t.Context(), name, metav1.GetOptions{})
			if err != nil {
				return err
			}
			// Taints are what keeps pods away until a node's controller has seen it ready.
			if len(got.Spec.Taints) > 0 || len(got.Status.Conditions) == 0 {
				return fmt.Errorf("node %s is not ready yet: %v", name, got.Spec.Taints)
			}
			return nil
		})
	}
	return names
}

// node is large enough for everything that a test runs at the same time.
func node(name, zone string) *corev1.Node {
	size := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("32"), corev1.ResourceMemory: resource.MustParse("128Gi"),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"), corev1.ResourcePods: resource.MustParse("110"),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				corev1.LabelHostname:     name,
				corev1.LabelTopologyZone: zone, corev1.LabelTopologyRegion: "test",
				corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64",
			},
		},
		Status: corev1.NodeStatus{Capacity: size, Allocatable: size},
	}
}

// stages are the arguments that tell kwok how nodes and pods live. It has them in
// its own module.
func stages(t testing.TB) []string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	cmd := exec.Command("go", "mod", "download", "-json", "sigs.k8s.io/kwok")
	cmd.Dir = filepath.Join(filepath.Dir(file), "..", "servers")
	out, failed := cmd.Output()
	var module struct{ Dir, Error string }
	if err := json.Unmarshal(out, &module); err != nil || failed != nil || module.Error != "" {
		t.Fatalf("kwok's module: %v, %v, %s", failed, err, module.Error)
	}
	var args []string
	for _, stage := range []string{"node/fast/node-initialize", "pod/fast/pod-ready", "pod/fast/pod-complete", "pod/fast/pod-delete"} {
		args = append(args, "--config="+filepath.Join(module.Dir, "kustomize", "stage", filepath.FromSlash(stage)+".yaml"))
	}
	return args
}
