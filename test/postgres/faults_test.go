package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"

	cnpgv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
)

// broken is a database with a fault.
func broken(sound database, fault func(*cnpgv1.ClusterSpec)) database {
	sound.cluster = sound.cluster.DeepCopy()
	fault(&sound.cluster.Spec)
	return sound
}

func parameter(name, value string) func(*cnpgv1.ClusterSpec) {
	return func(s *cnpgv1.ClusterSpec) { s.PostgresConfiguration.Parameters[name] = value }
}

func rule(line string) func(*cnpgv1.ClusterSpec) {
	return func(s *cnpgv1.ClusterSpec) {
		s.PostgresConfiguration.PgHBA = slices.Insert(s.PostgresConfiguration.PgHBA, 0, line)
	}
}

// TestFaultsAreRefused shows that the server itself would have none of these.
func TestFaultsAreRefused(t *testing.T) {
	r := installed(t)
	sound := sample(t, "environments/production")
	s := newServer(t, r, sound)
	for name, c := range map[string]struct {
		fault func(*cnpgv1.ClusterSpec)
		want  string
	}{
		"no such parameter": {parameter("statement_time", "60s"), `unrecognized configuration parameter "statement_time"`},
		"no such unit":      {parameter("statement_timeout", "60 sec"), `invalid value for parameter "statement_timeout": "60 sec"`},
		"no such value":     {parameter("log_statement", "dll"), `invalid value for parameter "log_statement": "dll"`},
		"out of range":      {parameter("max_connections", "0"), `0 is outside the valid range for parameter "max_connections"`},
		"no such method":    {rule("hostssl all all all scram"), `invalid authentication method "scram"`},
		"no such type":      {rule("hostttls all all all reject"), `invalid connection type "hostttls"`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.configure(broken(sound, c.fault)); err != nil {
				t.Fatal(err)
			}
			err := s.start(t.Context())
			if err == nil {
				s.stop(t)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the server should say %s, not: %v", c.want, err)
			}
		})
	}
}

