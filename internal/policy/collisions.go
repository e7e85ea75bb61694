package policy

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Repeated reports objects that stand twice, as [Check] does.
func Repeated(source string, objects []manifest.Object) diag.List {
	return diagnose(source, diag.Error, repeated(Input{Objects: objects}))
}

// repeated finds objects that stand twice: once for all those of two specs with
// the same name, and once for each namespace that two specs create.
func repeated(in Input) []Finding {
	var found []Finding
	var again []manifest.ID
	seen := map[manifest.ID]bool{}
	for _, o := range in.Objects {
		switch {
		case !seen[o.ID]:
			seen[o.ID] = true
		case o.Kind == "Namespace" && o.Group == "":
			found = append(found, Finding{
				Object:   o.ID,
				Message:  "stands twice",
				Hint:     "set spec.namespace.create: false in all but one spec of the namespace",
				Rendered: fmt.Sprintf("renders %s twice", o.ID),
			})
		default:
			again = append(again, o.ID)
		}
	}
	if len(again) == 0 {
		return found
	}
	more := ""
	if len(again) > 1 {
		more = fmt.Sprintf(", and %d more objects", len(again)-1)
	}
	return append(found, Finding{
		Object:   again[0],
		Message:  "stands twice" + more,
		Hint:     "give the specs different names or namespaces",
		Rendered: fmt.Sprintf("renders %s twice%s", again[0], more),
	})
}

// ownPlace is what to do about a backup in the wrong place, in every kind that
// has one.
const ownPlace = "set bucket under backup to a bucket of its own"

// sharedBackups reports PostgreSQL clusters that archive into the same place,
// where each would spoil the other's backup.
func sharedBackups(in Input) []Finding {
	var found []Finding
	first := map[string]manifest.ID{}
	for _, b := range backups(in.Objects) {
		if other, taken := first[b.place]; taken && other != b.cluster {
			found = append(found, Finding{
				Object:   b.cluster,
				Message:  fmt.Sprintf("backs up to %s, as %s does", b.place, other),
				Hint:     ownPlace + " in one of the specs",
				Rendered: fmt.Sprintf("renders %s and %s, which both back up to %s", other, b.cluster, b.place),
			})
			continue
		}
		first[b.place] = b.cluster
	}
	return found
}

// mixedBuckets reports a bucket that one cache keeps NARs in and another backs up
// to: whoever may delete from the one may delete the other.
func mixedBuckets(in Input) []Finding {
	nars := map[string]bool{}
	for _, bucket := range buckets(in.Objects) {
		nars[bucket] = true
	}
	archived := backups(in.Objects)
	recovered := map[manifest.ID]bool{}
	for _, o := range in.Objects {
		for _, origin := range items(o.Fields, "spec", "externalClusters") {
			recovered[storeOf(o, manifest.Lookup(origin, "plugin"))] = true
		}
	}
	for _, b := range archived {
		recovered[b.store] = false
	}
	var found []Finding
	check := func(id manifest.ID, bucket string) {
		if nars[bucket] {
			found = append(found, Finding{
				Object:   id,
				Message:  fmt.Sprintf("backs up to %s, where NARs are kept", bucket),
				Hint:     ownPlace,
				Rendered: fmt.Sprintf("renders %s, which backs up to %s, where NARs are kept", id, bucket),
			})
		}
	}
	for _, o := range in.Objects {
		// What is only read from is nobody's backup here.
		if o.Group == groupBarman && !recovered[o.ID] {
			check(o.ID, bucketOf(o))
		}
	}
	for _, b := range archived {
		if b.store == (manifest.ID{}) {
			check(b.cluster, b.bucket)
		}
	}
	return found
}

// groupBarman is the API group of the Barman Cloud plugin.
const groupBarman = "barmancloud.cnpg.io"

// bucketOf is where a backup store is, spelt as [buckets] does.
func bucketOf(store manifest.Object) string {
	return inBucket(manifest.Lookup(store.Fields, "spec", "configuration"))
}

// inBucket is where a configuration of Barman leads to.
func inBucket(configuration any) string {
	return place(text(configuration, "destinationPath"), text(configuration, "endpointURL"))
}

// place is one spelling for a path in a store.
func place(path, endpoint string) string {
	return strings.TrimRight(path, "/") + " in " + objectstore.Canonical(endpoint)
}

// storeOf is the store that a cluster's plugin uses.
func storeOf(cluster manifest.Object, plugin any) manifest.ID {
	return manifest.ID{Group: groupBarman, Kind: "ObjectStore", Namespace: cluster.Namespace, Name: text(plugin, "parameters", "barmanObjectName")}
}

// backup is where a PostgreSQL cluster archives to: by a store object, or, in
// the form that is built into CloudNativePG, without.
type backup struct {
	cluster, store manifest.ID
	bucket, place  string
}

func backups(objects []manifest.Object) []backup {
	stores := map[manifest.ID]manifest.Object{}
	for _, o := range objects {
		if o.Group == groupBarman {
			stores[o.ID] = o
		}
	}
	var all []backup
	for _, o := range objects {
		if o.Kind != "Cluster" || o.Group != groupPostgres {
			continue
		}
		add := func(store manifest.ID, bucket, server string) {
			all = append(all, backup{o.ID, store, bucket, bucket + " under " + cmp.Or(server, o.Name)})
		}
		if inTree := manifest.Lookup(o.Fields, "spec", "backup", "barmanObjectStore"); inTree != nil {
			add(manifest.ID{}, inBucket(inTree), text(inTree, "serverName"))
		}
		for _, plugin := range items(o.Fields, "spec", "plugins") {
			if store, ok := stores[storeOf(o, plugin)]; ok {
				add(store.ID, bucketOf(store), text(plugin, "parameters", "serverName"))
			}
		}
	}
	return all
}

// sharedHosts reports Ingresses of one class that answer for the same name and
// path.
func sharedHosts(in Input) []Finding {
	var found []Finding
	type address struct{ class, host, path string }
	first := map[address]manifest.ID{}
	for _, o := range in.Objects {
		if o.Kind != "Ingress" || o.Group != "networking.k8s.io" {
			continue
		}
		class := text(o.Fields, "spec", "ingressClassName") + text(o.Fields, "metadata", "annotations", "kubernetes.io/ingress.class")
		for i, rule := range items(o.Fields, "spec", "rules") {
			for _, path := range items(rule, "http", "paths") {
				at := address{class, text(rule, "host"), text(path, "path")}
				if other, taken := first[at]; taken && other != o.ID {
					where := cmp.Or(at.host, "any host, ") + at.path
					found = append(found, Finding{
						Object:   o.ID,
						Path:     []string{"spec", "rules", strconv.Itoa(i), "host"},
						Message:  fmt.Sprintf("answers for %s, as %s does", where, other),
						Hint:     "give each cache a spec.hostname, each service a spec.ingress.host or path, and both spec.ingress.extraHosts of their own",
						Rendered: fmt.Sprintf("renders %s and %s, which both answer for %s", other, o.ID, where),
					})
					continue
				}
				first[at] = o.ID
			}
		}
	}
	return found
}

// text is a string within decoded JSON; empty when it is not there.
func text(of any, path ...string) string {
	found, _ := manifest.Lookup(of, path...).(string)
	return found
}

// items are those of a list within decoded JSON.
func items(of any, path ...string) []any {
	list, _ := manifest.Lookup(of, path...).([]any)
	return list
}
