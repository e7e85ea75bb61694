package buckets

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
)

const document = `{"bucket": "nix-cache", "maxSize": "500G", "versioning": true, "encryption": "AES256",
"lifecycle": {"oldVersionsDays": 90, "infrequentAccessDays": 30, "storageClass": "STANDARD_IA", "abortIncompleteUploadsDays": 7}}`

func TestReadDesired(t *testing.T) {
	got, err := ReadDesired(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(desired(), got); diff != "" {
		t.Error(diff)
	}
}

// TestReadsWhatIsGenerated holds the reader to the writer.
func TestReadsWhatIsGenerated(t *testing.T) {
	spec := v1alpha1.ObjectStore{Metadata: v1alpha1.Metadata{Name: "attic", Namespace: "nix-cache"}}
	spec.Spec.Endpoint, spec.Spec.Bucket = "https://s3.example.com", "nix-cache"
	objects, _ := objectstore.GenerateAlone(spec)
	for _, o := range objects {
		c, ok := o.(*corev1.ConfigMap)
		if !ok {
			continue
		}
		got, err := ReadDesired(strings.NewReader(c.Data["bucket.json"]))
		if diff := cmp.Diff(desired(), got); diff != "" || err != nil {
			t.Error(err, diff)
		}
		return
	}
	t.Error("there is no document")
}

func TestReadDesiredRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ from, to, want string }{
		"nothing":        {document, "", "is not one JSON object"},
		"not JSON":       {`"bucket":`, `"bucket"`, "error:"},
		"two":            {"}}", "}} {}", "is not one JSON object"},
		"a list":         {document, "[]", "is not one JSON object"},
		"unknown":        {`"encryption"`, `"delete": true, "encryption"`, `unknown field "delete"`},
		"another case":   {`"bucket"`, `"Bucket"`, `unknown field "Bucket"`},
		"twice":          {`"encryption"`, `"bucket": "other", "encryption"`, `duplicate field "bucket"`},
		"missing":        {`"versioning": true, `, "", "versioning: is missing"},
		"missing inside": {`"infrequentAccessDays": 30, `, "", "lifecycle.infrequentAccessDays: is missing"},
		"null":           {`true`, `null`, "versioning: is missing"},
		"a wrong type":   {`true`, `"yes"`, "is not one JSON object"},
		"a bad bucket":   {`nix-cache`, `Nix_Cache`, "bucket: is \"Nix_Cache\", which is not a bucket name"},
		"too large":      {document, strings.Repeat(" ", 1<<20+1), "is larger than 1 MiB"},
	} {
		text := strings.Replace(document, tt.from, tt.to, 1)
		if _, err := ReadDesired(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
