package token_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// now is when the tests take place.
var now = time.Unix(1_800_000_000, 0).UTC()

// Keys take long to make, so all tests share these.
var (
	ourKey   = sync.OnceValue(func() *token.PrivateKey { return generated(2048) })
	otherKey = sync.OnceValue(func() *token.PrivateKey { return generated(2048) })
)

func generated(bits int) *token.PrivateKey {
	key, err := token.Generate(bits)
	if err != nil {
		panic(err)
	}
	return key
}

// rsaKey is a key as the standard library has it.
func rsaKey(t testing.TB, key *token.PrivateKey) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(key.PEM())
	raw, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// signed is a token of any header and claims, with a signature of ourKey that is
// right.
func signed(t testing.TB, header, claims string) string {
	t.Helper()
	return signSegments(t, encode(header)+"."+encode(claims))
}

func signSegments(t testing.TB, text string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, rsaKey(t, ourKey()), crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + encode(string(signature))
}

// leaks tells whether a message holds a piece of a secret.
func leaks(message, secret string) bool {
	const piece = 12
	for i := 0; i+piece <= len(secret); i += piece {
		if strings.Contains(message, secret[i:i+piece]) {
			return true
		}
	}
	return false
}

// full are claims in which everything is set.
func full() token.Claims {
	return token.Claims{
		ID: "0190-1", Subject: "ci", Issuer: "https://issuer.example.com", Audiences: []string{"attic", "b<&>ü"},
		IssuedAt: now, NotBefore: now, ExpiresAt: now.Add(time.Hour),
		Access: token.Access{
			{Pattern: "team-*", Permissions: token.Permissions{Pull: true, Push: true, Delete: true}},
			{Pattern: "main", Permissions: token.Permissions{CreateCache: true, ConfigureCache: true, ConfigureRetention: true, DestroyCache: true}},
			{Pattern: "*", Permissions: token.Permissions{}},
		},
	}
}
