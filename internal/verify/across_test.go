package verify

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One environment is compared with all others, too, whichever is chosen, and says
// nothing of what those others share.
func TestBeyond(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{"second", "third"} {
		r.check(os.CopyFS(r.path("overlays/"+name), os.DirFS(r.path("overlays/only"))))
		r.check(os.CopyFS(r.path("environments/"+name), os.DirFS(r.path("environments/only"))))
		r.edit("environments/"+name+"/kustomization.yaml", "overlays/only", "overlays/"+name)
	}
	shares := func(name, other string) []string {
		at := "[environments-apart] environments/" + name + "/kustomization.yaml: "
		return []string{
			at + "error: backs PostgreSQL up to s3://attic-pg-backup in https://s3.example.com under attic-pg, as environments/" + other + " does",
			at + "warning: answers for nix-cache.example.com, as environments/" + other + " does",
			at + "warning: keeps NARs in s3://nix-cache in https://s3.example.com, as environments/" + other + " does",
		}
	}
	found := func(o Options, names ...string) string {
		o.Names = names
		var lines []string
		for _, line := range r.only(o, ruleApart, ruleUnreadable) {
			line, _, _ = strings.Cut(line, "; ")
			lines = append(lines, strings.Replace(line, "] kustom", "] environments/only/kustom", 1))
		}
		return strings.Join(lines, "\n")
	}
	o := r.options()
	for _, c := range []struct{ name, first, second string }{{"only", "second", "third"}, {"second", "only", "third"}, {"third", "only", "second"}} {
		got := found(o, c.name)
		for _, want := range append(shares(c.name, c.first), shares(c.name, c.second)...) {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s in %s", c.name, want, got)
			}
		}
		if n := strings.Count(got, "\n") + 1; n != 6 {
			t.Errorf("%s: %d findings: %s", c.name, n, got)
		}
	}

	// What is waived in a run over all is waived here.
	r.check(os.RemoveAll(r.path("environments/third")))
	r.check(os.RemoveAll(r.path("overlays/third")))
	r.write("waivers.yaml", waiversHead+"  - {rule: environments-apart, environment: second, reason: because, expires: '2026-07-02'}\n")
	o.Waivers = WaiversIn(r.root)
	for _, names := range [][]string{nil, {"only"}, {"second"}} {
		o.Names = names
		if got := r.only(o, ruleApart, ruleUnused); len(got) != 3 || strings.Count(strings.Join(got, ""), "(waived until") != 3 {
			t.Errorf("%v: %v", names, got)
		}
	}
	o.Waivers = ""

	// What could not be read is named.
	r.check(os.RemoveAll(r.path("environments/second")))
	want := "[unreadable] environments/only/kustomization.yaml: info: was not compared in full with environments/second, of which not everything can be read"
	if diff := cmp.Diff(want, found(o, "only")); diff != "" {
		t.Error(diff)
	}
}
