package policy

import (
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// way is one on which requests come to a Service.
type way struct {
	to manifest.ID
	// at is where the middlewares of the way stand, and through are their names.
	at      value
	through []value
	hint    string
}

// ways are those of an object that routes requests.
func ways(o manifest.Object) []way {
	spec := root(o).at("spec")
	var all []way
	switch o.Group + "/" + o.Kind {
	case "networking.k8s.io/Ingress":
		at := root(o).at("metadata", "annotations", routerMiddlewares)
		backends := []value{spec.at("defaultBackend")}
		for _, rule := range spec.at("rules").items() {
			for _, path := range rule.at("http", "paths").items() {
				backends = append(backends, path.at("backend"))
			}
		}
		for _, backend := range backends {
			w := way{to: serviceOf(o, backend.at("service")), at: at, through: []value{at}, hint: "name it in the annotation, as namespace-name@kubernetescrd"}
			if !slices.ContainsFunc(all, func(before way) bool { return before.to == w.to }) {
				all = append(all, w)
			}
		}
	case groupTraefik + "/IngressRoute":
		for _, route := range spec.at("routes").items() {
			for _, service := range route.at("services").items() {
				if kind := service.at("kind").text(); kind == "" || kind == "Service" {
					all = append(all, way{to: serviceOf(o, service), at: route.at("middlewares"), through: route.at("middlewares").items(), hint: "name it under middlewares of the route"})
				}
			}
		}
	case groupTraefik + "/IngressRouteTCP":
		for _, route := range spec.at("routes").items() {
			for _, service := range route.at("services").items() {
				all = append(all, way{to: serviceOf(o, service), at: service.at("name"), hint: "write an IngressRoute: nobody can be asked about a stream"})
			}
		}
	}
	return all
}

// serviceOf is the Service that an object sends requests to.
func serviceOf(o manifest.Object, ref value) manifest.ID {
	id := manifest.ID{Kind: "Service", Namespace: ref.at("namespace").text(), Name: ref.at("name").text()}
	if id.Namespace == "" {
		id.Namespace = o.Namespace
	}
	return id
}

// middlewareSet are the Middlewares of an environment.
type middlewareSet struct {
	ids map[manifest.ID]manifest.Object
	// names are those by which other providers, and annotations, know them.
	names map[string]manifest.ID
}

func middlewares(objects []manifest.Object) middlewareSet {
	all := middlewareSet{map[manifest.ID]manifest.Object{}, map[string]manifest.ID{}}
	for _, o := range objects {
		if o.Group == groupTraefik && o.Kind == "Middleware" {
			all.ids[o.ID] = o
			all.names[o.Namespace+"-"+o.Name+"@kubernetescrd"] = o.ID
		}
	}
	return all
}

// through are the Middlewares that requests go through, in the order in which they
// come first, with those of chains in their places.
func (s middlewareSet) through(o manifest.Object, refs []value) []manifest.ID {
	var ids []manifest.ID
	// Chains can be circular.
	seen := map[manifest.ID]bool{}
	var follow func(o manifest.Object, refs []value)
	follow = func(o manifest.Object, refs []value) {
		for _, ref := range refs {
			for _, id := range s.named(o, ref) {
				if seen[id] {
					continue
				}
				seen[id] = true
				ids = append(ids, id)
				if chain, ok := s.ids[id]; ok {
					follow(chain, root(chain).at("spec", "chain", "middlewares").items())
				}
			}
		}
	}
	follow(o, refs)
	return ids
}

// named are the Middlewares of a reference: an item of a list, or an annotation
// with all names in one text.
func (s middlewareSet) named(o manifest.Object, ref value) []manifest.ID {
	name := ref.at("name").text()
	if name != "" && !strings.Contains(name, "@") {
		return []manifest.ID{middleware(o, ref)}
	}
	var ids []manifest.ID
	for _, text := range list(name + ref.text()) {
		if id, ok := s.names[text]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}
