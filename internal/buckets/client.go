package buckets

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7/pkg/s3utils"
	"github.com/minio/minio-go/v7/pkg/signer"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/outage"
)

const (
	// maxBody is more than a bucket's thousand lifecycle rules can fill.
	maxBody = 4 << 20
)

// client is a checked form of Options. It signs with the SDK's signer and sends
// by itself: the SDK's own calls read lifecycle rules into a form that has no
// place for all that a rule can hold, and what is written back would lack it.
type client struct {
	*outage.Session
	base                   *url.URL
	bucket, region         string
	keyID, secret, session string
}

func newClient(o Options) (*client, error) {
	var p validate.Problems
	base, ok := p.Endpoint(field.NewPath("the endpoint"), o.Endpoint)
	p.Region(field.NewPath("the region"), o.Region)
	if list := p.List(); len(list) > 0 {
		return nil, fmt.Errorf("%s %s; %s", list[0].Path, list[0].Message, list[0].Hint)
	}
	if !ok {
		return nil, errors.New("the endpoint is not a URL")
	}
	if o.AccessKeyID == "" || o.SecretAccessKey == "" {
		return nil, errors.New("there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment")
	}
	for _, credential := range []string{o.AccessKeyID, o.SecretAccessKey, o.SessionToken} {
		if strings.ContainsFunc(credential, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, errors.New("a credential has white space or other characters in it that none has; give it as it was made, without a line end")
		}
	}
	return &client{
		Session: outage.Patience{Timeout: o.Timeout, Wait: o.Wait, HTTP: o.HTTP, Now: o.now, Sleep: o.sleep}.Start(),
		base:    address(base, o.Desired.Bucket, o.Region),
		bucket:  o.Desired.Bucket,
		region:  o.Region,
		keyID:   o.AccessKeyID,
		secret:  o.SecretAccessKey,
		session: o.SessionToken,
	}, nil
}

// address is the bucket's own. Amazon, Google and Alibaba want the bucket in the
// host's name; all others are known to understand it in the path, and have
// neither DNS names nor certificates for each bucket. Amazon's address without a
// region answers for one region only.
func address(endpoint *url.URL, bucket, region string) *url.URL {
	u := url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host}
	if u.Host == "s3.amazonaws.com" && region != regionless {
		u.Host = "s3." + region + ".amazonaws.com"
	}
	if s3utils.IsVirtualHostSupported(u, bucket) {
		u.Host = bucket + "." + u.Host
		u.Path = "/"
		return &u
	}
	u.Path = "/" + bucket
	return &u
}

// request is one request about the bucket.
type request struct {
	method string
	// about is the setting in S3's word for it, as in versioning; empty for the
	// bucket itself.
	about  string
	body   []byte
	header http.Header
	// needs is the permission that the store demands.
	needs string
}

// answer is that of a store that has done as it was asked.
type answer struct {
	header http.Header
	body   []byte
}

// read asks for a setting and decodes it.
func (c *client) read(ctx context.Context, r request, into any) error {
	r.method = http.MethodGet
	a, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("the answer %s is not S3's; check that the endpoint is that of the S3 API", c.shown(a.body))
	}
	return nil
}

// write sets a setting from a document that is marshalled.
func (c *client) write(ctx context.Context, r request, document any) error {
	body, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	r.method, r.body = http.MethodPut, body
	_, err = c.send(ctx, r)
	return err
}

// send sends a request until the store has dealt with it. All requests can be
// repeated.
func (c *client) send(ctx context.Context, r request) (answer, error) {
	return outage.Try(ctx, c.Session, "the store", isPassing, func() (answer, error) { return c.try(ctx, r) })
}

func (c *client) try(ctx context.Context, r request) (answer, error) {
	limited, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	u := *c.base
	if r.about != "" {
		u.RawQuery = url.Values{r.about: {""}}.Encode()
	}
	req, err := http.NewRequestWithContext(limited, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		return answer{}, errors.New("the request cannot be made; check the endpoint")
	}
	maps.Copy(req.Header, r.header)
	req.Header.Set("User-Agent", "atticgen")
	sum := sha256.Sum256(r.body)
	req.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/xml")
		// S3 asks for it where a setting replaces another.
		sum := md5.Sum(r.body)
		req.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
	}
	resp, err := c.HTTP.Do(signer.SignV4(*req, c.keyID, c.secret, c.session, c.region))
	if err != nil {
		return answer{}, c.unanswered(ctx, r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return answer{}, c.unanswered(ctx, r, err)
	}
	if resp.StatusCode/100 != 2 {
		return answer{}, c.refused(r, resp, body)
	}
	if len(body) > maxBody {
		return answer{}, fmt.Errorf("the answer about %s is larger than 4 MiB", r)
	}
	return answer{header: resp.Header, body: body}, nil
}

func (r request) String() string {
	if r.about == "" {
		return r.method
	}
	return r.method + " " + r.about
}
