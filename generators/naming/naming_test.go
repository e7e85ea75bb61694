package naming

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
)

// TestLongestNamesFit: every name derived from the longest cache name must be a
// DNS label, and a PostgreSQL cluster's at most 50 characters.
func TestLongestNamesFit(t *testing.T) {
	s := Set{Name: strings.Repeat("a", MaxNameLength), Namespace: strings.Repeat("n", 63)}
	digest := "-" + Digest("x")
	pg := s.Postgres()
	for _, name := range []string{
		s.API(), s.GC(), s.Migration() + digest, s.Caches() + digest, s.Bucket() + digest, s.Config() + digest, s.Secrets(), s.AdminToken(), s.TLS(),
		s.Tokens(), s.CITokens(), s.RootTokens(),
		s.With("allowed-addresses"), s.With("security-headers"), pg.ReadWrite(), pg.ReadOnly(), pg.Pooler(), pg.Backup(), pg.AppSecret(), pg.CASecret(),
	} {
		if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
	if len(pg.Name) > 50 {
		t.Errorf("%s is too long for CloudNativePG", pg.Name)
	}
}

func TestDigest(t *testing.T) {
	if Digest("ab", "c") == Digest("a", "bc") {
		t.Error("a byte moves from part to part unnoticed")
	}
	if d := Digest("x"); len(d) != 10 || d != Digest("x") {
		t.Error(d)
	}
}

func TestWithoutDigest(t *testing.T) {
	for object, want := range map[string]string{
		"Job attic-migrate-484c9d033e":           "attic-migrate",
		"Job nix-cache/attic-migrate-484c9d033e": "nix-cache/attic-migrate",
		"ConfigMap attic-config-" + Digest("x"):  "attic-config",
		"Job attic-migrate":                      "attic-migrate",
		"Job attic-484c9d033":                    "attic-484c9d033",
		"Job attic-484C9D033E":                   "attic-484C9D033E",
		"Job attic-484c9d033g":                   "attic-484c9d033g",
		"Job -484c9d033e":                        "-484c9d033e",
		"Job 484c9d033e":                         "484c9d033e",
		"Job ":                                   "",
		"Deployment attic-484c9d033e":            "attic-484c9d033e",
	} {
		kind, name, _ := strings.Cut(object, " ")
		if got := WithoutDigest(kind, name); got != want {
			t.Errorf("%s: got %s, want %s", object, got, want)
		}
	}
}
