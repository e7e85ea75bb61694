package authz

import (
	"bufio"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// TestOutcomes asks a real server what it makes of headers.
func TestOutcomes(t *testing.T) {
	f := start(t, func(o *Options) { o.Issuer, o.Audiences = "https://ci.example.com", []string{"attic", "nix"} })
	another := newKey(t)
	at := func(id string, change func(*token.Claims)) string {
		c := claims(id)
		c.Issuer, c.Audiences = f.options.Issuer, []string{"nix"}
		if change != nil {
			change(&c)
		}
		return f.sign(c)
	}
	now := time.Now()
	good := at("good", nil)
	noID := at("", nil)
	revokedNoID := at("", func(c *token.Claims) { c.Subject = "an old one" })
	revokedByDigest := at("one of two with this ID", nil)
	f.swap(map[string]string{listFile: list("revoked", revocation.Digest(revokedNoID), revocation.Digest(revokedByDigest))})
	f.await("three tokens are revoked", func() bool { return f.metric("atticgen_authz_revoked_tokens") == "3" })

	foreign := claims("good")
	foreign.Issuer, foreign.Audiences = f.options.Issuer, f.options.Audiences
	unsigned := jwt.MapClaims{"jti": "good", "exp": now.Add(time.Hour).Unix(), token.Namespace: map[string]any{"caches": map[string]any{}}}
	hs256, err := jwt.NewWithClaims(jwt.SigningMethodHS256, unsigned).SignedString(f.key.Public().PEM())
	check(t, err)
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, unsigned).SignedString(jwt.UnsafeAllowNoneSignatureType)
	check(t, err)
	parts := strings.Split(good, ".")

	tests := []struct {
		name   string
		header []string
		want   verdict
	}{
		{"no header", nil, anonymous},
		{"Bearer", []string{bearer(good)}, allowed},
		{"Bearer in small letters", []string{"bearer " + good}, allowed},
		{"Basic without a user", []string{basic("", good)}, allowed},
		{"Basic with a user", []string{basic("attic", good)}, allowed},
		{"Basic in capitals", []string{strings.Replace(basic("attic", good), "Basic", "BASIC", 1)}, allowed},
		{"no ID", []string{bearer(noID)}, allowed},
		{"revoked", []string{bearer(at("revoked", nil))}, revokedToken},
		{"revoked in Basic", []string{basic("", at("revoked", nil))}, revokedToken},
		{"revoked, no ID", []string{bearer(revokedNoID)}, revokedToken},
		{"revoked by its digest, though it has an ID", []string{bearer(revokedByDigest)}, revokedToken},
		{"another one of that ID", []string{bearer(at("one of two with this ID", func(c *token.Claims) { c.Subject = "another" }))}, allowed},
		{"expired", []string{bearer(at("x", func(c *token.Claims) { c.ExpiresAt = now.Add(-time.Second) }))}, expired},
		{"expired and revoked", []string{bearer(at("revoked", func(c *token.Claims) { c.ExpiresAt = now.Add(-time.Second) }))}, expired},
		{"not yet valid", []string{bearer(at("x", func(c *token.Claims) { c.NotBefore = now.Add(time.Minute) }))}, notYetValid},
		{"wrong issuer", []string{bearer(at("x", func(c *token.Claims) { c.Issuer = "" }))}, wrongIssuer},
		{"wrong audience", []string{bearer(at("x", func(c *token.Claims) { c.Audiences = []string{"others"} }))}, wrongAudience},
		{"another key", []string{bearer(sign(t, another, foreign))}, badSignature},
		{"signature of another token", []string{bearer(parts[0] + "." + parts[1] + "." + strings.Split(noID, ".")[2])}, badSignature},
		{"HS256 with the public key", []string{bearer(hs256)}, badAlgorithm},
		{"no algorithm", []string{bearer(none)}, badAlgorithm},
		{"half a token", []string{bearer(good[:len(good)/2])}, malformed},
		{"no token in Bearer", []string{"Bearer "}, malformed},
		{"no token in Basic", []string{basic("attic", "")}, malformed},
		{"Basic without a colon", []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(good))}, malformed},
		{"Basic that is no base64", []string{"Basic " + good}, malformed},
		{"empty header", []string{""}, malformed},
		{"another scheme", []string{"Digest " + good}, malformed},
		{"no scheme", []string{good}, malformed},
		{"two spaces", []string{"Bearer  " + good}, malformed},
		{"two tokens in a header", []string{bearer(good) + ", " + bearer(good)}, malformed},
		{"the same header twice", []string{bearer(good), bearer(good)}, malformed},
		{"a good and a revoked one", []string{bearer(good), bearer(at("revoked", nil))}, malformed},
		{"empty, then a good one", []string{"", bearer(good)}, malformed},
		{"too long", []string{basic(strings.Repeat("a", maxAuthorization), good)}, malformed},
		{"no ASCII", []string{bearer(good + "é")}, malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			series := `atticgen_authz_requests_total{outcome="` + string(test.want) + `"}`
			before := f.metric(series)
			for range 2 { // the second time it may be remembered
				got := f.ask(test.header...)
				status, says := test.want.answer()
				if says != "" {
					says += "\n"
				}
				if got.status != status || got.body != says {
					t.Errorf("got %d %q, want %d %q", got.status, got.body, status, says)
				}
				if challenged := len(got.challenge) == 2; challenged != (status == http.StatusUnauthorized) {
					t.Errorf("status %d comes with the challenges %q", status, got.challenge)
				}
			}
			if after := f.metric(series); after == before {
				t.Errorf("%s stays at %s", series, after)
			}
		})
	}
}

