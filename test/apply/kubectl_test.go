package apply

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// testKubectl does what a person would do with an environment by hand.
func (s *server) testKubectl(t *testing.T) {
	folder := filepath.Join(rendered.Root(), "environments", "production")
	production := s.environments["environments/production"]
	defer s.Remove(t, production...)
	home := t.TempDir()
	kubectl := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		cmd := exec.Command(testbin.Kubectl(t), args...)
		cmd.Env = []string{"KUBECONFIG=" + s.Kubeconfig, "HOME=" + home, "PATH=" + os.Getenv("PATH")}
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("kubectl %s: exit code %d\n%s", strings.Join(args, " "), code, out.Bytes())
		}
		return out.String()
	}

	// A dry run cannot make the namespace for the others.
	namespace := find(t, production, "Namespace /nix-cache")
	if _, err := s.Apply(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		options []string
		suffix  string
	}{
		{[]string{"--dry-run=server"}, " serverside-applied (server dry run)"},
		{nil, " serverside-applied"},
	} {
		out := kubectl(0, append([]string{"apply", "--server-side", "--validate=strict", "-k", folder}, tt.options...)...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != len(production) {
			t.Errorf("%d lines for %d objects:\n%s", len(lines), len(production), out)
		}
		for _, line := range lines {
			if !strings.HasSuffix(line, tt.suffix) {
				t.Errorf("kubectl apply says %q", line)
			}
		}
	}
	if out := kubectl(0, "diff", "-k", folder); out != "" {
		t.Errorf("kubectl diff says, right after applying:\n%s", out)
	}

	deployment := find(t, production, "Deployment nix-cache/attic")
	resource, err := s.Resource(deployment)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resource.Patch(t.Context(), "attic", types.MergePatchType, []byte(`{"spec":{"revisionHistoryLimit":7}}`), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	if out := kubectl(1, "diff", "-k", folder); !strings.Contains(out, "-  revisionHistoryLimit: 7\n+  revisionHistoryLimit: 3\n") {
		t.Errorf("kubectl diff says of a change by hand:\n%s", out)
	}
}
