package atticcache

import (
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
)

func (c cache) postgres() []meta.Object {
	network := c.spec.Network
	return postgrescluster.Objects(postgrescluster.Options{
		Names:            c.names.Postgres(),
		Scope:            c.scope,
		Spec:             *c.spec.Postgres,
		Scheduling:       c.scheduling(),
		ImagePullSecrets: c.spec.ImagePullSecrets,
		Network: postgrescluster.Network{
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
