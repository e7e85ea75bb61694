package policy

import (
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// misplaced finds workloads, and what they run on, in namespaces that are
// nobody's or Kubernetes' own.
func misplaced(in Input) []Finding {
	kinds := []string{"ConfigMap", "Secret", "PersistentVolumeClaim", "Service"}
	system := []string{"kube-system", "kube-public", "kube-node-lease"}
	var found []Finding
	for _, o := range in.Objects {
		_, runs := podPath(o)
		switch {
		case o.Namespace == "default" && (runs || o.Group == "" && slices.Contains(kinds, o.Kind)):
			found = append(found, Finding{
				Object: o.ID, Path: []string{"metadata", "namespace"},
				Message: "is default, which no policy protects and everybody's mistakes end up in", Hint: "give it a namespace of its own",
			})
		case runs && slices.Contains(system, o.Namespace):
			found = append(found, Finding{
				Object: o.ID, Path: []string{"metadata", "namespace"},
				Message: "is " + o.Namespace + ", which is Kubernetes' own and exempt from many policies", Hint: "give it a namespace of its own",
			})
		}
	}
	return found
}

// variablesTwice finds environment variables that stand twice in a container.
func variablesTwice(in Input) []Finding {
	var found []Finding
	for _, w := range workloads(in.Objects) {
		for _, c := range w.allContainers() {
			seen := map[string]bool{}
			for _, v := range c.at("env").items() {
				name := v.at("name")
				if text := name.text(); text != "" && seen[text] {
					found = append(found, w.find(name, "is "+diag.Quote(text)+", which stands twice", "remove one of the two"))
				}
				seen[name.text()] = true
			}
		}
	}
	return found
}
