package buckets

import (
	"context"
	"encoding/xml"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// encryption is the setting.
type encryption struct {
	XMLName   xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ServerSideEncryptionConfiguration"`
	Algorithm string   `xml:"Rule>ApplyServerSideEncryptionByDefault>SSEAlgorithm"`
}

// keyManagement begins the names of what encrypts with AES-256 too, and with
// keys that somebody manages.
const keyManagement = "aws:kms"

func (c *client) encryption(ctx context.Context) (string, error) {
	var e struct {
		Algorithms []string `xml:"Rule>ApplyServerSideEncryptionByDefault>SSEAlgorithm"`
	}
	err := c.read(ctx, request{about: "encryption", needs: "s3:GetEncryptionConfiguration"}, &e)
	if isAbsent(err) {
		return "", nil
	}
	return strings.Join(slices.Compact(e.Algorithms), ", "), err
}

// ensureEncryption has the store encrypt what comes in from now on.
func (c *client) ensureEncryption(ctx context.Context, want string) (Outcome, error) {
	if want == objectstore.EncryptionNone {
		return Outcome{Action: Unchanged, Detail: "left to the store"}, nil
	}
	have, err := c.encryption(ctx)
	if err != nil {
		return Outcome{}, err
	}
	// Keys that somebody manages are more than was asked for.
	if have == want || strings.HasPrefix(have, keyManagement) {
		return Outcome{Action: Unchanged, Detail: c.clean(have)}, nil
	}
	if err := c.write(ctx, request{about: "encryption", needs: "s3:PutEncryptionConfiguration"}, encryption{Algorithm: want}); err != nil {
		return Outcome{}, err
	}
	err = c.settled(ctx, func(ctx context.Context) (bool, error) {
		now, err := c.encryption(ctx)
		return now == want, err
	})
	if have == "" {
		return Outcome{Action: Created, Detail: want}, err
	}
	return Outcome{Action: Changed, Detail: c.clean(have) + " → " + want}, err
}
