package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

const (
	testHeader = "Kept by a test; change it with the test."
	byDefault  = "creation_rules:\n- age: RECIPIENT\n"
)

// repo is a folder with a .sops.yaml, and an identity that it names.
type repo struct {
	dir string
	key *age.X25519Identity
}

// newRepo writes rules, in which RECIPIENT stands for the identity, and keeps keys
// of the user who runs the test away.
func newRepo(t *testing.T, rules string) repo {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, name := range []string{"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_CONFIG", "SOPS_DECRYPTION_ORDER"} {
		t.Setenv(name, "")
	}
	r := repo{dir: t.TempDir(), key: newKey(t)}
	if rules != "" {
		r.rules(t, rules)
	}
	return r
}

func (r repo) rules(t *testing.T, rules string) {
	t.Helper()
	rules = strings.ReplaceAll(rules, "RECIPIENT", r.key.Recipient().String())
	if err := os.WriteFile(filepath.Join(r.dir, ".sops.yaml"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
}

func newKey(t *testing.T) *age.X25519Identity {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (r repo) path() string {
	return filepath.Join(r.dir, "overlays", "staging", "secrets", "nix-cache", "attic-secrets.yaml")
}

// unlock gives what runs here the private key.
func (r repo) unlock(t *testing.T) { t.Helper(); t.Setenv("SOPS_AGE_KEY", r.key.String()) }

// change is a request to change the file of the repository.
func (r repo) change(document []byte, set map[string]string) request {
	c := request{
		Version: protocol, Action: "update", Path: r.path(), Document: document, Header: testHeader,
		Namespace: "nix-cache", Name: "attic-secrets", Set: map[string][]byte{},
	}
	for key, value := range set {
		c.Set[key] = []byte(value)
	}
	return c
}

func (r repo) reading(document []byte) request {
	return request{Version: protocol, Action: "read", Path: r.path(), Document: document, Header: testHeader}
}

// ask runs the program, and makes sure that nothing of the values is said.
func ask(t *testing.T, q request, hidden ...string) (reply, int, string) {
	t.Helper()
	question, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := run(nil, bytes.NewReader(question), &stdout, &stderr)
	for _, value := range q.Set {
		hidden = append(hidden, string(value))
	}
	shows(t, stderr.String(), hidden...)
	if strings.Count(stderr.String(), "\n") > 1 {
		t.Errorf("more than one line on standard error:\n%s", &stderr)
	}
	var a reply
	if code == 0 {
		if err := json.Unmarshal(stdout.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if a.Document != nil {
			shows(t, string(a.Document), hidden...)
		}
	} else if stdout.Len() > 0 {
		t.Error("there is an answer besides the error")
	}
	return a, code, stderr.String()
}

// shows fails if text has one of the values in any form.
func shows(t *testing.T, text string, values ...string) {
	t.Helper()
	for _, value := range values {
		for _, form := range []string{
			value, url.QueryEscape(value), base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
		} {
			if len(form) > 5 && strings.Contains(text, form) {
				t.Errorf("a value is shown:\n%.500s", text)
				return
			}
		}
	}
}

func must(t *testing.T, q request) reply {
	t.Helper()
	a, code, says := ask(t, q)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, says)
	}
	return a
}

// fails expects an exit code and parts of the message.
func fails(t *testing.T, q request, code int, want string, hidden ...string) {
	t.Helper()
	_, got, says := ask(t, q, hidden...)
	if got != code || !strings.Contains(says, want) {
		t.Errorf("exit code %d, not %d with %q: %s", got, code, want, says)
	}
}

// line is that of a document with a key.
func line(t *testing.T, document []byte, key string) string {
	t.Helper()
	for line := range strings.SplitSeq(string(document), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), key+":") {
			return line
		}
	}
	t.Fatalf("no %s in\n%s", key, document)
	return ""
}
