package buckets

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

const (
	testKey    = "AKIATESTTESTTEST"
	testSecret = "c3VwZXIvc2VjcmV0K2tleQ"
	testToken  = "dGVtcG9yYXJ5L3Rva2Vu"
)

// store answers as S3 does, for what the real servers of the module test cannot
// be made to do: rules in forms of Amazon's own, buckets of somebody else's,
// passing failures.
type store struct {
	mu       sync.Mutex
	settings map[string]string // by the word in the query; the bucket itself is ""
	requests []string
	bodies   []string
	headers  http.Header // of answers about the lifecycle
	sent     http.Header // of the last request
	// before handles a request instead if it returns true.
	before func(w http.ResponseWriter, r *http.Request) bool
}

func newStore(t *testing.T) (*store, *httptest.Server) {
	t.Helper()
	s := &store{settings: map[string]string{}, headers: http.Header{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	about, _, _ := strings.Cut(r.URL.RawQuery, "=")
	s.requests = append(s.requests, strings.TrimSpace(r.Method+" "+about))
	s.bodies, s.sent = append(s.bodies, string(body)), r.Header
	if s.before != nil && s.before(w, r) {
		return
	}
	have, exists := s.settings[about]
	switch {
	case r.URL.Path != "/nix-cache":
		refuse(w, http.StatusBadRequest, "InvalidURI", r.URL.Path)
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="+testKey+"/"):
		refuse(w, http.StatusForbidden, "AccessDenied", "Access Denied.")
	case r.Method == http.MethodPut:
		s.settings[about] = string(body)
	case !exists && about == "versioning":
		_, _ = io.WriteString(w, `<VersioningConfiguration xmlns="`+namespace+`"/>`)
	case !exists && about == "":
		refuse(w, http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist.")
	case !exists:
		refuse(w, http.StatusNotFound, "NoSuchConfiguration", "There is none.")
	default:
		maps.Copy(w.Header(), s.headers)
		_, _ = io.WriteString(w, have)
	}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}

// desired is what the reference asks for.
func desired() objectstore.DesiredBucket {
	return objectstore.DesiredBucket{
		Bucket: "nix-cache", MaxSize: "500G", Versioning: true, Encryption: objectstore.EncryptionAES256,
		Lifecycle: objectstore.DesiredLifecycle{OldVersionsDays: 90, InfrequentAccessDays: 30, StorageClass: "STANDARD_IA", AbortIncompleteUploadsDays: 7},
	}
}

// options are for a store; time passes only by waiting.
func options(server *httptest.Server) Options {
	now := time.Unix(0, 0)
	return Options{
		Endpoint: server.URL, Region: "us-east-1", AccessKeyID: testKey, SecretAccessKey: testSecret, SessionToken: testToken, Desired: desired(),
		now: func() time.Time { return now },
		sleep: func(ctx context.Context, pause time.Duration) error {
			now = now.Add(pause)
			return ctx.Err()
		},
	}
}

// lines are outcomes as a person reads them.
func lines(outcomes []Outcome) []string {
	var out []string
	for _, o := range outcomes {
		line := o.Setting + ": " + o.Action
		if o.Detail != "" {
			line += " (" + o.Detail + ")"
		}
		out = append(out, line)
	}
	return out
}
