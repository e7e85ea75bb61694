package buckets

import (
	"context"
	"encoding/xml"
	"strings"
)

// versioning is the setting; an empty status is that of a bucket that never had
// versions.
type versioning struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ VersioningConfiguration"`
	Status  string   `xml:"Status"`
}

const versioningOn = "Enabled"

func (c *client) versioning(ctx context.Context) (string, error) {
	var v struct{ Status string }
	err := c.read(ctx, request{about: "versioning", needs: "s3:GetBucketVersioning"}, &v)
	return v.Status, err
}

// ensureVersioning switches versions on and never off: without them, an object
// that is overwritten or deleted is gone, and whoever wants that can say so to
// the store itself.
func (c *client) ensureVersioning(ctx context.Context, want bool) (Outcome, error) {
	have, err := c.versioning(ctx)
	if !want && (isAbsent(err) || isUnsupported(err)) {
		return Outcome{Action: Unchanged, Detail: "off"}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	switch {
	case have == versioningOn && !want:
		return Outcome{Action: Unchanged, Detail: "on; it is never switched off here"}, nil
	case have == versioningOn:
		return Outcome{Action: Unchanged, Detail: "on"}, nil
	case !want:
		return Outcome{Action: Unchanged, Detail: c.versioningState(have)}, nil
	}
	if err := c.write(ctx, request{about: "versioning", needs: "s3:PutBucketVersioning"}, versioning{Status: versioningOn}); err != nil {
		return Outcome{}, err
	}
	err = c.settled(ctx, func(ctx context.Context) (bool, error) {
		now, err := c.versioning(ctx)
		return now == versioningOn, err
	})
	return Outcome{Action: Changed, Detail: c.versioningState(have) + " → on"}, err
}

func (c *client) versioningState(status string) string {
	if status == "" {
		return "off"
	}
	return c.clean(strings.ToLower(status))
}
