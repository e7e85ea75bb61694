// Package testbin builds the programs that tests run as processes: atticgen
// itself, the real tools it is compared with and the real servers that what it
// renders is for.
package testbin

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// Atticgen is the path of an atticgen built from the working tree; its folder
// can stand on a PATH.
func Atticgen(t testing.TB) string { t.Helper(); return atticgen.find(t) }

// AtticgenSops is the path of the program that atticgen starts to encrypt with
// SOPS, built from the working tree.
func AtticgenSops(t testing.TB) string { t.Helper(); return atticgenSops.find(t) }

// Kustomize is the path of the real kustomize, in the version that
// internal/tools pins. Make builds it beforehand and says where it is.
func Kustomize(t testing.TB) string { t.Helper(); return kustomize.find(t) }

// Helm is the path of the real helm, likewise.
func Helm(t testing.TB) string { t.Helper(); return helm.find(t) }

// Kubeconform is the path of the real kubeconform, likewise.
func Kubeconform(t testing.TB) string { t.Helper(); return kubeconform.find(t) }

// MinIO is the path of a real S3 server, in the version that test/servers pins.
// Make builds it beforehand, and the servers below, and says where they are.
func MinIO(t testing.TB) string { t.Helper(); return minio.find(t) }

// VersityGW is the path of an S3 server with few features.
func VersityGW(t testing.TB) string { t.Helper(); return versitygw.find(t) }

// Etcd is the path of the store under an API server.
func Etcd(t testing.TB) string { t.Helper(); return etcd.find(t) }

// KubeAPIServer is the path of Kubernetes' API server.
func KubeAPIServer(t testing.TB) string { t.Helper(); return kubeAPIServer.find(t) }

// KubeControllerManager is the path of Kubernetes' controllers.
func KubeControllerManager(t testing.TB) string { t.Helper(); return kubeControllerManager.find(t) }

// KubeScheduler is the path of Kubernetes' scheduler.
func KubeScheduler(t testing.TB) string { t.Helper(); return kubeScheduler.find(t) }

// Kubectl is the path of Kubernetes' client.
func Kubectl(t testing.TB) string { t.Helper(); return kubectl.find(t) }

// Kwok is the path of the program that plays nodes and the pods on them.
func Kwok(t testing.TB) string { t.Helper(); return kwok.find(t) }

// KustomizeController is the path of the part of Flux that applies manifests.
func KustomizeController(t testing.TB) string { t.Helper(); return kustomizeController.find(t) }

// Sops is the path of the program that encrypts Secrets for a repository.
func Sops(t testing.TB) string { t.Helper(); return sops.find(t) }

// program is built at most once in a test process, unless make has built it.
type program struct {
	name string
	// variable names the environment variable with the path of the program, or
	// of the folder it is in.
	variable string
	// module and pkg are what it is built from; the module is below the root.
	module, pkg string

	once sync.Once
	path string
	// made is the folder to remove in the end.
	made string
	err  error
	out  []byte
}

// The folder of all servers, as make says it.
const servers = "ATTICGEN_SERVERS"

var (
	atticgen     = program{name: "atticgen", module: ".", pkg: "./cmd/atticgen"}
	atticgenSops = program{name: "atticgen-sops", module: "cmd/atticgen-sops", pkg: "."}
	kustomize    = program{name: "kustomize", variable: "ATTICGEN_KUSTOMIZE", module: "internal/tools", pkg: "sigs.k8s.io/kustomize/kustomize/v5"}
	helm         = program{name: "helm", variable: "ATTICGEN_HELM", module: "internal/tools", pkg: "helm.sh/helm/v3/cmd/helm"}
	kubeconform  = program{name: "kubeconform", variable: "ATTICGEN_KUBECONFORM", module: "internal/tools", pkg: "github.com/yannh/kubeconform/cmd/kubeconform"}

	minio                 = program{name: "minio", variable: servers, module: "test/servers", pkg: "github.com/minio/minio"}
	versitygw             = program{name: "versitygw", variable: servers, module: "test/servers", pkg: "github.com/versity/versitygw/cmd/versitygw"}
	etcd                  = program{name: "etcd", variable: servers, module: "test/servers", pkg: "./etcd"}
	kubeAPIServer         = program{name: "kube-apiserver", variable: servers, module: "test/servers", pkg: "k8s.io/kubernetes/cmd/kube-apiserver"}
	kubeControllerManager = program{name: "kube-controller-manager", variable: servers, module: "test/servers", pkg: "k8s.io/kubernetes/cmd/kube-controller-manager"}
	kubeScheduler         = program{name: "kube-scheduler", variable: servers, module: "test/servers", pkg: "k8s.io/kubernetes/cmd/kube-scheduler"}
	kubectl               = program{name: "kubectl", variable: servers, module: "test/servers", pkg: "k8s.io/kubernetes/cmd/kubectl"}
	kwok                  = program{name: "kwok", variable: servers, module: "test/servers", pkg: "sigs.k8s.io/kwok/cmd/kwok"}
	kustomizeController   = program{name: "kustomize-controller", variable: servers, module: "test/servers/flux", pkg: "github.com/fluxcd/kustomize-controller"}
	sops                  = program{name: "sops", variable: servers, module: "test/servers/flux", pkg: "github.com/getsops/sops/v3/cmd/sops"}
)

var all = []*program{
	&atticgen, &atticgenSops, &kustomize, &helm, &kubeconform,
	&minio, &versitygw, &etcd, &kubeAPIServer, &kubeControllerManager, &kubeScheduler, &kubectl, &kwok, &kustomizeController, &sops,
}

func (p *program) find(t testing.TB) string {
	t.Helper()
	p.once.Do(func() {
		if p.path, p.err = p.prebuilt(); p.path == "" && p.err == nil {
			p.build(moduleRoot(t))
		}
	})
	if p.err != nil {
		t.Fatalf("%s: %v\n%s", p.name, p.err, p.out)
	}
	return p.path
}

// prebuilt is what make has built.
func (p *program) prebuilt() (string, error) {
	path := os.Getenv(p.variable)
	if path == "" || p.variable == "" {
		return "", nil
	}
	if p.variable == servers {
		path = filepath.Join(path, p.name)
	}
	_, err := os.Stat(path)
	return path, err
}

func (p *program) build(root string) {
	if p.made, p.err = os.MkdirTemp("", "atticgen-testbin-"); p.err != nil {
		return
	}
	p.path = filepath.Join(p.made, p.name)
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", p.path, p.pkg)
	cmd.Dir = filepath.Join(root, filepath.FromSlash(p.module))
	p.out, p.err = cmd.CombinedOutput()
}

// Cleanup removes what was built; call it from TestMain.
func Cleanup() {
	for _, p := range all {
		if p.made != "" {
			_ = os.RemoveAll(p.made)
		}
	}
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("the source of this package is not known")
	}
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}
