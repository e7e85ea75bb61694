package token_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// verdict is a token and what becomes of it. The server is to decide the same,
// which TestServerAgrees tries; stricter says that only we refuse the token.
type verdict struct {
	name, text string
	want       error
	stricter   bool
}

const header = `{"alg":"RS256","typ":"JWT"}`

// verdicts are tokens around a time.
func verdicts(t *testing.T, now time.Time) []verdict {
	t.Helper()
	at := now.Unix()
	const access = `"https://jwt.attic.rs/v1":{"caches":{"*":{"r":1}}}`
	exp := fmt.Sprintf(`"exp":%d`, at+3600)
	ok := signed(t, header, `{`+exp+`,`+access+`}`)
	parts := strings.Split(ok, ".")
	claims := func(text string, args ...any) string { return signed(t, header, fmt.Sprintf(text, args...)) }
	with := func(member string) string { return signed(t, header, `{`+exp+`,`+access+`,`+member+`}`) }
	namespace := func(value string) string {
		return signed(t, header, `{`+exp+`,"https://jwt.attic.rs/v1":`+value+`}`)
	}
	caches := func(value string) string { return namespace(`{"caches":` + value + `}`) }
	head := func(text string) string { return signed(t, text, `{`+exp+`,`+access+`}`) }
	hmacOf := func(secret string) string {
		text := encode(`{"alg":"HS256","typ":"JWT"}`) + "." + parts[1]
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(text))
		return text + "." + encode(string(mac.Sum(nil)))
	}
	public := ourKey().Public()
	bad := token.ErrMalformed
	return []verdict{
		{name: "plain", text: ok},

		{name: "alg none, not signed", text: encode(`{"alg":"none"}`) + "." + parts[1] + ".", want: token.ErrAlgorithm},
		{name: "alg none, signed", text: head(`{"alg":"none"}`), want: token.ErrAlgorithm},
		{name: "alg HS256 by the public PEM", text: hmacOf(string(public.PEM())), want: token.ErrAlgorithm},
		{name: "alg HS256 by the public base64", text: hmacOf(public.Base64()), want: token.ErrAlgorithm},
		{name: "alg rs256", text: head(`{"alg":"rs256"}`), want: token.ErrAlgorithm},
		{name: "alg RS512", text: head(`{"alg":"RS512"}`), want: token.ErrAlgorithm},
		{name: "alg missing", text: head(`{"typ":"JWT"}`), want: bad},
		{name: "alg null", text: head(`{"alg":null}`), want: bad},
		{name: "alg twice", text: head(`{"alg":"none","alg":"RS256"}`), want: bad},
		{name: "Alg besides", text: head(`{"alg":"RS256","Alg":"none"}`)},

		{name: "typ missing", text: head(`{"alg":"RS256"}`)},
		{name: "typ null", text: head(`{"alg":"RS256","typ":null}`)},
		{name: "typ small", text: head(`{"alg":"RS256","typ":"jwt"}`)},
		{name: "typ at+jwt", text: head(`{"alg":"RS256","typ":"at+jwt"}`)},
		{name: "typ empty", text: head(`{"alg":"RS256","typ":""}`), want: bad},
		{name: "typ another", text: head(`{"alg":"RS256","typ":"JWE"}`), want: bad},
		{name: "kid of another key", text: head(`{"alg":"RS256","kid":"x"}`)},
		{name: "kid a number", text: head(`{"alg":"RS256","kid":1}`), want: bad},
		{name: "jwk an object", text: head(`{"alg":"RS256","jwk":{}}`), want: bad},
		{name: "x5c", text: head(`{"alg":"RS256","x5c":["a"]}`)},
		{name: "x5c a string", text: head(`{"alg":"RS256","x5c":"a"}`), want: bad},
		{name: "unknown member", text: head(`{"alg":"RS256","b64":{"a":[1]}}`)},
		{name: "crit", text: head(`{"alg":"RS256","crit":["b64"],"b64":true}`), want: bad, stricter: true},
		{name: "header an array", text: head(`["RS256"]`), want: bad, stricter: true},
		{name: "header no JSON", text: head(`x`), want: bad},
		{name: "header with more behind", text: head(header + `{}`), want: bad},
		{name: "header too long", text: head(`{"alg":"RS256","x":"` + strings.Repeat("a", 6200) + `"}`), want: bad},
		{name: "header long", text: head(`{"alg":"RS256","x":"` + strings.Repeat("a", 6000) + `"}`)},

		{name: "signature cut", text: ok[:len(ok)-2], want: token.ErrSignature},
		{name: "signature empty", text: parts[0] + "." + parts[1] + ".", want: token.ErrSignature},
		{name: "signature of other claims", text: parts[0] + "." + encode(`{`+exp+`,`+access+`, "a":1}`) + "." + parts[2], want: token.ErrSignature},
		{name: "signature of another header", text: encode(`{"typ":"JWT","alg":"RS256"}`) + "." + parts[1] + "." + parts[2], want: token.ErrSignature},
		{name: "padding", text: ok + "=", want: bad},
		{name: "standard base64", text: signSegments(t, "+"+parts[0]+"."+parts[1]), want: bad},
		{name: "loose bits", text: signSegments(t, encode(`{"alg":"RS256"}x`)[:20]+"R."+parts[1]), want: bad},
		{name: "two parts", text: parts[0] + "." + parts[1], want: bad},
		{name: "four parts", text: ok + ".", want: bad},
		{name: "empty", text: "", want: bad},
		{name: "dots", text: "..", want: bad},
		{name: "too long", text: with(`"a":"` + strings.Repeat("a", 12500) + `"`), want: bad, stricter: true},
		{name: "long", text: with(`"a":"` + strings.Repeat("a", 11000) + `"`)},

		{name: "exp missing", text: claims(`{%s}`, access), want: token.ErrNoExpiry, stricter: true},
		{name: "Exp instead", text: claims(`{"Exp":1,%s,%s}`, exp, access)},
		{name: "exp null", text: claims(`{"exp":null,%s}`, access), want: bad},
		{name: "exp a string", text: claims(`{"exp":"%d",%s}`, at+3600, access), want: bad},
		{name: "exp twice", text: claims(`{"exp":1,"exp":%d,%s}`, at+3600, access), want: bad},
		{name: "exp a float", text: claims(`{"exp":%d.9,%s}`, at+3600, access)},
		{name: "exp a float in the past", text: claims(`{"exp":%d.9,%s}`, at-3600, access), want: token.ErrExpired},
		{name: "exp with an exponent", text: claims(`{"exp":4.1e9,%s}`, access)},
		{name: "exp as large as can be", text: claims(`{"exp":18446744073709551615,%s}`, access)},
		{name: "exp larger than that", text: claims(`{"exp":1e300,%s}`, access)},
		{name: "exp larger than a float", text: claims(`{"exp":1e400,%s}`, access), want: bad},
		{name: "exp 0", text: claims(`{"exp":0,%s}`, access), want: token.ErrExpired},
		{name: "exp below 0", text: claims(`{"exp":-1,%s}`, access), want: bad, stricter: true},
		{name: "exp past", text: claims(`{"exp":%d,%s}`, at-60, access), want: token.ErrExpired},
		{name: "nbf future", text: with(fmt.Sprintf(`"nbf":%d`, at+60)), want: token.ErrNotYet},
		{name: "nbf below 0", text: with(`"nbf":-1`), want: bad},
		{name: "nbf 0", text: with(`"nbf":0`)},
		{name: "nbf past", text: with(fmt.Sprintf(`"nbf":%d`, at-60))},
		{name: "iat future", text: with(fmt.Sprintf(`"iat":%d`, at+60)), want: token.ErrNotYet},
		{name: "iat past", text: with(fmt.Sprintf(`"iat":%d`, at-60))},
		{name: "iat a string", text: with(`"iat":"0"`), want: bad},

		{name: "sub, iss, jti, nonce null", text: with(`"sub":null,"iss":null,"jti":null,"nonce":null`)},
		{name: "sub a number", text: with(`"sub":1`), want: bad},
		{name: "jti a number", text: with(`"jti":1`), want: bad},
		{name: "nonce a number", text: with(`"nonce":1`), want: bad},
		{name: "sub twice", text: with(`"sub":"a","sub":"a"`), want: bad},
		{name: "aud null", text: with(`"aud":null`), want: bad},
		{name: "aud a string", text: with(`"aud":"a"`)},
		{name: "aud a list", text: with(`"aud":["a","b"]`)},
		{name: "aud no list", text: with(`"aud":[]`)},
		{name: "aud a list of numbers", text: with(`"aud":[1]`), want: bad},
		{name: "unknown claim", text: with(`"https://example.com":{"a":[null,1.5,{}]}`)},
		{name: "unknown claim twice", text: with(`"a":1,"a":2`)},
		{name: "unknown claim with a number larger than a float", text: with(`"a":[1e400]`), want: bad},
		{name: "half a pair", text: with(`"a":"\ud800"`), want: bad},
		{name: "the other half", text: with(`"a":"\udc00"`), want: bad},
		{name: "halves the wrong way round", text: with(`"a":"\ud800\u0041"`), want: bad},
		{name: "a whole pair", text: with(`"a":"\\\ud83d\ude00\\ud800"`)},
		{name: "no UTF-8", text: with("\"a\":\"\xff\""), want: bad},
		{name: "deep", text: with(`"a":` + strings.Repeat("[", 126) + strings.Repeat("]", 126))},
		{name: "too deep", text: with(`"a":` + strings.Repeat("[", 127) + strings.Repeat("]", 127)), want: bad},
		{name: "claims an array", text: claims(`[]`), want: bad},
		{name: "claims with a byte order mark", text: claims("\ufeff{%s,%s}", exp, access), want: bad},
		{name: "claims with white space", text: claims(" {\n\t%s , %s\r}\n", exp, access)},

		{name: "namespace missing", text: claims(`{%s}`, exp), want: bad},
		{name: "namespace null", text: namespace(`null`), want: bad},
		{name: "namespace twice", text: with(access), want: bad},
		{name: "namespace an array", text: namespace(`[{"*":{"r":1}}]`), want: bad, stricter: true},
		{name: "namespace escaped", text: claims(`{%s,"https:\/\/jwt.attic.rs\/v1":{"caches":{"*":{"r":1}}}}`, exp)},
		{name: "namespace with more", text: namespace(`{"caches":{"*":{"r":1}},"users":1}`)},
		{name: "caches missing", text: namespace(`{}`), want: bad},
		{name: "caches null", text: caches(`null`), want: bad},
		{name: "caches an array", text: caches(`[]`), want: bad},
		{name: "caches twice", text: namespace(`{"caches":{"*":{"r":1}},"caches":{"*":{"r":1}}}`), want: bad},
		{name: "pattern with ?", text: caches(`{"a?":{},"*":{"r":1}}`), want: bad},
		{name: "pattern empty", text: caches(`{"":{},"*":{"r":1}}`), want: bad},
		{name: "pattern too long", text: caches(`{"` + strings.Repeat("a", 51) + `":{},"*":{"r":1}}`), want: bad},
		{name: "pattern twice", text: caches(`{"*":{},"*":{"r":1}}`)},
		{name: "permission 2", text: caches(`{"*":{"r":1},"b":{"r":2}}`), want: bad},
		{name: "permission -1", text: caches(`{"*":{"r":1},"b":{"r":-1}}`), want: bad},
		{name: "permission -0", text: caches(`{"*":{"r":1},"b":{"r":-0}}`), want: bad},
		{name: "permission 1.0", text: caches(`{"*":{"r":1},"b":{"r":1.0}}`), want: bad},
		{name: "permission 1e0", text: caches(`{"*":{"r":1},"b":{"r":1e0}}`), want: bad},
		{name: "permission true", text: caches(`{"*":{"r":1},"b":{"r":true}}`), want: bad},
		{name: "permission null", text: caches(`{"*":{"r":1},"b":{"r":null}}`), want: bad},
		{name: "permission a string", text: caches(`{"*":{"r":1},"b":{"r":"1"}}`), want: bad},
		{name: "permission twice", text: caches(`{"*":{"r":1},"b":{"r":1,"r":1}}`), want: bad},
		{name: "permission with white space", text: caches(`{"*":{ "r" : 1 } }`)},
		{name: "permission unknown", text: caches(`{"*":{"r":1,"R":2,"zz":"y"}}`)},
		{name: "permissions an array", text: caches(`{"*":[1]}`), want: bad, stricter: true},
		{name: "permissions null", text: caches(`{"*":{"r":1},"b":null}`), want: bad},
	}
}
