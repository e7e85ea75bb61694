package caches

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHost(t *testing.T) {
	a, server := newAttic(t)
	_, err := apply(t, Options{Server: server.URL, Host: "elsewhere.example.com", Desired: desired{"main": cacheOf(41)}})
	want := "cache main: GET: the server answers 400 RequestError: General request error: Bad Host; give one of the server's allowed-hosts as the host"
	if err != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	var seen string
	a.before = func(_ http.ResponseWriter, r *http.Request) bool {
		seen = r.Host
		return false
	}
	if _, err := Apply(t.Context(), Options{Server: server.URL, Token: testToken, Desired: desired{"main": cacheOf(41)}}); err == nil {
		t.Error("the address of the server is not an allowed host")
	}
	if want := strings.TrimPrefix(server.URL, "http://"); seen != want {
		t.Errorf("the default host is %s, not %s", seen, want)
	}
}

func TestHeaders(t *testing.T) {
	a, server := newAttic(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{server.URL, "http://" + testHost} {
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		jar.SetCookies(at, []*http.Cookie{{Name: "session", Value: "1"}})
	}
	var seen []http.Header
	a.before = func(_ http.ResponseWriter, r *http.Request) bool {
		header := r.Header.Clone()
		header.Del("Accept-Encoding")
		header.Del("Content-Length")
		seen = append(seen, header)
		return false
	}
	given := &http.Client{Jar: jar}
	if _, err := apply(t, Options{Server: server.URL + "/", Token: "\n " + testToken + "\r\n", Desired: desired{"main": cacheOf(41)}, HTTP: given}); err != "" {
		t.Fatal(err)
	}
	get := http.Header{"Accept": {"application/json"}, "Authorization": {"Bearer " + testToken}, "User-Agent": {"atticgen"}}
	post := get.Clone()
	post.Set("Content-Type", "application/json")
	if diff := cmp.Diff([]http.Header{get, post, get}, seen); diff != "" {
		t.Error(diff)
	}
	if given.Jar == nil || given.CheckRedirect != nil {
		t.Error("the client that was given has changed")
	}
}

func TestPathOfServer(t *testing.T) {
	a, _ := newAttic(t)
	server := httptest.NewServer(http.StripPrefix("/attic", a))
	t.Cleanup(server.Close)
	if _, err := apply(t, Options{Server: server.URL + "/attic/", Desired: desired{"main": cacheOf(41)}}); err != "" {
		t.Error(err)
	}
}

func TestRedirects(t *testing.T) {
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(elsewhere.Close)
	for name, location := range map[string]string{
		"another host":   elsewhere.URL + "/",
		"another scheme": "https://" + testHost + "/_api/v1/cache-config/main",
		"the same":       "/login",
	} {
		for _, code := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect} {
			t.Run(fmt.Sprintf("%s %d", name, code), func(t *testing.T) {
				a, server := newAttic(t)
				a.before = func(w http.ResponseWriter, _ *http.Request) bool {
					w.Header().Set("Location", location)
					w.WriteHeader(code)
					return true
				}
				_, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}, HTTP: elsewhere.Client()})
				if !strings.Contains(err, "is not followed, because the token would go along") || !strings.Contains(err, fmt.Sprintf("the redirect to %q", location)) {
					t.Errorf("got %s", err)
				}
				if got := a.methods(); len(got) != 1 || reached {
					t.Errorf("went on with %v", got)
				}
			})
		}
	}
}

