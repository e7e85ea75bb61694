package buckets

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	miniogo "github.com/minio/minio-go/v7"
	miniocredentials "github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/lifecycle"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

const (
	region = "NYC1"
	bucket = "nix-cache"
)

// document writes what the reference asks for to a file; change may ask for
// something else.
func document(t *testing.T, change func(*objectstore.DesiredBucket)) string {
	t.Helper()
	d := objectstore.DesiredBucket{
		Bucket: bucket, MaxSize: "500G", Versioning: true, Encryption: objectstore.EncryptionAES256,
		Lifecycle: objectstore.DesiredLifecycle{OldVersionsDays: 90, InfrequentAccessDays: 30, StorageClass: "STANDARD_IA", AbortIncompleteUploadsDays: 7},
	}
	if change != nil {
		change(&d)
	}
	content, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bucket.json")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// whatMinIOHas leaves out what it does not: other storage classes, unless they
// are set up, and rules about incomplete uploads, which it drops by itself.
func whatMinIOHas(d *objectstore.DesiredBucket) {
	d.Lifecycle.InfrequentAccessDays, d.Lifecycle.AbortIncompleteUploadsDays = 0, 0
}

func apply(address, file string, options ...string) []string {
	return append(append([]string{"bucket", "apply", "--endpoint", "http://" + address, "--region", region}, options...), file)
}

func client(t *testing.T, address string) *miniogo.Client {
	t.Helper()
	c, err := miniogo.New(address, &miniogo.Options{Creds: miniocredentials.NewStaticV4(ownerKey, ownerSecret, ""), Region: region})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestBucket makes a bucket in a store that is still starting, reads it back with
// the SDK, and makes it again.
func TestBucket(t *testing.T) {
	t.Parallel()
	address, file := freeAddress(t), document(t, whatMinIOHas)
	minio(t, address)
	stdout, stderr, code := atticgen(t, owner, apply(address, file)...)
	want := []string{
		"bucket nix-cache: created (region NYC1)",
		"versioning: changed (off → on)",
		"encryption: created (AES256)",
		"lifecycle rule atticgen-old-versions: created (old versions go after 90 days)",
		"lifecycle rule atticgen-infrequent-access: unchanged (off)",
		"lifecycle rule atticgen-incomplete-uploads: unchanged (off)",
	}
	if diff := cmp.Diff(want, stdout); diff != "" || code != 0 || stderr != nil {
		t.Fatalf("exit code %d, %v, %s", code, stderr, diff)
	}

	c := client(t, address)
	if v, err := c.GetBucketVersioning(t.Context(), bucket); err != nil || !v.Enabled() {
		t.Errorf("versioning %+v, %v", v, err)
	}
	if e, err := c.GetBucketEncryption(t.Context(), bucket); err != nil || len(e.Rules) != 1 || e.Rules[0].Apply.SSEAlgorithm != "AES256" {
		t.Errorf("encryption %+v, %v", e, err)
	}
	l, err := c.GetBucketLifecycle(t.Context(), bucket)
	if err != nil || len(l.Rules) != 1 || l.Rules[0].NoncurrentVersionExpiration.NoncurrentDays != 90 || l.Rules[0].Status != "Enabled" {
		t.Fatalf("lifecycle %+v, %v", l, err)
	}

	// Somebody else's rule and objects stay, and ours is mended.
	l.Rules[0].NoncurrentVersionExpiration.NoncurrentDays = 5
	l.Rules = append([]lifecycle.Rule{{
		ID: "theirs", Status: "Enabled", RuleFilter: lifecycle.Filter{Prefix: "logs/"}, Expiration: lifecycle.Expiration{Days: 10},
	}}, l.Rules...)
	if err := c.SetBucketLifecycle(t.Context(), bucket, l); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.PutObject(t.Context(), bucket, "chunk", bytes.NewReader([]byte("nar")), 3, miniogo.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	stdout, stderr, code = atticgen(t, owner, apply(address, file)...)
	if code != 0 || stdout[3] != "lifecycle rule atticgen-old-versions: changed (old versions go after 90 days)" {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
	after, err := c.GetBucketLifecycle(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	l.Rules[1].NoncurrentVersionExpiration.NoncurrentDays = 90
	if diff := cmp.Diff(l.Rules, after.Rules, cmpopts.IgnoreTypes(xml.Name{})); diff != "" {
		t.Error(diff)
	}
	versions := 0
	for range c.ListObjects(t.Context(), bucket, miniogo.ListObjectsOptions{WithVersions: true, Recursive: true}) {
		versions++
	}
	if versions != 2 {
		t.Errorf("%d versions of the object", versions)
	}

	// A run with nothing to do says so.
	stdout, stderr, code = atticgen(t, owner, apply(address, file)...)
	if code != 0 || stderr != nil || slices.ContainsFunc(stdout, func(line string) bool { return !strings.Contains(line, ": unchanged") }) {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
}

// TestBucketSettingIsMissing: MinIO has no storage class for what is seldom read.
func TestBucketSettingIsMissing(t *testing.T) {
	t.Parallel()
	address, file := freeAddress(t), document(t, nil)
	minio(t, address)
	stdout, stderr, code := atticgen(t, owner, apply(address, file)...)
	if code != 3 || len(stderr) != 2 ||
		!strings.Contains(stderr[0], "lifecycle rule atticgen-infrequent-access is not supported by the store") || !strings.Contains(stderr[0], "--ignore-unsupported") ||
		!strings.Contains(stderr[1], "lifecycle rule atticgen-incomplete-uploads is not supported by the store") {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
	stdout, stderr, code = atticgen(t, owner, apply(address, file, "--ignore-unsupported")...)
	if code != 0 || stderr != nil || !strings.Contains(stdout[3], ": unchanged") || !strings.Contains(stdout[4], ": not supported (") {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
}

// TestBucketRights: whoever may not set something is told which right is missing;
// the rest is done.
func TestBucketRights(t *testing.T) {
	t.Parallel()
	address, file := freeAddress(t), document(t, whatMinIOHas)
	minio(t, address)
	if stdout, stderr, code := atticgen(t, owner, apply(address, document(t, func(d *objectstore.DesiredBucket) {
		whatMinIOHas(d)
		d.Versioning, d.Encryption, d.Lifecycle.OldVersionsDays = false, objectstore.EncryptionNone, 0
	}))...); code != 0 {
		t.Fatalf("exit code %d, %v, %v", code, stdout, stderr)
	}

	may := func(actions ...string) credentials {
		policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{
			map[string]any{"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::*"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		temporary, err := miniocredentials.NewSTSAssumeRole("http://"+address, miniocredentials.STSAssumeRoleOptions{
			AccessKey: ownerKey, SecretKey: ownerSecret, Policy: string(policy), Location: region, DurationSeconds: 3600,
		})
		if err != nil {
			t.Fatal(err)
		}
		value, err := temporary.GetWithContext(nil)
		if err != nil {
			t.Fatal(err)
		}
		return credentials{value.AccessKeyID, value.SecretAccessKey, value.SessionToken}
	}

	stdout, stderr, code := atticgen(t, may("s3:GetObject"), apply(address, file)...)
	if code != 3 || stdout != nil || len(stderr) != 1 || !strings.Contains(stderr[0], "403 AccessDenied") || !strings.Contains(stderr[0], "the credentials need s3:ListBucket") {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}

	most := []string{"s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"}
	stdout, stderr, code = atticgen(t, may(most...), apply(address, file)...)
	if code != 3 || len(stderr) != 1 || !strings.Contains(stderr[0], "the credentials need s3:PutBucketVersioning") || len(stdout) != 5 {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}

	stdout, stderr, code = atticgen(t, may(append(most, "s3:PutBucketVersioning")...), apply(address, file)...)
	if code != 0 || !slices.Contains(stdout, "versioning: changed (off → on)") {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
}

func TestBucketWrongCredentials(t *testing.T) {
	t.Parallel()
	address, file := freeAddress(t), document(t, nil)
	minio(t, address)
	for _, tt := range []struct {
		as   credentials
		want string
	}{
		{credentials{key: ownerKey, secret: "another-secret-entirely"}, "check AWS_SECRET_ACCESS_KEY"},
		{credentials{key: "nobody", secret: ownerSecret}, "check AWS_ACCESS_KEY_ID"},
		{credentials{}, "there are no credentials"},
	} {
		stdout, stderr, code := atticgen(t, tt.as, apply(address, file)...)
		if code != 3 || stdout != nil || len(stderr) != 1 || !strings.Contains(stderr[0], tt.want) {
			t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
		}
	}
	stdout, stderr, code := atticgen(t, owner, "bucket", "apply", "--endpoint", "http://"+address, "--region", "elsewhere", file)
	if code != 3 || len(stderr) != 1 || !strings.Contains(stderr[0], "the region is elsewhere") {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
}

func TestBucketStoreIsDown(t *testing.T) {
	t.Parallel()
	stdout, stderr, code := atticgen(t, owner, apply(freeAddress(t), document(t, nil), "--wait", "1s")...)
	if code != 3 || stdout != nil || len(stderr) != 1 || !strings.Contains(stderr[0], "bucket nix-cache: HEAD: no answer from the store: ") {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
}

// TestBucketInAPlainStore: one that has neither encryption nor lifecycle, nor,
// unless it is set up, versions.
func TestBucketInAPlainStore(t *testing.T) {
	t.Parallel()
	address, file := freeAddress(t), document(t, nil)
	versitygw(t, address)
	stdout, stderr, code := atticgen(t, owner, apply(address, file)...)
	settings := []string{"versioning", "encryption", "lifecycle rule atticgen-old-versions", "lifecycle rule atticgen-infrequent-access", "lifecycle rule atticgen-incomplete-uploads"}
	if code != 3 || len(stderr) != len(settings) {
		t.Fatalf("exit code %d, %v, %v", code, stdout, stderr)
	}
	for i, setting := range settings {
		if !strings.Contains(stderr[i], setting+" is not supported by the store: ") || !strings.Contains(stderr[i], "501") || !strings.Contains(stderr[i], "--ignore-unsupported") {
			t.Error(stderr[i])
		}
	}
	stdout, stderr, code = atticgen(t, owner, apply(address, file, "--ignore-unsupported")...)
	if code != 0 || stderr != nil || len(stdout) != 1+len(settings) || stdout[0] != "bucket nix-cache: unchanged" {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}

	address = freeAddress(t)
	versitygw(t, address, "--versioning-dir", t.TempDir())
	stdout, stderr, code = atticgen(t, owner, apply(address, file, "--ignore-unsupported")...)
	if code != 0 || stderr != nil || !slices.Contains(stdout, "versioning: changed (off → on)") {
		t.Errorf("exit code %d, %v, %v", code, stdout, stderr)
	}
}
