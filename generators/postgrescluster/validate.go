package postgrescluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a defaulted spec.
func Validate(p *validate.Problems, path *field.Path, s v1alpha1.PostgresClusterSpec, use Use) {
	p.Int32(path.Child("instances"), s.Instances, 1, 99)
	if *s.Instances == 2 {
		p.Warn(path.Child("instances"), "is 2: while one instance is down, the other has no replica", "write 3")
	}
	switch {
	case s.ImageCatalog == nil:
		image(p, path.Child("image"), s.Image)
	case s.Image != "":
		p.Add(path.Child("image"), "stands beside imageCatalog", "keep one of them")
	}
	if s.ImageCatalog != nil {
		validateCatalog(p, path.Child("imageCatalog"), *s.ImageCatalog)
	}
	identifier(p, path.Child("database"), s.Database, use.Application, "postgres", "template0", "template1")
	identifier(p, path.Child("owner"), s.Owner, use.Application, "postgres", "streaming_replica", "cnpg_pooler_pgbouncer", "public", "none")
	volume(p, path.Child("storage"), *s.Storage)
	if s.WALStorage != nil {
		if s.WALStorage.Size == "" {
			p.Add(path.Child("walStorage", "size"), "is missing", "write the size of the volume for the write-ahead log, as in 5Gi")
		} else {
			volume(p, path.Child("walStorage"), *s.WALStorage)
		}
	}
	hardened.ValidateResources(p, path.Child("resources"), *s.Resources)
	parameters(p, path.Child("parameters"), s.Parameters)
	sizes(p, path.Child("parameters"), s)
	if *s.Backup.Enabled {
		backup(p, path.Child("backup"), s, use)
	} else {
		p.Warn(path.Child("backup", "enabled"), "is false: lost volumes lose the database", "remove the line unless something else backs PostgreSQL up")
	}
	if s.Recovery != nil {
		recovery(p, path, s, use)
	}
	clients(p, path, s)
	if s.Pooler != nil {
		at := path.Child("pooler")
		p.Int32(at.Child("instances"), s.Pooler.Instances, 1, 99)
		p.Int32(at.Child("defaultPoolSize"), s.Pooler.DefaultPoolSize, 1, 10000)
		p.Int32(at.Child("maxClientConnections"), s.Pooler.MaxClientConnections, 1, 100000)
		hardened.ValidateResources(p, at.Child("resources"), *s.Pooler.Resources)
		validatePools(p, path, s, use)
	}
}

var identifierForm = validate.NewForm(`[a-z_][a-z0-9_]*`, 63)

func identifier(p *validate.Problems, path *field.Path, value, example string, reserved ...string) {
	if !identifierForm.Matches(value) {
		p.Add(path, fmt.Sprintf("is %s, which PostgreSQL takes only in quotes", validate.Quote(value)), "use lower-case letters, digits and underscores, starting with a letter")
	}
	if slices.Contains(reserved, value) || strings.HasPrefix(value, "pg_") {
		p.Add(path, fmt.Sprintf("is %s, which PostgreSQL or CloudNativePG keeps for itself", value), "choose another name, as in "+example)
	}
}

// versionTag begins the tag of an image that CloudNativePG takes: it reads
// PostgreSQL's version there, and runs 14 and later.
var versionTag = validate.NewForm(`(1[4-9]|[2-9][0-9])\.[0-9]+([-._][0-9A-Za-z._-]+)?`, 128)

func image(p *validate.Problems, path *field.Path, value string) {
	ref, err := reference.ParseNormalizedNamed(value)
	if err != nil {
		p.Image(path, value, 2)
		return
	}
	if tagged, ok := ref.(reference.Tagged); !ok || !versionTag.Matches(tagged.Tag()) {
		p.Add(path, fmt.Sprintf("is %s, in whose tag CloudNativePG finds no version of PostgreSQL that it runs", validate.Quote(value)),
			"write an exact version from 14 on as the tag, and a digest too if wanted, as in postgresql:18.6-system-trixie@sha256:…")
		return
	}
	p.Image(path, value, 2)
}

func volume(p *validate.Problems, path *field.Path, v v1alpha1.Volume) {
	p.Bytes(path.Child("size"), string(v.Size))
	if v.StorageClass != "" {
		p.ObjectName(path.Child("storageClass"), v.StorageClass)
	}
}

// clients checks who else may connect.
func clients(p *validate.Problems, path *field.Path, s v1alpha1.PostgresClusterSpec) {
	p.Labels(path.Child("allowedPodLabels"), s.AllowedPodLabels)
	for _, name := range slices.Sorted(maps.Keys(s.AllowedPeers)) {
		at, peer := path.Child("allowedPeers").Key(name), s.AllowedPeers[name]
		if peer.Namespace == "" {
			p.Add(at.Child("namespace"), "is missing", "write the namespace of the pods that may connect")
			peer.Namespace = naming.DefaultNamespace
		}
		hardened.ValidatePeer(p, at, v1alpha1.Peer(peer))
	}
}
