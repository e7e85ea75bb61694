package verify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const privileged = `apiVersion: v1
kind: Pod
metadata: {name: x, namespace: nix-cache}
spec: {containers: [{name: a, image: "busybox:latest", securityContext: {privileged: true}}]}
`

// A folder that somebody has put beside environments is applied like them, and so
// is held to what they are.
func TestForeign(t *testing.T) {
	const rogue = "environments/rogue/"
	overlay := "[overlay] environments/rogue: error: was not rendered by atticgen, and has no overlay, so that nobody can say what it should be; " +
		"move what is there into an overlay and run atticgen render, or move the folder to where no environments are"
	image := func(file string) string {
		return `[image-pinned] environments/rogue/` + file + `:4:31: error: Pod nix-cache/x spec.containers[0].image: has the tag "latest", which can move to another image; pin it by digest (name@sha256:… with 64 hexadecimal digits), commit hash (name:12cbeca1…) or exact version (name:18.6)`
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"with a kustomization": {map[string]string{"kustomization.yaml": "resources: [pod.yaml]\n", "pod.yaml": privileged}, []string{image("pod.yaml"), overlay}},
		"another name":         {map[string]string{"Kustomization": "resources: [pod.yaml]\n", "pod.yaml": privileged}, []string{image("pod.yaml"), overlay}},
		"without one":          {map[string]string{"a/pod.yml": privileged}, []string{image("a/pod.yml"), overlay}},
		"one further below":    {map[string]string{"a/kustomization.yaml": "resources: [pod.json]\n", "a/pod.json": privileged}, []string{image("a/pod.json"), overlay}},
		"no manifests":         {map[string]string{"README.md": "Read me.\n"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			for file, text := range c.files {
				r.write(rogue+file, text)
			}
			if diff := cmp.Diff(c.want, r.only(r.options(), ruleOverlay, "image-pinned", ruleUnreadable, ruleStaleFile)); diff != "" {
				t.Error(diff)
			}
			o := r.options()
			o.Names = []string{"rogue"}
			if c.want == nil {
				r.refused(o)
			} else if diff := cmp.Diff(c.want, r.only(o, ruleOverlay, "image-pinned")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Where environments are beside other folders, those are none.
func TestNotForeign(t *testing.T) {
	r := newRepo(t)
	r.check(os.Rename(r.path("environments/only"), r.path("only")))
	r.write("docs/pod.yaml", privileged)
	o := r.options()
	o.Output = r.root
	if got := r.only(o, ruleOverlay, ruleDrift); got != nil {
		t.Error(got)
	}
}

// An environment is chosen by name, and by any path of its folder.
func TestChoose(t *testing.T) {
	r := newRepo(t)
	o := r.options()
	t.Chdir(r.root)
	for _, name := range []string{"only", "environments/only", "./environments/only/", r.path("environments/only"), r.path("environments/../environments/only")} {
		for _, output := range []string{"environments", o.Output} {
			o.Names, o.Output = []string{name}, output
			if result := r.run(o); len(result.Environments) != 1 {
				t.Errorf("%s: %v", name, result.Environments)
			}
		}
	}
	o.Names = []string{filepath.Join(t.TempDir(), "only")}
	if got := r.refused(o); !strings.Contains(got[0], "there is no environment") {
		t.Error(got)
	}
}
