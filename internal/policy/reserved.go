package policy

import (
	"fmt"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// takenByOperator reports objects with names that CloudNativePG gives to its own:
// it would write over a budget, or delete it where the cluster wants none, and it
// would never get a cluster ready whose Service somebody else has made.
func takenByOperator(in Input) []Finding {
	type name struct{ namespace, name string }
	budgets, services := map[name]manifest.ID{}, map[name]manifest.ID{}
	for _, o := range in.Objects {
		if o.Kind != "Cluster" || o.Group != groupPostgres {
			continue
		}
		for _, suffix := range []string{"", "-primary"} {
			budgets[name{o.Namespace, o.Name + suffix}] = o.ID
		}
		for _, suffix := range []string{"-rw", "-ro", "-r", "-any"} {
			services[name{o.Namespace, o.Name + suffix}] = o.ID
		}
	}
	var found []Finding
	for _, o := range in.Objects {
		var taken map[name]manifest.ID
		switch {
		case o.Kind == "PodDisruptionBudget" && o.Group == "policy":
			taken = budgets
		case o.Kind == "Service" && o.Group == "":
			taken = services
		}
		if cluster, ok := taken[name{o.Namespace, o.Name}]; ok {
			found = append(found, Finding{
				Object:   o.ID,
				Path:     []string{"metadata", "name"},
				Message:  fmt.Sprintf("is the name of an object that CloudNativePG makes for %s", cluster),
				Hint:     "give the service or the PostgresCluster another name",
				Rendered: fmt.Sprintf("renders %s, the name of an object that CloudNativePG makes for %s", o.ID, cluster),
			})
		}
	}
	return found
}
