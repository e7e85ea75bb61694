// Package cluster runs a Kubernetes cluster for a test: etcd and a real API
// server on loopback, and what else a test asks for. Nothing of it is left when
// the test ends.
package cluster

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

// Cluster is an API server, and how to reach it as its administrator.
type Cluster struct {
	// Config is for clients.
	Config *rest.Config
	// Kubeconfig is a file for programs.
	Kubeconfig string
	// Dynamic is a client for objects of all kinds.
	Dynamic dynamic.Interface

	mapper *restmapper.DeferredDiscoveryRESTMapper
	dir    string
}

// New starts etcd and an API server with Kubernetes' default admission, which
// Pod Security is part of, and waits until it answers. Service accounts are not
// asked for, as their controller may not run, unless ServiceAccounts is among the
// further arguments, which are the API server's.
func New(t testing.TB, args ...string) *Cluster {
	t.Helper()
	dir := t.TempDir()
	etcd := startEtcd(t)
	port := FreePort(t)
	token := rand.Text()
	c := &Cluster{Kubeconfig: filepath.Join(dir, "kubeconfig"), dir: dir}
	key := c.serviceAccountKey()
	tokens := filepath.Join(dir, "tokens.csv")
	write(t, key, newKey(t))
	write(t, tokens, []byte(token+",administrator,administrator,system:masters\n"))
	if !slices.Contains(args, ServiceAccounts) {
		args = append(args, withoutServiceAccounts)
	}

	server := Start(t, testbin.KubeAPIServer(t), nil, append([]string{
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1", "--secure-port=" + port,
		// Nobody reaches it through a Service, and on loopback nobody could.
		"--endpoint-reconciler-type=none",
		"--cert-dir=" + filepath.Join(dir, "certificates"),
		"--token-auth-file=" + tokens, "--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + key, "--service-account-signing-key-file=" + key,
		"--service-cluster-ip-range=10.96.0.0/16",
		"--allow-privileged",
	}, args...)...)

	c.Config = &rest.Config{
		Host: "https://127.0.0.1:" + port, BearerToken: token,
		// The server made its certificate a moment ago, for itself.
		TLSClientConfig: rest.TLSClientConfig{Insecure: true},
		QPS:             -1, // no throttling
	}
	c.writeKubeconfig(t, token)
	c.waitReady(t, server)
	var err error
	if c.Dynamic, err = dynamic.NewForConfig(c.Config); err != nil {
		t.Fatal(err)
	}
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(discovery.NewDiscoveryClientForConfigOrDie(c.Config)))
	return c
}

// startEtcd returns the URL of an etcd that has nothing in it. It need not keep
// anything either, so it does not wait for the disk.
func startEtcd(t testing.TB) string {
	t.Helper()
	client, peer := "http://127.0.0.1:"+FreePort(t), "http://127.0.0.1:"+FreePort(t)
	Start(t, testbin.Etcd(t), nil,
		"--data-dir="+t.TempDir(), "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=default="+peer)
	return client
}

// startTimeout is for a slow machine that is busy with other tests.
const startTimeout = 2 * time.Minute

func (c *Cluster) waitReady(t testing.TB, server *Process) {
	t.Helper()
	client := discovery.NewDiscoveryClientForConfigOrDie(c.Config).RESTClient()
	Eventually(t, startTimeout, func() error {
		if server.Ended() {
			t.Fatal("the API server has ended")
		}
		answer, err := client.Get().AbsPath("/readyz").DoRaw(t.Context())
		if err == nil && !bytes.Equal(answer, []byte("ok")) {
			err = fmt.Errorf("%s", answer)
		}
		return err
	})
}

// Eventually tries until there is no error, and fails the test with the last one
// when time is up.
func Eventually(t testing.TB, timeout time.Duration, try func() error) {
	t.Helper()
	deadline := time.Now().Add(timeout)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still, after %s: %v", timeout, err)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (c *Cluster) writeKubeconfig(t testing.TB, token string) {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: c.Config.Host, InsecureSkipTLSVerify: true}
	config.AuthInfos["administrator"] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "administrator"}
	config.CurrentContext = "test"
	if err := clientcmd.WriteToFile(*config, c.Kubeconfig); err != nil {
		t.Fatal(err)
	}
}

func newKey(t testing.TB) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

func write(t testing.TB, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
