package verify

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

const (
	out     = "; run atticgen render and commit the result"
	hpaFile = "cache/nix-cache/horizontalpodautoscaler-attic.yaml"
)

// An environment is out of date by an edit, a file less, a file more, and by a
// change of what it is rendered from.
func TestDrift(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(repo)
		want   []string
	}{
		"nothing": {func(repo) {}, nil},
		"an edit": {func(r repo) { r.edit(env+hpaFile, "maxReplicas: 10", "maxReplicas: 11") }, []string{
			"[drift] cache/nix-cache/horizontalpodautoscaler-attic.yaml:37:1: error: is not what the overlay renders to" + out,
		}},
		"no line at the end": {func(r repo) { r.write(env+hpaFile, strings.TrimSuffix(r.read(env+hpaFile), "\n")) }, []string{
			"[drift] cache/nix-cache/horizontalpodautoscaler-attic.yaml:55:1: error: is not what the overlay renders to" + out,
		}},
		"a file less": {func(r repo) { r.check(os.Remove(r.path(env + hpaFile))) }, []string{
			"[drift] cache/nix-cache/horizontalpodautoscaler-attic.yaml: error: is not there, and the overlay renders it" + out,
		}},
		"a folder instead": {func(r repo) {
			r.check(os.Remove(r.path(env + hpaFile)))
			r.check(os.Mkdir(r.path(env+hpaFile), 0o755))
		}, []string{
			"[drift] cache/nix-cache/horizontalpodautoscaler-attic.yaml: error: is not a file; remove it, run atticgen render and commit the result",
		}},
		"a file more": {func(r repo) {
			r.write(env+"cache/old.yaml", tree.Header+" from overlays/only; do not edit\n")
			r.write(env+"cache/other.yaml", "# somebody else's\n")
		}, []string{
			"[drift] cache/old.yaml:1:1: error: was rendered once, and the overlay does not render it any more" + out,
		}},
		"nothing rendered yet": {func(r repo) { r.check(os.RemoveAll(r.path(env))) }, []string{
			"[drift] kustomization.yaml: error: is not there; the environment was never rendered" + out,
		}},
		"the overlay": {func(r repo) { r.edit("overlays/only/cache.yaml", "https://s3.example.com", "https://s3.example.org") }, []string{
			"[drift] cache/kustomization.yaml:5:1: error: is not what the overlay renders to" + out,
			"[drift] cache/nix-cache/configmap-attic-config-2dd01d030c.yaml: error: is not there, and the overlay renders it" + out,
			"[drift] cache/nix-cache/configmap-attic-config-facd0feb32.yaml:1:1: error: was rendered once, and the overlay does not render it any more" + out,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			c.breaks(r)
			got := r.found(r.run(r.options()), ruleUnknownKind, ruleStaleFile, ruleMissingFile, ruleUnreadable, ruleUnasked)
			if name == "the overlay" {
				got = got[:min(len(got), 3)] // the Deployments and the Job follow the configuration
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What rendering anew mends is told from what it does not.
func TestOutOfDate(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(repo)
		// want is how many errors there are, and how many of them rendering mends.
		want, mended int
	}{
		"an edit":             {func(r repo) { r.edit(env+hpaFile, "maxReplicas: 10", "maxReplicas: 11") }, 1, 1},
		"a file less":         {func(r repo) { r.check(os.Remove(r.path(env + hpaFile))) }, 2, 2},
		"no kustomization":    {func(r repo) { r.check(os.Remove(r.path(cacheStage))) }, 2, 2},
		"nothing rendered":    {func(r repo) { r.check(os.RemoveAll(r.path(env))) }, 1, 1},
		"a file that is none": {func(r repo) { r.edit(cacheStage, "resources:\n", "resources:\n- none.yaml\n") }, 2, 1},
		"a file of others":    {func(r repo) { r.edit(cacheStage, "resources:\n", "resources:\n- /etc/passwd\n") }, 2, 1},
		"no YAML":             {func(r repo) { r.write(env+hpaFile, "{") }, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			c.breaks(r)
			total, mended := 0, 0
			for _, f := range r.run(r.options()).Environments[0].Findings {
				if f.Rule == ruleDrift || f.Rule == ruleMissingFile || f.Rule == ruleUnreadable {
					total++
					if f.OutOfDate {
						mended++
					}
				}
			}
			if total != c.want || mended != c.mended {
				t.Errorf("of %d rendering mends %d, not %d of %d", total, mended, c.mended, c.want)
			}
		})
	}
}

func (r repo) diffs(result report.Verification) map[string]string {
	all := map[string]string{}
	for _, e := range result.Environments {
		for _, f := range e.Findings {
			if f.Diff != "" {
				all[strings.TrimPrefix(r.relative(f.File), env)] = r.relative(f.Diff)
			}
		}
	}
	return all
}

func TestDiff(t *testing.T) {
	r := newRepo(t)
	r.edit(env+hpaFile, "maxReplicas: 10", "maxReplicas: \"11\u202e\"")
	const file = env + hpaFile
	want := map[string]string{hpaFile: "--- " + file + " (committed)\n+++ " + file + ` (rendered)
@@ -34,7 +34,7 @@
         value: 4
       selectPolicy: Max
       stabilizationWindowSeconds: 0
-  maxReplicas: "11\u202e"
+  maxReplicas: 10
   metrics:
   - resource:
       name: cpu
`}
	if diff := cmp.Diff(want, r.diffs(r.run(r.options()))); diff != "" {
		t.Error(diff)
	}
}

// Long differences are cut.
func TestDiffLong(t *testing.T) {
	r := newRepo(t)
	r.write(env+hpaFile, "apiVersion: v1\nkind: x\nmetadata: {name: x}\n"+strings.Repeat("# a\n", 5000)+"# "+strings.Repeat("b", 5000)+"\n")
	text := r.diffs(r.run(r.options()))[hpaFile]
	if n := strings.Count(text, "\n"); n != mostLines+1 {
		t.Errorf("%d lines", n)
	}
	if !strings.HasSuffix(text, " more lines\n") {
		t.Error(text)
	}
}

// What is in a Secret, or may be, is shown to nobody, and no other credential is;
// and whoever looks for the difference is told the right reason.
func TestDiffOfSecrets(t *testing.T) {
	const (
		secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: nix-cache}\nstringData: {password: hunter2}\n"
		config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: nix-cache}\n"
		cannot = "the file cannot be read, and could hold a secret"
	)
	for name, c := range map[string]struct{ text, why string }{
		"a Secret":         {secret, "it holds values of a Secret"},
		"in a list":        {"kind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(secret), "\n", "\n  ") + "\n", "a list could hold Secrets"},
		"no YAML":          {secret + "\t\n", cannot},
		"second document":  {"kind: ConfigMap\n---\n" + secret, cannot},
		"key twice":        {"kind: ConfigMap\n" + secret, cannot},
		"secret generator": {"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator: [{literals: [password=hunter2]}]\n", "the kustomization does more than list resources, and could make a Secret"},
		"no kind":          {"stringData: {password: hunter2}\n", cannot},
		"no name":          {"apiVersion: v1\nkind: ConfigMap\ndata: {password: hunter2hunter2}\n", cannot},
		"a setting":        {config + "data: {DB_PASSWORD: hunter2hunter2}\n", "it holds a credential"},
		"an address":       {config + "data: {a: 'postgres://attic:hunter2@db/attic'}\n", "it holds a credential"},
		"a Service":        {"apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: nix-cache}\nspec: {\n", cannot},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			r.write(env+hpaFile, c.text)
			result := r.run(r.options())
			if got := r.diffs(result); len(got) > 0 {
				t.Error(got)
			}
			all := strings.Join(r.found(result), "\n")
			if strings.Contains(all, "hunter2") || !strings.Contains(all, "the difference is not shown, because "+c.why+";") {
				t.Error(all)
			}
		})
	}

	// A variable of a container, as people add one by hand.
	r := newRepo(t)
	const file = "cache/nix-cache/deployment-attic.yaml"
	r.edit(env+file, "        - name: ", "        - name: DB_PASSWORD\n          value: hunter2hunter2\n        - name: ")
	result := r.run(r.options())
	if got := r.diffs(result); len(got) > 0 {
		t.Error(got)
	}
	if all := strings.Join(r.only(r.options(), ruleDrift, "plain-credential"), "\n"); strings.Contains(all, "hunter2") ||
		!strings.Contains(all, "because it holds a credential;") || !strings.Contains(all, "[plain-credential] "+file) {
		t.Error(all)
	}
}

