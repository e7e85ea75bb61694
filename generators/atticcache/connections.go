package atticcache

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// ConnectionsPerProcess is the size of the pool that each Attic process opens
// up to; it cannot be configured.
const ConnectionsPerProcess = 10

// Garbage collector and migration connect directly, past any pooler.
const (
	backgroundConnections    = 2 * ConnectionsPerProcess
	backgroundConnectionsFor = "garbage collection and migration"
)

// secondServer is in messages while there is one: it opens connections like the
// first, and goes when the key has taken over.
const secondServer = "the second server of spec.signingKey.next"

// scalings are those of the API's servers.
func scalings(s v1alpha1.AtticCacheSpec) []v1alpha1.Scaling {
	all := []v1alpha1.Scaling{s.API.Scaling}
	if s.SigningKey.Next != nil {
		all = append(all, nextScaling(s.API.Scaling))
	}
	return all
}

// validateConnections compares what the processes may open with what PostgreSQL
// takes: an error where the fewest replicas cannot work, a warning where the
// most cannot. Of a pooler it is only what clients open to it; what it opens to
// PostgreSQL is the same for every cluster.
func validateConnections(p *validate.Problems, spec *field.Path, s v1alpha1.AtticCacheSpec) {
	limit, ok := postgrescluster.MaxConnections(s.Postgres.Parameters)
	if !ok || !sane(s) {
		return // Sums of numbers that are reported anyway say nothing.
	}
	usable := limit - postgrescluster.ReservedConnections
	// A rollout has one pod more than the autoscaler asks for.
	var least, most int
	for _, scaling := range scalings(s) {
		least += ConnectionsPerProcess * int(*scaling.MinReplicas)
		most += ConnectionsPerProcess * (int(*scaling.MaxReplicas) + hpadeployment.MaxSurge)
	}
	others, second := backgroundConnectionsFor, ""
	if s.SigningKey.Next != nil {
		others, second = secondServer+", "+backgroundConnectionsFor, " with "+secondServer
	}

	if pooler := s.Postgres.Pooler; pooler != nil {
		path := spec.Child("postgres", "pooler")
		if clients := int(*pooler.Instances) * int(*pooler.MaxClientConnections); most > clients {
			p.Add(path.Child("maxClientConnections"), fmt.Sprintf("is %d × %d instances, less than the %d connections of spec.api.maxReplicas%s", *pooler.MaxClientConnections, *pooler.Instances, most, second),
				"raise it, or lower spec.api.maxReplicas")
		}
		return
	}
	const hint = "add spec.postgres.pooler, raise spec.postgres.parameters.max_connections"
	if need := least + backgroundConnections; need > usable {
		p.Add(spec.Child("api", "minReplicas"), fmt.Sprintf("is %d: with %s these open up to %d connections of %d (max_connections %d less %d reserved)",
			*s.API.MinReplicas, others, need, usable, limit, postgrescluster.ReservedConnections), hint+", or lower it")
		return
	}
	if need := most + backgroundConnections; need > usable {
		p.Warn(spec.Child("api", "maxReplicas"), fmt.Sprintf("is %d: with a rollout, %s these open up to %d connections of %d (max_connections %d less %d reserved)",
			*s.API.MaxReplicas, others, need, usable, limit, postgrescluster.ReservedConnections), hint+", or lower it")
	}
}

// sane tells whether the numbers that are summed up are in their ranges.
func sane(s v1alpha1.AtticCacheSpec) bool {
	numbers := []*int32{s.API.MinReplicas, s.API.MaxReplicas}
	if pooler := s.Postgres.Pooler; pooler != nil {
		numbers = append(numbers, pooler.Instances, pooler.MaxClientConnections)
	}
	return !slices.ContainsFunc(numbers, func(n *int32) bool { return *n < 1 || *n > 100_000 })
}
