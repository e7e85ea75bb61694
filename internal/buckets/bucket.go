package buckets

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"

	"gitlab.com/attic-cache/atticgen/internal/outage"
)

// namespace of S3's documents.
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// regionless is the one region that has to go unnamed when a bucket is created.
const regionless = "us-east-1"

// location is where to create a bucket.
type location struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CreateBucketConfiguration"`
	Region  string   `xml:"LocationConstraint"`
}

func (c *client) ensureBucket(ctx context.Context) (Outcome, error) {
	_, err := c.send(ctx, request{method: http.MethodHead, needs: "s3:ListBucket"})
	if err == nil {
		return Outcome{Action: Unchanged}, nil
	}
	f, answered := errors.AsType[*failure](err)
	switch {
	case !answered || f.unreachable:
		return Outcome{}, err
	case f.status == http.StatusNotFound:
		return c.createBucket(ctx)
	}
	// An answer to HEAD has no body to say why. Who may not see what is in the
	// bucket may still be allowed to set it up.
	_, err = c.send(ctx, request{method: http.MethodGet, about: "location", needs: "s3:ListBucket and s3:GetBucketLocation"})
	if f, ok := errors.AsType[*failure](err); ok && f.status == http.StatusNotFound {
		return c.createBucket(ctx)
	}
	return Outcome{Action: Unchanged}, err
}

func (c *client) createBucket(ctx context.Context) (Outcome, error) {
	r := request{method: http.MethodPut, needs: "s3:CreateBucket"}
	var err error
	if c.region == regionless {
		_, err = c.send(ctx, r)
	} else {
		err = c.write(ctx, r, location{Region: c.region})
	}
	// Somebody else was faster, or an earlier try went through although its
	// answer was lost.
	if f, ok := errors.AsType[*failure](err); ok && f.code == "BucketAlreadyOwnedByYou" {
		return Outcome{Action: Unchanged}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Action: Created, Detail: "region " + c.region}, nil
}

// settled asks again for a setting that was just written, until it is as it was
// written. Some stores answer from another copy for a moment; some accept what
// they do not have.
func (c *client) settled(ctx context.Context, is func(context.Context) (bool, error)) error {
	for pause := outage.FirstPause; ; pause *= 2 {
		ok, err := is(ctx)
		if ok || err != nil {
			return err
		}
		if pause > 4*outage.FirstPause {
			return &failure{message: "the store accepts it, and does not have it afterwards", unknown: true}
		}
		if err := c.Pause(ctx, pause); err != nil {
			return err
		}
	}
}
