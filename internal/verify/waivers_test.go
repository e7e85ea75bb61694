package verify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/report"
)

// broken is a repository with two findings that can be waived.
func broken(t *testing.T) repo {
	r := newRepo(t)
	r.list("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: nix-cache}\nspec: {a: 1, b: 2}\n")
	return r
}

const waiversHead = "apiVersion: atticgen.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n"

func (r repo) waive(text string) Options {
	r.Helper()
	r.write("waivers.yaml", waiversHead+text)
	o := r.options()
	o.Waivers = WaiversIn(r.root)
	return o
}

func TestWaivers(t *testing.T) {
	const (
		a       = `[decode] cache/a.yaml:4:8: error: Deployment nix-cache/a spec.a: is not a field of DeploymentSpec; there are minReadySeconds, paused, progressDeadlineSeconds, replicas, revisionHistoryLimit, selector, strategy, template`
		b       = `[decode] cache/a.yaml:4:14: error: Deployment nix-cache/a spec.b: is not a field of DeploymentSpec; there are minReadySeconds, paused, progressDeadlineSeconds, replicas, revisionHistoryLimit, selector, strategy, template`
		until   = " (waived until 2026-08-01: because)"
		because = ", reason: because, expires: '2026-08-01'}\n"
		unused  = "[waiver-unused] waivers.yaml:5:5: warning: waives decode for Deployment nix-cache/a, which nothing breaks; remove it, or correct it"
	)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"of an object":              {"  - {rule: decode, object: Deployment nix-cache/a" + because, []string{b + until, a + until}},
		"of a field":                {"  - {rule: decode, object: Deployment nix-cache/a, field: spec.a" + because, []string{b, a + until}},
		"in an environment":         {"  - {rule: decode, environment: only, object: Deployment nix-cache/a" + because, []string{b + until, a + until}},
		"of another object":         {"  - {rule: decode, object: Deployment nix-cache/b" + because, []string{b, a, strings.ReplaceAll(unused, "cache/a", "cache/b")}},
		"of another field":          {"  - {rule: decode, object: Deployment nix-cache/a, field: spec" + because, []string{b, a, unused}},
		"of another rule":           {"  - {rule: api-removed, object: Deployment nix-cache/a" + because, []string{b, a, strings.ReplaceAll(unused, "decode", "api-removed")}},
		"of no object":              {"  - {rule: decode" + because, []string{b, a, strings.ReplaceAll(unused, "Deployment nix-cache/a", "the environment")}},
		"of schemas, without any":   {"  - {rule: schema, object: Deployment nix-cache/a" + because, []string{b, a}},
		"of two environments, once": {"  - {rule: environments-apart" + because, []string{b, a, strings.ReplaceAll(strings.ReplaceAll(unused, "Deployment nix-cache/a", "the environment"), "decode", "environments-apart")}},
		"expired": {"  - {rule: decode, object: Deployment nix-cache/a, reason: because, expires: '2026-06-30'}\n", []string{
			b, a,
			"[waiver-expired] waivers.yaml:5:78: error: waives decode for Deployment nix-cache/a, and expired on 2026-06-30; mend what it waives and remove it, or decide again and give it a new date and reason",
		}},
		"expired and of no use": {"  - {rule: decode, object: Deployment nix-cache/b, reason: because, expires: '2026-06-30'}\n", []string{
			b, a,
			"[waiver-expired] waivers.yaml:5:78: error: waives decode for Deployment nix-cache/b, and expired on 2026-06-30; remove it: nothing needs it",
		}},
		"soon": {"  - {rule: decode, object: Deployment nix-cache/a, reason: because, expires: '2026-07-14'}\n", []string{
			strings.ReplaceAll(b+until, "08-01", "07-14"), strings.ReplaceAll(a+until, "08-01", "07-14"),
			"[waiver-expired] waivers.yaml:5:78: info: waives decode for Deployment nix-cache/a, and expires after 2026-07-14; mend what it waives and remove it, or decide again and give it a new date and reason",
		}},
		"not so soon": {"  - {rule: decode, object: Deployment nix-cache/a, reason: because, expires: '2026-07-15'}\n", []string{
			strings.ReplaceAll(b+until, "08-01", "07-15"), strings.ReplaceAll(a+until, "08-01", "07-15"),
		}},
		"expired and not": {"  - {rule: decode, object: Deployment nix-cache/a, field: spec.a, reason: because, expires: '2026-06-30'}\n" +
			"  - {rule: decode, object: Deployment nix-cache/a" + because, []string{
			b + until, a + until,
			"[waiver-expired] waivers.yaml:5:93: error: waives decode for Deployment nix-cache/a, and expired on 2026-06-30; mend what it waives and remove it, or decide again and give it a new date and reason",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := broken(t)
			got := r.only(r.waive(c.text), ruleDecode, ruleExpired, ruleUnused)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A waiver is judged by those who look where it could be needed.
func TestWaiversOfOtherEnvironments(t *testing.T) {
	r := broken(t)
	r.write("overlays/other/kustomization.yaml", "generators: [../only/cache.yaml]\n")
	o := r.waive("  - {rule: decode, object: Deployment nix-cache/x, reason: because, expires: '2026-07-02'}\n" +
		"  - {rule: decode, environment: other, object: Deployment nix-cache/x, reason: because, expires: '2026-06-02'}\n" +
		"  - {rule: environments-apart, environment: only, reason: because, expires: '2026-07-02'}\n" +
		"  - {rule: decode, environment: only, object: Deployment nix-cache/x, reason: because, expires: '2026-07-02'}\n")
	o.Names = []string{"only"}
	want := []string{"[waiver-unused] waivers.yaml:8:5: warning: waives decode for Deployment nix-cache/x, which nothing breaks; remove it, or correct it"}
	if diff := cmp.Diff(want, r.only(o, ruleUnused, ruleExpired)); diff != "" {
		t.Error(diff)
	}
	o.Names = nil
	if got := r.only(o, ruleUnused, ruleExpired); len(got) != 4 {
		t.Error(got)
	}
}

// A waiver for what has a digest in its name outlives the next render, whether it
// was written with the digest or without.
func TestWaiversOfNamesWithDigests(t *testing.T) {
	r := newRepo(t)
	r.list("a.yaml", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a-484c9d033e, namespace: nix-cache}\nspec: {a: 1}\n")
	for name, used := range map[string]bool{"a": true, "a-484c9d033e": true, "a-0123456789": true, "b-484c9d033e": false} {
		got := r.only(r.waive("  - {rule: decode, object: Job nix-cache/"+name+", reason: because, expires: '2026-07-02'}\n"), ruleUnused)
		if used != (len(got) == 0) {
			t.Errorf("%s: %v", name, got)
		}
	}
	got := r.refused(r.waive("  - {rule: decode, object: Job nix-cache/a, reason: because, expires: '2026-07-02'}\n" +
		"  - {rule: decode, object: Job nix-cache/a-484c9d033e, reason: because, expires: '2026-07-02'}\n"))
	want := []string{"waivers.yaml:6:5: error: spec.waivers[1]: is about the same as spec.waivers[0]; keep one of the two"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The last day holds to its end in UTC.
func TestExpiry(t *testing.T) {
	r := broken(t)
	o := r.waive("  - {rule: decode, object: Deployment nix-cache/a, reason: because, expires: '2026-07-01'}\n")
	for clock, want := range map[string]int{
		"2026-07-01T23:59:59Z":      0,
		"2026-07-02T00:00:00Z":      1,
		"2026-07-02T01:00:00+02:00": 0,
		"2026-07-01T23:00:00-02:00": 1,
	} {
		now, err := time.Parse(time.RFC3339, clock)
		r.check(err)
		o.Today = now
		got := slices.DeleteFunc(r.only(o, ruleExpired), func(line string) bool { return strings.Contains(line, ": info: ") })
		if len(got) != want {
			t.Errorf("%s: %v", clock, got)
		}
	}
}

// Everything that is wrong with waivers is said at once, and where.
func TestWaiversRefused(t *testing.T) {
	r := broken(t)
	got := r.refused(r.waive(`  - rule: decoed
    environmen: only
    environment: onlly
    object: Deployment
    reason: " "
    expires: 2026-08-01
  - rule: drift
    object: Deployment a b
    field: spec.x
    expires: "2027-08-06"
  - {rule: decode, field: spec.x, reason: because, expires: "tomorrow"}
  - {object: Deployment nix-cache/a, reason: because, expires: "2027-08-05"}
  - {rule: decode, object: Deployment nix-cache/a, reason: because, expires: "2026-02-30"}
  - {rule: decode, object: Deployment nix-cache/a, reason: again, expires: "2026-07-30"}
`))
	want := []string{
		`waivers.yaml:5:11: error: spec.waivers[0].rule: is "decoed", which is no rule; did you mean decode?`,
		"waivers.yaml:6:5: error: spec.waivers[0].environmen: is not a known field; did you mean environment?",
		`waivers.yaml:7:18: error: spec.waivers[0].environment: is "onlly", which is no environment; did you mean only?`,
		`waivers.yaml:8:13: error: spec.waivers[0].object: is "Deployment"; write kind, namespace and name as findings show them, as in Deployment nix-cache/attic`,
		`waivers.yaml:9:13: error: spec.waivers[0].reason: is missing; say why this is acceptable, for whoever reviews it`,
		`waivers.yaml:10:14: error: spec.waivers[0].expires: is read as a date by some YAML parsers; write it in quotes: "2026-08-01"`,
		`waivers.yaml:11:5: error: spec.waivers[1].reason: is missing; say why this is acceptable, for whoever reviews it`,
		`waivers.yaml:11:11: error: spec.waivers[1].rule: is drift, which cannot be waived; mend what is found`,
		`waivers.yaml:12:13: error: spec.waivers[1].object: is "Deployment a b"; write kind, namespace and name as findings show them, as in Deployment nix-cache/attic`,
		`waivers.yaml:14:14: error: spec.waivers[1].expires: is more than 400 days ahead; write "2027-08-05" or earlier; waivers are looked at again each year`,
		`waivers.yaml:15:5: error: spec.waivers[2].object: is missing, and field is of an object; write it as findings show it, as in Deployment nix-cache/attic`,
		`waivers.yaml:15:61: error: spec.waivers[2].expires: is "tomorrow", which is no date; write the last day on which it holds, in quotes, as in "2027-01-31"`,
		"waivers.yaml:16:5: error: spec.waivers[3].rule: is missing; write the ID of the rule, as findings show it",
		`waivers.yaml:17:78: error: spec.waivers[4].expires: is "2026-02-30", which is no date; write the last day on which it holds, in quotes, as in "2027-01-31"`,
		"waivers.yaml:18:5: error: spec.waivers[5]: is about the same as spec.waivers[4]; keep one of the two",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	for text, want := range map[string]string{
		"":                                    "waivers.yaml: error: has 0 documents; write one, of kind Waivers",
		"a: 1\n---\nb: 1\n":                   "waivers.yaml: error: has 2 documents; write one, of kind Waivers",
		"apiVersion: v1\nkind: Waivers\n":     `waivers.yaml:1:13: error: apiVersion: is "v1"; write atticgen.dev/v1alpha1`,
		"apiVersion: atticgen.dev/v1alpha1\n": "waivers.yaml:1:1: error: kind: is missing; write kind: Waivers",
		"apiVersion: atticgen.dev/v1alpha1\nkind: Waivers\nspec: {waivers: [&a {}]}\n": "waivers.yaml:3:18: error: the anchor &a is not supported; remove it and write the value out where it is wanted",
		"apiVersion: atticgen.dev/v1alpha1\nkind: Waivers\nspec: {waivers: {a: b}}\n":  "waivers.yaml:3:17: error: spec.waivers: wants a list, has a map; write its items below it, each after \"- \"",
	} {
		r.write("waivers.yaml", text)
		o := r.options()
		o.Waivers = r.path("waivers.yaml")
		if diff := cmp.Diff([]string{want}, r.refused(o)); diff != "" {
			t.Error(diff)
		}
	}
	o := r.options()
	o.Waivers = r.path("none.yaml")
	if diff := cmp.Diff([]string{"none.yaml: error: cannot be read: is not there; name a file with --waivers"}, r.refused(o)); diff != "" {
		t.Error(diff)
	}
}

func TestNames(t *testing.T) {
	r := newRepo(t)
	r.write("overlays/staging/kustomization.yaml", "generators: [../only/cache.yaml]\n")
	o := r.options()
	o.Names = []string{"onlly", "nothing-like-it\x1b[2J", "only"}
	want := []string{
		`error: there is no environment "nothing-like-it\x1b[2J"; there are only, staging`,
		`error: there is no environment "onlly"; did you mean only?`,
	}
	if diff := cmp.Diff(want, r.refused(o)); diff != "" {
		t.Error(diff)
	}
	o.Names = []string{"only", r.root + "/environments/only/"}
	if got := r.run(o).Environments; len(got) != 1 || got[0].Name != "only" {
		t.Error(got)
	}
}

// The same input gives the same output.
func TestSame(t *testing.T) {
	r := broken(t)
	r.write(env+"cache/more.yaml", "")
	var first report.Verification
	for i := range 3 {
		result := r.run(r.options())
		if i == 0 {
			first = result
		}
		if diff := cmp.Diff(first, result); diff != "" {
			t.Error(diff)
		}
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"1.37": "1.37", "v1.36": "1.36", "1.24.17": "1.24", "1.40": "1.40",
		"1.23": "", "1.41": "", "2.37": "", "1": "", "": "", "1.37.x": "", "1.+37": "", "1.99999999999": "", "latest": "", "1.2.3.4": "",
	} {
		got, err := ParseVersion(text)
		if want == "" {
			if err == nil || !strings.HasSuffix(err.Error(), "is not a version of Kubernetes from 1.24 to 1.40; write one as in 1.37") {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if err != nil || Version(got) != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
