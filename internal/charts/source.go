package charts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Bounds on what repositories send.
const (
	maxIndex     = 64 << 20
	maxRedirects = 5
	// maxTalk is what all answers of a registry to one question may have
	// together, besides the chart itself.
	maxTalk = 16 << 20
	// longest is how long one chart, or one question, may take.
	longest = 5 * time.Minute
	// silence is how long a server may take to begin its answer.
	silence = 30 * time.Second
)

// Remote says how to reach repositories.
type Remote struct {
	// Username and Password for a private repository. They are sent to the
	// repository's own host and to no other, so all charts with a repository
	// must be from one host. Default: none; for registries, what docker login
	// has stored.
	Username, Password string
	// Transport of requests. Default: one that heeds the proxy variables of the
	// environment.
	Transport http.RoundTripper
	// Progress, if any, is told what is being fetched.
	Progress func(string)
}

// source fetches from repositories, and remembers their indexes.
type source struct {
	Remote
	indexes map[string][]byte
}

func newSource(r Remote) *source {
	if r.Transport == nil {
		transport := http.DefaultTransport
		if standard, ok := transport.(*http.Transport); ok {
			own := standard.Clone()
			own.ResponseHeaderTimeout = silence
			// An archive that a server declares to be compressed is kept as
			// it is: its digest is that of the archive.
			own.DisableCompression = true
			transport = own
		}
		r.Transport = transport
	}
	if r.Progress == nil {
		r.Progress = func(string) {}
	}
	return &source{Remote: r, indexes: map[string][]byte{}}
}

// wanted is a chart to fetch.
type wanted struct {
	Entry
	// insecure allows http.
	insecure bool
}

// fetch is the archive of a chart, as its repository has it. Errors are of
// transfers unless they are a diag.List.
func (s *source) fetch(ctx context.Context, w wanted) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if scheme(w.Repository) == "oci" {
		return s.fetchOCI(ctx, w, w.Repository+"/"+w.Name+":"+tagOf(w.Version))
	}
	return s.fetchHTTP(ctx, w)
}

// versions are those that a chart's repository has.
func (s *source) versions(ctx context.Context, w wanted) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if scheme(w.Repository) == "oci" {
		return s.versionsOCI(ctx, w)
	}
	return s.versionsHTTP(ctx, w)
}

// transport is for requests about one chart; it keeps to what the chart allows.
func (s *source) transport(w wanted, budget int64) http.RoundTripper {
	c := &careful{next: s.Transport, insecure: w.insecure}
	c.left.Store(budget)
	return c
}

// errPlain is about a server that is not to be reached without encryption.
var errPlain = errors.New("is http, without encryption; use https, or write insecure: true beside the repository in the spec")

// errLong is about an answer that no chart repository has reason to give.
var errLong = errors.New("sends more than a chart repository has reason to; check the address")

// careful is a transport that refuses http and endless answers.
type careful struct {
	next     http.RoundTripper
	insecure bool
	left     atomic.Int64 // bytes; answers may be read side by side
}

func (c *careful) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !c.insecure {
		return nil, fmt.Errorf("%s %w", shown(r.URL), errPlain)
	}
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", "atticgen")
	resp, err := c.next.RoundTrip(r)
	if err == nil {
		resp.Body = &metered{ReadCloser: resp.Body, careful: c}
	}
	return resp, err
}

// metered counts what is read.
type metered struct {
	io.ReadCloser
	careful *careful
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	if m.careful.left.Add(-int64(n)) < 0 {
		return 0, errLong
	}
	return n, err
}

// shown is an address without what may be secret in it.
func shown(u *url.URL) string {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return diag.Cut(plain.String())
}

// plainly is the cause of a failed request, without the address, which may hold
// a signature.
func plainly(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// oneHost checks that credentials go to one host only.
func (r Remote) oneHost(list []wanted) error {
	if r.Username == "" {
		return nil
	}
	host := ""
	for _, w := range list {
		u, err := url.Parse(w.Repository)
		if err != nil || w.own() {
			continue
		}
		if host != "" && u.Host != host {
			return wrong("", fmt.Sprintf("the user name would be sent to %s and to %s", host, u.Host), "name the charts of one of them")
		}
		host = u.Host
	}
	return nil
}
