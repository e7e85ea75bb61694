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

// connectionsPerProcess is the size of the pool that each Attic process opens
// up to; it cannot be configured.
const connectionsPerProcess = 10

// reservedConnections is PostgreSQL's superuser_reserved_connections, which it
// keeps back for administrators.
const reservedConnections = 3

// validateConnections compares what the processes may open with what PostgreSQL
// takes: an error where the fewest replicas cannot work, a warning where the
// most cannot.
func validateConnections(p *validate.Problems, spec *field.Path, s v1alpha1.AtticCacheSpec) {
	limit, ok := postgrescluster.MaxConnections(s.Postgres.Parameters)
	if !ok || !sane(s) {
		return // Sums of numbers that are reported anyway say nothing.
	}
	usable := limit - reservedConnections
	// Garbage collector and migration connect directly, and a rollout has one
	// pod more than the autoscaler asks for.
	const background = 2 * connectionsPerProcess
	least := connectionsPerProcess * int(*s.API.MinReplicas)
	most := connectionsPerProcess * (int(*s.API.MaxReplicas) + hpadeployment.MaxSurge)

	if pooler := s.Postgres.Pooler; pooler != nil {
		path := spec.Child("postgres", "pooler")
		if need := int(*pooler.Instances)*int(*pooler.DefaultPoolSize) + background; need > usable {
			p.Add(path.Child("defaultPoolSize"), fmt.Sprintf("is %d × %d instances, which with %d for garbage collection and migration needs %d connections of %d (max_connections %d less %d reserved)",
				*pooler.DefaultPoolSize, *pooler.Instances, background, need, usable, limit, reservedConnections),
				"lower it, or raise spec.postgres.parameters.max_connections")
		}
		if clients := int(*pooler.Instances) * int(*pooler.MaxClientConnections); most > clients {
			p.Add(path.Child("maxClientConnections"), fmt.Sprintf("is %d × %d instances, less than the %d connections of spec.api.maxReplicas", *pooler.MaxClientConnections, *pooler.Instances, most),
				"raise it, or lower spec.api.maxReplicas")
		}
		return
	}
	const hint = "add spec.postgres.pooler, raise spec.postgres.parameters.max_connections"
	if need := least + background; need > usable {
		p.Add(spec.Child("api", "minReplicas"), fmt.Sprintf("is %d: with garbage collection and migration these open up to %d connections of %d (max_connections %d less %d reserved)",
			*s.API.MinReplicas, need, usable, limit, reservedConnections), hint+", or lower it")
		return
	}
	if need := most + background; need > usable {
		p.Warn(spec.Child("api", "maxReplicas"), fmt.Sprintf("is %d: with a rollout, garbage collection and migration these open up to %d connections of %d (max_connections %d less %d reserved)",
			*s.API.MaxReplicas, need, usable, limit, reservedConnections), hint+", or lower it")
	}
}

// sane tells whether the numbers that are summed up are in their ranges.
func sane(s v1alpha1.AtticCacheSpec) bool {
	numbers := []*int32{s.API.MinReplicas, s.API.MaxReplicas}
	if pooler := s.Postgres.Pooler; pooler != nil {
		numbers = append(numbers, pooler.Instances, pooler.DefaultPoolSize, pooler.MaxClientConnections)
	}
	return !slices.ContainsFunc(numbers, func(n *int32) bool { return *n < 1 || *n > 100_000 })
}
