package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// described is a ConfigMap about the bucket b.
func described(name, endpoint string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: a}\n" +
		"data: {bucket.json: '{\"bucket\": \"b\"}'" + endpoint + "}\n"
}

// byJob makes the bucket that a ConfigMap is about.
func byJob(name, document, endpoint string) string {
	return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: " + name + ", namespace: a}\n" +
		"spec: {template: {spec: {volumes: [{configMap: {name: " + document + "}}], containers: [{args: [bucket, apply, --endpoint, '" + endpoint + "']}]}}}\n"
}

func byCrossplane(name, bucket, endpoint string) string {
	return "apiVersion: s3.aws.m.upbound.io/v1beta1\nkind: Bucket\n" +
		"metadata: {name: " + name + ", namespace: a, annotations: {crossplane.io/external-name: " + bucket + ", atticgen.dev/endpoint: '" + endpoint + "'}}\n"
}

func objectsOf(t *testing.T, texts ...string) []manifest.Object {
	t.Helper()
	var objects []manifest.Object
	for _, text := range texts {
		o, err := manifest.FromYAML([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	return objects
}

const (
	s3      = "https://s3.example.com"
	written = ", endpoint: '" + s3 + "'"
)

func TestSharedBuckets(t *testing.T) {
	for name, c := range map[string]struct {
		objects []string
		want    []string
	}{
		"two Jobs": {[]string{described("one", ""), byJob("one", "one", s3), described("two", ""), byJob("two", "two", s3+":443/")}, []string{
			"a: error: renders Job a/one and Job a/two, which both make s3://b in https://s3.example.com; set mode: none under provisioning in one of the specs, or give each a bucket of its own",
		}},
		"a Job and Crossplane": {[]string{described("one", ""), byJob("one", "one", s3), byCrossplane("two", "b", s3)}, []string{
			"a: error: renders Job a/one and Bucket a/two, which both make s3://b in https://s3.example.com; set mode: none under provisioning in one of the specs, or give each a bucket of its own",
		}},
		"one who makes it":       {[]string{described("one", written), byCrossplane("two", "b", s3)}, nil},
		"nobody who makes it":    {[]string{described("one", written), described("two", written)}, nil},
		"two stores":             {[]string{byCrossplane("one", "b", s3), byCrossplane("two", "b", "https://s3.example.org")}, nil},
		"two buckets":            {[]string{byCrossplane("one", "b", s3), byCrossplane("two", "c", s3)}, nil},
		"somebody else's bucket": {[]string{byCrossplane("one", "b", ""), byCrossplane("two", "b", "")}, nil},
		"a Job about another":    {[]string{described("one", ""), byJob("one", "three", s3), byCrossplane("two", "b", s3)}, nil},
		"unexpected shapes": {[]string{
			"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: a}\ndata: {bucket.json: '[1]', endpoint: a}\n",
			"apiVersion: batch/v1\nkind: Job\nmetadata: {name: one, namespace: a}\nspec: {template: {spec: {volumes: [1, {configMap: {name: one}}], containers: [1, {args: [{a: b}, --endpoint]}]}}}\n",
		}, nil},
	} {
		if diff := cmp.Diff(c.want, lines(diagnose("a", diag.Error, sharedBuckets(Input{Objects: objectsOf(t, c.objects...)})))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAcrossBuckets(t *testing.T) {
	got := lines(Across([]Environment{
		{"a", objectsOf(t, described("one", written))},
		{"b", objectsOf(t, config("b"), described("one", written))},
		{"c", objectsOf(t, config("b"), byCrossplane("one", "b", s3))},
		{"d", objectsOf(t, byCrossplane("one", "c", s3))},
	}))
	const hint = "; set bucket of an ObjectStore, or of spec.storage of a cache, to a bucket of its own in one of the overlays"
	want := []string{
		"c: warning: keeps NARs in s3://b in https://s3.example.com, as b does; set spec.storage.bucket to a bucket of its own in one of the overlays",
		"b: warning: describes s3://b in https://s3.example.com, as a does" + hint,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
