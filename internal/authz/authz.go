// Package authz is the server that a reverse proxy asks about each request to
// Attic, so that revoked tokens are refused: Attic itself keeps no list of them.
//
// Contract: a request without an Authorization header is let through, for Attic
// decides whether a cache is public. A request with one is let through when the
// token in it is signed by a known key, valid now, and not on the list. Anything
// else is refused, and whatever the server cannot know, it refuses. Keys and list
// are files, read anew when they change.
package authz

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/redact"
)

// Options say what to serve and where. Those without a default are required.
type Options struct {
	// Listen and Admin are the addresses that the proxy asks, and that probes and
	// Prometheus ask. They must not be the same, because the proxy's clients must
	// not see the latter.
	Listen, Admin string
	// PublicKeys are the files of the keys that tokens may be signed with, in PEM
	// form or base64 of it.
	PublicKeys []string
	// Revoked is the file with the list of revoked tokens.
	Revoked string
	// Issuer and Audiences are what tokens must name. Default: not checked.
	Issuer    string
	Audiences []string
	// RequireID refuses tokens without an ID. Default: such tokens are accepted,
	// and revoked by their digest.
	RequireID bool
	// Drain is how long requests are still answered after readiness has failed.
	// Default: not at all.
	Drain time.Duration
	// Version is shown in metrics.
	Version string
	// Log takes the log; nothing secret is written there. Default: none.
	Log io.Writer
}

// Server is a running server of both addresses.
type Server struct {
	options     Options
	log         *slog.Logger
	refusals    refusalLog
	metrics     *metrics
	keys        *watched[keyring]
	list        *watched[revoked]
	now         func() time.Time
	verify      verifyFunc
	draining    atomic.Bool
	begun       atomic.Bool  // keys and list have been good at one time
	polled      atomic.Int64 // when the files were last looked at, in Unix seconds
	auth, admin net.Listener
}

const (
	// pollInterval is how soon a change of the files is seen. Their folders may be
	// swapped as a whole, as kubelet does it, which notifications of the system
	// miss easily and looking does not.
	pollInterval = time.Second
	// stuckAfter is how long the files may go unseen until the process counts as
	// dead.
	stuckAfter = 30 * time.Second
	// shutdownTimeout is how long requests under way may take in the end.
	shutdownTimeout = 5 * time.Second
	// maxHeaderBytes bounds all headers of a request, which the proxy copies from
	// its client's.
	maxHeaderBytes = 64 << 10
)

// Listen reads the files and opens both addresses. Files that cannot be read are
// no error: the server starts, refuses tokens and is not ready before they could be
// read once.
func Listen(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	s := &Server{options: o, now: time.Now, verify: verifyToken}
	s.log = slog.New(slog.NewJSONHandler(redacted{o.Log}, nil))
	s.refusals = newRefusalLog(s.log)
	s.metrics = newMetrics(s)
	s.keys = watch(s.readKeys)
	s.list = watch(s.readList)
	s.poll()

	var err error
	var config net.ListenConfig
	if s.auth, err = config.Listen(ctx, "tcp", o.Listen); err != nil {
		return nil, err
	}
	if s.admin, err = config.Listen(ctx, "tcp", o.Admin); err != nil {
		return nil, errors.Join(err, s.auth.Close())
	}
	return s, nil
}

// Addr is the address that the proxy asks.
func (s *Server) Addr() net.Addr { return s.auth.Addr() }

// AdminAddr is the address with probes and metrics.
func (s *Server) AdminAddr() net.Addr { return s.admin.Addr() }

// Serve answers until ctx is done. Then readiness fails, requests are still
// answered while the proxy notices that, and those under way are finished.
func (s *Server) Serve(ctx context.Context) error {
	auth := s.httpServer(s.authHandler())
	admin := s.httpServer(s.adminHandler())
	failed := make(chan error, 2)
	go func() { failed <- auth.Serve(s.auth) }()
	go func() { failed <- admin.Serve(s.admin) }()
	s.log.Info("started", "listen", s.Addr().String(), "admin", s.AdminAddr().String(), "version", s.options.Version)

	polling, stopPolling := context.WithCancel(context.WithoutCancel(ctx))
	defer stopPolling()
	go s.pollUntil(polling)

	select {
	case err := <-failed:
		return errors.Join(err, auth.Close(), admin.Close())
	case <-ctx.Done():
	}
	s.draining.Store(true)
	// Connections that are kept would go on bringing requests here.
	auth.SetKeepAlivesEnabled(false)
	s.log.Info("stopping", "drain", s.options.Drain.String())
	select {
	case err := <-failed:
		return errors.Join(err, auth.Close(), admin.Close())
	case <-time.After(s.options.Drain):
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	for _, server := range []*http.Server{auth, admin} {
		// A connection that never brought a request is waited for, too. What is
		// not over by now is cut off, as the system would do next.
		if server.Shutdown(last) != nil {
			_ = server.Close()
		}
	}
	s.log.Info("stopped")
	return nil
}

func (s *Server) httpServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler,
		// Else "OPTIONS *" is answered with 200 by whoever asks, unseen.
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            5 * time.Second,
		ReadTimeout:                  10 * time.Second,
		WriteTimeout:                 10 * time.Second,
		IdleTimeout:                  2 * time.Minute, // longer than Traefik keeps idle connections
		MaxHeaderBytes:               maxHeaderBytes,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// redacted takes tokens and keys out of what is written; slog writes a record at
// a time.
type redacted struct{ to io.Writer }

func (r redacted) Write(record []byte) (int, error) {
	if _, err := io.WriteString(r.to, redact.String(string(record))); err != nil {
		return 0, err
	}
	return len(record), nil
}