// TestRequireID refuses what can be revoked by its digest only.
func TestRequireID(t *testing.T) {
	f := start(t, func(o *Options) { o.RequireID = true })
	if got := f.ask(bearer(f.sign(claims("")))); got.status != http.StatusUnauthorized {
		t.Errorf("a token without an ID gets %d", got.status)
	}
	if got := f.ask(bearer(f.sign(claims("good")))); got.status != http.StatusOK {
		t.Errorf("a token with an ID gets %d", got.status)
	}
}

// TestAnyMethodAndPath is how the proxy may ask.
func TestAnyMethodAndPath(t *testing.T) {
	f := start(t, nil)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodOptions, "PROPFIND"} {
		r, err := http.NewRequest(method, "http://"+f.Addr().String()+"/any/where?x=y", strings.NewReader("a body"))
		check(t, err)
		r.Header.Set("Authorization", "Bearer x")
		response, err := f.client.Do(r)
		check(t, err)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s gets %d", method, response.StatusCode)
		}
	}
}

// TestNoRequestIsAnsweredUnseen asks about the server as a whole, which Go's own
// would answer with 200 before anybody looks at it.
func TestNoRequestIsAnsweredUnseen(t *testing.T) {
	f := start(t, nil)
	connection, err := net.Dial("tcp", f.Addr().String())
	check(t, err)
	defer func() { _ = connection.Close() }()
	_, err = connection.Write([]byte("OPTIONS * HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n"))
	check(t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	check(t, err)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %d", response.StatusCode)
	}
}

// TestTimesCountEachTime moves the clock over the end of a token that is
// remembered as good.
func TestTimesCountEachTime(t *testing.T) {
	s := &Server{now: time.Now, verify: verifyToken}
	s.metrics = newMetrics(s)
	key := newKey(t)
	keys := newKeyring([]*token.PublicKey{key.Public()})
	c := claims("x")
	text := sign(t, key, c)
	for _, step := range []struct {
		at   time.Time
		want verdict
	}{
		{c.NotBefore.Add(-time.Second), notYetValid},
		{c.NotBefore, allowed},
		{c.ExpiresAt.Add(-time.Second), allowed},
		{c.NotBefore.Add(-time.Second), notYetValid}, // the clock was set back
		{c.ExpiresAt, allowed},                       // as Attic has it
		{c.ExpiresAt.Add(time.Second), expired},
		{c.ExpiresAt.Add(2 * time.Second), expired},
	} {
		s.now = func() time.Time { return step.at }
		if _, got := s.check(keys, text); got != step.want {
			t.Errorf("at %s: %s, want %s", step.at, got, step.want)
		}
	}
	// A clock that was ahead is set right.
	s.now = func() time.Time { return c.ExpiresAt.Add(-2 * refusedFor) }
	keys.refused = newMemory[refusal](mostRefused)
	keys.refused.put(fingerprint{}, refusal{verdict: expired, until: s.now()})
	if _, got := s.check(keys, text); got != allowed {
		t.Errorf("after a minute: %s", got)
	}
}

// TestDigestIsOfWhatIsSigned writes one signature in two ways: the token is
// another text, and has the same name.
func TestDigestIsOfWhatIsSigned(t *testing.T) {
	text := sign(t, newKey(t), claims(""))
	last := strings.LastIndexByte(text, '.')
	if revocation.Digest(text) != revocation.Digest(text[:last]+".AAAA") {
		t.Error("the digest depends on the signature")
	}
	if revocation.Digest(text) == revocation.Digest("x"+text) {
		t.Error("the digest does not depend on the rest")
	}
	if len(revocation.Digest("")) != len(revocation.DigestPrefix)+64 {
		t.Error("no dot")
	}
}
