// Package testbin builds the programs that tests run as processes: atticgen
// itself and the real tools it is compared with.
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
func Atticgen(t testing.TB) string {
	t.Helper()
	return build(t, &atticgen, "atticgen", moduleRoot(t), "./cmd/atticgen")
}

// Kustomize is the path of the real kustomize, in the version that
// internal/tools pins. Make builds it beforehand and says where it is.
func Kustomize(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("ATTICGEN_KUSTOMIZE"); path != "" {
		return path
	}
	return build(t, &kustomize, "kustomize", filepath.Join(moduleRoot(t), "internal", "tools"), "sigs.k8s.io/kustomize/kustomize/v5")
}

// Helm is the path of the real helm, in the version that internal/tools pins.
// Make builds it beforehand and says where it is.
func Helm(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("ATTICGEN_HELM"); path != "" {
		return path
	}
	return build(t, &helm, "helm", filepath.Join(moduleRoot(t), "internal", "tools"), "helm.sh/helm/v3/cmd/helm")
}

// MinIO is the path of a real S3 server, in the version that the module test
// pins. Make builds it beforehand and says where it is.
func MinIO(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("ATTICGEN_MINIO"); path != "" {
		return path
	}
	return build(t, &minio, "minio", filepath.Join(moduleRoot(t), "test"), "github.com/minio/minio")
}

// VersityGW is the path of an S3 server with few features, likewise.
func VersityGW(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("ATTICGEN_VERSITYGW"); path != "" {
		return path
	}
	return build(t, &versitygw, "versitygw", filepath.Join(moduleRoot(t), "test"), "github.com/versity/versitygw/cmd/versitygw")
}

// program is built at most once in a test process.
type program struct {
	once sync.Once
	path string
	err  error
	out  []byte
}

var atticgen, kustomize, helm, minio, versitygw program

func build(t testing.TB, p *program, name, dir, pkg string) string {
	t.Helper()
	p.once.Do(func() {
		folder, err := os.MkdirTemp("", "atticgen-testbin-")
		if err != nil {
			p.err = err
			return
		}
		p.path = filepath.Join(folder, name)
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", p.path, pkg)
		cmd.Dir = dir
		p.out, p.err = cmd.CombinedOutput()
	})
	if p.err != nil {
		t.Fatalf("build %s: %v\n%s", name, p.err, p.out)
	}
	return p.path
}

// Cleanup removes what was built; call it from TestMain.
func Cleanup() {
	for _, p := range []*program{&atticgen, &kustomize, &helm, &minio, &versitygw} {
		if p.path != "" {
			_ = os.RemoveAll(filepath.Dir(p.path))
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
