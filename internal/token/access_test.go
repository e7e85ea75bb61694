package token_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// evaluations are what a token's caches allow for one of them.
var evaluations = []struct {
	caches, cache string
	want          []string
	by            string
}{
	{`{"main":{"r":1,"w":1}}`, "main", []string{"pull", "push"}, "main"},
	{`{"main":{"r":1}}`, "Main", nil, ""},
	{`{"main":{"r":1}}`, "main2", nil, ""},
	{`{"main":{"r":1}}`, "xmain", nil, ""},
	{`{"*":{"r":1}}`, "main", []string{"pull"}, "*"},
	{`{"team-*":{"r":1}}`, "team-", []string{"pull"}, "team-*"},
	{`{"team-*":{"r":1}}`, "team-a-b", []string{"pull"}, "team-*"},
	{`{"team-*":{"r":1}}`, "a-team-b", nil, ""},
	{`{"*-ci":{"w":1}}`, "a-ci-ci", []string{"push"}, "*-ci"},
	{`{"a*b*c":{"w":1}}`, "axxbxbc", []string{"push"}, "a*b*c"},
	{`{"a*b*c":{"w":1}}`, "axxc", nil, ""},
	{`{"a**":{"w":1}}`, "a", []string{"push"}, "a**"},
	// A pattern of another order, and the first one that matches.
	{`{"all-*":{"r":1},"all-ci-*":{"w":1}}`, "all-ci-abc", []string{"pull"}, "all-*"},
	{`{"all-ci-*":{"w":1},"all-*":{"r":1}}`, "all-ci-abc", []string{"push"}, "all-ci-*"},
	{`{"z*":{"r":1},"a*":{"w":1},"*":{"d":1}}`, "a", []string{"push"}, "a*"},
	// The name itself comes first, wherever it stands and however little it allows.
	{`{"*":{"r":1,"w":1},"main":{"r":1}}`, "main", []string{"pull"}, "main"},
	{`{"*":{"r":1,"w":1},"main":{}}`, "main", nil, "main"},
	{`{"*":{"r":1,"w":1},"main":{"r":0}}`, "main", nil, "main"},
	{`{"a*":{},"*":{"r":1}}`, "ab", nil, "a*"},
	// What is there twice counts as it stands later, in the earlier place.
	{`{"a*":{"r":1},"*":{"w":1},"a*":{"d":1}}`, "ab", []string{"delete"}, "a*"},
	{`{"a*":{},"*":{"w":1},"a*":{"d":1}}`, "ab", []string{"delete"}, "a*"},
	{`{"a*":{"d":1},"*":{"w":1},"a*":{}}`, "ab", nil, "a*"},
	{`{"main":{},"main":{"r":1}}`, "main", []string{"pull"}, "main"},
	{`{"m":{"r":1,"w":1,"d":1,"cc":1,"cr":1,"cq":1,"cd":1}}`, "m", tokenset.Permissions(), "m"},
	{`{"m":{"cd":1,"cc":0,"R":1,"pull":1,"x":[]}}`, "m", []string{"destroyCache"}, "m"},
	{`{"m":{"cr":1,"cq":0}}`, "m", []string{"configureCache"}, "m"},
	{`{"m":{"cq":1,"cr":0}}`, "m", []string{"configureRetention"}, "m"},
	{`{"m":{"cc":1}}`, "m", []string{"createCache"}, "m"},
	{`{}`, "main", nil, ""},
}

func TestFor(t *testing.T) {
	for _, tt := range evaluations {
		parsed, err := token.Parse(signed(t, header, fmt.Sprintf(`{"https://jwt.attic.rs/v1":{"caches":%s}}`, tt.caches)))
		if err != nil {
			t.Errorf("%s: %v", tt.caches, err)
			continue
		}
		got, by := parsed.Access.For(tt.cache)
		if diff := cmp.Diff(tt.want, got.Names()); diff != "" || by != tt.by {
			t.Errorf("%s for %s: by %q instead of %q: %s", tt.caches, tt.cache, by, tt.by, diff)
		}
		if got.Any() != (len(tt.want) > 0) {
			t.Errorf("%s for %s: any %v", tt.caches, tt.cache, got.Any())
		}
	}
}

// What is no name of a cache is not matched, not even by itself.
func TestForNoName(t *testing.T) {
	a := token.Access{{Pattern: "*", Permissions: token.Permissions{Pull: true}}, {Pattern: "team-*", Permissions: token.Permissions{Pull: true}}}
	for _, cache := range []string{"", "*", "team-*", "-a", "a/b", "a.b", "a\n", strings.Repeat("a", 51)} {
		if p, by := a.For(cache); p.Any() || by != "" {
			t.Errorf("%q may %v by %q", cache, p.Names(), by)
		}
	}
}

// Names are those of specs, all of them, in the same order.
func TestNames(t *testing.T) {
	all := token.Permissions{Pull: true, Push: true, Delete: true, CreateCache: true, ConfigureCache: true, ConfigureRetention: true, DestroyCache: true}
	if diff := cmp.Diff(tokenset.Permissions(), all.Names()); diff != "" {
		t.Error(diff)
	}
}

type authorization struct {
	header, want string
	ok           bool
}

// authorizations are headers around a token.
func authorizations(text string) []authorization {
	basic := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	unpadded := strings.TrimRight(basic("u1:"+text+strings.Repeat("x", (3-(len(text)+4)%3)%3)), "=")
	return []authorization{
		{"Bearer " + text, text, true},
		{"bearer " + text, text, true},
		{"BEARER " + text, text, true},
		{"Bearer  " + text, " " + text, true},
		{"Bearer\t" + text, "", false},
		{"Bearer", "", false},
		{"Bearer" + text, "", false},
		{"XBearer " + text, "", false},
		{"Token " + text, "", false},
		{text, "", false},
		{"Basic " + basic("user:"+text), text, true},
		{"baSIC " + basic("user:"+text), text, true},
		{"Basic " + basic(":"+text), text, true},
		{"Basic " + basic("ü:"+text), text, true},
		{"Basic " + basic("a:b:"+text), "b:" + text, true},
		{"Basic " + basic(text), "", false},
		{"Basic " + basic("\xff:"+text), "", false},
		{"Basic " + basic("user:"+text) + "=", "", false},
		{"Basic  " + basic("user:"+text), "", false},
		{"Basic " + base64.URLEncoding.EncodeToString([]byte("ÿÿ>?:"+text)), "", false},
		{"Basic " + unpadded, "", false},
		{"Basic " + text, "", false},
		{"Bearer ü" + text, "", false},
	}
}

func TestFromHeader(t *testing.T) {
	all := append(authorizations("a.b.c"), []authorization{
		{"", "", false},
		{" ", "", false},
		{"Bearer ", "", true},
		{"Basic ", "", false},
		{"Bearer a\nb", "", false},
		{"Basic dTph\nLmIuYw==", "", false},
		{"Bearer a\x7f", "", false},
		{"Bea\u017fic x", "", false},
		{"Bearer " + strings.Repeat("a", 1<<20), "", false},
	}...)
	for _, tt := range all {
		if got, ok := token.FromHeader(tt.header); got != tt.want || ok != tt.ok {
			t.Errorf("%.60q: got %q, %v", tt.header, got, ok)
		}
	}
}

func FuzzFromHeader(f *testing.F) {
	for _, tt := range authorizations("a.b.c") {
		f.Add(tt.header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		text, ok := token.FromHeader(header)
		if !ok && text != "" || len(text) > len(header) {
			t.Errorf("%q, %v", text, ok)
		}
	})
}
