package objectstore

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DesiredBucket is a bucket in the form in which the bucket Job reads it, and in
// which a person reads what has to exist. Its fields have the names, and the
// meaning, of those of the spec.
type DesiredBucket struct {
	Bucket     string           `json:"bucket"`
	MaxSize    string           `json:"maxSize"`
	Versioning bool             `json:"versioning"`
	Encryption string           `json:"encryption"`
	Lifecycle  DesiredLifecycle `json:"lifecycle"`
}

// DesiredLifecycle is what the store does with objects as they age. Days that
// are 0 mean that it does nothing.
type DesiredLifecycle struct {
	OldVersionsDays            int32  `json:"oldVersionsDays"`
	InfrequentAccessDays       int32  `json:"infrequentAccessDays"`
	StorageClass               string `json:"storageClass"`
	AbortIncompleteUploadsDays int32  `json:"abortIncompleteUploadsDays"`
}

// Ids of the lifecycle rules of a bucket.
const (
	RuleOldVersions       = RulePrefix + "old-versions"
	RuleInfrequentAccess  = RulePrefix + "infrequent-access"
	RuleIncompleteUploads = RulePrefix + "incomplete-uploads"

	// RulePrefix begins all of them, and no others.
	RulePrefix = "atticgen-"
)

// Desired is the bucket that a defaulted spec asks for.
func Desired(s v1alpha1.ObjectStoreSpec) DesiredBucket {
	l := s.Lifecycle
	return DesiredBucket{
		Bucket:     s.Bucket,
		MaxSize:    string(s.MaxSize),
		Versioning: *s.Versioning,
		Encryption: s.Encryption,
		Lifecycle: DesiredLifecycle{
			OldVersionsDays:            *l.OldVersionsDays,
			InfrequentAccessDays:       *l.InfrequentAccessDays,
			StorageClass:               l.StorageClass,
			AbortIncompleteUploadsDays: *l.AbortIncompleteUploadsDays,
		},
	}
}

// document is the bucket as JSON.
func (d DesiredBucket) document() string {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		// Strings, numbers and booleans always marshal.
		panic(err)
	}
	return string(data) + "\n"
}

// ValidateDesired checks a bucket; the path is that of the block with its fields.
func ValidateDesired(p *validate.Problems, path *field.Path, d DesiredBucket) {
	if d.Bucket == "" {
		p.Add(path.Child("bucket"), "is missing", "write the name of the bucket for NARs, as in nix-cache")
	} else {
		p.Bucket(path.Child("bucket"), d.Bucket)
	}
	p.Bytes(path.Child("maxSize"), d.MaxSize)
	if size, err := resource.ParseQuantity(d.MaxSize); err == nil && size.Value() >= 1<<20 && size.Value() < 1<<30 {
		p.Warn(path.Child("maxSize"), fmt.Sprintf("is %s, less than a gibibyte, which a bucket outgrows at once", validate.Quote(d.MaxSize)), "write it with G, Gi, T or Ti, as in 500G")
	}
	p.OneOf(path.Child("encryption"), d.Encryption, EncryptionAES256, EncryptionNone)
	validateLifecycle(p, path.Child("lifecycle"), d)
}

// mostDays is a century: more is a slip, or a lifecycle that nobody will see.
const mostDays = 36500

// leastInfrequentDays is Amazon's minimum for its infrequent access classes.
const leastInfrequentDays = 30

// storageClass is as stores compare it, letter by letter.
var storageClass = validate.NewForm(`[A-Z][A-Z0-9_]*`, 64)

// archives are the classes whose objects nobody can read before somebody has
// asked for them, hours ahead.
var archives = []string{"GLACIER", "DEEP_ARCHIVE"}

func validateLifecycle(p *validate.Problems, path *field.Path, d DesiredBucket) {
	l := d.Lifecycle
	for _, days := range []struct {
		name  string
		value int32
	}{
		{"oldVersionsDays", l.OldVersionsDays},
		{"infrequentAccessDays", l.InfrequentAccessDays},
		{"abortIncompleteUploadsDays", l.AbortIncompleteUploadsDays},
	} {
		p.Int32(path.Child(days.name), &days.value, 0, mostDays)
	}
	if d.Versioning && l.OldVersionsDays == 0 {
		p.Warn(path.Child("oldVersionsDays"), "is 0 in a bucket with versions, which keeps everything that garbage collection deletes for ever", "write the days after which a deleted object is gone, as in 90")
	}
	at := path.Child("storageClass")
	switch {
	case !storageClass.Matches(l.StorageClass) && !slices.Contains(archives, strings.ToUpper(l.StorageClass)):
		p.Add(at, fmt.Sprintf("is %s, which is not a storage class", validate.Quote(l.StorageClass)), "write one that the store has, in capitals, digits and underscores, as in STANDARD_IA")
	case slices.Contains(archives, strings.ToUpper(l.StorageClass)):
		p.Add(at, fmt.Sprintf("is %s, from which an object must be restored before it can be read", l.StorageClass), "write one that answers at once, as in STANDARD_IA or GLACIER_IR")
	case strings.HasSuffix(l.StorageClass, "_IA") && l.InfrequentAccessDays > 0 && l.InfrequentAccessDays < leastInfrequentDays:
		p.Add(path.Child("infrequentAccessDays"), fmt.Sprintf("is %d, and stores move nothing to %s earlier than after %d days", l.InfrequentAccessDays, l.StorageClass, leastInfrequentDays),
			fmt.Sprintf("write at least %d, or 0 to move nothing", leastInfrequentDays))
	}
}
