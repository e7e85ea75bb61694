package policy

import (
	"fmt"

	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// several is pods of which there is a number, for a budget to keep some of.
type several struct {
	id        manifest.ID
	labels    labels.Set
	namespace string
	// low is the fewest that there are.
	low int64
	// guarded tells whether an operator makes a budget for them.
	guarded bool
}

// severals are the workloads, the poolers and the PostgreSQL clusters of an
// environment.
func severals(objects []manifest.Object) []several {
	var all []several
	scalers := autoscalers(objects)
	for _, w := range workloads(objects) {
		if w.scales() {
			low, _ := w.replicas(scalers)
			all = append(all, several{w.ID, w.labels(), w.Namespace, low, false})
		}
	}
	for _, o := range objects {
		if o.Group != groupPostgres {
			continue
		}
		instances := root(o).at("spec", "instances").numberOr(1)
		low := map[string]int64{"": instances, connectivity.RolePrimary: min(instances, 1), connectivity.RoleReplica: max(instances-1, 0)}
		for _, pod := range connectivity.New([]manifest.Object{o}).Pods() {
			all = append(all, several{o.ID, pod.Labels, o.Namespace, low[pod.Role], o.Kind == "Cluster"})
		}
	}
	return all
}

// unbudgeted finds budgets that no node can be drained with, and workloads that
// could lose all of their pods at once for want of one.
func unbudgeted(in Input) []Finding {
	all := severals(in.Objects)
	covered := map[manifest.ID]manifest.ID{}
	var found []Finding
	for _, s := range selections(in.Objects) {
		if s.object.Kind != "PodDisruptionBudget" {
			continue
		}
		var low int64
		for _, w := range all {
			if w.namespace != s.object.Namespace || !s.labels.Matches(w.labels) {
				continue
			}
			if other, taken := covered[w.id]; taken && other != s.object.ID {
				found = append(found, Finding{
					Object: s.object.ID, Path: s.at.path,
					Message: fmt.Sprintf("selects pods of %s, as %s does, and Kubernetes evicts no pod that has two budgets", w.id, other),
					Hint:    "remove one of the budgets",
				})
			}
			covered[w.id] = s.object.ID
			low += w.low
		}
		found = append(found, budget(s.object, low)...)
	}
	for _, w := range all {
		if _, ok := covered[w.id]; !ok && w.low > 1 && !w.guarded {
			found = append(found, Finding{
				Object: w.id, Severity: diag.Warning,
				Message: fmt.Sprintf("has %d pods or more and no PodDisruptionBudget, so that draining nodes may stop all of them at once", w.low),
				Hint:    "add a PodDisruptionBudget with maxUnavailable: 1",
			})
		}
	}
	return found
}

// budget is about one budget, for at least so many pods.
func budget(o manifest.Object, pods int64) []Finding {
	var found []Finding
	spec := root(o).at("spec")
	if most := spec.at("maxUnavailable"); most.exists() {
		if n, ok := most.share(max(pods, 1)); ok && n < 1 {
			found = append(found, Finding{Object: o.ID, Path: most.path, Message: "allows no eviction at all, so that no node can be drained", Hint: "write 1 or more"})
		}
	}
	if least := spec.at("minAvailable"); least.exists() {
		share, percent := least.percent()
		n, ok := least.share(pods)
		switch {
		case percent && share >= 100:
			found = append(found, Finding{Object: o.ID, Path: least.path, Message: "keeps all pods, so that their nodes cannot be drained", Hint: "write maxUnavailable: 1 instead"})
		case ok && pods > 0 && n >= pods:
			found = append(found, Finding{
				Object: o.ID, Path: least.path,
				Message: fmt.Sprintf("keeps %d pods, and there may be no more than %d, so that their nodes cannot be drained", n, pods),
				Hint:    "write maxUnavailable: 1 instead, or have more pods",
			})
		}
	}
	if policy := spec.at("unhealthyPodEvictionPolicy"); policy.text() != "AlwaysAllow" {
		found = append(found, Finding{
			Object: o.ID, Path: policy.path, Severity: diag.Warning,
			Message: "is not AlwaysAllow, so that pods which never get ready keep their nodes from being drained",
			Hint:    "write AlwaysAllow",
		})
	}
	return found
}
