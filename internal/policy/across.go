package policy

import (
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Environment is one rendered overlay.
type Environment struct {
	// Overlay is its path below the repository.
	Overlay string
	// Objects are what it renders to.
	Objects []manifest.Object
}

// Across compares environments with each other. Two that back up to the same
// place spoil each other's backups, wherever they run, which is an error; two
// that share a bucket or a name are probably a copy that was not finished.
func Across(environments []Environment) diag.List {
	var list diag.List
	type sharing struct{ overlay, place string }
	said := map[sharing]bool{}
	check := func(of func([]manifest.Object) []string, severity diag.Severity, what, hint string) {
		first := map[string]string{}
		for _, e := range environments {
			found := of(e.Objects)
			slices.Sort(found)
			for _, place := range slices.Compact(found) {
				other, taken := first[place]
				if !taken {
					first[place] = e.Overlay
					continue
				}
				if said[sharing{e.Overlay, place}] {
					continue
				}
				said[sharing{e.Overlay, place}] = true
				d := diag.New(e.Overlay, "%s %s, as %s does", what, place, other)
				d.Severity, d.Hint = severity, hint
				list = append(list, d)
			}
		}
	}
	check(places, diag.Error, "backs PostgreSQL up to", ownPlace+" in one of the overlays")
	check(buckets, diag.Warning, "keeps NARs in", "set spec.storage.bucket to a bucket of its own in one of the overlays")
	check(describedBuckets, diag.Warning, "describes", "set bucket of an ObjectStore, or of spec.storage of a cache, to a bucket of its own in one of the overlays")
	check(hosts, diag.Warning, "answers for", "set spec.hostname of a cache, or spec.ingress.host of a service, in one of the overlays")
	return list
}

func places(objects []manifest.Object) []string {
	var all []string
	for _, b := range backups(objects) {
		all = append(all, b.place)
	}
	return all
}

func hosts(objects []manifest.Object) []string {
	var all []string
	for _, o := range objects {
		if o.Kind == "Ingress" {
			for _, rule := range items(o.Fields, "spec", "rules") {
				all = append(all, text(rule, "host"))
			}
		}
	}
	return slices.DeleteFunc(all, func(host string) bool { return host == "" })
}

// buckets reads Attic's configuration, which is the one place that names them.
func buckets(objects []manifest.Object) []string {
	var all []string
	for _, o := range objects {
		var config struct {
			Storage struct {
				Bucket   string `toml:"bucket"`
				Endpoint string `toml:"endpoint"`
			} `toml:"storage"`
		}
		data := text(o.Fields, "data", "server.toml")
		if o.Kind != "ConfigMap" || !strings.Contains(data, "[storage]") || toml.Unmarshal([]byte(data), &config) != nil {
			continue
		}
		all = append(all, place("s3://"+config.Storage.Bucket, config.Storage.Endpoint))
	}
	return all
}

// Stateful tells whether losing an object loses data, or whoever holds it.
func Stateful(id manifest.ID) bool {
	switch id.Group {
	case groupPostgres:
		return id.Kind == "Cluster"
	case "barmancloud.cnpg.io":
		// A store that a cluster was recovered from is another cluster's backup,
		// and goes when the recovery is done.
		return id.Kind == "ObjectStore" && !naming.IsRecovery(id.Name)
	case "":
		return id.Kind == "Namespace" || id.Kind == "PersistentVolumeClaim"
	case "apiextensions.k8s.io":
		// With the definition goes every object of its kind, databases too.
		return id.Kind == "CustomResourceDefinition"
	default:
		return false
	}
}
