package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/atticcache"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// What PostgreSQL and PgBouncer take when they are told nothing else.
const (
	defaultMaxConnections = 100
	defaultPoolSize       = 20
	defaultMaxClients     = 100
)

// use is how many connections somebody opens to a PostgreSQL cluster or a
// pooler: at least, and with a rollout at most.
type use struct {
	by        manifest.ID
	low, high int64
	// shared is true for who takes a part of another's requests for a while.
	shared bool
}

// overbooked finds PostgreSQL clusters and poolers to which more connections can
// be opened than they take. It knows the pools of Attic's processes and of
// poolers; of other programs nothing that is rendered says how many they open.
func overbooked(in Input) []Finding {
	uses := connections(in.Objects)
	var found []Finding
	for _, o := range in.Objects {
		if o.Group != groupPostgres || len(uses[o.ID]) == 0 {
			continue
		}
		spec := root(o).at("spec")
		var at value
		var usable int64
		var takes string
		switch o.Kind {
		case "Cluster":
			at = spec.at("postgresql", "parameters", "max_connections")
			limit := at.numeral(defaultMaxConnections)
			reserved := spec.at("postgresql", "parameters", "superuser_reserved_connections").numeral(postgrescluster.ReservedConnections) +
				spec.at("postgresql", "parameters", "reserved_connections").numeral(0)
			usable = limit - reserved
			takes = fmt.Sprintf("is %d, of which %d are reserved", limit, reserved)
		case "Pooler":
			at = spec.at("pgbouncer", "parameters", "max_client_conn")
			each, instances := at.numeral(defaultMaxClients), spec.at("instances").numberOr(1)
			usable = each * instances
			takes = fmt.Sprintf("is %d for each of %d instances", each, instances)
		}
		if f, ok := compared(o, uses[o.ID], usable); ok {
			f.Path, f.Message = at.path, takes+", and "+f.Message
			found = append(found, f)
		}
	}
	return found
}

// compared is about more connections than can be used: an error where it comes
// to that with the fewest pods, a warning where it may with the most, and a note
// where these would be those of two that share their requests.
func compared(o manifest.Object, uses []use, usable int64) (Finding, bool) {
	var low, high, shared int64
	for _, u := range uses {
		low, high = low+u.low, high+u.high
		if u.shared {
			shared += u.high
		}
	}
	sum, count := high, "up to "
	f := Finding{Object: o.ID, Severity: diag.Warning, Hint: capacityHint(o)}
	switch {
	case low > usable:
		f.Severity, sum, count = diag.Error, low, "at least "
	case high <= usable:
		return Finding{}, false
	case high-shared <= usable:
		f.Severity = diag.Note
	}
	var parts []string
	for _, u := range uses {
		n := u.high
		if f.Severity == diag.Error {
			n = u.low
		}
		parts = append(parts, fmt.Sprintf("%s opens %d", u.by, n))
	}
	f.Message = fmt.Sprintf("%s%d connections are opened: %s", count, sum, strings.Join(parts, ", "))
	return f, true
}

// capacityHint names the fields of the specs that PostgreSQL is rendered from.
func capacityHint(o manifest.Object) string {
	if o.Kind == "Pooler" {
		return "set spec.pooler of the PostgresCluster, or spec.postgres.pooler of the AtticCache, to more instances or connections, or lower the number of replicas"
	}
	return "raise spec.parameters.max_connections of the PostgresCluster, or spec.postgres.parameters.max_connections of the AtticCache, set pooler beside it, or lower the number of replicas"
}

