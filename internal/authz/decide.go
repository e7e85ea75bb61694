package authz

import (
	"crypto/sha256"
	"net/http"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/revocation"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// maxAuthorization is how long the header with the token may be.
const maxAuthorization = 16 << 10

// holder is what is known of a token whose signature was checked.
type holder struct {
	id, subject string
	// digest is the ID by which a token without one can be revoked.
	digest string
	// notBefore and expires bound the time for which the check holds.
	notBefore, expires time.Time
}

// decide judges a request by its headers. The holder is that of a token with a
// good signature, the known name of any other token is its digest.
func (s *Server) decide(header http.Header) (verdict, holder, string) {
	values := header["Authorization"]
	switch {
	case len(values) == 0:
		return anonymous, holder{}, ""
	// Attic reads the first of several; what is checked here must be what counts
	// there, whatever is between.
	case len(values) > 1 || len(values[0]) > maxAuthorization:
		return malformed, holder{}, ""
	}
	text, ok := token.FromHeader(values[0])
	if !ok {
		return malformed, holder{}, ""
	}
	keys, list := s.keys.good(), s.list.good()
	if keys == nil || list == nil {
		return unavailable, holder{}, ""
	}
	who, v := s.check(keys, text)
	if v == allowed {
		v = s.stands(list, who)
	}
	if v == allowed {
		return v, who, ""
	}
	return v, who, token.Digest(text)
}

// check checks a token but for its revocation, with what is remembered of it.
func (s *Server) check(keys *keyring, text string) (holder, verdict) {
	now := s.now()
	key := sha256.Sum256([]byte(text))
	if who, ok := keys.verified.get(key); ok && !now.Before(who.notBefore) && now.Before(who.expires) {
		s.metrics.hits.Add(1)
		return who, allowed
	}
	if bad, ok := keys.refused.get(key); ok && now.Before(bad.until) {
		s.metrics.hits.Add(1)
		return bad.who, bad.verdict
	}
	s.metrics.misses.Add(1)
	if !keys.queue.enter() {
		return holder{}, busy
	}
	parsed, err := func() (token.Parsed, error) {
		defer keys.queue.leave()
		return s.verify(text, keys.keys, token.Options{Now: now, Issuer: s.options.Issuer, Audiences: s.options.Audiences})
	}()
	if err != nil {
		v := verdictOf(err)
		var who holder
		if v.signed() {
			// Verify says nothing of a token that it refuses.
			if parsed, err := token.Parse(text); err == nil {
				who = holderOf(parsed, text)
			}
		}
		if v.lasting() {
			keys.refused.put(key, refusal{v, who, now.Add(refusedFor)})
		}
		return who, v
	}
	who := holderOf(parsed, text)
	keys.verified.put(key, who)
	return who, allowed
}

func holderOf(p token.Parsed, text string) holder {
	h := holder{id: p.ID, subject: shortened(p.Subject), digest: revocation.Digest(text), notBefore: p.NotBefore, expires: p.ExpiresAt}
	if p.IssuedAt.After(h.notBefore) {
		h.notBefore = p.IssuedAt
	}
	return h
}

// stands tells whether the token of a holder is still good. The list is asked
// each time, so that it counts as soon as it is read.
func (s *Server) stands(list *revoked, who holder) verdict {
	switch {
	case who.id == "" && s.options.RequireID:
		return withoutID
	case list.Has(who.digest), who.id != "" && list.Has(who.id):
		return revokedToken
	default:
		return allowed
	}
}

// verifyFunc is token.Verify, or what a test puts in its place.
type verifyFunc func(text string, keys []*token.PublicKey, o token.Options) (token.Parsed, error)

func verifyToken(text string, keys []*token.PublicKey, o token.Options) (token.Parsed, error) {
	return token.Verify(text, keys, o)
}
