package postgres_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	cnpgv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	"github.com/jackc/pgx/v5"
)

// subject is a running server, a Cluster whose settings it should have, and an
// application's account there.
type subject struct {
	*server
	cluster *cnpgv1.Cluster
	account account
}

// meant is what the manifest says of a parameter.
func (s subject) meant(name string) string {
	return s.cluster.Spec.PostgresConfiguration.Parameters[name]
}

// secure is the client of an application that does everything right.
func (s subject) secure() login {
	name := s.cluster.GetServiceReadWriteName() + "." + s.cluster.Namespace
	return login{user: s.account.user, password: s.account.password, database: s.account.database, tls: s.authority.client(name)}
}

// checks are what must hold for a server with generated settings. Each says what
// is wrong.
var checks = []struct {
	name  string
	check func(context.Context, subject) error
}{
	{"files without errors", filesWithoutErrors},
	{"parameters as meant", parametersAsMeant},
	{"plain text is refused", plainTextIsRefused},
	{"MD5 is refused", md5IsRefused},
	{"passwords are stored by SCRAM", storedBySCRAM},
	{"wrong passwords are refused", wrongPasswordsAreRefused},
	{"old TLS is refused", oldTLSIsRefused},
	{"statements are logged", statementsAreLogged},
	{"long statements are cut", longStatementsAreCut},
	{"the owner is no superuser", ownerIsNoSuperuser},
}

func filesWithoutErrors(ctx context.Context, s subject) error {
	conn, err := s.manager(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	faults := func(query string) (list []string, err error) {
		rows, err := conn.Query(ctx, query)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	}
	settings, err1 := faults("SELECT format('%s:%s: %s: %s', sourcefile, sourceline, name, error) FROM pg_file_settings WHERE error IS NOT NULL")
	rules, err2 := faults("SELECT format('pg_hba.conf:%s: %s', line_number, error) FROM pg_hba_file_rules WHERE error IS NOT NULL")
	mappings, err3 := []string(nil), error(nil)
	if s.major >= 16 {
		mappings, err3 = faults("SELECT format('pg_ident.conf:%s: %s', line_number, error) FROM pg_ident_file_mappings WHERE error IS NOT NULL")
	}
	if err := cmp.Or(err1, err2, err3); err != nil {
		return err
	}
	if all := slices.Concat(settings, rules, mappings); len(all) > 0 {
		return errors.New(strings.Join(all, "\n"))
	}
	// Whatever else is in the files, each line that is generated must be a rule.
	var count int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_hba_file_rules WHERE type IN ('hostssl', 'hostnossl') AND user_name = '{all}'").Scan(&count); err != nil {
		return err
	}
	if want := len(s.cluster.Spec.PostgresConfiguration.PgHBA); count != want {
		return fmt.Errorf("the server has %d rules for TLS and plain text, and %d are meant", count, want)
	}
	return nil
}

// parametersAsMeant looks at what an application gets, after everything that could
// override the files.
func parametersAsMeant(ctx context.Context, s subject) error {
	conn, err := s.connect(ctx, s.secure())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	manager, err := s.manager(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = manager.Close(ctx) }()
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(s.cluster.Spec.PostgresConfiguration.Parameters)) {
		const query = "SELECT setting, vartype, coalesce(unit, '') FROM pg_settings WHERE name = $1"
		var is, kind, unit string
		err := conn.QueryRow(ctx, query, name).Scan(&is, &kind, &unit)
		if errors.Is(err, pgx.ErrNoRows) {
			// Some are no business of an application.
			err = manager.QueryRow(ctx, query, name).Scan(&is, &kind, &unit)
		}
		if errors.Is(err, pgx.ErrNoRows) {
			// Those of an extension that is not loaded are not listed.
			err = manager.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&is)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		want, err := normal(kind, unit, s.meant(name))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if is != want && (kind != "enum" || !strings.EqualFold(is, want)) {
			faults = append(faults, fmt.Errorf("%s is %q, and %q is meant, which is %q", name, is, s.meant(name), want))
		}
	}
	return errors.Join(faults...)
}

