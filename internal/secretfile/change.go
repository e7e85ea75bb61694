package secretfile

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// maxSecret is what Kubernetes takes, of all values together.
const maxSecret = 1 << 20

// maxFile is what atticgen render reads of a file.
const maxFile = 1 << 20

// check finds everything about a change that Kubernetes would refuse, or that
// would show what is to be kept.
func (c Change) check(namespace, name string) error {
	var problems []error
	report := func(path string, says ...string) {
		for _, text := range says {
			problems = append(problems, fmt.Errorf("%s: %s", path, text))
		}
	}
	report("metadata.namespace", validation.IsDNS1123Label(namespace)...)
	report("metadata.name", validation.IsDNS1123Subdomain(name)...)
	total := 0
	for _, key := range slices.Sorted(maps.Keys(c.Set)) {
		total += len(c.Set[key])
		report(fmt.Sprintf("data[%q]", key), validation.IsConfigMapKey(key)...)
		if slices.Contains(c.Remove, key) {
			report(fmt.Sprintf("data[%q]", key), "is both set and removed; do one of them")
		}
	}
	if total > maxSecret {
		report("data", fmt.Sprintf("has %d bytes, and Kubernetes takes %d in one Secret; keep less in it", total, maxSecret))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Labels)) {
		path := fmt.Sprintf("metadata.labels[%q]", key)
		report(path, validation.IsQualifiedName(key)...)
		report(path, validation.IsValidLabelValue(c.Labels[key])...)
		report(path, c.shows(c.Labels[key])...)
	}
	for _, key := range slices.Sorted(maps.Keys(c.Annotations)) {
		path := fmt.Sprintf("metadata.annotations[%q]", key)
		report(path, validation.IsQualifiedName(strings.ToLower(key))...)
		report(path, c.shows(c.Annotations[key])...)
		if key == namespaceWide || key == clusterWide {
			report(path, "is the scope of a SealedSecret; set spec.secrets.sealedSecrets.scope instead")
		}
	}
	return errors.Join(problems...)
}

// shows tells whether text that everybody may read has a value in it. Short values
// are in everything.
func (c Change) shows(text string) []string {
	for _, value := range c.Set {
		for _, form := range []string{
			string(value), base64.StdEncoding.EncodeToString(value), base64.RawURLEncoding.EncodeToString(value), url.QueryEscape(string(value)),
		} {
			if len(value) >= 8 && strings.Contains(text, form) {
				return []string{"holds a value of the Secret; labels and annotations are not encrypted"}
			}
		}
	}
	return nil
}

// fits tells whether atticgen render reads a file of this size: what is encrypted
// takes more room than what it is.
func fits(document []byte) error {
	if len(document) > maxFile {
		return fmt.Errorf("would have %d bytes, and atticgen render reads %d of a file; keep less in one Secret", len(document), maxFile)
	}
	return nil
}

// alters tells whether a change does anything to labels or annotations.
func alters(has, want map[string]string) bool {
	for key, value := range want {
		if has[key] != value {
			return true
		}
	}
	return false
}

// same tells whether a change repeats what a file says of a token already: a value
// with this digest, and nothing new about it. The digest is of the value, or of
// what a value that is JSON has as "secret".
func (c Change) same(key string, annotations map[string]string) bool {
	digest := annotations["sha256"+tokenAnnotation+key]
	if digest == "" || !slices.Contains(digests(c.Set[key]), digest) {
		return false
	}
	for name, value := range c.Annotations {
		if strings.HasSuffix(name, tokenAnnotation+key) && annotations[name] != value {
			return false
		}
	}
	return true
}

// tokenAnnotation is between a field and the token that it is of.
const tokenAnnotation = ".atticgen.dev/"
