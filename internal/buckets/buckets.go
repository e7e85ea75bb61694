// Package buckets makes one S3 bucket exist with the settings that a document
// asks for: versions, encryption, lifecycle rules. It is what the bucket Job
// runs.
//
// It reads before it writes, and writes only what differs; a second run finds
// nothing left to do. It deletes nothing: no bucket, no object, no rule.
// Versioning that is on stays on, stronger encryption stays, and of the
// lifecycle rules those whose id begins with [objectstore.RulePrefix] are its own. The
// others are sent back exactly as they came. S3 knows no lock: a rule that
// somebody else adds in the moment between reading and writing is lost.
//
// Many stores implement a part of S3. What a store does not do is an error, or,
// where the options say so, an outcome. A store that accepts a setting and then
// does not have it does not support it either.
//
// Credentials need s3:ListBucket, s3:GetBucketLocation and, for the bucket's
// settings, s3:GetBucketVersioning, s3:GetEncryptionConfiguration and
// s3:GetLifecycleConfiguration with their Put counterparts; s3:CreateBucket if
// the bucket does not exist yet.
package buckets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

// What Apply has done about a setting.
const (
	// Created settings were not there.
	Created = "created"
	// Changed settings differed.
	Changed = "changed"
	// Unchanged settings were as they should be.
	Unchanged = "unchanged"
	// NotSupported settings are ones that the store does not have.
	NotSupported = "not supported"
)

// Options say which store to speak to, as whom, and what it shall have.
type Options struct {
	// Endpoint is the http or https address of the S3 API, without a path.
	Endpoint string
	// Region that requests are signed for and the bucket is created in.
	Region string
	// AccessKeyID and SecretAccessKey are the credentials; SessionToken belongs
	// to temporary ones.
	AccessKeyID, SecretAccessKey, SessionToken string
	// Desired is the bucket.
	Desired objectstore.DesiredBucket
	// IgnoreUnsupported makes what the store does not have an outcome and no
	// error.
	IgnoreUnsupported bool
	// Timeout of one request. Default: 30 seconds.
	Timeout time.Duration
	// Wait is for how long, from the start, Apply tries again while the store
	// cannot serve: it is not reachable, or answers that it is not ready or
	// busy. Default: 5 minutes; negative means that nothing is tried twice.
	Wait time.Duration
	// HTTP is the client to use; its redirect policy and cookies are not. By
	// default, a client that heeds the proxy variables of the environment.
	HTTP *http.Client

	// Tests wait without waiting.
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

// Outcome is what was done about one setting. All of it is safe to print.
type Outcome struct {
	// Setting is what it is about, as in versioning.
	Setting string
	// Action is Created, Changed, Unchanged or NotSupported.
	Action string
	// Detail says more, as in off → on. It can be empty.
	Detail string
}

// Apply makes the bucket be as desired.
//
// A setting that fails does not keep the others from being tried, unless the
// bucket cannot be had at all, the store cannot be reached or ctx ends. The
// outcomes say what was done, also if there is an error besides: then it joins
// what went wrong, one line for each setting. No error holds a credential or
// anything that a terminal would act on.
func Apply(ctx context.Context, o Options) ([]Outcome, error) {
	if err := check(o.Desired).Err(); err != nil {
		return nil, err
	}
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	a := &application{ignoreUnsupported: o.IgnoreUnsupported}
	bucket, err := c.ensureBucket(ctx)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", o.Desired.Bucket, err)
	}
	a.record("bucket "+o.Desired.Bucket, bucket, nil)
	for _, s := range c.settings(o.Desired) {
		outcome, err := s.ensure(ctx)
		if !a.record(s.name, outcome, err) {
			break
		}
	}
	return a.outcomes, errors.Join(a.failures...)
}

// setting is one thing about a bucket, and how to make it be so.
type setting struct {
	name   string
	ensure func(context.Context) (Outcome, error)
}

func (c *client) settings(d objectstore.DesiredBucket) []setting {
	all := []setting{
		{"versioning", func(ctx context.Context) (Outcome, error) { return c.ensureVersioning(ctx, d.Versioning) }},
		{"encryption", func(ctx context.Context) (Outcome, error) { return c.ensureEncryption(ctx, d.Encryption) }},
	}
	for _, r := range rules(d.Lifecycle) {
		all = append(all, setting{"lifecycle rule " + r.ID, func(ctx context.Context) (Outcome, error) { return c.ensureRule(ctx, r) }})
	}
	return all
}

// application collects what becomes of each setting.
type application struct {
	ignoreUnsupported bool
	outcomes          []Outcome
	failures          []error
}

// record takes down what became of a setting and tells whether it makes sense to
// go on with the next.
func (a *application) record(setting string, outcome Outcome, err error) bool {
	if err == nil {
		outcome.Setting = setting
		a.outcomes = append(a.outcomes, outcome)
		return true
	}
	f, answered := errors.AsType[*failure](err)
	if answered && f.unsupported() {
		a.outcomes = append(a.outcomes, Outcome{Setting: setting, Action: NotSupported, Detail: f.Error()})
		if !a.ignoreUnsupported {
			a.failures = append(a.failures, fmt.Errorf("%s is not supported by the store: %w; to do without it, use --ignore-unsupported (ignoreUnsupported in a spec)", setting, err))
		}
		return true
	}
	a.failures = append(a.failures, fmt.Errorf("%s: %w", setting, err))
	return answered && !f.unreachable
}
