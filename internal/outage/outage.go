// Package outage is what the commands that speak to a server have in common when
// it does not answer: telling what passes from what does not, and waiting.
package outage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"
)

// Pauses between tries, each twice as long as the one before.
const (
	FirstPause   = time.Second
	LongestPause = 15 * time.Second
)

// ComesAndGoes tells a server that is starting, or moving to another node, from
// one that will never do, as with a wrong certificate.
func ComesAndGoes(err error) bool {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return true
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		// The others are alerts of TLS.
		return network.Op == "dial" || network.Op == "read" || network.Op == "write"
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// Unanswered says why a request got no answer within a time, without the address
// that it was for, and whether that may pass.
func Unanswered(err error, within time.Duration) (cause string, passing bool) {
	if withAddress, ok := errors.AsType[*url.Error](err); ok {
		err = withAddress.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("nothing within %s", within), ComesAndGoes(err)
	}
	return err.Error(), ComesAndGoes(err)
}

// Sleep waits, unless ctx ends first.
func Sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
