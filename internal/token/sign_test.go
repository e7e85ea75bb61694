package token_test

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// What is signed is read back as it was.
func TestSign(t *testing.T) {
	text := sign(t, full())
	got, err := token.Verify(text, []*token.PublicKey{ourKey().Public()},
		token.Options{Now: now, Issuer: full().Issuer, Audiences: []string{"b<&>ü"}})
	if err != nil {
		t.Fatal(err)
	}
	id := ourKey().Public().ID()
	want := token.Parsed{Claims: full(), KeyID: id, Algorithm: "RS256", Type: "JWT", SignedBy: id}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	want.SignedBy = ""
	if got, err := token.Parse(text); err != nil || cmp.Diff(want, got) != "" {
		t.Error(err, cmp.Diff(want, got))
	}
	if again := sign(t, full()); again != text {
		t.Error("the same claims give another token")
	}
}

// Header and claims are those bytes and no others.
func TestSignBytes(t *testing.T) {
	parts := strings.Split(sign(t, full()), ".")
	id := ourKey().Public().ID()
	if parts[0] != tokenset.HeaderSegment(id) {
		t.Errorf("the header is %s", parts[0])
	}
	for i, want := range []string{
		`{"alg":"RS256","kid":"` + id + `","typ":"JWT"}`,
		`{"iss":"https://issuer.example.com","sub":"ci","jti":"0190-1","aud":["attic","b\u003c\u0026\u003eü"],` +
			`"iat":1800000000,"nbf":1800000000,"exp":1800003600,"https://jwt.attic.rs/v1":{"caches":` +
			`{"team-*":{"r":1,"w":1,"d":1},"main":{"cc":1,"cr":1,"cq":1,"cd":1},"*":{}}}}`,
	} {
		if got, err := base64.RawURLEncoding.DecodeString(parts[i]); err != nil || string(got) != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	few := strings.Split(sign(t, token.Claims{ExpiresAt: now.Add(time.Second + time.Millisecond)}), ".")
	got, err := base64.RawURLEncoding.DecodeString(few[1])
	if want := `{"exp":1800000001,"https://jwt.attic.rs/v1":{"caches":{}}}`; err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What the server would refuse, or would never end, is not signed.
func TestSignRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*token.Claims)
		want   string
	}{
		"no end":              {func(c *token.Claims) { c.ExpiresAt = time.Time{} }, "never expire"},
		"an end at the start": {func(c *token.Claims) { c.ExpiresAt = c.NotBefore }, "before it is valid"},
		"an end in the same second": {func(c *token.Claims) {
			c.ExpiresAt = c.NotBefore.Add(time.Millisecond)
		}, "before it is valid"},
		"an end before it is issued": {func(c *token.Claims) { c.IssuedAt = c.ExpiresAt }, "before it is valid"},
		"a time before 1970":         {func(c *token.Claims) { c.IssuedAt = time.Unix(-1, 0) }, "iat"},
		"a time after 9999":          {func(c *token.Claims) { c.ExpiresAt = time.Unix(253402300800, 0) }, "exp"},
		"no pattern":                 {func(c *token.Claims) { c.Access[0].Pattern = "a?" }, `"a\?"`},
		"a pattern twice":            {func(c *token.Claims) { c.Access[0].Pattern = "main" }, `"main" is granted twice`},
		"no UTF-8":                   {func(c *token.Claims) { c.Subject = "a\xff" }, "UTF-8"},
		"too much": {func(c *token.Claims) {
			c.Subject = strings.Repeat("a", 13000)
		}, "at most 16384 are accepted"},
		"several things": {func(c *token.Claims) {
			c.ExpiresAt, c.Access[0].Pattern = time.Time{}, "/"
		}, `(?s)never expire.*"/"`},
	} {
		c := full()
		tt.change(&c)
		text, err := token.Sign(ourKey(), c)
		if err == nil || text != "" || !regexp.MustCompile(tt.want).MatchString(err.Error()) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestDigest(t *testing.T) {
	// From: printf abc | sha256sum
	if got := token.Digest("abc"); got != "ba7816bf8f01cfea" {
		t.Error(got)
	}
}

// Parse shows what Verify refuses, so that a person can see why.
func TestParse(t *testing.T) {
	text := encode(`{"alg":"none"}`) + "." + encode(`{"https://jwt.attic.rs/v1":{"caches":{"a":{"r":1}}}}`) + "."
	got, err := token.Parse(text)
	want := token.Parsed{Algorithm: "none", Claims: token.Claims{
		Access: token.Access{{Pattern: "a", Permissions: token.Permissions{Pull: true}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func FuzzParse(f *testing.F) {
	text := sign(f, full())
	for _, seed := range []string{text, "", "..", "a.b.c", text[:100], strings.Replace(text, ".", "", 1), encode("{}") + "." + encode("{}") + "."} {
		f.Add(seed, `{"exp":1,"https://jwt.attic.rs/v1":{"caches":{"*":{"r":1},"a":{"w":0}}}}`)
	}
	f.Add(text, `{"\ud800\\u":[1e400,"\udc00"]}`)
	f.Fuzz(func(t *testing.T, text, claims string) {
		if len(claims) < 8000 {
			_, _ = token.Parse(encode(`{"alg":"RS256"}`) + "." + encode(claims) + ".")
		}
		parsed, err := token.Parse(text)
		if err != nil && (leaks(err.Error(), text) || parsed.Access != nil) {
			t.Errorf("%v", err)
		}
		if err != nil {
			return
		}
		// What can be read can be written and is then read as the same.
		parsed.ExpiresAt, parsed.IssuedAt, parsed.NotBefore = now.Add(time.Hour), now, now
		again, err := token.Parse(sign(t, parsed.Claims))
		if diff := cmp.Diff(parsed.Claims, again.Claims); diff != "" || err != nil {
			t.Error(err, diff)
		}
	})
}
