package postgres_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

func plainTextIsRefused(ctx context.Context, s subject) error {
	for _, l := range []login{
		{user: s.account.user, password: s.account.password, database: s.account.database},
		{user: s.account.user, password: s.account.password, database: "postgres"},
		{user: s.account.user, password: s.account.password, options: map[string]string{"replication": "true"}},
		{user: "postgres", database: "postgres"},
		{user: "streaming_replica", database: "postgres"},
	} {
		conn, err := s.connect(ctx, l)
		if err == nil {
			_ = conn.Close(ctx)
		}
		what := fmt.Sprintf("%s logs in to %q in plain text", l.user, l.database)
		if err := refusal(err, "28000", what); err != nil {
			return err
		}
		if !strings.Contains(err.Error(), "no encryption") {
			return fmt.Errorf("the server should refuse %s for plain text, not: %w", l.user, err)
		}
	}
	return nil
}

func md5IsRefused(ctx context.Context, s subject) error {
	err := s.asManager(ctx, "postgres", "DROP ROLE IF EXISTS by_md5", "SET password_encryption = md5", "CREATE ROLE by_md5 LOGIN PASSWORD 'known'")
	if err != nil {
		return err
	}
	l := s.secure()
	l.user, l.password = "by_md5", "known"
	conn, err := s.connect(ctx, l)
	if err == nil {
		_ = conn.Close(ctx)
	}
	return refusal(err, "28P01", "a role logs in whose password is stored by MD5")
}

func storedBySCRAM(ctx context.Context, s subject) error {
	conn, err := s.manager(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	role := pgx.Identifier{"stored"}.Sanitize()
	for _, statement := range []string{"DROP ROLE IF EXISTS " + role, "CREATE ROLE " + role + " PASSWORD 'known'"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	var form string
	if err := conn.QueryRow(ctx, "SELECT left(rolpassword, 14) FROM pg_authid WHERE rolname = 'stored'").Scan(&form); err != nil {
		return err
	}
	if form != "SCRAM-SHA-256$" {
		return fmt.Errorf("a password is stored as %s…, not by SCRAM", form[:3])
	}
	return nil
}

func wrongPasswordsAreRefused(ctx context.Context, s subject) error {
	for _, l := range []login{
		{user: s.account.user, password: "wrong", database: s.account.database},
		{user: s.account.user, database: s.account.database},
		// It has none, so that nobody is it from afar.
		{user: "postgres", password: "postgres", database: "postgres"},
	} {
		l.tls = s.secure().tls
		conn, err := s.connect(ctx, l)
		if err == nil {
			_ = conn.Close(ctx)
		}
		if err := refusal(err, "28P01", fmt.Sprintf("%s logs in with a wrong password", l.user)); err != nil {
			return err
		}
	}
	return nil
}

var tlsVersions = map[string]uint16{"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}

func oldTLSIsRefused(ctx context.Context, s subject) error {
	least, ok := tlsVersions[s.meant("ssl_min_protocol_version")]
	if !ok {
		return fmt.Errorf("ssl_min_protocol_version is %q", s.meant("ssl_min_protocol_version"))
	}
	l := s.secure()
	l.tls.MinVersion, l.tls.MaxVersion = tls.VersionTLS10, least-1
	conn, err := s.connect(ctx, l)
	if err == nil {
		_ = conn.Close(ctx)
		return fmt.Errorf("a client logs in with %s", tls.VersionName(least-1))
	}
	if !strings.Contains(err.Error(), "protocol version not supported") {
		return fmt.Errorf("the server should refuse %s, not: %w", tls.VersionName(least-1), err)
	}
	l.tls.MaxVersion = least
	if conn, err = s.connect(ctx, l); err != nil {
		return err
	}
	return conn.Close(ctx)
}

// full opens as many connections as an application may, and one more.
func full(ctx context.Context, s subject, limit int) error {
	manager, err := s.manager(ctx, "postgres")
	if err != nil {
		return err
	}
	var reserved int
	err = manager.QueryRow(ctx, "SELECT sum(setting::int) FROM pg_settings WHERE name IN ('superuser_reserved_connections', 'reserved_connections')").Scan(&reserved)
	_ = manager.Close(ctx)
	if err != nil {
		return err
	}
	var open []*pgx.Conn
	defer func() {
		for _, conn := range open {
			_ = conn.Close(ctx)
		}
	}()
	for len(open) < limit-reserved {
		// Those of earlier clients end a little after these have left.
		if err := eventually(ctx, func() error {
			conn, err := s.connect(ctx, s.secure())
			if err == nil {
				open = append(open, conn)
			}
			return err
		}); err != nil {
			return fmt.Errorf("after %d connections: %w", len(open), err)
		}
	}
	conn, err := s.connect(ctx, s.secure())
	if err == nil {
		_ = conn.Close(ctx)
	}
	if err := refusal(err, "53300", fmt.Sprintf("there are more than %d connections", limit-reserved)); err != nil {
		return err
	}
	if manager, err = s.manager(ctx, "postgres"); err != nil {
		return fmt.Errorf("CloudNativePG itself: %w", err)
	}
	return manager.Close(ctx)
}
