package buckets

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

func TestApply(t *testing.T) {
	s, server := newStore(t)
	outcomes, err := Apply(t.Context(), options(server))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"bucket nix-cache: created (region us-east-1)",
		"versioning: changed (off → on)",
		"encryption: created (AES256)",
		"lifecycle rule atticgen-old-versions: created (old versions go after 90 days)",
		"lifecycle rule atticgen-infrequent-access: created (STANDARD_IA after 30 days)",
		"lifecycle rule atticgen-incomplete-uploads: created (incomplete uploads go after 7 days)",
	}
	if diff := cmp.Diff(want, lines(outcomes)); diff != "" {
		t.Error(diff)
	}
	if s.sent.Get("X-Amz-Security-Token") != testToken {
		t.Error("the session token is not sent")
	}

	s.requests = nil
	outcomes, err = Apply(t.Context(), options(server))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.Action != Unchanged {
			t.Errorf("%+v", o)
		}
	}
	if slices.ContainsFunc(s.requests, func(r string) bool { return strings.HasPrefix(r, http.MethodPut) }) {
		t.Errorf("a second run writes: %v", s.requests)
	}
}

// TestForeignRules: rules of others go back byte for byte, with what no library
// has a field for, and Amazon's default beside them.
func TestForeignRules(t *testing.T) {
	s, server := newStore(t)
	foreign := `<ID>theirs</ID><Filter><And><Prefix>a&amp;b/</Prefix><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter><Status>Enabled</Status>` +
		`<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition><Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition><New><Thing a="b"/></New>`
	s.settings[""], s.settings["lifecycle"] = "", `<?xml version="1.0"?><LifecycleConfiguration xmlns="`+namespace+`"><Rule>`+foreign+`</Rule></LifecycleConfiguration>`
	s.headers.Set(headerSmallest, "varies_by_storage_class")
	var back []string
	s.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && r.URL.Query().Has("lifecycle") {
			back = append(back, r.Header.Get(headerSmallest))
		}
		return false
	}
	if _, err := Apply(t.Context(), options(server)); err != nil {
		t.Fatal(err)
	}
	if now := s.settings["lifecycle"]; !strings.Contains(now, "<Rule>"+foreign+"</Rule>") || strings.Count(now, "<Rule>") != 4 {
		t.Error(now)
	}
	if diff := cmp.Diff([]string{"varies_by_storage_class", "varies_by_storage_class", "varies_by_storage_class"}, back); diff != "" {
		t.Error(diff)
	}
}

// TestOwnRules: ours are changed in place, compared by what they say, and
// switched off instead of removed.
func TestOwnRules(t *testing.T) {
	s, server := newStore(t)
	s.settings[""] = ""
	if _, err := Apply(t.Context(), options(server)); err != nil {
		t.Fatal(err)
	}
	// As MinIO writes it: another order, empty elements, what holds anyway.
	s.settings["lifecycle"] = `<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><Prefix/></Filter><Expiration><Days>0</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>` +
		`<NoncurrentVersionExpiration> <NoncurrentDays>90</NoncurrentDays> </NoncurrentVersionExpiration><ID>atticgen-old-versions</ID></Rule>` +
		strings.SplitAfterN(s.settings["lifecycle"], "</Rule>", 2)[1]
	o := options(server)
	o.Desired.Lifecycle.InfrequentAccessDays = 0
	o.Desired.Lifecycle.AbortIncompleteUploadsDays = 3
	want := []string{
		"lifecycle rule atticgen-old-versions: unchanged (old versions go after 90 days)",
		"lifecycle rule atticgen-infrequent-access: changed (off)",
		"lifecycle rule atticgen-incomplete-uploads: changed (incomplete uploads go after 3 days)",
	}
	for range 2 {
		outcomes, err := Apply(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, lines(outcomes)[3:]); diff != "" {
			t.Error(diff)
		}
		want[1], want[2] = strings.Replace(want[1], "changed", "unchanged", 1), strings.Replace(want[2], "changed", "unchanged", 1)
	}
	if now := s.settings["lifecycle"]; strings.Count(now, "<Rule>") != 3 || strings.Count(now, "<Status>Disabled</Status>") != 1 {
		t.Error(now)
	}
	// On again.
	outcomes, err := Apply(t.Context(), options(server))
	if err != nil || outcomes[4].Action != Changed {
		t.Errorf("%v, %v", outcomes, err)
	}
}