// Answers that are not Attic's, or that would harm whoever reads about them.
func TestStrangeAnswers(t *testing.T) {
	answer := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}
	}
	raw := func(response string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_, _ = conn.Write([]byte(response))
				_ = conn.Close()
			}
		}
	}
	const address = "; check that the address is that of an Attic server"
	long := strings.Repeat("x", 70<<10)
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"HTML not found": {
			answer(404, "<html>\n<h1>404 Not Found</h1>"),
			`GET: the server answers 404 Not Found, not as Attic does: "<html>\n<h1>404 Not Found</h1>"` + address,
		},
		"HTML forbidden": {
			answer(403, "<html>blocked"),
			`GET: the server answers 403 Forbidden, not as Attic does: "<html>blocked"; the token grants too little for this cache, or has expired; it needs cc (create), cr (configure) and cq (configure retention), and r (pull) to see what differs`,
		},
		"HTML success":    {answer(200, "<html>"), `GET: the answer "<html>" is not the configuration of a cache: invalid character '<' looking for beginning of value` + address},
		"nothing":         {answer(200, ""), `GET: the answer "" is not the configuration of a cache: unexpected end of JSON input` + address},
		"null":            {answer(200, "null"), `GET: the answer "null" holds nothing of the configuration of a cache` + address},
		"something else":  {answer(200, `{"status":"ok"}`), `GET: the answer "{\"status\":\"ok\"}" holds nothing of the configuration of a cache` + address},
		"a new retention": {answer(200, `{"retention_period":"Never"}`), `GET: the answer "{\"retention_period\":\"Never\"}" is not the configuration of a cache: retention_period has an unknown form` + address},
		"long success":    {answer(200, long), `GET: the answer is larger than 64 KiB` + address},
		"endless success": {endless, `GET: the answer is larger than 64 KiB` + address},
		"long failure":    {answer(418, long), `GET: the server answers 418 I'm a teapot, not as Attic does: "` + strings.Repeat("x", 60) + `…"`},
		"long message": {
			answer(400, `{"error":"RequestError","message":"`+strings.Repeat("y", 500)+`"}`),
			"GET: the server answers 400 RequestError: " + strings.Repeat("y", 200) + "…",
		},
		"unknown route": {
			answer(404, `{"code":404,"error":"NotFound","message":"The URL you requested was not found."}`),
			"GET: the server answers 404 NotFound: The URL you requested was not found" + address,
		},
		"escapes": {
			answer(400, `{"error":"Bad\u001b[31m","message":"a\u0000b\nc\u202ed"}`),
			`GET: the server answers 400 Bad\x1b[31m: a\x00b\x0ac\u202ed`,
		},
		"escapes in HTML": {answer(400, "\x1b]0;title\x07\xff"), `GET: the server answers 400 Bad Request, not as Attic does: "\x1b]0;title\a\xff"`},
		"escapes in the status": {
			raw("HTTP/1.1 400 \x1b[31mred\r\nContent-Length: 0\r\n\r\n"),
			`GET: the server answers 400 Bad Request, not as Attic does: ""`,
		},
		"unknown status":   {answer(499, ""), `GET: the server answers 499, not as Attic does: ""`},
		"escapes for HTTP": {raw("\x1b[31mSSH-2.0\r\n\r\n"), `GET: no answer from the server: net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x1b[31mSSH-2.0"`},
		"token in JSON":    {answer(400, `{"error":"`+testToken+`","message":"got `+testToken+`"}`), "GET: the server answers 400 [token]: got [token]"},
		"token in JSON, escaped": {
			answer(400, `{"error":"E","message":"\u0065`+testToken[1:]+`"}`),
			"GET: the server answers 400 E: [token]",
		},
		"token at the cut": {answer(400, strings.Repeat("z", 50)+testToken), `GET: the server answers 400 Bad Request, not as Attic does: "` + strings.Repeat("z", 50) + `[token]"`},
		"token in Location": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://x/?t="+testToken)
				w.WriteHeader(http.StatusFound)
			},
			`GET: the server answers 302 Found, not as Attic does: ""; the redirect to "https://x/?t=[token]" is not followed, because the token would go along; give the address that answers without one`,
		},
		"token in a header":  {raw("HTTP/1.1 200 OK\r\nX-" + testToken + "\r\n\r\n"), ""},
		"token in the start": {raw(testToken + "\r\n\r\n"), ""},
		"token in a configuration": {
			answer(200, `{"retention_period":"`+testToken+`"}`),
			`GET: the answer "{\"retention_period\":\"[token]\"}" is not the configuration of a cache: retention_period has an unknown form` + address,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, server := newAttic(t)
			a.before = func(w http.ResponseWriter, r *http.Request) bool {
				tt.answer(w, r)
				return true
			}
			out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}})
			if err == "" || out != nil {
				t.Fatalf("got %+v and no error", out)
			}
			if tt.want != "" && err != "cache main: "+tt.want {
				t.Errorf("got  %s\nwant cache main: %s", err, tt.want)
			}
		})
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(make([]byte, 1<<10)); err != nil {
			return
		}
	}
}

