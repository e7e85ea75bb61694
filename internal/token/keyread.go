package token

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Types of PEM blocks.
const (
	pkcs1Private = "RSA PRIVATE KEY"
	pkcs8Private = "PRIVATE KEY"
	pkcs1Public  = "RSA PUBLIC KEY"
	pkixPublic   = "PUBLIC KEY"

	// maxKey is more than any key takes, in bytes, as base64 of PEM.
	maxKey = 64 << 10
	begin  = "-----BEGIN "
	makeIt = "make one with: atticgen token keygen"
)

// ParsePrivate reads a private RSA key: PEM in PKCS#1 or PKCS#8 form, or standard
// base64 of that. White space around it and the line ends of Windows do not
// matter. Errors say what is wrong and never hold any of the text.
func ParsePrivate(text []byte) (*PrivateKey, error) {
	block, err := onlyBlock(text)
	if err != nil {
		return nil, fmt.Errorf("the private key %w", err)
	}
	key, err := privateKey(block)
	if err != nil {
		return nil, fmt.Errorf("the private key %w", err)
	}
	return &PrivateKey{key: key}, nil
}

// ParsePublic reads a public RSA key: PEM in PKCS#1 or PKIX form, or standard
// base64 of that, as ParsePrivate does.
func ParsePublic(text []byte) (*PublicKey, error) {
	block, err := onlyBlock(text)
	if err != nil {
		return nil, fmt.Errorf("the public key %w", err)
	}
	key, err := publicKey(block)
	if err != nil {
		return nil, fmt.Errorf("the public key %w", err)
	}
	return &PublicKey{key: key}, nil
}

// onlyBlock is the one PEM block of a text.
func onlyBlock(text []byte) (*pem.Block, error) {
	if len(text) > maxKey {
		return nil, fmt.Errorf("has %d bytes; no key is that long", len(text))
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil, errors.New("is empty; " + makeIt)
	}
	if !bytes.Contains(text, []byte(begin)) {
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), ""))
		if err != nil || !bytes.HasPrefix(decoded, []byte(begin)) {
			return nil, errors.New("is neither PEM, which starts with -----BEGIN, nor standard base64 of PEM; write one of them")
		}
		text = bytes.TrimSpace(decoded)
	}
	if !bytes.HasPrefix(text, []byte(begin)) {
		return nil, errors.New("has other text before -----BEGIN; write the PEM block alone")
	}
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("is PEM that is cut off or damaged; copy all of it, from -----BEGIN to the end of the -----END line")
	case bytes.Contains(rest, []byte(begin)) || bytes.Count(text, []byte(begin)) > 1:
		return nil, errors.New("comes with further PEM blocks; write one key alone")
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, errors.New("has other text after its -----END line; write the PEM block alone")
	}
	return block, nil
}

// privateKey is the key in a block.
func privateKey(block *pem.Block) (*rsa.PrivateKey, error) {
	var key any
	var err error
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
		return nil, errors.New("is encrypted with a passphrase; decrypt it with: openssl rsa -traditional -in FILE")
	case block.Type == pkcs1Private:
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case block.Type == pkcs8Private:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case block.Type == pkcs1Public || block.Type == pkixPublic:
		return nil, errors.New("is a public key; write the private half")
	default:
		return nil, errors.New("is not RSA in PKCS#1 or PKCS#8 form; " + makeIt)
	}
	if err != nil {
		// The library's own words are about the inside of the key.
		return nil, errors.New("is damaged: what is inside the PEM block is no consistent RSA key; copy it again, or " + makeIt)
	}
	private, ok := key.(*rsa.PrivateKey)
	switch {
	case !ok:
		return nil, errors.New("is not an RSA key, and tokens are signed with RS256; " + makeIt)
	case len(private.Primes) != 2:
		return nil, errors.New("has more than two primes, which the server does not read; " + makeIt)
	}
	if err := checkSize(&private.PublicKey); err != nil {
		return nil, err
	}
	if private.Validate() != nil {
		return nil, errors.New("is damaged: its numbers do not fit together; copy it again, or " + makeIt)
	}
	return private, nil
}

// publicKey is the key in a block.
func publicKey(block *pem.Block) (*rsa.PublicKey, error) {
	var key any
	var err error
	switch block.Type {
	case pkcs1Public:
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case pkixPublic:
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case pkcs1Private, pkcs8Private, "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("is a private key, which must not be handed out; write the public half, from: openssl rsa -in FILE -RSAPublicKey_out")
	default:
		return nil, errors.New("is not RSA in PKCS#1 or PKIX form; write what this prints: openssl rsa -in FILE -RSAPublicKey_out")
	}
	if err != nil {
		return nil, errors.New("is damaged: what is inside the PEM block is no RSA key; copy it again")
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("is not an RSA key, and tokens are signed with RS256; write an RSA key")
	}
	return public, checkSize(public)
}

// checkSize refuses keys that are not safe and those that the server refuses.
func checkSize(key *rsa.PublicKey) error {
	switch bits := key.N.BitLen(); {
	case bits < MinBits:
		return fmt.Errorf("has %d bits, which can be broken; use at least %d: %s", bits, MinBits, makeIt)
	case bits > MaxBits:
		return fmt.Errorf("has %d bits, and the server takes at most %d; %s", bits, MaxBits, makeIt)
	case key.E < 3 || key.E%2 == 0:
		return errors.New("has a public exponent that is no odd number from 3 up; " + makeIt)
	case key.N.Bit(0) == 0:
		return errors.New("has an even modulus, so it is no RSA key; copy it again")
	}
	return nil
}