// TestMoreIsKept: nothing is made weaker than it is.
func TestMoreIsKept(t *testing.T) {
	s, server := newStore(t)
	s.settings[""] = ""
	s.settings["versioning"] = `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`
	s.settings["encryption"] = `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
	o := options(server)
	o.Desired.Versioning = false
	o.Desired.Lifecycle = objectstore.DesiredLifecycle{StorageClass: "STANDARD_IA"}
	want := []string{
		"bucket nix-cache: unchanged",
		"versioning: unchanged (on; it is never switched off here)",
		"encryption: unchanged (aws:kms)",
		"lifecycle rule atticgen-old-versions: unchanged (off)",
		"lifecycle rule atticgen-infrequent-access: unchanged (off)",
		"lifecycle rule atticgen-incomplete-uploads: unchanged (off)",
	}
	outcomes, err := Apply(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, lines(outcomes)); diff != "" {
		t.Error(diff)
	}

	s.settings["versioning"] = `<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>`
	outcomes, err = Apply(t.Context(), options(server))
	if err != nil || lines(outcomes)[1] != "versioning: changed (suspended → on)" {
		t.Errorf("%v, %v", lines(outcomes), err)
	}
}

// TestAcceptedAndNotKept: a store that says yes and does nothing does not
// support it.
func TestAcceptedAndNotKept(t *testing.T) {
	s, server := newStore(t)
	s.before = func(_ http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPut && r.URL.RawQuery != ""
	}
	s.settings[""] = ""
	_, err := Apply(t.Context(), options(server))
	if err == nil || strings.Count(err.Error(), "\n") != 4 || !strings.Contains(err.Error(), "versioning is not supported by the store: the store accepts it, and does not have it afterwards") {
		t.Error(err)
	}
	o := options(server)
	o.IgnoreUnsupported = true
	outcomes, err := Apply(t.Context(), o)
	if err != nil {
		t.Error(err)
	}
	for _, outcome := range outcomes[1:] {
		if outcome.Action != NotSupported {
			t.Errorf("%+v", outcome)
		}
	}
}

func TestCreation(t *testing.T) {
	s, server := newStore(t)
	o := options(server)
	o.Region = "NYC1"
	if _, err := Apply(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if want := `<CreateBucketConfiguration xmlns="` + namespace + `"><LocationConstraint>NYC1</LocationConstraint></CreateBucketConfiguration>`; s.settings[""] != want {
		t.Error(s.settings[""])
	}

	s, server = newStore(t)
	s.before = func(w http.ResponseWriter, r *http.Request) bool {
		created := r.URL.RawQuery == "" && r.Method == http.MethodPut
		if created {
			refuse(w, http.StatusConflict, "BucketAlreadyOwnedByYou", "Yours.")
		}
		return created
	}
	outcomes, err := Apply(t.Context(), options(server))
	if err != nil || outcomes[0].Action != Unchanged {
		t.Errorf("%v, %v", outcomes, err)
	}
}

func TestOptions(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"no credentials": {func(o *Options) { o.AccessKeyID = "" }, "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
		"a line end":     {func(o *Options) { o.SecretAccessKey += "\n" }, "give it as it was made"},
		"a path":         {func(o *Options) { o.Endpoint = "https://s3.example.com/bucket" }, "the endpoint is"},
		"a password":     {func(o *Options) { o.Endpoint = "https://user:" + testSecret + "@s3.example.com" }, "holds credentials"},
		"a region":       {func(o *Options) { o.Region = "a b" }, "the region is"},
		"a bucket":       {func(o *Options) { o.Desired.Bucket = "../x" }, "bucket"},
		"an archive":     {func(o *Options) { o.Desired.Lifecycle.StorageClass = "GLACIER" }, "restored"},
	} {
		o := options(&httptest.Server{URL: "http://192.0.2.1"})
		tt.change(&o)
		if _, err := Apply(t.Context(), o); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), testSecret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct{ endpoint, bucket, region, want string }{
		{"https://s3.example.com", "nix-cache", "us-east-1", "https://s3.example.com/nix-cache"},
		{"http://minio.storage.svc:9000", "nix-cache", "us-east-1", "http://minio.storage.svc:9000/nix-cache"},
		{"https://s3.eu-west-1.amazonaws.com", "nix-cache", "eu-west-1", "https://nix-cache.s3.eu-west-1.amazonaws.com/"},
		{"https://s3.eu-west-1.amazonaws.com", "nix.cache", "eu-west-1", "https://s3.eu-west-1.amazonaws.com/nix.cache"},
		{"https://s3.amazonaws.com", "nix-cache", "eu-west-1", "https://nix-cache.s3.eu-west-1.amazonaws.com/"},
		{"https://s3.amazonaws.com", "nix-cache", "us-east-1", "https://nix-cache.s3.amazonaws.com/"},
	} {
		o := Options{Endpoint: tt.endpoint, Region: tt.region, AccessKeyID: testKey, SecretAccessKey: testSecret, Desired: desired()}
		o.Desired.Bucket = tt.bucket
		c, err := newClient(o)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.base.String(); got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.bucket, tt.endpoint, got, tt.want)
		}
	}
}
