package buckets

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFailures(t *testing.T) {
	secret := testSecret + " " + testToken + "\x1b[2J"
	for name, tt := range map[string]struct {
		before func(w http.ResponseWriter, r *http.Request) bool
		want   []string // parts of the error
		lines  int
	}{
		"a bucket of somebody else's": {func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut {
				refuse(w, http.StatusConflict, "BucketAlreadyExists", "Taken.")
			}
			return r.Method == http.MethodPut
		}, []string{"bucket nix-cache: PUT: the store answers 409 BucketAlreadyExists: Taken; the name belongs to somebody else; choose another"}, 1},
		"no rights": {func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, http.StatusForbidden, "AccessDenied", "Access Denied.")
			return true
		}, []string{"GET location: the store answers 403 AccessDenied: Access Denied; the credentials need s3:ListBucket and s3:GetBucketLocation, unless the bucket belongs to somebody else"}, 1},
		"some rights": {func(w http.ResponseWriter, r *http.Request) bool {
			refused := r.URL.RawQuery == "versioning=" && r.Method == http.MethodPut
			if refused {
				refuse(w, http.StatusForbidden, "AccessDenied", "Access Denied")
			}
			return refused
		}, []string{"versioning: PUT versioning: the store answers 403 AccessDenied: Access Denied; the credentials need s3:PutBucketVersioning"}, 1},
		"a wrong region": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
			refuse(w, http.StatusMovedPermanently, "PermanentRedirect", "Elsewhere.")
			return true
		}, []string{"the region is us-east-1, and the store says eu-west-1"}, 1},
		"a redirect is not followed": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "https://elsewhere.example.com", http.StatusTemporaryRedirect)
			return true
		}, []string{"307 Temporary Redirect", "check the region"}, 1},
		"no S3 API": {func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte("<html>Welcome " + secret))
			return true
		}, []string{`is not S3's; check that the endpoint is that of the S3 API`, "[secret]"}, 1},
		"secrets that come back": {func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, http.StatusBadRequest, "InvalidRequest", "You sent "+testSecret+" "+testToken)
			return true
		}, []string{"You sent [secret] [secret]"}, 1},
		"secrets that come back as they are": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(secret))
			return true
		}, []string{`not as S3 does: "[secret] [secret]\x1b[2J"`}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, server := newStore(t)
			s.before = tt.before
			_, err := Apply(t.Context(), options(server))
			if err == nil {
				t.Fatal("no error")
			}
			message := err.Error()
			for _, part := range tt.want {
				if !strings.Contains(message, part) {
					t.Errorf("%q is not in %s", part, message)
				}
			}
			if strings.Contains(message, testSecret) || strings.Contains(message, testToken) || strings.Contains(message, "\x1b") {
				t.Error(message)
			}
			if got := strings.Count(message, "\n") + 1; got != tt.lines {
				t.Errorf("%d lines:\n%s", got, message)
			}
		})
	}
}

// TestWaits: a store that starts is waited for, one that stays away is not for
// ever.
func TestWaits(t *testing.T) {
	s, server := newStore(t)
	answers := 0
	s.before = func(w http.ResponseWriter, _ *http.Request) bool {
		answers++
		if answers <= 3 {
			refuse(w, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
		}
		return answers <= 3
	}
	if _, err := Apply(t.Context(), options(server)); err != nil {
		t.Error(err)
	}

	s.before = func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
		return true
	}
	o, slept := options(server), time.Duration(0)
	sleep := o.sleep
	o.sleep = func(ctx context.Context, pause time.Duration) error {
		slept += pause
		return sleep(ctx, pause)
	}
	if _, err := Apply(t.Context(), o); err == nil || !strings.Contains(err.Error(), "503") || slept != 5*time.Minute {
		t.Errorf("%v after %s", err, slept)
	}
	o.Wait, slept = -1, 0
	if _, err := Apply(t.Context(), o); err == nil || slept != 0 {
		t.Errorf("%v after %s", err, slept)
	}

	ctx, cancel := context.WithCancel(t.Context())
	o = options(server)
	o.sleep = func(context.Context, time.Duration) error {
		cancel()
		return ctx.Err()
	}
	if _, err := Apply(ctx, o); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
