package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

// shop is a repository, a clock, and all that was ever said in it.
type shop struct {
	t       *testing.T
	backend string
	now     time.Time
	said    []said
	// secret is what must not be seen, by what it is.
	secret map[string]string
	key    *rsa.PrivateKey // of the controller of Sealed Secrets
}

// said is one command and what it printed.
type said struct{ command, stdout, stderr string }

const production = "overlays/production"

// begun is when all stories begin.
func begun() time.Time { return time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC) }

// newShop is an empty repository but for a spec of a few lines, and what encrypts.
func newShop(t *testing.T, backend string) *shop {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_CONFIG", "SOPS_DECRYPTION_ORDER", envKey, envToken} {
		t.Setenv(name, "") // puts it back in the end
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	s := &shop{t: t, backend: backend, now: begun(), secret: map[string]string{}}
	s.write("base/cache/kustomization.yaml", "resources: [cache.yaml]\n")
	s.write("base/cache/cache.yaml", `apiVersion: atticgen.dev/v1alpha1
kind: AtticCache
metadata:
  name: attic
  namespace: nix-cache
  annotations: {config.kubernetes.io/function: "exec: {path: atticgen}"}
spec:
  hostname: nix-cache.example.com
  storage: {endpoint: "https://s3.example.com", bucket: nix-cache}
  postgres: {backup: {bucket: attic-pg-backup}, pooler: {instances: 2}}
  secrets: {backend: `+backend+`}
  tokens:
    tokens:
      gitlab-one: {type: read-write, validity: 20d, rotateBefore: 5d, caches: {main: {}}}
      gitlab-two: {type: read-write, validity: 30d, rotateBefore: 10d, caches: {"team-*": {}}}
    rootToken: {}
`)
	s.write("overlays/production/kustomization.yaml", "# Production.\ngenerators:\n  - cache # merged with the base\n")
	s.write("overlays/production/cache/kustomization.yaml", "resources: [../../../base/cache]\n")
	switch backend {
	case "sops":
		key, err := age.GenerateX25519Identity()
		s.must(err)
		if os.Getenv(secretfile.ProgramVariable) == "" {
			t.Setenv(secretfile.ProgramVariable, testbin.AtticgenSops(t))
		}
		t.Setenv("SOPS_AGE_KEY", key.String())
		s.secret["the key of age"] = key.String()
		s.write(".sops.yaml", "creation_rules:\n- path_regex: ^overlays/production/secrets/\n  age: "+key.Recipient().String()+"\n")
	case "sealedSecrets":
		s.write("overlays/production/sealed-secrets.pem", s.certificate())
	}
	return s
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	s.must(os.MkdirAll(filepath.Dir(name), 0o755))
	s.must(os.WriteFile(name, []byte(text), 0o644))
}

// certificate is that of a controller of Sealed Secrets.
func (s *shop) certificate() string {
	s.t.Helper()
	var err error
	s.key, err = rsa.GenerateKey(rand.Reader, 2048)
	s.must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sealed-secrets"},
		NotBefore: begun().AddDate(0, 0, -1), NotAfter: begun().AddDate(10, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, s.key.Public(), s.key)
	s.must(err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// run runs a command, which must end with a code, and returns what it printed.
func (s *shop) run(want int, args ...string) string {
	s.t.Helper()
	return s.pipe("", want, args...)
}

// pipe runs a command with something on its standard input.
func (s *shop) pipe(stdin string, want int, args ...string) string {
	s.t.Helper()
	out, got := s.start(stdin, args...)
	s.said = append(s.said, out)
	if got != want {
		s.t.Fatalf("%s: exit code %d, want %d\n%s%s", out.command, got, want, out.stdout, out.stderr)
	}
	return out.stdout
}

// start runs a command. It may be called by several goroutines at once.
func (s *shop) start(stdin string, args ...string) (said, int) {
	var stdout, stderr bytes.Buffer
	now := s.now
	code := Run(context.Background(), "v0-test", args, Streams{
		In: strings.NewReader(stdin), Out: &stdout, Err: &stderr, Now: func() time.Time { return now },
	})
	return said{"atticgen " + strings.Join(args, " "), stdout.String(), stderr.String()}, code
}

// signing are the flags for the key, where the overlay does not keep it.
func (s *shop) signing(args ...string) []string {
	if s.backend != "sops" {
		args = append(args, "--key", "private/key.pem")
	}
	return args
}

// open makes key, tokens and credentials, all from commands.
func (s *shop) open() {
	s.t.Helper()
	s.must(os.Mkdir("private", 0o700))
	s.run(ExitOK, "token", "keygen", "--overlay", production, "--out", "private/key.pem", "--debug")
	s.secret["the signing key"] = s.read("private/key.pem")
	s.run(ExitOK, s.signing("token", "issue", "--overlay", production, "--out", "private/first", "--debug")...)
	s.remember("first")
	if s.backend == "existing" {
		return
	}
	for _, secret := range []string{"attic-secrets", "attic-pg-backup"} {
		s.secret[secret] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY" + secret
		s.t.Setenv("VALUE", s.secret[secret])
		s.run(ExitOK, "secret", "set", "--overlay", production, secret, "AWS_SECRET_ACCESS_KEY", "--from-env", "VALUE", "--debug")
		s.secret[secret+" id"] = "an-access-key-id-of-" + secret
		s.pipe(s.secret[secret+" id"]+"\n", ExitOK, "secret", "set", "--overlay", production, secret, "AWS_ACCESS_KEY_ID", "--from-file", "-")
	}
}

func (s *shop) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(name)
	s.must(err)
	return string(data)
}

// remember takes down the tokens of a folder, and returns the files.
func (s *shop) remember(folder string) []string {
	s.t.Helper()
	files, err := filepath.Glob("private/" + folder + "/*.json")
	s.must(err)
	for _, file := range files {
		var value struct{ Secret string }
		s.must(json.Unmarshal([]byte(s.read(file)), &value))
		s.secret["the token of "+file] = value.Secret
	}
	return files
}

// day rotates what is due on a day after the beginning, and returns what was.
func (s *shop) day(n int) []string {
	s.t.Helper()
	s.now = begun().AddDate(0, 0, n)
	folder := fmt.Sprintf("day-%d", n)
	out := s.run(ExitOK, s.signing("token", "rotate", "--due", "--format", "json", "--overlay", production, "--out", "private/"+folder, "--debug")...)
	var report struct {
		Sets []struct {
			Actions []struct{ Token, Action, Reason string }
		}
	}
	s.must(json.Unmarshal([]byte(out), &report))
	var done []string
	for _, a := range report.Sets[0].Actions {
		if a.Action == "issue" || a.Action == "rotate" {
			done = append(done, a.Token+": "+a.Reason)
		}
	}
	s.remember(folder)
	return done
}
