package token

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
)

const (
	// MinBits is how long a key must be at least. Shorter ones can be broken.
	MinBits = 2048
	// MaxBits is how long a key may be at most. The server takes no longer ones.
	MaxBits = 4096

	// hidden is all that a private key ever says about itself.
	hidden = "[private key]"
)

// PrivateKey signs tokens. However it is printed or encoded, it does not show
// itself; only PEM and Base64 give it away.
type PrivateKey struct{ key *rsa.PrivateKey }

// PublicKey checks tokens. It may be shown to anybody.
type PublicKey struct{ key *rsa.PublicKey }

// Generate makes a key of a length in bits.
func Generate(bits int) (*PrivateKey, error) {
	if bits < MinBits || bits > MaxBits || bits%8 != 0 {
		return nil, fmt.Errorf("a key of %d bits cannot be made; write %d, 3072 or %d", bits, MinBits, MaxBits)
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("no key could be made: %w", err)
	}
	return &PrivateKey{key: key}, nil
}

// PEM is the key in PKCS#1 form.
func (k *PrivateKey) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pkcs1Private, Bytes: x509.MarshalPKCS1PrivateKey(k.key)})
}

// Base64 is the key as the server reads ATTIC_SERVER_TOKEN_RS256_SECRET_BASE64.
func (k *PrivateKey) Base64() string { return base64.StdEncoding.EncodeToString(k.PEM()) }

// Public is the half of the key that checks what it signs.
func (k *PrivateKey) Public() *PublicKey { return &PublicKey{key: &k.key.PublicKey} }

// String does not show the key.
func (PrivateKey) String() string { return hidden }

// GoString does not show the key.
func (PrivateKey) GoString() string { return hidden }

// Format does not show the key, whatever the verb.
func (PrivateKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText does not show the key.
func (PrivateKey) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// PEM is the key in PKCS#1 form.
func (k *PublicKey) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pkcs1Public, Bytes: x509.MarshalPKCS1PublicKey(k.key)})
}

// Base64 is the key as the server reads ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64.
func (k *PublicKey) Base64() string { return base64.StdEncoding.EncodeToString(k.PEM()) }

// Bits is how long the key is.
func (k *PublicKey) Bits() int { return k.key.N.BitLen() }

// ID is by what a token says which key signed it: the key's thumbprint as RFC 7638
// defines it, of SHA-256, in base64url. The same key always has the same ID.
func (k *PublicKey) ID() string {
	encode := base64.RawURLEncoding.EncodeToString
	sum := sha256.Sum256([]byte(`{"e":"` + encode(big.NewInt(int64(k.key.E)).Bytes()) +
		`","kty":"RSA","n":"` + encode(k.key.N.Bytes()) + `"}`))
	return encode(sum[:])
}
