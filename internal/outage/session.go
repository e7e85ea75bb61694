package outage

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	defaultTimeout = 30 * time.Second
	defaultWait    = 5 * time.Minute
)

// Patience is how a command goes on with a server that does not answer.
type Patience struct {
	// Timeout of one request. Default: 30 seconds.
	Timeout time.Duration
	// Wait is for how long, from the start, to try again. Default: 5 minutes;
	// negative means that nothing is tried twice.
	Wait time.Duration
	// HTTP is the client to use. Its redirect policy and cookies are not. By
	// default, a client that heeds the proxy variables of the environment.
	HTTP *http.Client
	// Now and Sleep are the clock, for tests that wait without waiting. By
	// default, the time.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Session is a number of requests that share their patience.
type Session struct {
	// HTTP sends them. It follows no redirect: what proves who is asking is for
	// one server alone.
	HTTP *http.Client
	// Timeout of one request.
	Timeout time.Duration

	deadline time.Time // after which nothing is tried again
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error
}

// Start begins to wait.
func (p Patience) Start() *Session {
	s := &Session{HTTP: &http.Client{}, Timeout: defaultTimeout, now: time.Now, sleep: Sleep}
	if p.HTTP != nil {
		copied := *p.HTTP
		copied.Jar = nil
		s.HTTP = &copied
	}
	s.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if p.Timeout > 0 {
		s.Timeout = p.Timeout
	}
	if p.Now != nil && p.Sleep != nil {
		s.now, s.sleep = p.Now, p.Sleep
	}
	s.deadline = s.now().Add(cmp.Or(p.Wait, defaultWait))
	return s
}

// Pause waits once, unless ctx ends first.
func (s *Session) Pause(ctx context.Context, pause time.Duration) error { return s.sleep(ctx, pause) }

// Try tries until there is an answer, an error that does not pass, or no time
// left. Whatever it does must bear being done twice. The server is what the
// command calls it.
func Try[T any](ctx context.Context, s *Session, server string, passes func(error) bool, try func() (T, error)) (T, error) {
	for pause := FirstPause; ; pause = min(2*pause, LongestPause) {
		answer, err := try()
		if err == nil || !passes(err) {
			return answer, err
		}
		left := s.deadline.Sub(s.now())
		if left <= 0 {
			return answer, err
		}
		if cause := s.sleep(ctx, min(pause, left)); cause != nil {
			return answer, fmt.Errorf("%w, while waiting for %s: %s", cause, server, err.Error())
		}
	}
}
