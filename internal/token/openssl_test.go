package token_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// openssl runs the program in a folder, or skips the test where there is none.
func openssl(t *testing.T, dir string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("there is no openssl on this machine to compare with")
	}
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// OpenSSL reads our keys and agrees with what they sign.
func TestOpenSSLVerifies(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "private.pem", ourKey().PEM())
	write(t, dir, "public.pem", ourKey().Public().PEM())
	if got := openssl(t, dir, "rsa", "-in", "private.pem", "-check", "-noout"); !strings.Contains(got, "RSA key ok") {
		t.Error(got)
	}
	openssl(t, dir, "rsa", "-RSAPublicKey_in", "-in", "public.pem", "-noout", "-modulus")
	openssl(t, dir, "rsa", "-RSAPublicKey_in", "-in", "public.pem", "-pubout", "-out", "pkix.pem")

	text := sign(t, full())
	dot := strings.LastIndex(text, ".")
	signature, err := base64.RawURLEncoding.DecodeString(text[dot+1:])
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "signed", []byte(text[:dot]))
	write(t, dir, "signature", signature)
	if got := openssl(t, dir, "dgst", "-sha256", "-verify", "pkix.pem", "-signature", "signature", "signed"); !strings.Contains(got, "Verified OK") {
		t.Error(got)
	}
}

// We read what OpenSSL makes and agree with what it signs.
func TestOpenSSLSigns(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "genrsa", "-out", "pkcs8.pem", "2048")
	openssl(t, dir, "rsa", "-in", "pkcs8.pem", "-traditional", "-out", "pkcs1.pem")
	openssl(t, dir, "rsa", "-in", "pkcs8.pem", "-pubout", "-out", "pkix.pem")
	openssl(t, dir, "rsa", "-in", "pkcs8.pem", "-RSAPublicKey_out", "-out", "public.pem")
	openssl(t, dir, "rsa", "-in", "pkcs8.pem", "-aes128", "-passout", "pass:example", "-out", "encrypted8.pem")
	openssl(t, dir, "rsa", "-in", "pkcs8.pem", "-aes128", "-passout", "pass:example", "-traditional", "-out", "encrypted1.pem")

	private, err := token.ParsePrivate(read(t, dir, "pkcs8.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(private.PEM(), read(t, dir, "pkcs1.pem")) {
		t.Error("the private key is written otherwise than by openssl")
	}
	public, err := token.ParsePublic(read(t, dir, "pkix.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(public.PEM(), read(t, dir, "public.pem")) || public.ID() != private.Public().ID() {
		t.Error("the public key is written otherwise than by openssl")
	}
	for _, name := range []string{"encrypted8.pem", "encrypted1.pem"} {
		if _, err := token.ParsePrivate(read(t, dir, name)); err == nil || !strings.Contains(err.Error(), "passphrase") {
			t.Errorf("%s: %v", name, err)
		}
	}

	text := encode(header) + "." + encode(`{"exp":1800000001,"https://jwt.attic.rs/v1":{"caches":{}}}`)
	write(t, dir, "text", []byte(text))
	openssl(t, dir, "dgst", "-sha256", "-sign", "pkcs8.pem", "-out", "signature", "text")
	text += "." + encode(string(read(t, dir, "signature")))
	if _, err := token.Verify(text, []*token.PublicKey{public}, token.Options{Now: now}); err != nil {
		t.Error(err)
	}
}
