package authz

import (
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"golang.org/x/time/rate"
)

const (
	// refusalsPerSecond bounds the log, so that a flood of requests fills no disk.
	// Metrics count all of them.
	refusalsPerSecond = 10
	refusalBurst      = 50
	// maxLogged bounds what is logged of a header, which a stranger wrote.
	maxLogged = 200
)

// refusalLog writes a line for each refusal, as long as they are few.
type refusalLog struct {
	log     *slog.Logger
	limit   *rate.Limiter
	skipped *atomic.Uint64
}

func newRefusalLog(log *slog.Logger) refusalLog {
	return refusalLog{log: log, limit: rate.NewLimiter(refusalsPerSecond, refusalBurst), skipped: new(atomic.Uint64)}
}

// write logs a refusal. Subject, ID and the digest by which the token can be revoked
// are there only if a known key has signed them. Paths are not: what a client asks for may be a secret of its own.
func (l refusalLog) write(v verdict, who holder, digest string, header http.Header) {
	if !l.limit.Allow() {
		l.skipped.Add(1)
		return
	}
	attrs := []any{"reason", string(v)}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, key, shortened(value))
		}
	}
	add("subject", who.subject)
	add("id", who.id)
	add("sha256", digest)
	add("revocation_id", who.digest)
	add("host", header.Get("X-Forwarded-Host"))
	add("method", header.Get("X-Forwarded-Method"))
	if skipped := l.skipped.Swap(0); skipped > 0 {
		attrs = append(attrs, "unlogged", skipped)
	}
	l.log.Warn("refused", attrs...)
}

func shortened(text string) string {
	if len(text) <= maxLogged {
		return text
	}
	return strings.ToValidUTF8(text[:maxLogged], "") + "…"
}
