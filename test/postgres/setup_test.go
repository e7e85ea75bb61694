package postgres_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// account is whom an application logs in as.
type account struct{ user, password, database string }

// prepare makes an application's role and database and runs the statements of
// spec.bootstrap.initdb, in the order of CloudNativePG's ConfigureNewInstance in
// pkg/management/postgres/initdb.go: that package does not build without the rest
// of the operator.
func (s *server) prepare(ctx context.Context, d database, password string) (account, error) {
	initdb := d.asStored(s.major).Spec.Bootstrap.InitDB
	a := account{user: initdb.Owner, password: password, database: initdb.Database}
	owner := pgx.Identifier{a.user}.Sanitize()
	name := pgx.Identifier{a.database}.Sanitize()
	for _, step := range []struct {
		database   string
		statements []string
	}{
		{"postgres", []string{"CREATE ROLE " + owner + " LOGIN"}},
		{"postgres", initdb.PostInitSQL},
		{"template1", initdb.PostInitTemplateSQL},
		{"postgres", []string{
			"CREATE DATABASE " + name + " OWNER " + owner,
			// In the server's own way, as anybody would who adds a role.
			"ALTER ROLE " + owner + " PASSWORD '" + strings.ReplaceAll(password, "'", "''") + "'",
		}},
		{a.database, initdb.PostInitApplicationSQL},
	} {
		if err := s.asManager(ctx, step.database, step.statements...); err != nil {
			return account{}, fmt.Errorf("%s: %w", d, err)
		}
	}
	return a, nil
}
