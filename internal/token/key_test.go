package token_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return block("PRIVATE KEY", der)
}

func pkix(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return block("PUBLIC KEY", der)
}

func std(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// forms are the ways in which a PEM text may be written.
func forms(text string) map[string]string {
	lines := std(text)
	return map[string]string{
		"as it is":              text,
		"without the last line": strings.TrimRight(text, "\n"),
		"Windows lines":         strings.ReplaceAll(text, "\n", "\r\n"),
		"white space around":    "\n \t" + text + "\r\n\n",
		"base64":                std(text),
		"base64 of base64 form": std(strings.TrimSpace(text)) + "\n",
		"base64 in lines":       lines[:76] + "\n" + lines[76:152] + "\r\n" + lines[152:] + "\n",
		"base64 of Windows":     std(strings.ReplaceAll(text, "\n", "\r\n")),
	}
}

func TestParsePrivate(t *testing.T) {
	raw := rsaKey(t, ourKey())
	for kind, text := range map[string]string{"PKCS#1": string(ourKey().PEM()), "PKCS#8": pkcs8(t, raw)} {
		for form, text := range forms(text) {
			got, err := token.ParsePrivate([]byte(text))
			if err != nil || !bytes.Equal(got.PEM(), ourKey().PEM()) {
				t.Errorf("%s, %s: %v", kind, form, err)
			}
		}
	}
	if got, err := token.ParsePrivate([]byte(ourKey().Base64())); err != nil || got.Base64() != ourKey().Base64() {
		t.Errorf("its own base64: %v", err)
	}
}

func TestParsePublic(t *testing.T) {
	public := ourKey().Public()
	for kind, text := range map[string]string{"PKCS#1": string(public.PEM()), "PKIX": pkix(t, &rsaKey(t, ourKey()).PublicKey)} {
		for form, text := range forms(text) {
			got, err := token.ParsePublic([]byte(text))
			if err != nil || !bytes.Equal(got.PEM(), public.PEM()) || got.Base64() != public.Base64() || got.ID() != public.ID() || got.Bits() != 2048 {
				t.Errorf("%s, %s: %v", kind, form, err)
			}
		}
	}
	if !strings.HasPrefix(string(public.PEM()), "-----BEGIN RSA PUBLIC KEY-----\n") {
		t.Error("the public key is not written in PKCS#1 form")
	}
}

// small is a key that is too short to be made, which can only be read.
func small(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestParsePrivateRefuses(t *testing.T) {
	raw, ours := rsaKey(t, ourKey()), string(ourKey().PEM())
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalECPrivateKey(elliptical)
	if err != nil {
		t.Fatal(err)
	}
	other := rsaKey(t, otherKey())
	mixed := x509.MarshalPKCS1PrivateKey(&rsa.PrivateKey{PublicKey: raw.PublicKey, D: other.D, Primes: other.Primes})
	damaged := x509.MarshalPKCS1PrivateKey(raw)
	damaged[400] ^= 1
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":              {"", "is empty"},
		"white space":          {" \n", "is empty"},
		"junk":                 {"junk that is secret!", "neither PEM"},
		"base64 of junk":       {std("junk that is secret, and no key at all"), "neither PEM"},
		"base64 of base64":     {std(std(ours)), "neither PEM"},
		"base64url":            {base64.RawURLEncoding.EncodeToString([]byte(ours + "??>>")), "neither PEM"},
		"text before":          {"secret\n" + ours, "before -----BEGIN"},
		"text after":           {ours + "secret", "after its -----END"},
		"two keys":             {ours + ours, "further PEM blocks"},
		"with its public half": {ours + string(ourKey().Public().PEM()), "further PEM blocks"},
		"a key after a damaged one": {
			strings.Replace(ours, "-----END RSA", "-----END EC", 1) + ours, "cut off or damaged|further PEM blocks",
		},
		"cut off":               {ours[:len(ours)/2], "cut off or damaged"},
		"base64, cut off":       {std(ours)[:800], "cut off or damaged"},
		"a line missing":        {ours[:100] + ours[165:], "damaged"},
		"a bit flipped":         {block("RSA PRIVATE KEY", damaged), "damaged"},
		"halves of two keys":    {block("RSA PRIVATE KEY", mixed), "damaged"},
		"PKCS#8 named PKCS#1":   {strings.ReplaceAll(pkcs8(t, raw), "PRIVATE KEY", "RSA PRIVATE KEY"), "damaged"},
		"encrypted PKCS#8":      {block("ENCRYPTED PRIVATE KEY", ec), "passphrase"},
		"encrypted PKCS#1":      {strings.Replace(ours, "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", 1), "passphrase"},
		"EC":                    {block("EC PRIVATE KEY", ec), "not RSA"},
		"EC in PKCS#8":          {pkcs8(t, elliptical), "not an RSA key"},
		"OpenSSH":               {block("OPENSSH PRIVATE KEY", ec), "not RSA"},
		"a certificate":         {block("CERTIFICATE", ec), "not RSA"},
		"a public key":          {string(ourKey().Public().PEM()), "is a public key"},
		"1024 bits":             {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small(t))), "has 1024 bits"},
		"far too long":          {strings.Repeat("secret", 20000), "no key is that long"},
		"a type with a newline": {"-----BEGIN \x1b[31m-----\n-----END \x1b[31m-----\n", "not RSA|damaged"},
	} {
		key, err := token.ParsePrivate([]byte(tt.text))
		wantRefused(t, name, tt.text, tt.want, key != nil, err)
	}
}

