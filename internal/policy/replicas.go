package policy

import (
	"math"
	"strconv"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// autoscaler is a HorizontalPodAutoscaler.
type autoscaler struct {
	manifest.Object
	spec     value
	target   manifest.ID
	min, max int64
}

// autoscalers are those of an environment.
func autoscalers(objects []manifest.Object) []autoscaler {
	var all []autoscaler
	for _, o := range objects {
		if o.Kind != "HorizontalPodAutoscaler" || o.Group != "autoscaling" {
			continue
		}
		spec := root(o).at("spec")
		ref := spec.at("scaleTargetRef")
		all = append(all, autoscaler{
			Object: o, spec: spec,
			target: manifest.ID{
				Group: manifest.Group(ref.at("apiVersion").text()), Kind: ref.at("kind").text(),
				Namespace: o.Namespace, Name: ref.at("name").text(),
			},
			min: spec.at("minReplicas").numberOr(1), max: spec.at("maxReplicas").numberOr(0),
		})
	}
	return all
}

// replicas are the fewest and the most pods that a workload has when no rollout
// is on its way.
func (w workload) replicas(scalers []autoscaler) (low, high int64) {
	for _, s := range scalers {
		if s.target == w.ID {
			return s.min, max(s.min, s.max)
		}
	}
	switch w.Kind {
	case "Job", "CronJob":
		path := w.template.path[:len(w.template.path)-1]
		n := root(w.Object).at(path...).at("parallelism").numberOr(1)
		return n, n
	default:
		n := root(w.Object).at("spec", "replicas").numberOr(1)
		return n, n
	}
}

// numberOr is a whole number that is at least 0, and another where there is
// none. Sums of those cannot overflow.
func (v value) numberOr(other int64) int64 {
	n, ok := v.number()
	if !ok {
		return other
	}
	return min(max(n, 0), math.MaxInt32)
}

// share is a number, or a percentage of a total, which Kubernetes rounds up;
// false when it is neither.
func (v value) share(total int64) (int64, bool) {
	if n, ok := v.number(); ok {
		return n, true
	}
	n, ok := v.percent()
	return (n*total + 99) / 100, ok
}

// percent is a percentage; false when it is none.
func (v value) percent() (int64, bool) {
	text, percent := strings.CutSuffix(v.text(), "%")
	n, err := strconv.ParseInt(text, 10, 32)
	if !percent || err != nil {
		return 0, false
	}
	return n, true
}
