package atticcache

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
)

// postgresUse is what the database is there for.
func postgresUse(names naming.Set, s v1alpha1.AtticCacheSpec) postgrescluster.Use {
	return postgrescluster.Use{
		Names: names.Postgres(), Application: appAttic, Store: &s.Storage,
		Direct: backgroundConnections, DirectFor: backgroundConnectionsFor,
	}
}

func (c cache) postgres() []meta.Object {
	network := c.spec.Network
	return postgrescluster.Objects(postgrescluster.Options{
		Names:            c.names.Postgres(),
		Scope:            c.scope,
		Spec:             *c.spec.Postgres,
		Scheduling:       c.scheduling(),
		ImagePullSecrets: c.spec.ImagePullSecrets,
		Network: &postgrescluster.Network{
			Clients: []map[string]string{
				naming.Selector(appAttic, c.names.API()),
				naming.Selector(appGC, c.names.GC()),
				naming.Selector(appMigration, c.names.Migration()),
			},
			Monitoring:      *network.Monitoring,
			PostgresNetwork: network.PostgresNetwork,
		},
	})
}
