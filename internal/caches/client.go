package caches

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/outage"
)

const (
	// maxBody of an answer, of which Attic's are a small part.
	maxBody = 64 << 10
	// maxToken is more than HTTP servers take in a header.
	maxToken = 16 << 10
)

var (
	hostHeader = validate.NewForm(`[A-Za-z0-9._:\[\]-]+`, 300)
	// Attic takes only a header of visible characters.
	visible = validate.NewForm(`[!-~]+`, maxToken)
)

// client is a checked form of Options.
type client struct {
	*outage.Session
	base  *url.URL
	host  string
	token string
}

func newClient(o Options) (*client, error) {
	token := strings.TrimSpace(o.Token)
	server := o.Server
	if o.NextServer != "" && strings.HasPrefix(token, tokenset.HeaderSegment(o.NextKeyID)+".") {
		server = o.NextServer
	}
	base, err := url.Parse(server)
	// The address is not repeated in these errors: it may hold a password.
	switch {
	case err != nil, base.Scheme != "http" && base.Scheme != "https", base.Hostname() == "":
		return nil, errors.New("the server is not an http or https address; write one, as in http://attic.nix-cache.svc:80")
	case base.User != nil, base.RawQuery != "", base.Fragment != "":
		return nil, errors.New("the address of the server has a user, a query or a fragment; write only the scheme, host, port and path")
	}
	if o.Host != "" && !hostHeader.Matches(o.Host) {
		return nil, errors.New("the host is not one; write a name, with a port if Attic's allowed-hosts has one")
	}
	switch {
	case token == "":
		return nil, errors.New("the token is empty; give one with cc, cr and cq for the caches")
	case !visible.Matches(token):
		return nil, errors.New("the token is not one word of at most 16 KiB; give it as it was made, and nothing besides")
	}
	return &client{
		Session: outage.Patience{Timeout: o.Timeout, Wait: o.Wait, HTTP: o.HTTP, Now: o.now, Sleep: o.sleep}.Start(),
		base:    base,
		host:    o.Host,
		token:   token,
	}, nil
}

// read returns the configuration of a cache. The server demands r of the token,
// unless the cache is public.
func (c *client) read(ctx context.Context, name string) (config, error) {
	r := request{
		method: http.MethodGet, cache: name,
		needs: "cc (create), cr (configure) and cq (configure retention), and r (pull) to see what differs",
	}
	body, err := c.send(ctx, r)
	if err != nil {
		return config{}, err
	}
	var have config
	if err := json.Unmarshal(body, &have); err != nil {
		return config{}, fmt.Errorf("GET: the answer %s is not the configuration of a cache: %s; %s", c.shown(body), c.clean(err.Error()), hintAddress)
	}
	if have == (config{}) {
		return config{}, fmt.Errorf("GET: the answer %s holds nothing of the configuration of a cache; %s", c.shown(body), hintAddress)
	}
	return have, nil
}

func (c *client) create(ctx context.Context, name string, want atticcache.DesiredCache) error {
	r := request{method: http.MethodPost, cache: name, needs: "cc (create)", body: creation{
		Keypair:               "Generate",
		IsPublic:              want.Public,
		StoreDir:              storeDir,
		Priority:              want.Priority,
		UpstreamCacheKeyNames: keyNames(want),
	}}
	_, err := c.send(ctx, r)
	return err
}

func (c *client) configure(ctx context.Context, name string, patch config) error {
	r := request{method: http.MethodPatch, cache: name, needs: "cr (configure)", body: patch}
	if patch.RetentionPeriod != nil {
		r.needs = "cr (configure) and cq (configure retention)"
	}
	_, err := c.send(ctx, r)
	return err
}

// publicKey returns the key of a cache, fit to print.
func (c *client) publicKey(have config) string {
	if have.PublicKey == nil {
		return ""
	}
	return c.clean(*have.PublicKey)
}

// request is one request about one cache.
type request struct {
	method string
	cache  string
	needs  string // the permissions that the server demands
	body   any    // nil for none
}

// send sends a request until the server has dealt with it, and returns the body
// of its answer. All requests can be repeated: creating a cache twice fails,
// which the caller knows how to take.
func (c *client) send(ctx context.Context, r request) ([]byte, error) {
	return outage.Try(ctx, c.Session, "the server", isPassing, func() ([]byte, error) { return c.try(ctx, r) })
}

func (c *client) try(ctx context.Context, r request) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	var content []byte
	if r.body != nil {
		var err error
		if content, err = json.Marshal(r.body); err != nil {
			return nil, fmt.Errorf("%s: %w", r.method, err)
		}
	}
	address := c.base.JoinPath("_api", "v1", "cache-config", r.cache).String()
	req, err := http.NewRequestWithContext(limited, r.method, address, bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.method, err)
	}
	req.Host = c.host
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("User-Agent", "atticgen")
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, c.unanswered(ctx, r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, c.unanswered(ctx, r, err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, c.refused(r, resp, body)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("%s: the answer is larger than 64 KiB; %s", r.method, hintAddress)
	}
	return body, nil
}
