package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"gitlab.com/attic-cache/atticgen/internal/redact"
)

// Nothing here is a real secret: it only looks like one.
var (
	segment = strings.Repeat("c2VjcmV0", 20)
	jwt     = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0." + segment
	body    = strings.Repeat(strings.Repeat("TUlJRXBBSUJBQUtDQVFFQW", 3)[:64]+"\n", 12)
	key     = block("RSA PRIVATE KEY")
	age     = "AGE-SECRET-KEY-1" + strings.Repeat("QPZRY9X8", 7)
)

func block(kind string) string {
	return "-----BEGIN " + kind + "-----\n" + body + "-----END " + kind + "-----\n"
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// wrap breaks a text into lines, as base64 programs do.
func wrap(s string, width int, with string) string {
	var lines []string
	for ; len(s) > width; s = s[width:] {
		lines = append(lines, s[:width])
	}
	return strings.Join(append(lines, s), with)
}

func asJSON(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

var secrets = map[string]struct{ text, want string }{
	"a token":                     {"token: " + jwt + "\n", "token: [redacted]\n"},
	"a token at the end":          {"Bearer " + jwt, "Bearer [redacted]"},
	"a token in a sentence":       {"it was " + jwt + ". So there", "it was [redacted]. So there"},
	"a token that is not signed":  {"x eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0. y", "x [redacted]. y"},
	"a token without signature":   {"x eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0 y", "x [redacted] y"},
	"a token in quotes":           {asJSON(jwt), `"[redacted]"`},
	"a token in an address":       {"https://user:" + jwt + "@cache.example.com/a", "https://user:[redacted]@cache.example.com/a"},
	"two tokens":                  {jwt + " and " + jwt, "[redacted] and [redacted]"},
	"a token percent-encoded":     {"?t=" + strings.ReplaceAll(jwt, ".", "%2E") + "&a=b", "?t=[redacted]&a=b"},
	"an encrypted token":          {"a " + jwt + ".YWJj.ZGVm b", "a [redacted] b"},
	"credentials":                 {"Authorization: Basic " + encode("u:"+jwt) + "\n", "Authorization: Basic [redacted]\n"},
	"credentials, one further":    {"Basic " + encode("us:"+jwt), "Basic [redacted]"},
	"credentials, two further":    {"Basic " + encode("use:"+jwt), "Basic [redacted]"},
	"credentials in a query":      {"?b=" + url.QueryEscape(encode("user:"+jwt)) + "&c=d", "?b=[redacted]&c=d"},
	"credentials of base64url":    {"b " + base64.RawURLEncoding.EncodeToString([]byte("ÿþ?>user:"+jwt)), "b [redacted]"},
	"a token in a Secret":         {"  token: " + encode(jwt) + "\n", "  token: [redacted]\n"},
	"a key":                       {"before\n" + key + "after\n", "before\n[redacted]\nafter\n"},
	"a key of PKCS#8":             {block("PRIVATE KEY"), "[redacted]\n"},
	"a key of OpenSSH":            {block("OPENSSH PRIVATE KEY"), "[redacted]\n"},
	"a key of PGP":                {block("PGP PRIVATE KEY BLOCK"), "[redacted]\n"},
	"a key with a passphrase":     {block("ENCRYPTED PRIVATE KEY"), "[redacted]\n"},
	"a key with Windows lines":    {strings.ReplaceAll(key, "\n", "\r\n"), "[redacted]\r\n"},
	"a key in JSON":               {`{"key":` + asJSON(key) + `,"a":"b"}`, `{"key":"[redacted]\n","a":"b"}`},
	"a key in an address":         {"k=" + url.QueryEscape(key) + "&a=b", "k=[redacted]%0A&a=b"},
	"a key in a path":             {"k/" + strings.ReplaceAll(url.PathEscape(key), "-", "%2D") + "/b", "k/[redacted]%0A/b"},
	"a key indented":              {"k: |\n  " + strings.ReplaceAll(key, "\n", "\n  "), "k: |\n  [redacted]\n  "},
	"a key without end":           {"k " + key[:200], "k [redacted]"},
	"a key in base64":             {"SECRET=" + encode(key) + " rest", "SECRET=[redacted] rest"},
	"a key in base64 of base64":   {"data: " + encode(encode(key)) + "\nrest", "data: [redacted]\nrest"},
	"a key in lines of base64":    {wrap(encode(key), 76, "\n") + "\n\nrest\n", "[redacted]\n\nrest\n"},
	"a key in indented base64":    {"k:\n  " + wrap(encode(key), 64, "\n  ") + "\nr: s\n", "k:\n  [redacted]\nr: s\n"},
	"a key in lines of JSON":      {`"` + wrap(encode(key), 76, `\n`) + `" rest`, `"[redacted]" rest`},
	"JSON with a key, in base64":  {encode(`{"key":` + asJSON(key) + `}`), "[redacted]"},
	"a key of age":                {"# key\n" + age + "\n", "# key\n[redacted]\n"},
	"a key of age, small":         {"k " + strings.ToLower(age), "k [redacted]"},
	"a key of age, later kind":    {"k AGE-SECRET-KEY-PQ-1" + age[16:], "k [redacted]"},
	"a key of age in base64":      {"k: " + encode("x\n"+age), "k: [redacted]"},
	"a public and a private key":  {block("PUBLIC KEY") + key, block("PUBLIC KEY") + "[redacted]\n"},
	"a key, a token, another key": {key + jwt + "\n" + key, "[redacted]\n[redacted]\n[redacted]\n"},
}

func TestString(t *testing.T) {
	for name, tt := range secrets {
		t.Run(name, func(t *testing.T) {
			got := redact.String(tt.text)
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if again := redact.String(got); again != got {
				t.Errorf("a second time it becomes %q", again)
			}
		})
	}
}

var harmless = map[string]string{
	"nothing":                  "",
	"words":                    "Why eyJ and the PRIVATE KEY of AGE-SECRET-KEY-1 matter.\n",
	"a header alone":           "HeaderRegexp(`^Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ\\.`)",
	"a public key":             block("PUBLIC KEY"),
	"a public key of PKCS#1":   block("RSA PUBLIC KEY"),
	"a certificate":            block("CERTIFICATE"),
	"a public key in base64":   "ATTIC_SERVER_TOKEN_RS256_PUBKEY_BASE64=" + encode(block("RSA PUBLIC KEY")),
	"a certificate in base64":  "caBundle: " + encode(block("CERTIFICATE")),
	"a digest":                 "sha256:" + strings.Repeat("0123456789abcdef", 4) + "\n",
	"a path":                   "gitlab.com/attic-cache/atticgen/generators/api/v1alpha1/secrets.go:12:3: wrong\n",
	"JSON in base64":           encode(`{"a":"` + strings.Repeat("b", 100) + `"}`),
	"what is no base64":        "%2 %zz ===== a=b%3",
	"what is no text":          "\xff\xfe\x00" + strings.Repeat("\x80", 40),
	"a recipient of age":       "age1" + strings.Repeat("qpzry9x8", 7),
	"what was redacted before": "Bearer [redacted]\n",
}

func TestStringLeavesAlone(t *testing.T) {
	for name, text := range harmless {
		if got := redact.String(text); got != text {
			t.Errorf("%s: got %q of %q", name, got, text)
		}
	}
}

// The output is the same in however many pieces the text is written.
func TestWriter(t *testing.T) {
	long := strings.Repeat("harmless line\n", 3)
	for name, tt := range secrets {
		for _, size := range []int{1, 2, 7, 64, 77, 1000, 1 << 20} {
			t.Run(fmt.Sprintf("%s by %d", name, size), func(t *testing.T) {
				text, want := long+tt.text+"\n"+long, long+tt.want+"\n"+long
				if strings.Contains(name, "without end") {
					text, want = long+tt.text, long+tt.want
				}
				if got := written(t, text, size); got != want {
					t.Errorf("got  %q\nwant %q", got, want)
				}
			})
		}
	}
	for name, text := range harmless {
		if got := written(t, text, 5); got != text {
			t.Errorf("%s: got %q of %q", name, got, text)
		}
	}
}

// written is what a writer makes of a text that it gets in pieces of a size.
func written(t *testing.T, text string, size int) string {
	t.Helper()
	var out bytes.Buffer
	w := redact.Writer(&out)
	for ; text != ""; text = text[min(size, len(text)):] {
		piece := text[:min(size, len(text))]
		if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatalf("%d bytes written, %v", n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// People who wait for lines get them.
func TestWriterPassesLinesOn(t *testing.T) {
	var out bytes.Buffer
	w := redact.Writer(&out)
	lines := "one\nsha256 " + strings.Repeat("0123456789abcdef", 4) + "\n" + block("CERTIFICATE")
	if _, err := w.Write([]byte(lines + "prompt: ")); err != nil {
		t.Fatal(err)
	}
	if out.String() != lines {
		t.Errorf("got %q", out.String())
	}
	if err := w.Flush(); err != nil || out.String() != lines+"prompt: " {
		t.Errorf("after Flush %q, %v", out.String(), err)
	}
}

// However much comes without an end, not all of it is kept, and nothing of a key
// comes out.
func TestWriterIsBounded(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"a key that does not end": {
			"x\n-----BEGIN PRIVATE KEY-----\n" + strings.Repeat(body, 1000), "x\n[redacted]",
		},
		"a key that ends late": {
			"x\n-----BEGIN PRIVATE KEY-----\n" + strings.Repeat(body, 1000) + "-----END PRIVATE KEY-----\ny\n", "x\n[redacted]\ny\n",
		},
		"one line": {strings.Repeat("word ", 100_000) + jwt, strings.Repeat("word ", 100_000) + "[redacted]"},
		"one word": {strings.Repeat("a.", 200_000), strings.Repeat("a.", 200_000)},
	} {
		for _, size := range []int{999, 1 << 17, 1 << 22} {
			if got := written(t, tt.text, size); got != tt.want {
				t.Errorf("%s by %d: got %d bytes, ending in %q", name, size, len(got), got[max(0, len(got)-60):])
			}
		}
	}
}

func TestWriterSaysWhatFailed(t *testing.T) {
	w := redact.Writer(failing{})
	if _, err := w.Write([]byte("a line\n")); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("Write: %v", err)
	}
	w = redact.Writer(failing{})
	if _, err := w.Write([]byte("a piece")); err != nil {
		t.Errorf("Write of a piece: %v", err)
	}
	if err := w.Close(); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("Close: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, iotest.ErrTimeout }

// FuzzString looks for texts in which a token stays, and for panics.
func FuzzString(f *testing.F) {
	for _, tt := range secrets {
		f.Add(tt.text)
	}
	for _, text := range harmless {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, tt := range []struct{ secret, piece string }{
			{jwt, segment}, {encode("user:" + jwt), encode(segment)[4:40]},
		} {
			if strings.Contains(text, tt.piece) {
				t.Skip("the text itself has such a piece, which is no secret without the rest")
			}
			if strings.Contains(redact.String(text+" "+tt.secret+" "+text), tt.piece) {
				t.Error("the secret is still there")
			}
		}
	})
}

func BenchmarkString(b *testing.B) {
	for name, text := range map[string]string{
		"manifest": strings.Repeat("  image: ghcr.io/zhaofengli/attic@sha256:"+strings.Repeat("0123456789abcdef", 4)+"\n  name: attic\n", 100),
		"prose":    strings.Repeat("The quick brown fox jumps over the lazy dog.\n", 200),
		"token":    strings.Repeat("Bearer "+jwt+"\n", 40),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				redact.String(text)
			}
		})
	}
}
