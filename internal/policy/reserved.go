package policy

import (
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// takenByOperator reports objects with names that CloudNativePG gives to its own:
// it would write over a budget, or delete it where the cluster wants none, and it
// would never get a cluster ready whose Service somebody else has made.
func takenByOperator(source string, objects []manifest.Object) diag.List {
	type name struct{ namespace, name string }
	budgets, services := map[name]manifest.ID{}, map[name]manifest.ID{}
	for _, o := range objects {
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
	var list diag.List
	for _, o := range objects {
		var taken map[name]manifest.ID
		switch {
		case o.Kind == "PodDisruptionBudget" && o.Group == "policy":
			taken = budgets
		case o.Kind == "Service" && o.Group == "":
			taken = services
		}
		if cluster, ok := taken[name{o.Namespace, o.Name}]; ok {
			d := diag.New(source, "renders %s, the name of an object that CloudNativePG makes for %s", o.ID, cluster)
			d.Hint = "give the service or the PostgresCluster another name"
			list = append(list, d)
		}
	}
	return list
}
