package rendered_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// failing is a test that keeps what it fails with.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// TestBuildFails: whatever is wrong with a folder, the folder is named.
func TestBuildFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, kustomization, want string
	}{
		{"resource that is not there", "resources: [missing.yaml]\n", "missing.yaml"},
		{"field that there is not", "resource: [service.yaml]\n", `unknown field "resource"`},
		{"nothing in it", "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}\n", "kustomization.yaml is empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(tt.kustomization), 0o600); err != nil {
				t.Fatal(err)
			}
			f := &failing{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				rendered.Build(f, dir)
			}()
			<-done
			if !strings.HasPrefix(f.text, dir+": ") || !strings.Contains(f.text, tt.want) {
				t.Errorf("it fails with %q, which is to begin with %s and say %s", f.text, dir, tt.want)
			}
		})
	}
}