// Of a kustomization that only has names, the difference is shown.
func TestDiffOfKustomization(t *testing.T) {
	r := newRepo(t)
	r.edit(cacheStage, "- nix-cache/ingress-attic.yaml\n", "")
	if got := r.diffs(r.run(r.options()))["cache/kustomization.yaml"]; !strings.Contains(got, "+- nix-cache/ingress-attic.yaml\n") {
		t.Error(got)
	}
}

// A kustomization can have a Secret in any field.
func TestDiffOfKustomizationWithSecrets(t *testing.T) {
	for name, text := range map[string]string{
		"a component":      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nmetadata: {name: a}\nsecretGenerator: [{literals: [x=hunter2]}]\n",
		"a patch":          "kind: Kustomization\npatches: [{patch: '{\"kind\": \"Secret\", \"stringData\": {\"a\": \"hunter2\"}}'}]\n",
		"an address":       "kind: Kustomization\nresources: ['https://hunter2@example.com/a']\n",
		"no list of names": "kind: Kustomization\nresources: {password: hunter2}\n",
		"no kind of text":  "kind: Kustomization\napiVersion: {password: hunter2}\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			r.write(cacheStage, text)
			result := r.run(r.options())
			if got := r.diffs(result)["cache/kustomization.yaml"]; got != "" {
				t.Error(got)
			}
			if got := strings.Join(r.found(result, ruleMissingFile), "\n"); !strings.Contains(got, "the difference is not shown, because the kustomization does more") {
				t.Error(got)
			}
		})
	}
}

