package outage

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"
)

func TestSleep(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := Sleep(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
}

func TestComesAndGoes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, false},
		{io.ErrUnexpectedEOF, true},
		{context.DeadlineExceeded, true},
		{x509.UnknownAuthorityError{}, false},
	} {
		if got := ComesAndGoes(tt.err); got != tt.want {
			t.Errorf("%v: %t", tt.err, got)
		}
	}
}

func TestUnanswered(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		err     error
		cause   string
		passing bool
	}{
		{&url.Error{Op: "Get", URL: "http://s3.example.com/secret", Err: refused}, refused.Error(), true},
		{&url.Error{Op: "Get", URL: "http://s3.example.com", Err: context.DeadlineExceeded}, "nothing within 3s", true},
		{errors.New("tls: bad certificate"), "tls: bad certificate", false},
	} {
		if cause, passing := Unanswered(tt.err, 3*time.Second); cause != tt.cause || passing != tt.passing {
			t.Errorf("%v: %q, %t", tt.err, cause, passing)
		}
	}
}
