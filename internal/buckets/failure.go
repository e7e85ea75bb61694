package buckets

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/outage"
)

// failure is a request that the store did not carry out. Its message is safe to
// print, and it wraps nothing: what it is made of can hold what the store sent.
type failure struct {
	message string
	status  int
	code    string // S3's name for the error; empty where there is none
	region  string // where the store says that the bucket is
	// passing failures are those that time can heal, and unreachable ones
	// concern every setting.
	passing, unreachable bool
	// unknown is a setting that the store took without keeping it, or did not
	// understand.
	unknown bool
}

func (f *failure) Error() string { return f.message }

// The words that stores have for what they do not do. Amazon's own are the first
// two; X… is MinIO's, and the rest are those of other makers.
var unsupportedCodes = []string{
	"NotImplemented", "MethodNotAllowed", "XNotImplemented", "XMinioNotImplemented", "NotSupported",
	"UnsupportedOperation", "OperationNotSupported", "UnsupportedFeature", "InvalidStorageClass",
}

// unsupported tells whether the store has not got what was asked for.
func (f *failure) unsupported() bool {
	return f.unknown || f.status == http.StatusNotImplemented || f.status == http.StatusMethodNotAllowed || slices.Contains(unsupportedCodes, f.code)
}

// isAbsent tells a setting that was never made from other errors.
func isAbsent(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.status == http.StatusNotFound && f.code != "NoSuchBucket"
}

// misunderstood are the answers of stores to rules that are right by S3's schema
// and hold what these stores do not know.
var misunderstood = []string{"MalformedXML", "InvalidArgument", "InvalidRequest"}

func isUnsupported(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.unsupported()
}

// isPassing tells whether trying again may help.
func isPassing(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.passing
}

// unanswered explains a request without an answer.
func (c *client) unanswered(ctx context.Context, r request, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", r, ctx.Err())
	}
	cause, passing := outage.Unanswered(err, c.Timeout)
	return &failure{
		message:     fmt.Sprintf("%s: no answer from the store: %s", r, c.clean(cause)),
		passing:     passing,
		unreachable: true,
	}
}

// refused explains an answer that is not a success.
func (c *client) refused(r request, resp *http.Response, body []byte) error {
	var told struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
		Region  string
	}
	f := &failure{status: resp.StatusCode, region: resp.Header.Get("X-Amz-Bucket-Region")}
	// The status text of the answer could be anything.
	f.message = strings.TrimSpace(fmt.Sprintf("%s: the store answers %d %s", r, resp.StatusCode, http.StatusText(resp.StatusCode)))
	switch {
	case xml.Unmarshal(body, &told) == nil && told.Code != "":
		f.code = told.Code
		if f.region == "" {
			f.region = told.Region
		}
		f.message = fmt.Sprintf("%s: the store answers %d %s: %s", r, resp.StatusCode, c.clean(told.Code), strings.TrimSuffix(c.clean(told.Message), "."))
	case len(body) > 0:
		f.message += ", not as S3 does: " + c.shown(body)
	}
	if hint := c.hint(r, f); hint != "" {
		f.message += "; " + hint
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.passing, f.unreachable = true, true
	case http.StatusConflict:
		f.passing = f.code == "OperationAborted"
	}
	// The same credentials and region will not do for the next setting either.
	f.unreachable = f.unreachable || slices.Contains(wrongCredentials, f.code) || slices.Contains(wrongRegion, f.code)
	return f
}

var (
	wrongCredentials = []string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "RequestTimeTooSkewed"}
	wrongRegion      = []string{"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException", "InvalidLocationConstraint", "InvalidRegion"}
)

func (c *client) hint(r request, f *failure) string {
	switch {
	case f.code == "InvalidAccessKeyId":
		return "check AWS_ACCESS_KEY_ID"
	case f.code == "SignatureDoesNotMatch":
		return "check AWS_SECRET_ACCESS_KEY"
	case f.code == "ExpiredToken", f.code == "InvalidToken":
		return "get new temporary credentials"
	case f.code == "RequestTimeTooSkewed":
		return "set the clock of this machine"
	case f.code == "BucketAlreadyExists":
		return "the name belongs to somebody else; choose another"
	case slices.Contains(wrongRegion, f.code), f.status/100 == 3:
		if f.region != "" && f.region != c.region {
			return fmt.Sprintf("the region is %s, and the store says %s", c.region, c.clean(f.region))
		}
		return fmt.Sprintf("check the region, which is %s", c.region)
	case f.status == http.StatusForbidden:
		return fmt.Sprintf("the credentials need %s, unless the bucket belongs to somebody else", r.needs)
	case f.code == "InvalidStorageClass":
		return "choose a class that the store has, or move nothing (infrequentAccessDays 0)"
	}
	return ""
}

// clean returns text from the store fit to print, and without the credentials,
// which a store or a proxy could send back.
func (c *client) clean(text string) string {
	return diag.Escape(cut(strings.TrimSpace(c.redact(text))))
}

// shown returns a body that is not S3's, cut and quoted.
func (c *client) shown(body []byte) string {
	return diag.Quote(strings.TrimSpace(c.redact(string(body))))
}

func (c *client) redact(text string) string {
	for _, secret := range []string{c.secret, c.session} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	return text
}

// cut returns the beginning of text, long enough for a store's sentences.
func cut(text string) string {
	const most = 300
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