// TestFaultsAreFound shows that the checks find what the server would take.
func TestFaultsAreFound(t *testing.T) {
	r := installed(t)
	sound := sample(t, "environments/production")
	s := newServer(t, r, sound)
	if err := s.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := s.prepare(t.Context(), sound, rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		fault func(*cnpgv1.ClusterSpec)
		// statement is run as the superuser, and undo afterwards.
		statement, undo string
		// meant is that the manifest has the fault, and the server does as it says.
		meant bool
		check func(context.Context, subject) error
		want  string
	}{
		{name: "trust", fault: rule("host all all all trust"), check: plainTextIsRefused, want: `attic logs in to "attic" in plain text`},
		{name: "trust over TLS", fault: rule("hostssl all all all trust"), check: wrongPasswordsAreRefused, want: "attic logs in with a wrong password"},
		{name: "trust one role", fault: rule("hostssl all postgres all trust"), check: wrongPasswordsAreRefused, want: "postgres logs in with a wrong password"},
		{name: "md5", fault: rule("host all all all md5"), check: md5IsRefused, want: "a role logs in whose password is stored by MD5"},
		{name: "md5 in plain text", fault: rule("host all all all md5"), check: plainTextIsRefused, want: `attic logs in to "attic" in plain text`},
		{name: "replication in plain text", fault: rule("host replication all all trust"), check: plainTextIsRefused, want: "attic"},
		{
			name: "only TLS is mentioned", check: plainTextIsRefused, want: `attic logs in to "attic" in plain text`,
			fault: func(s *cnpgv1.ClusterSpec) {
				s.PostgresConfiguration.PgHBA = []string{"hostssl all all all scram-sha-256"}
			},
		},
		{name: "a rule is missing", check: filesWithoutErrors, fault: rule("hostssl all all all cert"), want: "the server has 3 rules for TLS and plain text, and 2 are meant"},
		{name: "password_encryption", fault: parameter("password_encryption", "md5"), check: storedBySCRAM, want: "a password is stored as md5…, not by SCRAM"},
		{name: "old TLS", fault: parameter("ssl_min_protocol_version", "TLSv1.2"), check: oldTLSIsRefused, want: "a client logs in with TLS 1.2"},
		{name: "nothing is logged", fault: parameter("log_statement", "none"), check: statementsAreLogged, want: "that a definition is logged is false, not true"},
		{name: "too much is logged", fault: parameter("log_statement", "all"), check: statementsAreLogged, want: "that a change of data is logged is true, not false"},
		{name: "logins are not logged", fault: parameter("log_connections", "off"), check: statementsAreLogged, want: "that a login is logged is false, not true"},
		{name: "other parameter", fault: parameter("statement_timeout", "6min"), check: parametersAsMeant, want: `statement_timeout is "360000", and "60s" is meant, which is "60000"`},
		{
			name: "no limit is set", meant: true, check: longStatementsAreCut, want: "statement_timeout is not set",
			fault: func(s *cnpgv1.ClusterSpec) { delete(s.PostgresConfiguration.Parameters, "statement_timeout") },
		},
		{
			name: "role without a limit", check: parametersAsMeant, want: `statement_timeout is "0", and "60s" is meant`,
			statement: "ALTER ROLE attic SET statement_timeout = 0", undo: "ALTER ROLE attic RESET statement_timeout",
		},
		{
			name: "role without a limit runs on", check: longStatementsAreCut, want: "an application's statement runs for 61 seconds",
			statement: "ALTER ROLE attic SET statement_timeout = '2h'; CREATE SCHEMA sooner AUTHORIZATION attic; CREATE FUNCTION sooner.pg_sleep(int) RETURNS void LANGUAGE sql AS ''; ALTER ROLE attic SET search_path = sooner, pg_catalog",
			undo:      "ALTER ROLE attic RESET ALL; DROP SCHEMA sooner CASCADE",
		},
		{
			name: "the manager has a limit", check: longStatementsAreCut, want: "CloudNativePG itself: ERROR: canceling statement due to statement timeout",
			statement: "ALTER ROLE postgres RESET statement_timeout", undo: "ALTER ROLE postgres SET statement_timeout = 0",
		},
		{
			name: "the owner is a superuser", check: ownerIsNoSuperuser, want: "attic has rights beyond its database",
			statement: "ALTER ROLE attic SUPERUSER", undo: "ALTER ROLE attic NOSUPERUSER",
		},
		{name: "sound", check: everything},
	} {
		t.Run(c.name, func(t *testing.T) {
			faulty := sound
			if c.fault != nil {
				faulty = broken(sound, c.fault)
			}
			if c.statement != "" {
				if err := s.asManager(t.Context(), a.database, c.statement); err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := s.asManager(t.Context(), a.database, c.undo); err != nil {
						t.Error(err)
					}
				}()
			}
			if err := errors.Join(s.configure(faulty), s.reload(t.Context())); err != nil {
				t.Fatal(err)
			}
			// What is meant is what is rendered, unless that has the fault.
			meant := sound
			if c.meant {
				meant = faulty
			}
			err := c.check(t.Context(), subject{server: s, cluster: meant.cluster, account: a})
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the check should say %s, not: %v", c.want, err)
			}
		})
	}
	t.Run("statements of initdb", func(t *testing.T) {
		faulty := broken(sound, func(s *cnpgv1.ClusterSpec) {
			s.Bootstrap.InitDB.Database, s.Bootstrap.InitDB.Owner = "other", "other"
			s.Bootstrap.InitDB.PostInitSQL = []string{"ALTER ROLE postgres SET statement_time = 0"}
		})
		_, err := s.prepare(t.Context(), faulty, "password")
		if want := "environments/production: Cluster nix-cache/attic-pg: ALTER ROLE postgres SET statement_time = 0"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the server should refuse %s, not: %v", want, err)
		}
	})
	t.Run("workloads", func(t *testing.T) { workloadFaults(t, s, sound, a) })
	t.Run("fewer connections", func(t *testing.T) {
		if err := full(t.Context(), subject{server: s, cluster: sound.cluster, account: a}, 50); err == nil || !strings.Contains(err.Error(), "there are more than 47 connections") {
			t.Errorf("the check should find that there are more connections, not: %v", err)
		}
	})
}

func everything(ctx context.Context, s subject) error {
	var all []error
	for _, c := range checks {
		all = append(all, c.check(ctx, s))
	}
	return errors.Join(all...)
}

// workloadFaults has a workload come in by addresses that it should not have.
func workloadFaults(t *testing.T, s *server, d database, a account) {
	all, err := d.workloads(a)
	if err != nil || len(all) == 0 {
		t.Fatalf("%s has %d workloads, %v", d, len(all), err)
	}
	sound := all[0]
	for name, c := range map[string]struct {
		fault func(*workload)
		want  string
	}{
		"unchecked":       {func(w *workload) { w.url = strings.Replace(w.url, "verify-full", "require", 1) }, `sslmode is "require", not verify-full`},
		"other Secret":    {func(w *workload) { w.mounts = map[string]string{"/etc/attic-postgres-ca": "attic-pg-app"} }, `there is Secret "attic-pg-app", not ca.crt of attic-pg-ca`},
		"other server":    {func(w *workload) { w.url = strings.Replace(w.url, "attic-pg", "other-pg", 1) }, "certificate is valid for attic-pg-rw"},
		"other database":  {func(w *workload) { w.url = strings.Replace(w.url, "/attic?", "/other?", 1) }, `database "other" does not exist`},
		"other password":  {func(w *workload) { w.url = strings.Replace(w.url, a.password, "wrong", 1) }, `password authentication failed for user "attic"`},
		"unknown setting": {func(w *workload) { w.url += "&options=-c%20statement_time%3D0" }, `unrecognized configuration parameter "statement_time"`},
	} {
		t.Run(name, func(t *testing.T) {
			faulty := sound
			c.fault(&faulty)
			if _, err := s.comesIn(t.Context(), d, faulty); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the check should say %s, not: %v", c.want, err)
			}
		})
	}
}
