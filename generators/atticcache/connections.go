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

// connections are what the fewest and the most replicas of one server open.
func connections(s v1alpha1.Scaling) (least, most int) {
	// A rollout has one pod more than the autoscaler asks for.
	return ConnectionsPerProcess * int(*s.MinReplicas), ConnectionsPerProcess * (int(*s.MaxReplicas) + hpadeployment.MaxSurge)
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
	least, most := connections(s.API.Scaling)
	others, second, warn := backgroundConnectionsFor, "", p.Warn
	if s.SigningKey.Next != nil {
		if most+backgroundConnections <= usable {
			// Both at their most, for as long as a key takes over: whoever
			// reviews it should know, but it is no reason to stop.
			warn = p.Note
		}
		nextLeast, nextMost := connections(nextScaling(s.API.Scaling))
		least, most = least+nextLeast, most+nextMost
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
		warn(spec.Child("api", "maxReplicas"), fmt.Sprintf("is %d: with a rollout, %s these open up to %d connections of %d (max_connections %d less %d reserved)",
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
