package postgres_test

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	cnpgv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	"github.com/google/go-cmp/cmp"
)

// promises are the parameters that the reference has for every Cluster.
var promises = map[string]string{
	"max_connections": "100", "statement_timeout": "60s", "password_encryption": "scram-sha-256",
	"ssl_min_protocol_version": "TLSv1.3", "log_statement": "ddl", "log_connections": "on", "log_disconnections": "on",
}

// others are the Clusters whose spec says otherwise, and why.
var others = map[string]struct {
	why        string
	parameters map[string]string
}{
	"golden/everything/only: Cluster nix-builds/builds-pg": {
		"the case sets every field, to another value than the default",
		map[string]string{"max_connections": "200", "log_statement": "mod"},
	},
	"golden/warnings/only: Cluster nix-cache/attic-pg": {
		"the case is of what is allowed with a warning",
		map[string]string{"statement_timeout": "0", "log_statement": "none", "log_connections": "off", "log_disconnections": "no"},
	},
}

// unkept are the promises that a Cluster does not keep.
func unkept(d database) []string {
	want := maps.Clone(promises)
	maps.Copy(want, others[d.String()].parameters)
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if is, ok := d.cluster.Spec.PostgresConfiguration.Parameters[name]; !ok {
			faults = append(faults, fmt.Sprintf("%s: %s is not set, and %q is promised", d, name, want[name]))
		} else if is != want[name] {
			faults = append(faults, fmt.Sprintf("%s: %s is %q, and %q is promised", d, name, is, want[name]))
		}
	}
	return faults
}

// TestPromises holds all Clusters to them. It needs no server.
func TestPromises(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range databases(t) {
		seen[d.String()] = true
		for _, fault := range unkept(d) {
			t.Error(fault)
		}
	}
	for name, other := range others {
		if !seen[name] {
			t.Errorf("there is no %s, which is excepted because %s", name, other.why)
		}
	}
}

// TestBrokenPromises: each is noticed.
func TestBrokenPromises(t *testing.T) {
	minimal := sample(t, "golden/minimal/only")
	const where = "golden/minimal/only: Cluster nix-cache/attic-pg: "
	for name, c := range map[string]struct {
		from  database
		fault func(*cnpgv1.ClusterSpec)
		want  []string
	}{
		"missing": {
			minimal, func(s *cnpgv1.ClusterSpec) { delete(s.PostgresConfiguration.Parameters, "statement_timeout") },
			[]string{where + `statement_timeout is not set, and "60s" is promised`},
		},
		"nothing is logged": {
			minimal, func(s *cnpgv1.ClusterSpec) {
				s.PostgresConfiguration.Parameters["log_statement"] = "none"
				s.PostgresConfiguration.Parameters["log_connections"] = "off"
			},
			[]string{where + `log_connections is "off", and "on" is promised`, where + `log_statement is "none", and "ddl" is promised`},
		},
		"no parameters": {
			minimal, func(s *cnpgv1.ClusterSpec) { s.PostgresConfiguration.Parameters = nil },
			[]string{
				where + `log_connections is not set, and "on" is promised`,
				where + `log_disconnections is not set, and "on" is promised`,
				where + `log_statement is not set, and "ddl" is promised`,
				where + `max_connections is not set, and "100" is promised`,
				where + `password_encryption is not set, and "scram-sha-256" is promised`,
				where + `ssl_min_protocol_version is not set, and "TLSv1.3" is promised`,
				where + `statement_timeout is not set, and "60s" is promised`,
			},
		},
		"beside an exception": {
			sample(t, "golden/warnings/only"), parameter("password_encryption", "md5"),
			[]string{`golden/warnings/only: Cluster nix-cache/attic-pg: password_encryption is "md5", and "scram-sha-256" is promised`},
		},
		"an exception that is none": {
			sample(t, "golden/warnings/only"), parameter("log_statement", "ddl"),
			[]string{`golden/warnings/only: Cluster nix-cache/attic-pg: log_statement is "ddl", and "none" is promised`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, unkept(broken(c.from, c.fault))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestTimeouts holds the sample environments to what the reference promises of
// statements, in what each workload gets.
func TestTimeouts(t *testing.T) {
	r := installed(t)
	for _, from := range []string{"environments/production", "environments/staging"} {
		d := sample(t, from)
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, r, d)
			if err := s.start(t.Context()); err != nil {
				t.Fatal(err)
			}
			a, err := s.prepare(t.Context(), d, rand.Text())
			if err != nil {
				t.Fatal(err)
			}
			workloads, err := d.workloads(a)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]string{}
			for _, w := range workloads {
				timeout, err := s.comesIn(t.Context(), d, w)
				if err != nil {
					t.Fatalf("%s: %v", w.name, err)
				}
				// The name of the Job has a digest.
				if strings.HasPrefix(w.name, "Job attic-migrate-") {
					w.name = "Job attic-migrate"
				}
				seen[w.name] = timeout
			}
			for name, want := range map[string]string{"Deployment attic": "1min", "Deployment attic-gc": "0", "Job attic-migrate": "0"} {
				if seen[name] != want {
					t.Errorf("statement_timeout of %s is %q, not %q; there are %v", name, seen[name], want, seen)
				}
			}
		})
	}
}
