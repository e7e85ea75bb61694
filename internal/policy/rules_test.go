package policy

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// ruleCase is objects, and what one rule finds in them: severity, object, path
// and message. Each rule has one with findings and one without.
type ruleCase struct {
	rule, name string
	objects    []string
	want       []string
}

func allCases() []ruleCase {
	return slices.Concat(atRenderCases, podCases, scaleCases, connectionCases, networkCases, ingressCases, referenceCases, deliveryCases, credentialCases, moreCredentialCases, secretCases, tokenListCases, guardCases, missedCases)
}

func TestRules(t *testing.T) {
	broken, good := map[string]bool{}, map[string]bool{}
	for _, c := range allCases() {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			got := findings(rule(t, c.rule), Input{Objects: objectsOf(t, c.objects...)})
			if diff := gocmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
		broken[c.rule] = broken[c.rule] || len(c.want) > 0
		good[c.rule] = good[c.rule] || len(c.want) == 0
	}
	for _, r := range Rules() {
		if !broken[r.ID] || !good[r.ID] {
			t.Errorf("%s: broken case: %v, good case: %v; write both", r.ID, broken[r.ID], good[r.ID])
		}
	}
}

func TestRulesAreDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.ID == "" || r.ID != strings.ToLower(r.ID) || seen[r.ID] {
			t.Errorf("%q is not an ID of its own in lower case", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Why == "" || r.Fix == "" || r.Severity == "" || r.Check == nil {
			t.Errorf("%s lacks something", r.ID)
		}
	}
}

// rule is the rule of that ID.
func rule(t *testing.T, id string) Rule {
	t.Helper()
	for _, r := range Rules() {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("no rule is called %s", id)
	return Rule{}
}

// A rule says of each severity that its findings have when they have it.
func TestSeveritiesAreDocumented(t *testing.T) {
	seen := map[string]map[diag.Severity]bool{}
	note := func(r Rule, found []Finding) {
		if seen[r.ID] == nil {
			seen[r.ID] = map[diag.Severity]bool{}
		}
		for _, f := range found {
			severity := cmp.Or(f.Severity, r.Severity)
			seen[r.ID][severity] = true
			if r.Others[severity] == "" && severity != r.Severity {
				t.Errorf("%s: %s has severity %s, which the rule says nothing of", r.ID, f.Object, severity)
			}
		}
	}
	for _, c := range allCases() {
		r := rule(t, c.rule)
		note(r, r.Check(Input{Objects: objectsOf(t, c.objects...)}))
	}
	for _, objects := range rendered(t) {
		for _, r := range Rules() {
			note(r, r.Check(Input{Objects: objects}))
		}
	}
	for _, r := range Rules() {
		for severity, when := range r.Others {
			if !seen[r.ID][severity] || severity == r.Severity || !strings.HasPrefix(when, "where ") {
				t.Errorf("%s: %s %s, which no case shows", r.ID, severity, when)
			}
		}
	}
}

// A rule that takes what is not there for wrong says so, so that nobody is told
// to mend what a missing file has broken.
func TestWholeRules(t *testing.T) {
	partial := slices.DeleteFunc(Rules(), func(r Rule) bool { return r.Whole })
	for name, objects := range rendered(t) {
		if len(objects) == 1 || !strings.HasPrefix(name, "environments/") && !strings.Contains(name, "everything") {
			continue
		}
		for _, r := range partial {
			before := len(r.Check(Input{Objects: objects}))
			for i := range objects {
				if after := r.Check(Input{Objects: slices.Concat(objects[:i], objects[i+1:])}); len(after) > before {
					t.Errorf("%s: without %s, %s finds more; set its field Whole", name, objects[i], r.ID)
				}
			}
		}
	}
}

// findings are what a rule finds, on a line each.
func findings(r Rule, in Input) []string {
	var lines []string
	for _, f := range r.Check(in) {
		line := string(cmp.Or(f.Severity, r.Severity)) + ": " + f.Object.String()
		if len(f.Path) > 0 {
			line += " " + strings.Join(f.Path, ".")
		}
		lines = append(lines, diag.Escape(line+": "+f.Message))
	}
	return lines
}

// deployment has pods of one container, and fields of its pods' spec besides.
func deployment(name, spec, container, pod string) string {
	return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + ", namespace: cache}\n" +
		"spec: {" + spec + " template: {metadata: {labels: {app: " + name + "}}, spec: {" + pod + " containers: [{name: c, " + container + "}]}}}\n"
}

func service(name, app string) string {
	return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: cache, labels: {app: " + name + "}}\nspec: {selector: {app: " + app + "}, ports: [{port: 80}]}\n"
}

func space(labels string) string {
	return "apiVersion: v1\nkind: Namespace\nmetadata: {name: cache, labels: {" + labels + "}}\n"
}
