package hpadeployment

import (
	"testing"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// TestPlain: what is refused in plain text, and what only looks like it.
func TestPlain(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		refused     bool
	}{
		{"PGPASSWORD", "hunter2", true},
		{"PGPASSWORD", "hunter$2", true},
		{"PGPASSWORD", "$$(OTHER)", true},
		{"PGPASSWORD", "$(OTHER)x", true},
		{"PGPASSWORD", "$(OTHER)", false},
		{"PGPASSWORD", "", false},
		{"DBPASS", "hunter2", true},
		{"smtp.passwd", "hunter2", true},
		{"AWS_SECRET_ACCESS_KEY", "hunter2", true},
		{"TLS-PRIVATE-KEY", "hunter2", true},
		{"TOKEN", "hunter2", true},
		{"REQUIRE_PASSWORD", "True", false},
		{"PASSWORD_FILE", "/run/password", false},
		{"AWS_ACCESS_KEY_ID", "hunter2", false},
		{"URL", "https://user:hunter2@example.com", true},
		{"URL", "https://user:hunter$2@example.com", true},
		{"URL", "https://user:$$(PASSWORD)@example.com", true},
		{"URL", "https://$(USER):hunter2@example.com", true},
		{"URL", "https://$(USER):$(PASSWORD)@example.com", false},
		{"URL", "https://user@example.com", false},
		{"URL", "https://example.com:8443/a@b", false},
		{"CONFIG", "a\n-----BEGIN OPENSSH PRIVATE KEY-----\nb", true},
		{"CONFIG", "-----BEGIN CERTIFICATE-----", false},
	} {
		var p validate.Problems
		validatePlain(&p, field.NewPath("value"), tt.name, tt.value)
		if got := len(p.List()) == 1; got != tt.refused {
			t.Errorf("%s: %s: %v", tt.name, tt.value, p.List())
		}
	}
}

// TestRoute holds Kubernetes' own check of the paths of an Ingress.
func TestRoute(t *testing.T) {
	for value, want := range map[string]bool{
		"/": true, "/api": true, "/api/": true, "/.well-known/x": true, "/a..b": true, "/%20": true,
		"//": false, "/a//b": false, "/./a": false, "/a/../b": false, "/a/.": false, "/a/..": false,
		"/..": false, "/a%2fb": false, "/a%2Fb": false,
	} {
		if got := isRoute(value); got != want {
			t.Errorf("%s: %v", value, got)
		}
	}
}

func TestHost(t *testing.T) {
	for value, want := range map[string]bool{
		"localhost": true, "web.example.com": true, "Localhost": false, "a b": false, "192.0.2.7": false, "web:80": false,
	} {
		var p validate.Problems
		validateHost(&p, field.NewPath("host"), value)
		if got := len(p.List()) == 0; got != want {
			t.Errorf("%s: %v", value, p.List())
		}
	}
}
