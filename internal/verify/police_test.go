package verify

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// wholeRules are those that are wrong about an environment of which a part is not
// known.
func wholeRules() []string {
	var all []string
	for _, r := range policy.Rules() {
		if r.Whole {
			all = append(all, r.ID)
		}
	}
	return all
}

// What follows from a file that cannot be read, or that is not there, is not held
// against all the others that name what is in it.
func TestFindingsThatFollow(t *testing.T) {
	const service = "cache/nix-cache/service-attic.yaml"
	for name, breaks := range map[string]func(repo){
		"unreadable": func(r repo) { r.write(env+service, "apiVersion: [v1\n") },
		"missing":    func(r repo) { r.check(os.Remove(r.path(env + service))) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			before := r.only(r.options(), wholeRules()...)
			breaks(r)
			result := r.run(r.options())
			if got := r.of(result, wholeRules()...); len(got) > 0 {
				t.Errorf("%v, and of the whole environment %v", got, before)
			}
			want := []string{"[rules-not-asked] kustomization.yaml: info: was not held to " + strings.Join(wholeRules(), ", ") +
				": a file of the environment cannot be read or is not there; mend that first"}
			if diff := cmp.Diff(want, r.of(result, ruleUnasked)); diff != "" {
				t.Error(diff)
			}
			for _, rule := range wholeRules() {
				if result.Environments[0].Unasked[rule] == "" {
					t.Errorf("%s is not among those that were not asked", rule)
				}
			}
		})
	}

	// A waiver for a rule that was not asked may be needed.
	r := newRepo(t)
	r.write(env+service, "{")
	got := r.only(r.waive("  - {rule: reference-exists, object: Ingress nix-cache/attic, reason: because, expires: '2026-08-01'}\n"), ruleUnused)
	if len(got) > 0 {
		t.Error(got)
	}
}

func TestUnasked(t *testing.T) {
	r := newRepo(t)
	unasked := func() []string {
		var all []string
		for rule, why := range r.run(r.options()).Environments[0].Unasked {
			all = append(all, rule+": "+why)
		}
		slices.Sort(all)
		return all
	}
	schemas := []string{"schema-missing: no --schema-location", "schema: no --schema-location"}
	if diff := cmp.Diff(schemas, unasked()); diff != "" {
		t.Error(diff)
	}
	r.edit("overlays/only/cache.yaml", "hostname", "hostnmae")
	if diff := cmp.Diff(append([]string{"drift: the overlay does not render"}, schemas...), unasked()); diff != "" {
		t.Error(diff)
	}
}
