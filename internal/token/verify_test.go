package token_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

func TestVerify(t *testing.T) {
	for _, tt := range verdicts(t, now) {
		t.Run(tt.name, func(t *testing.T) {
			got, err := token.Verify(tt.text, []*token.PublicKey{otherKey().Public(), ourKey().Public()}, token.Options{Now: now})
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err == nil && got.SignedBy != ourKey().Public().ID() {
				t.Errorf("signed by %q", got.SignedBy)
			}
			if err != nil && (leaks(err.Error(), tt.text) || got.SignedBy != "" || got.Access != nil) {
				t.Errorf("%+v and %v", got, err)
			}
		})
	}
}

// The server compares with its own clock to the fraction of a second.
func TestVerifyAtTheSecond(t *testing.T) {
	c := full()
	c.IssuedAt, c.NotBefore, c.ExpiresAt = now.Add(-time.Minute), now, now.Add(time.Minute)
	text := sign(t, c)
	for _, tt := range []struct {
		at   time.Time
		want error
	}{
		{now.Add(-time.Nanosecond), token.ErrNotYet},
		{now, nil},
		{now.Add(time.Minute - time.Nanosecond), nil},
		{now.Add(time.Minute), nil},
		{now.Add(time.Minute + time.Nanosecond), token.ErrExpired},
		{now.In(time.FixedZone("", 3600)), nil},
		{time.Time{}, token.ErrNotYet},
	} {
		_, err := token.Verify(text, []*token.PublicKey{ourKey().Public()}, token.Options{Now: tt.at})
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("at %v: got %v, want %v", tt.at, err, tt.want)
		}
	}
}

func TestVerifyParties(t *testing.T) {
	for name, tt := range map[string]struct {
		issuer, wantIssuer       string
		audiences, wantAudiences []string
		want                     error
	}{
		"nothing wanted":          {issuer: "a", audiences: []string{"b"}},
		"issuer":                  {issuer: "a", wantIssuer: "a"},
		"issuer missing":          {wantIssuer: "a", want: token.ErrIssuer},
		"another issuer":          {issuer: "A", wantIssuer: "a", want: token.ErrIssuer},
		"audience":                {audiences: []string{"b"}, wantAudiences: []string{"a", "b"}},
		"one of several":          {audiences: []string{"c", "b"}, wantAudiences: []string{"b"}},
		"audience missing":        {wantAudiences: []string{"a"}, want: token.ErrAudience},
		"another audience":        {audiences: []string{"ab"}, wantAudiences: []string{"a"}, want: token.ErrAudience},
		"neither issuer nor that": {wantIssuer: "a", wantAudiences: []string{"a"}, want: token.ErrAudience},
	} {
		c := full()
		c.Issuer, c.Audiences = tt.issuer, tt.audiences
		_, err := token.Verify(sign(t, c), []*token.PublicKey{ourKey().Public()},
			token.Options{Now: now, Issuer: tt.wantIssuer, Audiences: tt.wantAudiences})
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestVerifyKeys(t *testing.T) {
	text := sign(t, full())
	ours, other := ourKey().Public(), otherKey().Public()
	for name, tt := range map[string]struct {
		keys []*token.PublicKey
		want error
	}{
		"ours":    {[]*token.PublicKey{ours}, nil},
		"second":  {[]*token.PublicKey{other, ours}, nil},
		"another": {[]*token.PublicKey{other}, token.ErrSignature},
		"none":    {nil, token.ErrSignature},
	} {
		got, err := token.Verify(text, tt.keys, token.Options{Now: now})
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
		if err == nil && got.SignedBy != ours.ID() {
			t.Errorf("%s: signed by %q", name, got.SignedBy)
		}
	}
}

// Every way in which a token is wrong is told, and told at once.
func TestVerifyTellsAll(t *testing.T) {
	c := full()
	_, err := token.Verify(sign(t, c), []*token.PublicKey{ourKey().Public()},
		token.Options{Now: c.ExpiresAt.Add(time.Hour), Issuer: "x", Audiences: []string{"y"}})
	for _, want := range []error{token.ErrExpired, token.ErrIssuer, token.ErrAudience} {
		if !errors.Is(err, want) {
			t.Errorf("%v is not among: %v", want, err)
		}
	}
}

func sign(t testing.TB, c token.Claims) string {
	t.Helper()
	text, err := token.Sign(ourKey(), c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func BenchmarkVerify(b *testing.B) {
	for _, bits := range []int{2048, 4096} {
		b.Run(fmt.Sprint(bits), func(b *testing.B) {
			key := generated(bits)
			text, err := token.Sign(key, full())
			if err != nil {
				b.Fatal(err)
			}
			keys := []*token.PublicKey{otherKey().Public(), key.Public()}
			for b.Loop() {
				if _, err := token.Verify(text, keys, token.Options{Now: now}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	text := sign(b, full())
	for b.Loop() {
		if _, err := token.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
