package cluster

import (
	"encoding/json"
	"path/filepath"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

// ServiceAccounts is an argument of New for a cluster with controllers: pods are
// admitted only if their service account is there, as in every real cluster.
const ServiceAccounts = "--enable-admission-plugins=ServiceAccount"

// withoutServiceAccounts is for a cluster in which nobody makes them.
const withoutServiceAccounts = "--disable-admission-plugins=ServiceAccount"

// Controllers starts Kubernetes' controllers, its scheduler and a program that
// plays the nodes of Nodes and the pods on them, and waits until the controllers
// work. They run until the test ends that they are started in. The autoscaler
// looks every second instead of every fifteen; further arguments are the
// controller manager's.
func (c *Cluster) Controllers(t testing.TB, args ...string) {
	t.Helper()
	manager := Start(t, testbin.KubeControllerManager(t), nil, append([]string{
		"--kubeconfig=" + c.Kubeconfig,
		// Nobody asks it anything, so it needs no port either.
		"--secure-port=0", "--leader-elect=false",
		"--service-account-private-key-file=" + c.serviceAccountKey(), "--use-service-account-credentials=false",
		"--kube-api-qps=500", "--kube-api-burst=500",
		"--horizontal-pod-autoscaler-sync-period=1s",
		// Pods count from the moment that they are ready.
		"--horizontal-pod-autoscaler-cpu-initialization-period=0s", "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
		// A node has no heart that beats, and a machine that runs many tests may stop for a while.
		"--node-monitor-grace-period=1h", "--node-startup-grace-period=1h",
	}, args...)...)
	scheduler := Start(t, testbin.KubeScheduler(t), nil, "--config="+c.schedulerConfig(t), "--secure-port=0")
	kwok := Start(t, testbin.Kwok(t), nil, append([]string{"--kubeconfig=" + c.Kubeconfig, "--manage-all-nodes"}, stages(t)...)...)

	accounts := c.Dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}).Namespace(metav1.NamespaceDefault)
	Eventually(t, startTimeout, func() error {
		if manager.Ended() || scheduler.Ended() || kwok.Ended() {
			t.Fatal("the controller manager, the scheduler or kwok has ended")
		}
		_, err := accounts.Get(t.Context(), "default", metav1.GetOptions{})
		return err
	})
}

func (c *Cluster) serviceAccountKey() string { return filepath.Join(c.dir, "service-account.key") }

// schedulerConfig is a file that says what no flag can: to try again soon.
func (c *Cluster) schedulerConfig(t testing.TB) string {
	t.Helper()
	config := map[string]any{
		"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
		"clientConnection":         map[string]any{"kubeconfig": c.Kubeconfig, "qps": 500, "burst": 500},
		"leaderElection":           map[string]any{"leaderElect": false},
		"podInitialBackoffSeconds": 1, "podMaxBackoffSeconds": 1,
	}
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.dir, "scheduler.json")
	write(t, file, data)
	return file
}
