package postgrescluster

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

var retentionForm = validate.NewForm(`[1-9][0-9]*[dwm]`, 5)

// serverName is a folder in a bucket, and a server as Barman knows it.
var serverName = validate.NewForm(`[A-Za-z0-9][A-Za-z0-9._-]*`, 100)

func validateServerName(p *validate.Problems, path *field.Path, value string) {
	if !serverName.Matches(value) {
		p.Add(path, fmt.Sprintf("is %s, which cannot name a folder of backups", validate.Quote(value)), "use letters, digits, hyphens, underscores and dots, as in attic-pg-2")
	}
}

func backup(p *validate.Problems, path *field.Path, s v1alpha1.PostgresClusterSpec, use Use) {
	b, store := *s.Backup, use.store()
	same := objectstore.SameEndpoint(b.Endpoint, store.Endpoint)
	validateMethod(p, path.Child("method"), b.Method)
	if b.Method == MethodInTree && withoutBarman.Matches(s.Image) {
		p.Warn(path.Child("method"), fmt.Sprintf("is %s, and %s looks like an image without Barman Cloud", b.Method, s.Image), "write method: plugin, or use a system image")
	}
	switch {
	case b.Endpoint == "" && use.Store == nil:
		p.Add(path.Child("endpoint"), "is missing", "write the URL of the S3 API, as in https://s3.example.com, or enabled: false to do without backups")
	case b.Endpoint != "" && b.Endpoint != store.Endpoint:
		objectstore.ValidateEndpoint(p, path, b.Endpoint, b.Insecure || same && store.Insecure)
	}
	if b.Region != store.Region {
		p.Region(path.Child("region"), b.Region)
	}
	p.Bucket(path.Child("bucket"), b.Bucket)
	validateServerName(p, path.Child("serverName"), b.ServerName)
	if use.Store != nil && same && b.Bucket == store.Bucket {
		p.Add(path.Child("bucket"), fmt.Sprintf("is %s, the bucket of the NARs too", b.Bucket), "use a bucket of its own, so that losing one does not lose the other")
	}
	p.Cron(path.Child("schedule"), b.Schedule, 6)
	if !retentionForm.Matches(b.Retention) {
		p.Add(path.Child("retention"), fmt.Sprintf("is %s, which is not a retention", validate.Quote(b.Retention)), "write a number with d, w or m for days, weeks or months, as in 30d")
	}
	p.ObjectName(path.Child("credentialsSecret"), b.CredentialsSecret)
	p.OneOf(path.Child("serverSideEncryption"), b.ServerSideEncryption, "AES256", "aws:kms", EncryptionNone)
}

// withoutBarman are images that bear the name of CloudNativePG's own flavours
// that have no Barman Cloud in them.
var withoutBarman = validate.NewForm(`.*:[^/]*-(minimal|standard)(-.*)?`, 500)

func validateMethod(p *validate.Problems, path *field.Path, method string) {
	p.OneOf(path, method, MethodPlugin, MethodInTree)
	if method == MethodInTree {
		p.Warn(path, "is barmanObjectStore, which goes away with CloudNativePG 1.31", "install the Barman Cloud plugin and remove the line; it goes on with the same backups")
	}
}