// statementsAreLogged runs a statement of each kind, and one with an error, which
// is always logged: what is before it in the log is all there will be.
func statementsAreLogged(ctx context.Context, s subject) error {
	conn, err := s.connect(ctx, s.secure())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	const definition, change, reading, mark = "CREATE TABLE logged (n integer)", "INSERT INTO logged VALUES (1)", "SELECT n FROM logged", "SELECT 1/0"
	for _, statement := range []string{definition, change, reading, "DROP TABLE logged"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, mark); err == nil {
		return fmt.Errorf("%s gives no error", mark)
	}
	session := conn.PgConn().PID()
	messages, err := s.heard(ctx, session, "division by zero")
	if err != nil {
		return err
	}
	for _, c := range []struct {
		what, text string
		parameter  string
		values     []string
	}{
		{"a definition", definition, "log_statement", []string{"ddl", "mod", "all"}},
		{"a change of data", change, "log_statement", []string{"mod", "all"}},
		{"reading", reading, "log_statement", []string{"all"}},
		{"a login", "connection authorized: user=" + s.account.user, "log_connections", []string{"on"}},
	} {
		is := slices.ContainsFunc(messages, func(m string) bool { return strings.Contains(m, c.text) })
		if want := slices.Contains(c.values, s.meant(c.parameter)); is != want {
			return fmt.Errorf("%s is %q: that %s is logged is %v, not %v:\n%s", c.parameter, s.meant(c.parameter), c.what, is, want, strings.Join(messages, "\n"))
		}
	}
	if s.meant("log_disconnections") != "on" {
		return nil
	}
	if err := conn.Close(ctx); err != nil {
		return err
	}
	_, err = s.heard(ctx, session, "disconnection: session time")
	return err
}

// longStatementsAreCut has the server cut sooner than is meant, and looks at who
// is cut. That the meant time is what an application gets is parametersAsMeant's.
func longStatementsAreCut(ctx context.Context, s subject) (err error) {
	switch s.meant("statement_timeout") {
	case "":
		return errors.New("statement_timeout is not set, so that no statement is ever cut")
	case "0":
		return nil
	}
	set := func(settings map[string]string) error { return cmp.Or(s.override(settings), s.reload(ctx)) }
	if err := set(map[string]string{"statement_timeout": "200ms"}); err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, set(nil)) }()
	sleep := func(conn *pgx.Conn, err error, seconds string) error {
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, "SELECT pg_sleep("+seconds+")")
		return err
	}
	l := s.secure()
	conn, err := s.connect(ctx, l)
	if err := refusal(sleep(conn, err, "61"), "57014", "an application's statement runs for 61 seconds"); err != nil {
		return err
	}
	// As migrations and garbage collection log in.
	l.options = map[string]string{"options": "-c statement_timeout=0"}
	conn, err = s.connect(ctx, l)
	if err := sleep(conn, err, "0.5"); err != nil {
		return fmt.Errorf("a client that asks for no limit: %w", err)
	}
	if s.cluster.Spec.Bootstrap.InitDB == nil {
		return nil
	}
	conn, err = s.manager(ctx, "postgres")
	if err := sleep(conn, err, "0.5"); err != nil {
		return fmt.Errorf("CloudNativePG itself: %w", err)
	}
	return nil
}

func ownerIsNoSuperuser(ctx context.Context, s subject) error {
	conn, err := s.connect(ctx, s.secure())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	var super, owns, checksums bool
	if err := conn.QueryRow(ctx, `SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
		(SELECT datdba = r.oid FROM pg_database WHERE datname = current_database()), current_setting('data_checksums')::boolean
		FROM pg_roles AS r WHERE rolname = current_user`).Scan(&super, &owns, &checksums); err != nil {
		return err
	}
	if super || !owns {
		return fmt.Errorf("%s has rights beyond its database: %v; it owns it: %v", s.account.user, super, owns)
	}
	if initdb := s.cluster.Spec.Bootstrap.InitDB; initdb != nil && initdb.DataChecksums != nil && checksums != *initdb.DataChecksums {
		return fmt.Errorf("data_checksums is %v, and %v is meant", checksums, *initdb.DataChecksums)
	}
	return nil
}
