package atticcache

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// mostAuthzReplicas is far more than any cache needs.
const mostAuthzReplicas = 100

// defaultAuthz fills in what a set of tokens by itself does not know.
func defaultAuthz(s *v1alpha1.AtticCacheSpec) {
	if s.Tokens.Authz != nil {
		defaulting.Value(&s.Tokens.Authz.Image, s.CacheJob.Image)
	}
}

// validateAuthz checks a defaulted block where it counts.
func validateAuthz(p *validate.Problems, path *field.Path, s v1alpha1.AtticCacheSpec) {
	if s.Tokens.Authz == nil {
		return
	}
	a := *s.Tokens.Authz
	if s.Tokens.Revocation == tokenset.Record {
		p.Note(path, "has a server run that nobody asks", "write revocation: enforce once it runs; on the way back, remove the block once nobody asks it")
	}
	switch image := path.Child("image"); {
	case a.Image == "":
		p.Add(image, "is missing, and it runs the server that refuses revoked tokens", "write the image of atticgen, pinned, as make image builds it")
	case a.Image != s.CacheJob.Image: // What is wrong with that one is said there.
		p.Image(image, a.Image, 3)
	}
	if p.Int32(path.Child("replicas"), a.Replicas, 1, mostAuthzReplicas) && *a.Replicas == 1 {
		p.Warn(path.Child("replicas"), "is 1: while its node is drained, every request is refused", "write 2 or more, or remove the line")
	}
	hardened.ValidateResources(p, path.Child("resources"), *a.Resources)
}
