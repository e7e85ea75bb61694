package kustomizations_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/kustomizations"
)

func TestAddResource(t *testing.T) {
	const head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
	tests := map[string]struct{ before, want string }{
		"no resources yet": {
			"# Mine.\n" + head + "generators:\n  - cache # the cache\n# Nothing else.\n",
			"# Mine.\n" + head + "generators:\n  - cache # the cache\n# Nothing else.\nresources:\n  - secrets\n",
		},
		"no line break at the end": {head + "generators: [cache]", head + "generators: [cache]\nresources:\n  - secrets\n"},
		"a list with comments": {
			head + "resources:\n    # Others'.\n    - other.yaml # theirs\n\ngenerators:\n  - cache\n",
			head + "resources:\n    # Others'.\n    - other.yaml # theirs\n    - secrets\n\ngenerators:\n  - cache\n",
		},
		"a list without indentation": {head + "resources:\n- a.yaml\n- b.yaml\n", head + "resources:\n- a.yaml\n- b.yaml\n- secrets\n"},
		"a list on one line":         {head + "resources: [ a.yaml ] # theirs\n", head + "resources: [ a.yaml, secrets ] # theirs\n"},
		"an empty list":              {head + "resources: []\n", head + "resources: [secrets]\n"},
		"nothing after the key":      {head + "resources:\ngenerators: [cache]\n", head + "resources:\n  - secrets\ngenerators: [cache]\n"},
		"there already":              {head + "resources: [secrets]\n", head + "resources: [secrets]\n"},
		"there with a slash":         {head + "resources: [./secrets/]\n", head + "resources: [./secrets/]\n"},
		"line endings of Windows": {
			strings.ReplaceAll(head+"resources:\n- a.yaml\n", "\n", "\r\n"),
			strings.ReplaceAll(head+"resources:\n- a.yaml\n- secrets\n", "\n", "\r\n"),
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := kustomizations.AddResource("kustomization.yaml", []byte(tc.before), "secrets")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Error(diff)
			}
			again, err := kustomizations.AddResource("kustomization.yaml", got, "secrets")
			if err != nil || string(again) != string(got) {
				t.Errorf("adding it again: %q, %v", again, err)
			}
		})
	}
}

func TestUnusualFormsAreRefused(t *testing.T) {
	for name, tc := range map[string]struct{ before, want string }{
		"all on one line": {"{kind: Kustomization}\n", "k.yaml: error: resources: is written in a form to which no resource can be added safely; add the line yourself: resources: [secrets]"},
		"a list over lines": {
			"kind: Kustomization\nresources: [\n  a.yaml,\n  b.yaml\n]\n",
			"k.yaml:2:12: error: resources: is written in a form to which no resource can be added safely; add the item yourself: secrets",
		},
		"the end of a document": {"kind: Kustomization\n...\n", "k.yaml: error: resources: is written in a form to which no resource can be added safely; add the line yourself: resources: [secrets]"},
		"text over lines":       {"kind: Kustomization\nresources:\n  - |\n    kind: A\n", "k.yaml:3:3: error: resources: is written in a form to which no resource can be added safely; add the item yourself: secrets"},
		"not a list":            {"kind: Kustomization\nresources: a.yaml\n", "k.yaml:2:12: error: resources: is written in a form to which no resource can be added safely; add the item yourself: secrets"},
		"two documents":         {"kind: A\n---\nkind: B\n", "k.yaml: error: is not one kustomization; write one document with kind: Kustomization"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := kustomizations.AddResource("k.yaml", []byte(tc.before), "secrets")
			if err == nil {
				t.Fatalf("gives %q", got)
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
