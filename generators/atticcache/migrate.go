package atticcache

import (
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

func (c cache) migrationOf() meta.Of {
	return meta.Of{Name: c.names.Migration(), App: appMigration, Component: "migration", Wave: meta.WaveMigration, Version: meta.ImageVersion(c.spec.Image)}
}

// migration brings the schema up to date before a new API serves: the API
// itself runs no migrations.
func (c cache) migration() []meta.Object {
	of, config := c.migrationOf(), c.migrationConfig()
	pod := c.atticPod(c.names.Migration(), "db-migrations", config, c.backgroundDatabase(), c.publicKey(), *c.spec.Migration.Resources)
	return []meta.Object{hardened.ServiceAccount(c.scope, of), config, hardened.Job(c.scope, of, pod)}
}
