package policy

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/util/validation"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// misnamed finds objects of which no cluster can tell what they are, or which it
// would not take under their names. Each has one finding: what is wrong with one of
// these fields tends to be wrong with all.
func misnamed(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		if f, ok := hiddenName(o); ok {
			found = append(found, f)
			continue
		}
		if f, ok := wrongName(o); ok {
			found = append(found, f)
		}
	}
	return found
}

// hiddenName is about what SOPS has encrypted together with the values.
func hiddenName(o manifest.Object) (Finding, bool) {
	for _, at := range []value{
		root(o).at("apiVersion"), root(o).at("kind"), root(o).at("metadata", "name"), root(o).at("metadata", "namespace"),
	} {
		if IsEncrypted(at.text()) {
			return Finding{
				Object: o.ID, Path: at.path,
				Message: "is encrypted by SOPS, and no cluster can tell what the object is", Hint: EncryptDataAlone,
				Rendered: fmt.Sprintf("renders an object whose %s is encrypted by SOPS, so that no cluster can tell what it is", strings.Join(at.path, ".")),
			}, true
		}
	}
	return Finding{}, false
}

func wrongName(o manifest.Object) (Finding, bool) {
	name, hint := nameProblems(o)
	for _, field := range []struct {
		path       []string
		text, hint string
		says       []string
	}{
		{[]string{"kind"}, o.Kind, "write letters and digits", validation.IsDNS1035Label(strings.ToLower(o.Kind))},
		{[]string{"metadata", "namespace"}, o.Namespace, "write at most 63 lower case letters, digits and hyphens", namespaceProblems(o)},
		{[]string{"metadata", "name"}, o.Name, hint, name},
	} {
		if len(field.says) > 0 {
			last := field.path[len(field.path)-1]
			return Finding{
				Object: o.ID, Path: field.path,
				Message: fmt.Sprintf("is %s, which the API server does not take for a %s", diag.Quote(field.text), last), Hint: field.hint,
				Rendered: fmt.Sprintf("renders %s, whose %s the API server does not take", o.ID, last),
			}, true
		}
	}
	return Finding{}, false
}

func namespaceProblems(o manifest.Object) []string {
	if o.Namespace == "" {
		return nil
	}
	return validation.IsDNS1123Label(o.Namespace)
}

// nameProblems asks less of the few kinds whose names may have capitals and
// colons: whatever can be part of a URL's path.
func nameProblems(o manifest.Object) (says []string, hint string) {
	kind := o.Group + "/" + o.Kind
	if o.Group == "rbac.authorization.k8s.io" || kind == "certificates.k8s.io/ClusterTrustBundle" || kind == "networking.k8s.io/IPAddress" {
		return content.IsPathSegmentName(o.Name), "write it without / and %, and not . or .. alone"
	}
	return validation.IsDNS1123Subdomain(o.Name), "write lower case letters, digits, hyphens and dots"
}
