// Package postgres_test starts a real PostgreSQL with the settings of every
// rendered Cluster, as CloudNativePG would start it, and logs in as clients do.
//
// The configuration, pg_hba.conf, pg_ident.conf and the options of initdb are made
// by CloudNativePG's own code, so that its fixed rules stand before and after what
// is generated. What of that makes sense in its pods alone is replaced; instead
// names it all.
package postgres_test

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	// Clients and servers alike would listen to a developer's own settings.
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PG") {
			_ = os.Unsetenv(name)
		}
	}
	m.Run()
}
