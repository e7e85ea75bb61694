package postgres_test

import (
	"context"
	"crypto/tls"
	"encoding/csv"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// login is how a client comes.
type login struct {
	user, password, database string
	// tls is nil for plain text.
	tls *tls.Config
	// options are parameters that the client sends along.
	options map[string]string
}

// connect logs in over TCP.
func (s *server) connect(ctx context.Context, l login) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig("host=localhost sslmode=disable")
	if err != nil {
		return nil, err
	}
	config.User, config.Password, config.Database, config.TLSConfig = l.user, l.password, l.database, l.tls
	config.RuntimeParams = l.options
	return s.dial(ctx, config)
}

// dial takes a client to the server, whatever address it asks for: the names of
// Services mean nothing here.
func (s *server) dial(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	config.Fallbacks = nil
	config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
	config.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", s.port))
	}
	return pgx.ConnectConfig(ctx, config)
}

// manager logs in as CloudNativePG's instance manager does: as the superuser,
// through the socket, by the operating system's word alone.
func (s *server) manager(ctx context.Context, database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	config, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=%s user=postgres sslmode=disable", filepath.Join(s.folder, "run"), s.port))
	if err != nil {
		return nil, err
	}
	config.Database = database
	return pgx.ConnectConfig(ctx, config)
}

// asManager runs statements as the superuser.
func (s *server) asManager(ctx context.Context, database string, statements ...string) error {
	conn, err := s.manager(ctx, database)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// refusal is nil if the server has refused something with that code, whose meaning
// is in the appendix of PostgreSQL's manual.
func refusal(err error, code, what string) error {
	var refused *pgconn.PgError
	switch {
	case err == nil:
		return fmt.Errorf("%s", what)
	case !errors.As(err, &refused):
		return fmt.Errorf("the server should have answered with %s, not: %w", code, err)
	case refused.Code != code:
		return fmt.Errorf("the server should have answered with %s, not %s: %w", code, refused.Code, err)
	}
	return nil
}

// entry is a line of the server's log.
type entry struct{ process, message string }

// log is what the server has written so far, as CloudNativePG has it written.
func (s *server) log() ([]entry, error) {
	file, err := os.Open(filepath.Join(s.folder, "log", "postgres.csv"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	reader := csv.NewReader(file)
	reader.FieldsPerRecord = -1
	var all []entry
	for {
		record, err := reader.Read()
		// The server may be in the middle of a line; the rest comes later.
		if err != nil || len(record) < 14 {
			return all, nil
		}
		all = append(all, entry{process: record[3], message: record[11] + ": " + record[13]})
	}
}

// said is the log as text, without who came and went.
func (s *server) said() string {
	entries, err := s.log()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, e := range entries {
		if !strings.HasPrefix(e.message, "LOG: connection ") && !strings.HasPrefix(e.message, "LOG: disconnection: ") {
			b.WriteString(e.message + "\n")
		}
	}
	const most = 4 << 10
	text := b.String()
	return text[max(0, len(text)-most):]
}

// heard are the messages about one session, up to one that has a text.
func (s *server) heard(ctx context.Context, session uint32, until string) ([]string, error) {
	var messages []string
	err := eventually(ctx, func() error {
		entries, err := s.log()
		if err != nil {
			return err
		}
		messages = nil
		for _, e := range entries {
			if e.process != fmt.Sprint(session) {
				continue
			}
			messages = append(messages, e.message)
			if strings.Contains(e.message, until) {
				return nil
			}
		}
		return fmt.Errorf("the log has nothing like %q: %q", until, messages)
	})
	return messages, err
}