// Nothing that a symbolic link leads to is read or shown.
func TestLinkedEnvironment(t *testing.T) {
	r := newRepo(t)
	r.check(os.RemoveAll(r.path(env)))
	outside := t.TempDir()
	r.check(os.MkdirAll(outside+"/cache/nix-cache", 0o755))
	r.check(os.WriteFile(outside+"/"+hpaFile, []byte("kind: a\noutside: hunter2\n"), 0o644))
	if err := os.Symlink(outside, r.path("environments/only")); err != nil {
		t.Skip(err)
	}
	result := r.run(r.options())
	want := []string{"[unreadable] environments/only: error: is not a folder; put the environment there as a folder, without symbolic links"}
	if diff := cmp.Diff(want, r.found(result)); diff != "" || len(r.diffs(result)) > 0 {
		t.Error(diff, r.diffs(result))
	}
}

func TestOverlay(t *testing.T) {
	r := newRepo(t)
	r.edit("overlays/only/cache.yaml", "hostname", "hostnmae")
	want := []string{
		"[overlay] overlays/only/cache.yaml:9:3: error: spec.hostname: is missing; write the DNS name of the cache, as in nix-cache.example.com",
		"[overlay] overlays/only/cache.yaml:9:3: error: spec.hostnmae: is not a known field; did you mean hostname?",
	}
	if diff := cmp.Diff(want, r.found(r.run(r.options()), ruleUnknownKind)); diff != "" {
		t.Error(diff)
	}

	r = newRepo(t)
	r.check(os.CopyFS(r.path("environments/gone"), os.DirFS(r.path("environments/only"))))
	r.edit("environments/gone/kustomization.yaml", "overlays/only", "overlays/gone")
	want = []string{
		"[overlay] environments/gone/kustomization.yaml:1: error: is of an environment that has no overlay any more; restore the overlay, or remove the folder if the environment is to go",
	}
	if diff := cmp.Diff(want, r.found(r.run(r.options()), ruleUnknownKind, ruleApart)); diff != "" {
		t.Error(diff)
	}

	// A source outside the repository is none, and one by another path is.
	r = newRepo(t)
	r.check(os.MkdirAll(r.path("elsewhere"), 0o755))
	r.check(os.Rename(r.path("overlays/only"), r.path("elsewhere/only")))
	r.check(os.MkdirAll(r.path("overlays/second"), 0o755))
	r.write("overlays/second/kustomization.yaml", "generators: [../../elsewhere/only]\n")
	o := r.options()
	o.Names = []string{"only"}
	r.edit("environments/only/kustomization.yaml", "overlays/only", "elsewhere/only")
	got := r.found(r.run(o), ruleUnknownKind)
	if len(got) == 0 || !strings.HasPrefix(got[0], "[drift] ") {
		t.Error(got)
	}
	r.edit("environments/only/kustomization.yaml", "elsewhere/only", "../../etc")
	if got := r.found(r.run(o), ruleUnknownKind, ruleUnreadable); len(got) != 1 || !strings.HasPrefix(got[0], "[overlay] ") {
		t.Error(got)
	}
}

// Two environments that back up to one place are found wherever they come from.
func TestApart(t *testing.T) {
	r := newRepo(t)
	r.check(os.CopyFS(r.path("overlays/second"), os.DirFS(r.path("overlays/only"))))
	r.check(os.CopyFS(r.path("environments/second"), os.DirFS(r.path("environments/only"))))
	r.edit("environments/second/kustomization.yaml", "overlays/only", "overlays/second")
	var got []string
	for _, line := range r.found(r.run(r.options()), ruleUnknownKind, ruleDrift) {
		line, _, _ = strings.Cut(line, "; ")
		got = append(got, line)
	}
	const at = "[environments-apart] environments/second/kustomization.yaml: "
	want := []string{
		at + "error: backs PostgreSQL up to s3://attic-pg-backup in https://s3.example.com under attic-pg, as environments/only does",
		at + "warning: answers for nix-cache.example.com, as environments/only does",
		at + "warning: keeps NARs in s3://nix-cache in https://s3.example.com, as environments/only does",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
