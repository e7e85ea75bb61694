package policy

import (
	"encoding/json"
	"fmt"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/crossplane"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// description is an object that says what a bucket must be like.
type description struct {
	id    manifest.ID
	place string
	// makes tells whether something makes the bucket so.
	makes bool
}

// descriptions are those of a cache's bucket and of an ObjectStore's alike: a
// ConfigMap for people, a Job with its ConfigMap, or Crossplane's Bucket.
func descriptions(objects []manifest.Object) []description {
	documents := map[manifest.ID]string{}
	for _, o := range objects {
		if bucket, ok := documented(o); ok {
			documents[o.ID] = bucket
		}
	}
	var all []description
	add := func(o manifest.Object, bucket, endpoint string, makes bool) {
		if bucket != "" && endpoint != "" {
			all = append(all, description{o.ID, place("s3://"+bucket, endpoint), makes})
		}
	}
	for _, o := range objects {
		switch {
		case o.Kind == "ConfigMap":
			add(o, documents[o.ID], text(o.Fields, "data", "endpoint"), false)
		case o.Kind == "Job" && o.Group == "batch":
			pod := manifest.Lookup(o.Fields, "spec", "template", "spec")
			for _, volume := range items(pod, "volumes") {
				document := manifest.ID{Kind: "ConfigMap", Namespace: o.Namespace, Name: text(volume, "configMap", "name")}
				for _, container := range items(pod, "containers") {
					add(o, documents[document], after(items(container, "args"), "--endpoint"), true)
				}
			}
		case o.Kind == "Bucket" && o.Group == manifest.Group(crossplane.APIVersion):
			add(o, text(o.Fields, "metadata", "annotations", crossplane.AnnotationExternalName),
				text(o.Fields, "metadata", "annotations", objectstore.AnnotationEndpoint), true)
		}
	}
	return all
}

// documented is the bucket that a ConfigMap describes.
func documented(o manifest.Object) (string, bool) {
	var bucket objectstore.DesiredBucket
	data := text(o.Fields, "data", objectstore.DocumentFile)
	if o.Kind != "ConfigMap" || o.Group != "" || json.Unmarshal([]byte(data), &bucket) != nil {
		return "", false
	}
	return bucket.Bucket, true
}

// after is the argument that follows a flag; empty when there is none.
func after(args []any, flag string) string {
	if i := slices.Index(args, any(flag)); i >= 0 && i+1 < len(args) {
		value, _ := args[i+1].(string)
		return value
	}
	return ""
}

// describedBuckets are those of all descriptions.
func describedBuckets(objects []manifest.Object) []string {
	var all []string
	for _, d := range descriptions(objects) {
		all = append(all, d.place)
	}
	return all
}

// sharedBuckets reports a bucket that two specs make: each would undo what the
// other sets.
func sharedBuckets(in Input) []Finding {
	var found []Finding
	first := map[string]manifest.ID{}
	for _, d := range descriptions(in.Objects) {
		if !d.makes {
			continue
		}
		if other, taken := first[d.place]; taken && other != d.id {
			found = append(found, Finding{
				Object:   d.id,
				Message:  fmt.Sprintf("makes %s, as %s does", d.place, other),
				Hint:     "set mode: none under provisioning in one of the specs, or give each a bucket of its own",
				Rendered: fmt.Sprintf("renders %s and %s, which both make %s", other, d.id, d.place),
			})
			continue
		}
		first[d.place] = d.id
	}
	return found
}
