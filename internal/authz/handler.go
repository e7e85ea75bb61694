package authz

import (
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// realm is what clients show where they ask for a password.
const realm = "attic"

// authHandler answers what the proxy asks, whatever the method and path: they
// are the proxy's, those of its client are in headers.
func (s *Server) authHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		v, who, digest := s.guarded(r.Header)
		respond(w, v)
		s.metrics.count(v, time.Since(start))
		if status, _ := v.answer(); status != http.StatusOK {
			s.refusals.write(v, who, digest, r.Header)
		}
	})
}

// guarded is decide, for which a panic is a refusal: the proxy would otherwise
// see a connection that ends, and its client would not know what to do.
func (s *Server) guarded(header http.Header) (v verdict, who holder, digest string) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("a check failed", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			v, who, digest = failed, holder{}, ""
		}
	}()
	return s.decide(header)
}

func respond(w http.ResponseWriter, v verdict) {
	status, says := v.answer()
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	if status == http.StatusOK {
		return
	}
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	switch status {
	case http.StatusUnauthorized:
		header["Www-Authenticate"] = []string{
			fmt.Sprintf(`Bearer realm="%s", error="invalid_token"`, realm),
			fmt.Sprintf(`Basic realm="%s", charset="UTF-8"`, realm),
		}
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, says+"\n")
}

// adminHandler answers probes and Prometheus.
func (s *Server) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		var faults []string
		if s.now().Sub(time.Unix(s.polled.Load(), 0)) > stuckAfter {
			faults = append(faults, "the files have not been looked at")
		}
		probe(w, faults)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { probe(w, s.faults()) })
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = io.WriteString(w, s.metrics.text())
	})
	return mux
}

// faults are the reasons why requests should not come here: the server is about to
// stop, or has never had what it takes, so that a rollout with a bad key or list
// gets no further. Files that become bad later are no such reason. Every replica
// has the same ones, and without any the proxy would refuse those without a token
// as well.
func (s *Server) faults() []string {
	var faults []string
	if s.draining.Load() {
		faults = append(faults, "stopping")
	}
	if s.begun.Load() {
		return faults
	}
	if s.keys.good() == nil {
		faults = append(faults, "no good public keys")
	}
	if s.list.good() == nil {
		faults = append(faults, "no good list of revoked tokens")
	}
	return faults
}

func probe(w http.ResponseWriter, faults []string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if len(faults) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, strings.Join(faults, "; ")+"\n")
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}
