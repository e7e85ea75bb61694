package atticcache

import (
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/placement"
)

// storage says what the bucket must be like, or makes it so. Names can be looked
// up from everywhere in the namespace already.
func (c cache) storage() []meta.Object {
	return objectstore.Objects(objectstore.Options{
		Name:             c.names.Bucket(),
		Scope:            c.scope,
		Spec:             c.spec.Storage,
		Peer:             *c.spec.Network.S3,
		ImagePullSecrets: c.spec.ImagePullSecrets,
		Security:         *c.spec.Security,
		Scheduling:       placement.Scheduling(c.spec.Placement),
	})
}
