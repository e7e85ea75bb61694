package policy

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// rendered are the objects of every environment that is committed, by where it is.
func rendered(t *testing.T) map[string][]manifest.Object {
	t.Helper()
	all := map[string][]manifest.Object{}
	for _, pattern := range []string{"environments/*", "golden/*/want/environments/*"} {
		folders, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil || len(folders) == 0 {
			t.Fatalf("no folder is like %s: %v", pattern, err)
		}
		for _, folder := range folders {
			name := strings.TrimPrefix(filepath.ToSlash(folder), "../../")
			name = strings.TrimPrefix(strings.Replace(name, "want/environments/", "", 1), "golden/")
			all[name] = objectsIn(t, folder)
		}
	}
	return all
}

func objectsIn(t *testing.T, folder string) []manifest.Object {
	t.Helper()
	var objects []manifest.Object
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "kustomization.yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		o, err := manifest.FromYAML(data)
		objects = append(objects, o)
		return err
	})
	if err != nil || len(objects) == 0 {
		t.Fatalf("%s has %d objects: %v", folder, len(objects), err)
	}
	return objects
}

// accepted are errors in golden cases that show what users bring themselves, by
// environment and rule, with the reason.
var accepted = map[string]map[string]string{
	"helm-chart/least": {
		"network-coverage": "the chart is of others, and brings no network policies",
		"resources":        "the chart is of others, and sets none",
	},
	"helm-chart/everything": {
		"network-coverage": "the chart is of others, and brings no network policies",
		"resources":        "the chart is of others, and sets none",
	},
	"platform/whole": {
		"network-coverage": "the chart doorman is of others, and brings no network policies",
		"resources":        "the chart doorman is of others, and sets none",
	},
	"postgres-everything/only": {
		"network-coverage": "the cluster branch sets network.enabled: false",
	},
	"service-everything/only": {
		"reference-exists": "the service shows names of objects that are made elsewhere",
	},
}

func TestRulesOnWhatIsRendered(t *testing.T) {
	found := map[string]map[string]bool{}
	for name, objects := range rendered(t) {
		found[name] = map[string]bool{}
		for _, r := range Rules() {
			for _, f := range r.Check(Input{Objects: objects}) {
				if cmp.Or(f.Severity, r.Severity) != diag.Error {
					continue
				}
				found[name][r.ID] = true
				if accepted[name][r.ID] == "" {
					t.Errorf("%s: %s: %s %s: %s", name, r.ID, f.Object, strings.Join(f.Path, "."), f.Message)
				}
			}
		}
	}
	for name, rules := range accepted {
		for id := range rules {
			if !found[name][id] {
				t.Errorf("%s: %s is accepted and not found any more", name, id)
			}
		}
	}
}

// A path must lead to a field, or to where one is missing.
func TestPathsLeadSomewhere(t *testing.T) {
	for name, objects := range rendered(t) {
		fields := map[manifest.ID]any{}
		for _, o := range objects {
			fields[o.ID] = o.Fields
		}
		for _, r := range Rules() {
			for _, f := range r.Check(Input{Objects: objects}) {
				if len(f.Path) == 0 {
					continue
				}
				asked := len(f.Path) == 1 // A rule may ask for a field at the top.
				if of := (value{raw: fields[f.Object]}); !asked && !of.at(f.Path[0]).exists() {
					t.Errorf("%s: %s: %s has no %s", name, r.ID, f.Object, f.Path[0])
				}
				if f.Message == "" || f.Hint == "" {
					t.Errorf("%s: %s: says nothing of %s", name, r.ID, f.Object)
				}
			}
		}
	}
}

// What a store brings, nobody has to make.
func TestNothingIsAwaitedOfAStore(t *testing.T) {
	objects := rendered(t)["secrets-external/vault"]
	if len(objects) < 50 {
		t.Fatalf("the environment has %d objects", len(objects))
	}
	if found := findings(rule(t, "secret-awaited"), Input{Objects: objects}); len(found) > 0 {
		t.Errorf("%d Secrets are awaited: %s", len(found), strings.Join(found, "\n"))
	}
}