// What a server says about its caches is printed too.
func TestStrangeConfiguration(t *testing.T) {
	a, server := newAttic(t)
	a.caches["main"] = &stored{upstream: []string{"\x1b[31m" + testToken, strings.Repeat("k", 300)}, key: testToken + "\x1b\n", priority: 41}
	out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}})
	if err != "" {
		t.Fatal(err)
	}
	want := []Outcome{{
		Name: "main", Action: Changed, PublicKey: "[token]\\x1b",
		Changes: []string{`upstream keys \x1b[31m[token], ` + strings.Repeat("k", 186) + "… → cache.nixos.org-1"},
	}}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}

// Attic's type allows every part of a configuration to be absent.
func TestPartsAreAbsent(t *testing.T) {
	a, server := newAttic(t)
	a.caches["main"] = storedOf(cacheOf(7), "k:k=")
	a.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet {
			a.answer(w, map[string]any{"is_public": false, "new_field": 1})
		}
		return r.Method == http.MethodGet
	}
	out, err := apply(t, Options{Server: server.URL, Desired: desired{"main": cacheOf(41)}})
	if err != "" {
		t.Fatal(err)
	}
	want := []Outcome{{Name: "main", Action: Changed, Changes: []string{
		"priority unknown → 41", "upstream keys unknown → cache.nixos.org-1", "retention unknown → the server's",
	}}}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	if a.caches["main"].priority != 41 {
		t.Errorf("the server has %+v", a.caches["main"])
	}
}

func TestOptions(t *testing.T) {
	a, server := newAttic(t)
	const (
		notServer = "the server is not an http or https address; write one, as in http://attic.nix-cache.svc:80"
		tooMuch   = "the address of the server has a user, a query or a fragment; write only the scheme, host, port and path"
		notHost   = "the host is not one; write a name, with a port if Attic's allowed-hosts has one"
		notToken  = "the token is not one word of at most 16 KiB; give it as it was made, and nothing besides"
	)
	tests := map[string]struct {
		change func(*Options)
		want   string
	}{
		"no server":       {func(o *Options) { o.Server = "" }, notServer},
		"no scheme":       {func(o *Options) { o.Server = "attic:80" }, notServer},
		"another scheme":  {func(o *Options) { o.Server = "ftp://attic" }, notServer},
		"no host in it":   {func(o *Options) { o.Server = "http://:80" }, notServer},
		"control":         {func(o *Options) { o.Server = "http://a\x1b" }, notServer},
		"password":        {func(o *Options) { o.Server = "http://a:hunter2@attic" }, tooMuch},
		"query":           {func(o *Options) { o.Server = "http://attic?x=1" }, tooMuch},
		"host with space": {func(o *Options) { o.Host = "a b" }, notHost},
		"host with line":  {func(o *Options) { o.Host = "a\r\nX: y" }, notHost},
		"host with path":  {func(o *Options) { o.Host = "a/b" }, notHost},
		"blank token":     {func(o *Options) { o.Token = " \n" }, "the token is empty; give one with cc, cr and cq for the caches"},
		"two lines":       {func(o *Options) { o.Token = testToken + "\n" + testToken }, notToken},
		"token not ASCII": {func(o *Options) { o.Token = testToken + "é" }, notToken},
		"endless token":   {func(o *Options) { o.Token = strings.Repeat("a", 16<<10+1) }, notToken},
		"no caches":       {func(o *Options) { o.Desired = nil }, "error: names no cache; write an object with the caches under their names"},
		"path as name":    {func(o *Options) { o.Desired = desired{"../x": cacheOf(1)} }, `error: "../x": is not a name that Attic takes for a cache; use at most 50 letters, digits, -, _ and +, starting with a letter or digit`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := Options{Server: server.URL, Host: testHost, Token: testToken, Desired: desired{"main": cacheOf(41)}}
			tt.change(&o)
			_, err := apply(t, o)
			if err != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
			if sent := a.methods(); sent != nil {
				t.Errorf("sent %v", sent)
			}
		})
	}
}
