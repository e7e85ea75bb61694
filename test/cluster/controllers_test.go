package cluster_test

import (
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// TestControllers: a pod with the service account that its namespace has gets a
// node and is ready there.
func TestControllers(t *testing.T) {
	c := cluster.New(t, cluster.ServiceAccounts)
	c.Controllers(t)
	c.Nodes(t, "north", "south")
	pods := kubernetes.NewForConfigOrDie(c.Config).CoreV1().Pods(metav1.NamespaceDefault)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "pod"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "container", Image: "example.com/image:v1"}}},
	}
	if _, err := pods.Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	cluster.Eventually(t, time.Minute, func() error {
		got, err := pods.Get(t.Context(), pod.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range got.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
				return nil
			}
		}
		return errors.New("the pod is not ready")
	})
	pod.Name, pod.Spec.ServiceAccountName = "stranger", "nobody"
	if _, err := pods.Create(t.Context(), pod, metav1.CreateOptions{}); err == nil {
		t.Error("a pod was admitted whose service account is not there")
	}
}
