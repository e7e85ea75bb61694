package caches

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/outage"
)

// The kinds of error that Attic names in its answers, as far as they matter.
const (
	kindNoSuchCache         = "NoSuchCache"
	kindCacheAlreadyExists  = "CacheAlreadyExists"
	kindAccessError         = "AccessError"
	kindInternalServerError = "InternalServerError"
)

// hintAddress goes with answers that are not Attic's.
const hintAddress = "check that the address is that of an Attic server"

// failure is a request that the server did not carry out. Its message is safe to
// print, and it wraps nothing: what it is made of can hold what the server sent.
type failure struct {
	message string
	kind    string // Attic's name; empty for an answer that is not Attic's
	// passing failures are those that time can heal, and unreachable ones
	// concern every cache.
	passing, unreachable bool
}

func (f *failure) Error() string { return f.message }

func isKind(err error, kind string) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.kind == kind
}

func isUnreachable(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.unreachable
}

// isPassing tells whether trying again may help.
func isPassing(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.passing
}

// unanswered explains a request without an answer.
func (c *client) unanswered(ctx context.Context, r request, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", r.method, ctx.Err())
	}
	cause, passing := outage.Unanswered(err, c.Timeout)
	return &failure{
		message:     fmt.Sprintf("%s: no answer from the server: %s", r.method, c.clean(cause)),
		passing:     passing,
		unreachable: true,
	}
}

// refused explains an answer that is not a success.
func (c *client) refused(r request, resp *http.Response, body []byte) error {
	// The status text of the answer could be anything.
	status := strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	var answer struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	f := &failure{}
	if json.Unmarshal(body, &answer) == nil && answer.Error != "" {
		f.kind = answer.Error
		status = fmt.Sprintf("%d %s", resp.StatusCode, c.clean(answer.Error))
		f.message = fmt.Sprintf("%s: the server answers %s: %s", r.method, status, strings.TrimSuffix(c.clean(answer.Message), "."))
	} else {
		f.message = fmt.Sprintf("%s: the server answers %s, not as Attic does: %s", r.method, status, c.shown(body))
	}
	if hint := c.hint(r, f.kind, resp, answer.Message); hint != "" {
		f.message += "; " + hint
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.passing, f.unreachable = true, true
	case http.StatusInternalServerError:
		// This is Attic's word for a database that does not answer, and also
		// for a row that it cannot read.
		f.passing = f.kind == kindInternalServerError
	}
	return f
}

func (c *client) hint(r request, kind string, resp *http.Response, message string) string {
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return "the token has expired, is not for this server, or grants nothing for this cache; it needs " + r.needs
	case resp.StatusCode == http.StatusForbidden:
		// An expired token is to Attic like none, and anybody may see a public
		// cache, so this can be that too.
		return "the token grants too little for this cache, or has expired; it needs " + r.needs
	case resp.StatusCode/100 == 3:
		return "the redirect to " + c.shown([]byte(resp.Header.Get("Location"))) + " is not followed, because the token would go along; give the address that answers without one"
	case resp.StatusCode == http.StatusBadRequest && strings.Contains(message, "Bad Host"):
		return "give one of the server's allowed-hosts as the host"
	case resp.StatusCode == http.StatusNotFound && kind != kindNoSuchCache:
		return hintAddress
	}
	return ""
}

// clean returns text from the server fit to print, and without the token, which
// a server or a proxy could send back.
func (c *client) clean(text string) string {
	return diag.Escape(cut(strings.TrimSpace(strings.ReplaceAll(text, c.token, "[token]"))))
}

// shown returns a body that is not Attic's, cut and quoted.
func (c *client) shown(body []byte) string {
	return diag.Quote(strings.TrimSpace(strings.ReplaceAll(string(body), c.token, "[token]")))
}

// cut returns the beginning of text, long enough for any sentence of Attic.
func cut(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
