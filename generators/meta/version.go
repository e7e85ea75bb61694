package meta

import (
	"github.com/distribution/reference"
	"k8s.io/apimachinery/pkg/util/validation"
)

// ImageVersion is an image's tag, as far as it can be a label; a digest alone
// says nothing to a person and is left out.
func ImageVersion(image string) string {
	ref, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ""
	}
	tagged, ok := ref.(reference.Tagged)
	if !ok || len(validation.IsValidLabelValue(tagged.Tag())) > 0 {
		return ""
	}
	return tagged.Tag()
}