// connections are who opens how many, by what they are opened to.
func connections(objects []manifest.Object) map[manifest.ID][]use {
	all := map[manifest.ID][]use{}
	scalers := autoscalers(objects)
	poolers := map[manifest.ID]bool{}
	for _, o := range objects {
		poolers[o.ID] = o.Group == groupPostgres && o.Kind == "Pooler"
	}
	for _, w := range workloads(objects) {
		low, high := w.replicas(scalers)
		for _, c := range w.connecting(poolers) {
			if to, ok := database(w, c, poolers); ok {
				const each = atticcache.ConnectionsPerProcess
				shared := w.template.at("metadata", "annotations", atticcache.AnnotationSharesLoad).exists()
				all[to] = append(all[to], use{w.ID, low * each, (high + w.surge(high)) * each, shared})
			}
		}
	}
	for _, o := range objects {
		if o.Group != groupPostgres || o.Kind != "Pooler" {
			continue
		}
		spec := root(o).at("spec")
		parameters := spec.at("pgbouncer", "parameters")
		instances, pool := spec.at("instances").numberOr(1), parameters.at("default_pool_size").numeral(defaultPoolSize)
		// The reserve is for when clients have waited for some time.
		reserve := parameters.at("reserve_pool_size").numeral(0)
		to := manifest.ID{Group: groupPostgres, Kind: "Cluster", Namespace: o.Namespace, Name: spec.at("cluster", "name").text()}
		all[to] = append(all[to], use{o.ID, instances * pool, instances * (pool + reserve), false})
	}
	return all
}

// connecting are the containers of a pod that are connected at one time: those
// that stay, or, where none of these connects, the one that runs before them.
func (w workload) connecting(poolers map[manifest.ID]bool) []value {
	connects := func(c value) bool { _, ok := database(w, c, poolers); return ok }
	stay := w.containers()
	var first []value
	for _, c := range w.pod().at("initContainers").items() {
		if c.at("restartPolicy").text() == "Always" {
			stay = append(stay, c)
		} else if connects(c) {
			first = []value{c}
		}
	}
	if slices.ContainsFunc(stay, connects) {
		return stay
	}
	return first
}

// surge is how many pods a rollout starts beyond the number.
func (w workload) surge(replicas int64) int64 {
	strategy := root(w.Object).at("spec", "strategy")
	if w.Kind != "Deployment" || strategy.at("type").text() == "Recreate" {
		return 0
	}
	surge := strategy.at("rollingUpdate", "maxSurge")
	if !surge.exists() {
		surge.raw = "25%"
	}
	n, _ := surge.share(replicas)
	return min(max(n, 0), replicas)
}

// database is what a container of Attic connects to: the pooler or the cluster
// whose host its URL names, or the cluster whose Secret the URL comes from.
func database(w workload, container value, poolers map[manifest.ID]bool) (manifest.ID, bool) {
	variables := map[string]value{}
	for _, v := range container.at("env").items() {
		variables[v.at("name").text()] = v
	}
	url, ok := variables[atticcache.EnvDatabaseURL]
	if !ok {
		return manifest.ID{}, false
	}
	text := url.at("value").text()
	if after, refers := strings.CutPrefix(text, "$("); refers {
		name, _, _ := strings.Cut(after, ")")
		url = variables[name]
	}
	to := manifest.ID{Group: groupPostgres, Kind: "Cluster", Namespace: w.Namespace}
	if to.Name, ok = strings.CutSuffix(url.at("valueFrom", "secretKeyRef", "name").text(), "-app"); ok {
		return to, true
	}
	_, host, _ := strings.Cut(text, "@")
	if end := strings.IndexAny(host, "/:"); end >= 0 {
		host = host[:end]
	}
	service, namespace, qualified := strings.Cut(host, ".")
	if qualified {
		to.Namespace, _, _ = strings.Cut(namespace, ".")
	}
	pooler := manifest.ID{Group: groupPostgres, Kind: "Pooler", Namespace: to.Namespace, Name: service}
	if poolers[pooler] {
		return pooler, true
	}
	for _, suffix := range []string{"-rw", "-ro", "-r"} {
		if to.Name, ok = strings.CutSuffix(service, suffix); ok {
			return to, true
		}
	}
	return manifest.ID{}, false
}

// numeral is a number that is written as text, within what such numbers can be.
func (v value) numeral(other int64) int64 {
	n, err := strconv.ParseInt(v.text(), 10, 32)
	if err != nil || n < 0 {
		return other
	}
	return n
}
