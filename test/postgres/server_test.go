package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/cloudnative-pg/cloudnative-pg/pkg/configfile"

	"gitlab.com/attic-cache/atticgen/test/cluster"
)

// Files of a server. CloudNativePG writes the first and, for standbys, the second;
// the test puts its own settings there.
const (
	customConf        = "custom.conf"
	overrideConf      = "override.conf"
	authorityFile     = "ca.crt"
	serverCertificate = "server.crt"
	serverKey         = "server.key"
)

// patience is for a slow machine that is busy with other tests.
const patience = 2 * time.Minute

// server is a PostgreSQL with a folder of its own.
type server struct {
	release
	port      string
	folder    string
	authority authority
	// as is whom it runs as, nil for the user of the test.
	as *syscall.Credential

	process *exec.Cmd
	ended   <-chan struct{}
	stderr  bytes.Buffer
}

// newServer has a folder with data, and does not run yet.
func newServer(t testing.TB, r release, d database) *server {
	t.Helper()
	// Not a folder of t: others could not enter it. The name is short because a
	// socket's path must be.
	folder, err := os.MkdirTemp("", "atticgen-pg-")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{release: r, folder: folder, port: cluster.FreePort(t), authority: newAuthority(t), as: ordinary(t)}
	t.Cleanup(func() {
		s.stop(t)
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	for _, name := range []string{"run", "log"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"", "run", "log"} {
		if err := s.own(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	s.initialise(t, d)
	for _, err := range []error{s.write(authorityFile, s.authority.pem()), s.present(t, d), s.configure(d), s.override(nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// ordinary is somebody else than root, as whom PostgreSQL refuses to run.
func ordinary(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	t.Fatal("PostgreSQL does not run as root, and there is no user postgres or nobody")
	return nil
}

func (s *server) data() string { return filepath.Join(s.folder, "data") }

// command is a program of PostgreSQL.
func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.dir, name), args...)
	cmd.Dir = s.folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return cmd
}

// initialise makes the folder with the data, as CloudNativePG does.
func (s *server) initialise(t testing.TB, d database) {
	t.Helper()
	options, err := d.options(s.major)
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--no-sync", "--username", "postgres", "-D", s.data()}, options...)
	if out, err := s.command("initdb", args...).CombinedOutput(); err != nil {
		t.Fatalf("initdb %q: %v\n%s", args, err, out)
	}
	if _, err := configfile.EnsureIncludes(filepath.Join(s.data(), "postgresql.conf"), customConf, overrideConf); err != nil {
		t.Fatal(err)
	}
	if err := s.own(filepath.Join(s.data(), "postgresql.conf")); err != nil {
		t.Fatal(err)
	}
}

// configure writes the settings of a Cluster.
func (s *server) configure(d database) error {
	files, err := d.files(s.release, instead(s.folder, s.port))
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := s.write(filepath.Join("data", name), []byte(content)); err != nil {
			return err
		}
	}
	return nil
}

// override writes settings that come after a Cluster's.
func (s *server) override(settings map[string]string) error {
	return s.write(filepath.Join("data", overrideConf), []byte(configfile.RenderPostgresConfiguration(settings)))
}

// present gives the server the certificate that CloudNativePG would make for a
// Cluster.
func (s *server) present(t testing.TB, d database) error {
	t.Helper()
	certificate, key := s.authority.server(t, d.asStored(s.major).GetClusterAltDNSNames())
	return errors.Join(s.write(serverCertificate, certificate), s.write(serverKey, key))
}

func (s *server) write(name string, content []byte) error {
	path := filepath.Join(s.folder, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	return s.own(path)
}

// own gives a file to whom the server runs as.
func (s *server) own(path string) error {
	if s.as == nil {
		return nil
	}
	return os.Chown(path, int(s.as.Uid), int(s.as.Gid))
}

// start runs the server, and returns when it answers. If it refuses, the error
// has what it says.
func (s *server) start(ctx context.Context) error {
	s.stderr.Reset()
	process := s.command("postgres", "-D", s.data())
	process.Stderr = &s.stderr
	ended, err := cluster.Launch(process)
	if err != nil {
		return err
	}
	s.process, s.ended = process, ended
	return eventually(ctx, func() error {
		select {
		case <-s.ended:
			return final{fmt.Errorf("the server has ended:\n%s%s", s.stderr.String(), s.said())}
		default:
		}
		conn, err := s.manager(ctx, "postgres")
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
}

// stop ends the server at once, with all of its processes.
func (s *server) stop(t testing.TB) {
	t.Helper()
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGQUIT)
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = s.process.Process.Kill()
		<-s.ended
		t.Error("the server had to be killed")
	}
	s.process = nil
	if t.Failed() {
		t.Logf("the server says:\n%s%s", s.stderr.String(), s.said())
	}
}

// reload makes the server read its files again, and returns when clients that
// come from now on are treated accordingly.
func (s *server) reload(ctx context.Context) error {
	loaded := func(also string) (at time.Time, err error) {
		conn, err := s.manager(ctx, "postgres")
		if err != nil {
			return at, err
		}
		defer func() { _ = conn.Close(ctx) }()
		err = conn.QueryRow(ctx, "SELECT pg_conf_load_time()"+also).Scan(&at)
		return at, err
	}
	before, err := loaded(" FROM pg_reload_conf()")
	if err != nil {
		return err
	}
	return eventually(ctx, func() error {
		now, err := loaded("")
		if err == nil && now.Equal(before) {
			err = fmt.Errorf("the server still has the settings of %v", before)
		}
		return err
	})
}

// final is an error that waiting does not mend.
type final struct{ error }

// eventually waits until a function returns no error.
func eventually(ctx context.Context, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := try()
		if f, ok := err.(final); ok { //nolint:errorlint // only the outermost counts
			return f.error
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
