package policy

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// routerMiddlewares is Traefik's annotation for what requests to an Ingress go
// through.
const routerMiddlewares = "traefik.ingress.kubernetes.io/router.middlewares"

// objectReferences are those of an object other than its pods'.
func objectReferences(o manifest.Object) []reference {
	var all []reference
	add := func(group, kind string, at value) {
		if at.text() != "" {
			all = append(all, reference{from: o.ID, at: at, to: manifest.ID{Group: group, Kind: kind, Namespace: o.Namespace, Name: at.text()}})
		}
	}
	secret := func(of value, path ...string) {
		before := len(all)
		add("", "Secret", of.at(path...))
		for i := range all[before:] {
			all[before+i].key = of.at(slices.Concat(path[:len(path)-1], []string{"key"})...).text()
		}
	}
	spec := root(o).at("spec")
	switch o.Group + "/" + o.Kind {
	case "networking.k8s.io/Ingress":
		at := root(o).at("metadata", "annotations", routerMiddlewares)
		for _, name := range list(at.text()) {
			if id, ok := ofProvider(name, o.Namespace); ok {
				all = append(all, reference{from: o.ID, at: at, to: id})
			}
		}
		for _, entry := range spec.at("tls").items() {
			secret(entry, "secretName")
		}
		for _, rule := range spec.at("rules").items() {
			for _, path := range rule.at("http", "paths").items() {
				add("", "Service", path.at("backend", "service", "name"))
			}
		}
	case groupTraefik + "/IngressRoute":
		secret(spec, "tls", "secretName")
		for _, route := range spec.at("routes").items() {
			for _, m := range route.at("middlewares").items() {
				if name := m.at("name"); name.text() != "" && !strings.Contains(name.text(), "@") {
					all = append(all, reference{from: o.ID, at: name, to: middleware(o, m)})
				}
			}
			for _, service := range route.at("services").items() {
				kind := service.at("kind").text()
				if (kind == "" || kind == "Service") && service.at("namespace").text() == "" {
					add("", "Service", service.at("name"))
				}
			}
		}
	case groupPostgres + "/Cluster":
		clusterReferences(spec, add, secret)
	case groupPostgres + "/Pooler", groupPostgres + "/ScheduledBackup":
		add(groupPostgres, "Cluster", spec.at("cluster", "name"))
	case "external-secrets.io/PushSecret":
		pushReferences(o, spec, &all)
	case groupBarman + "/ObjectStore":
		barmanSecrets(spec.at("configuration"), secret)
	}
	return all
}

// clusterReferences are those of a PostgreSQL cluster.
func clusterReferences(spec value, add func(group, kind string, at value), secret func(of value, path ...string)) {
	if ref := spec.at("imageCatalogRef"); ref.at("kind").text() == "ImageCatalog" {
		add(groupPostgres, "ImageCatalog", ref.at("name"))
	}
	for _, s := range spec.at("imagePullSecrets").items() {
		secret(s, "name")
	}
	secret(spec, "superuserSecret", "name")
	secret(spec, "bootstrap", "initdb", "secret", "name")
	secret(spec, "bootstrap", "recovery", "secret", "name")
	barmanSecrets(spec.at("backup", "barmanObjectStore"), secret)
	plugins := spec.at("plugins").items()
	for _, origin := range spec.at("externalClusters").items() {
		plugins = append(plugins, origin.at("plugin"))
		barmanSecrets(origin.at("barmanObjectStore"), secret)
		secret(origin, "password", "name")
	}
	for _, plugin := range plugins {
		add(groupBarman, "ObjectStore", plugin.at("parameters", "barmanObjectName"))
	}
}

// barmanSecrets are the credentials of a store of backups.
func barmanSecrets(configuration value, secret func(of value, path ...string)) {
	for _, key := range []string{"accessKeyId", "secretAccessKey", "sessionToken", "region"} {
		secret(configuration, "s3Credentials", key, "name")
	}
	secret(configuration, "endpointCA", "name")
}

// ofProvider reads the form in which Traefik names middlewares across providers;
// false for those of others than Kubernetes. Which part of it is the namespace
// only the namespace tells.
func ofProvider(name, namespace string) (manifest.ID, bool) {
	name, ok := strings.CutSuffix(name, "@kubernetescrd")
	own, inNamespace := strings.CutPrefix(name, namespace+"-")
	return manifest.ID{Group: groupTraefik, Kind: "Middleware", Namespace: namespace, Name: own}, ok && inNamespace
}

// pushReferences are what is copied out of the cluster, key by key.
func pushReferences(o manifest.Object, spec value, all *[]reference) {
	at := spec.at("selector", "secret", "name")
	if at.text() == "" {
		return
	}
	to := manifest.ID{Kind: "Secret", Namespace: o.Namespace, Name: at.text()}
	for _, item := range spec.at("data").items() {
		*all = append(*all, reference{from: o.ID, at: at, to: to, key: item.at("match", "secretKey").text()})
	}
	if len(spec.at("data").items()) == 0 {
		*all = append(*all, reference{from: o.ID, at: at, to: to})
	}
}
