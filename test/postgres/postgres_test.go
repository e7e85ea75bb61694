package postgres_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// TestClusters tries all settings that are rendered, on a server for each.
func TestClusters(t *testing.T) {
	r := installed(t)
	var order []string
	groups := map[string][]database{}
	for _, d := range databases(t) {
		key := d.settings(t)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], d)
	}
	if len(order) < 2 {
		t.Fatalf("the Clusters of all environments have %d settings", len(order))
	}
	for _, key := range order {
		group := groups[key]
		t.Run(group[0].from, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, r, group[0])
			if err := s.start(t.Context()); err != nil {
				t.Fatalf("%s: %v", group[0], err)
			}
			accounts := members(t, s, group)
			first := accounts[name(group[0])]
			if err := errors.Join(s.present(t, group[0]), s.reload(t.Context())); err != nil {
				t.Fatal(err)
			}
			for _, c := range checks {
				t.Run(c.name, func(t *testing.T) {
					if err := c.check(t.Context(), subject{server: s, cluster: group[0].cluster, account: first}); err != nil {
						t.Errorf("%s: %v", group[0], err)
					}
				})
			}
			t.Run("the server is who it says", func(t *testing.T) { identity(t, subject{server: s, cluster: group[0].cluster, account: first}) })
			if group[0].from == "environments/production" {
				t.Run("connections are limited", func(t *testing.T) {
					limit, err := strconv.Atoi(group[0].cluster.Spec.PostgresConfiguration.Parameters["max_connections"])
					if err == nil {
						err = full(t.Context(), subject{server: s, cluster: group[0].cluster, account: first}, limit)
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

// name tells databases apart: the same in several environments is one.
func name(d database) string {
	return strings.Join([]string{
		d.cluster.Namespace, d.cluster.Name, d.cluster.GetApplicationDatabaseName(), d.cluster.GetApplicationDatabaseOwner(),
		strings.Join(d.asStored(0).GetClusterAltDNSNames(), " "),
	}, "/")
}

// members prepares what each Cluster of a group has, and lets its workloads log
// in to a server with its certificate. It returns the accounts by name.
func members(t *testing.T, s *server, group []database) map[string]account {
	t.Helper()
	accounts := map[string]account{}
	owners := map[string]account{}
	var presented string
	for _, d := range group {
		initdb := d.asStored(s.major).Spec.Bootstrap.InitDB
		a, ok := owners[initdb.Database]
		if !ok {
			var err error
			// Letters and digits, as CloudNativePG's.
			if a, err = s.prepare(t.Context(), d, rand.Text()); err != nil {
				t.Fatal(err)
			}
			owners[initdb.Database] = a
		}
		if a.user != initdb.Owner {
			t.Fatalf("%s: the owner of %s is %s, and elsewhere %s", d, a.database, initdb.Owner, a.user)
		}
		if name(d) != presented {
			if err := errors.Join(s.present(t, d), s.reload(t.Context())); err != nil {
				t.Fatal(err)
			}
			presented = name(d)
		}
		accounts[name(d)] = a
		workloads, err := d.workloads(a)
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		for _, w := range workloads {
			if _, err := s.comesIn(t.Context(), d, w); err != nil {
				t.Errorf("%s: %s: %v", d, w.name, err)
			}
		}
	}
	return accounts
}

// identity asks for names that the server does not have, and trusts others than
// who signed its certificate.
func identity(t *testing.T, s subject) {
	for _, host := range s.cluster.GetClusterAltDNSNames() {
		l := s.secure()
		l.tls = s.authority.client(host)
		conn, err := s.connect(t.Context(), l)
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		_ = conn.Close(t.Context())
	}
	stranger := newAuthority(t)
	for what, client := range map[string]*tls.Config{
		"another host":      s.authority.client("attic-pg-rw.elsewhere.svc"),
		"another authority": stranger.client(s.secure().tls.ServerName),
	} {
		l := s.secure()
		l.tls = client
		conn, err := s.connect(t.Context(), l)
		if err == nil {
			_ = conn.Close(t.Context())
		}
		var host x509.HostnameError
		var unknown x509.UnknownAuthorityError
		if !errors.As(err, &host) && !errors.As(err, &unknown) {
			t.Errorf("%s: the client should refuse the server, not: %v", what, err)
		}
	}
}
