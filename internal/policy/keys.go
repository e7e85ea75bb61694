package policy

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// missingKeys finds what reads a key which a ConfigMap or a Secret that is rendered
// does not have.
func missingKeys(objects []manifest.Object) []Finding {
	known := knownKeys(objects)
	var found []Finding
	for _, r := range references(objects) {
		keys, rendered := known[r.to]
		if !rendered || r.key == "" || keys == nil || keys[r.key] {
			continue
		}
		found = append(found, Finding{
			Object: r.from, Path: r.at.path,
			Message: fmt.Sprintf("names %s, which has no key %s", r.to, diag.Quote(r.key)),
			Hint:    hintForKey(r.key),
		})
	}
	return found
}

// hintForKey is what to do about a key that is not there.
func hintForKey(key string) string {
	if key == tokenset.KeyNextPublic {
		return "take spec.signingKey.next out where the change of keys has ended or was taken back; where it begins, `atticgen token rotate-key` writes the key"
	}
	return "write a key that it has, or add this one to it"
}

// missingPorts finds ports of Services that lead to a port by a name which no
// container that they select has.
func missingPorts(objects []manifest.Object) []Finding {
	pods := connectivity.New(objects).Pods()
	elsewhere := deliveries(objects)
	var found []Finding
	for _, s := range selections(objects) {
		if s.object.Kind != "Service" {
			continue
		}
		selected, names := false, map[string]bool{}
		for _, pod := range pods {
			if pod.Namespace == s.object.Namespace && s.labels.Matches(pod.Labels) {
				selected = true
				for _, p := range pod.Ports {
					names[p.Name] = true
				}
			}
		}
		for _, port := range root(s.object).at("spec", "ports").items() {
			target := port.at("targetPort")
			if !selected || target.text() == "" || names[target.text()] {
				continue
			}
			f := Finding{
				Object: s.object.ID, Path: target.path,
				Message: "is " + diag.Quote(target.text()) + ", a name that no port of the pods it selects has",
				Hint:    "write the name or the number of a port that a container has",
			}
			if by, ok := into(elsewhere, s.object.Namespace); ok {
				f = f.unless(by)
			}
			found = append(found, f)
		}
	}
	return found
}