func TestParsePublicRefuses(t *testing.T) {
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	modulus := rsaKey(t, ourKey()).N
	with := func(n *big.Int, e int) string {
		return block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: n, E: e}))
	}
	for name, tt := range map[string]struct{ text, want string }{
		"a private key":         {string(ourKey().PEM()), "is a private key"},
		"a private key, PKCS#8": {pkcs8(t, rsaKey(t, ourKey())), "is a private key"},
		"EC":                    {pkix(t, &elliptical.PublicKey), "not an RSA key"},
		"a certificate":         {block("CERTIFICATE", []byte("x")), "not RSA"},
		"empty block":           {block("PUBLIC KEY", nil), "damaged"},
		"1024 bits":             {with(small(t).N, 65537), "has 1024 bits"},
		"too long":              {with(new(big.Int).SetBit(big.NewInt(1), 4096, 1), 65537), "at most 4096"},
		"exponent 1":            {with(modulus, 1), "exponent"},
		"exponent 4":            {with(modulus, 4), "exponent"},
		"even modulus":          {with(new(big.Int).Lsh(modulus, 1), 65537), "even modulus"},
		"two keys":              {string(ourKey().Public().PEM()) + string(otherKey().Public().PEM()), "further PEM blocks"},
		"nothing":               {"", "is empty"},
	} {
		key, err := token.ParsePublic([]byte(tt.text))
		wantRefused(t, name, tt.text, tt.want, key != nil, err)
	}
}

// wantRefused checks that a key was refused, with one of the reasons that | parts,
// and without any of its text.
func wantRefused(t *testing.T, name, text, want string, got bool, err error) {
	t.Helper()
	if err == nil || got {
		t.Errorf("%s: let through: %v", name, err)
		return
	}
	found := false
	for reason := range strings.SplitSeq(want, "|") {
		found = found || strings.Contains(err.Error(), reason)
	}
	body := strings.Join(strings.Split(strings.TrimSpace(text), "\n")[min(1, strings.Count(strings.TrimSpace(text), "\n")):], "\n")
	if !found || leaks(err.Error(), body) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%s: %v", name, err)
	}
}

func TestGenerateRefuses(t *testing.T) {
	for _, bits := range []int{-1, 0, 1024, 2047, 2049, 4104, 8192} {
		if key, err := token.Generate(bits); key != nil || err == nil {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
}

// The example of RFC 7638, section 3.1.
func TestID(t *testing.T) {
	const n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs" +
		"tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbIS" +
		"D08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
	modulus, err := base64.RawURLEncoding.DecodeString(n)
	if err != nil {
		t.Fatal(err)
	}
	key, err := token.ParsePublic([]byte(block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: 65537}))))
	if err != nil {
		t.Fatal(err)
	}
	if got := key.ID(); got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Errorf("got %s", got)
	}
}

func FuzzParsePrivate(f *testing.F) {
	ours := string(ourKey().PEM())
	for _, text := range forms(ours) {
		f.Add([]byte(text))
	}
	f.Add([]byte(pkcs8(f, rsaKey(f, ourKey()))))
	f.Add([]byte(block("EC PRIVATE KEY", []byte("x"))))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := token.ParsePrivate(text)
		if err != nil {
			return
		}
		again, err := token.ParsePrivate(key.PEM())
		if err != nil || again.Base64() != key.Base64() {
			t.Error(err)
		}
		_, _ = token.ParsePublic(text)
	})
}
