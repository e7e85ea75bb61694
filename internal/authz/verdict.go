package authz

import (
	"errors"
	"net/http"

	"gitlab.com/attic-cache/atticgen/internal/token"
)

// verdict is how a request is judged, as metrics and the log name it.
type verdict string

const (
	anonymous     verdict = "anonymous"
	allowed       verdict = "allowed"
	revokedToken  verdict = "revoked"
	expired       verdict = "expired"
	notYetValid   verdict = "not_yet_valid"
	badSignature  verdict = "bad_signature"
	badAlgorithm  verdict = "bad_algorithm"
	wrongIssuer   verdict = "wrong_issuer"
	wrongAudience verdict = "wrong_audience"
	withoutExpiry verdict = "without_expiry"
	withoutID     verdict = "without_id"
	malformed     verdict = "malformed"
	// unavailable is the verdict without good keys or a good list.
	unavailable verdict = "unavailable"
	// busy is that of an unknown token when too many wait to be checked.
	busy verdict = "busy"
	// failed is that of a request whose check panicked.
	failed verdict = "failed"
)

// verdicts are all there are, in the order of metrics.
func verdicts() []verdict {
	return []verdict{
		anonymous, allowed, revokedToken, expired, notYetValid, badSignature, badAlgorithm, wrongIssuer,
		wrongAudience, withoutExpiry, withoutID, malformed, unavailable, busy, failed,
	}
}

// answer is the status, and what a stranger may know of the reason.
func (v verdict) answer() (status int, says string) {
	switch v {
	case anonymous, allowed:
		return http.StatusOK, ""
	case revokedToken:
		return http.StatusUnauthorized, "This token has been revoked. Ask for a new one."
	case expired:
		return http.StatusUnauthorized, "This token has expired. Ask for a new one."
	case notYetValid:
		return http.StatusUnauthorized, "This token is not valid yet. Is the clock right where it was made?"
	case malformed:
		return http.StatusUnauthorized, "The Authorization header does not hold one token, as Bearer or as the password of Basic."
	case badSignature, badAlgorithm, wrongIssuer, wrongAudience, withoutExpiry, withoutID:
		return http.StatusUnauthorized, "This token is not valid here."
	case unavailable, busy, failed:
	}
	return http.StatusServiceUnavailable, "Tokens cannot be checked at the moment. Try again."
}

// lasting tells whether a token that got this verdict gets it for as long as the
// keys stay.
func (v verdict) lasting() bool {
	switch v {
	case expired, badSignature, badAlgorithm, wrongIssuer, wrongAudience, withoutExpiry, malformed:
		return true
	default:
		return false
	}
}

// signed tells whether only a token that a known key has signed gets this verdict.
func (v verdict) signed() bool {
	switch v {
	case allowed, revokedToken, expired, notYetValid, wrongIssuer, wrongAudience, withoutExpiry, withoutID:
		return true
	default:
		return false
	}
}

// verdictOf is the verdict that stands for an error of token.Verify. What is not
// known to be another fault counts as a malformed token.
func verdictOf(err error) verdict {
	for _, known := range []struct {
		err error
		verdict
	}{
		{token.ErrExpired, expired},
		{token.ErrNotYet, notYetValid},
		{token.ErrSignature, badSignature},
		{token.ErrAlgorithm, badAlgorithm},
		{token.ErrIssuer, wrongIssuer},
		{token.ErrAudience, wrongAudience},
		{token.ErrNoExpiry, withoutExpiry},
	} {
		if errors.Is(err, known.err) {
			return known.verdict
		}
	}
	return malformed
}
