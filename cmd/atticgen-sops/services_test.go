package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestServices: whoever a rule names is asked, and what goes wrong is said. No
// service but those on loopback is there.
func TestServices(t *testing.T) {
	var asked atomic.Int64
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"__type":"AccessDeniedException","message":"refused by the test","errors":["refused by the test"]}`))
	}))
	defer service.Close()
	for name, test := range map[string]struct {
		rule, want string
		asks       bool
	}{
		"AWS KMS": {"kms: arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000", "refused by the test", true},
		"Vault":   {"hc_vault_transit_uri: " + service.URL + "/v1/transit/keys/attic", "refused by the test", true},
		"PGP":     {"pgp: 0123456789ABCDEF0123456789ABCDEF01234567", "0123456789ABCDEF", false},
		"with age too": {
			"hc_vault_transit_uri: " + service.URL + "/v1/transit/keys/attic\n  age: RECIPIENT", "refused by the test", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t, "creation_rules:\n- "+test.rule+"\n")
			for name, value := range map[string]string{
				"AWS_ENDPOINT_URL": service.URL, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_MAX_ATTEMPTS": "1",
				"AWS_EC2_METADATA_DISABLED": "true", "VAULT_TOKEN": "test", "VAULT_MAX_RETRIES": "0", "GNUPGHOME": t.TempDir(), "PATH": "",
			} {
				t.Setenv(name, value)
			}
			asked.Store(0)
			q := r.change(nil, map[string]string{"a": "the value of a"})
			fails(t, q, exitFailed, test.want)
			if asks := asked.Load() > 0; asks != test.asks {
				t.Errorf("the service is asked: %t", asks)
			}
			_, _, says := ask(t, q)
			if !strings.Contains(says, "cannot be encrypted for everybody whom .sops.yaml names") {
				t.Errorf("it says: %s", says)
			}
		})
	}
}
