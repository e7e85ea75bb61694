package policy

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// guard is a Middleware that asks the server which refuses revoked tokens, and
// what may be reached only through it.
type guard struct {
	middleware manifest.ID
	services   map[manifest.ID]bool
}

// guards are found by where they ask, whatever they are called.
func guards(objects []manifest.Object) []guard {
	all := workloads(objects)
	var found []guard
	for _, o := range objects {
		if o.Group != groupTraefik || o.Kind != "Middleware" {
			continue
		}
		asked := selected(objects, all, askedBy(o))
		at := slices.IndexFunc(asked, refusesRevoked)
		if at < 0 {
			continue
		}
		server := asked[at]
		g := guard{o.ID, map[manifest.ID]bool{}}
		for _, s := range objects {
			if s.Group == "" && s.Kind == "Service" && slices.ContainsFunc(selected(objects, all, s.ID), func(w workload) bool {
				return w.labels()[naming.LabelPartOf] == server.labels()[naming.LabelPartOf] && w.labels()[naming.LabelComponent] == "api"
			}) {
				g.services[s.ID] = true
			}
		}
		found = append(found, g)
	}
	return found
}

// askedBy is the Service that a Middleware asks about requests.
func askedBy(o manifest.Object) manifest.ID {
	id := manifest.ID{Kind: "Service", Namespace: o.Namespace}
	address, err := url.Parse(root(o).at("spec", "forwardAuth", "address").text())
	if err != nil {
		return id
	}
	host := strings.Split(address.Hostname(), ".")
	id.Name = host[0]
	if len(host) > 1 {
		id.Namespace = host[1]
	}
	return id
}

// selected are the workloads whose pods a Service selects.
func selected(objects []manifest.Object, all []workload, service manifest.ID) []workload {
	var found []workload
	for _, s := range objects {
		want := root(s).at("spec", "selector").labels()
		if s.ID != service || len(want) == 0 {
			continue
		}
		for _, w := range all {
			if w.Namespace == s.Namespace && labels.SelectorFromSet(want).Matches(w.labels()) {
				found = append(found, w)
			}
		}
	}
	return found
}

// refusesRevoked tells whether a workload is the server that refuses revoked
// tokens.
func refusesRevoked(w workload) bool {
	return slices.ContainsFunc(w.containers(), func(c value) bool {
		words := slices.Concat(c.at("command").items(), c.at("args").items())
		says := func(word string) bool {
			return slices.ContainsFunc(words, func(v value) bool { return v.text() == word || strings.HasPrefix(v.text(), word+"=") })
		}
		return says("authz") && says("--revoked")
	})
}

// unasked finds ways to a cache on which nobody asks whether a token is revoked,
// where on others somebody does.
func unasked(in Input) []Finding {
	guards := guards(in.Objects)
	if len(guards) == 0 {
		return nil
	}
	known := middlewares(in.Objects)
	var found []Finding
	for _, o := range in.Objects {
		for _, w := range ways(o) {
			for _, g := range guards {
				if g.services[w.to] {
					found = append(found, w.unguarded(o, g, known)...)
				}
			}
		}
	}
	return found
}

// unguarded is what is wrong with a way to what a guard is for.
func (w way) unguarded(o manifest.Object, g guard, known middlewareSet) []Finding {
	through := known.through(o, w.through)
	at := slices.Index(through, g.middleware)
	if at < 0 {
		return []Finding{{
			Object: o.ID, Path: w.at.path, Hint: w.hint,
			Message: fmt.Sprintf("has a way to %s that does not go through %s, so that revoked tokens work on it", w.to, g.middleware),
		}}
	}
	before := slices.IndexFunc(through[:at], func(id manifest.ID) bool { return rewritesPath(known.ids[id]) })
	if before < 0 {
		return nil
	}
	return []Finding{{
		Object: o.ID, Path: w.at.path,
		Message: fmt.Sprintf("goes through %s, which changes the path, before %s", through[before], g.middleware),
		Hint:    "name the one that asks first, so that it is asked about what the client sent",
	}}
}

// rewritesPath tells whether a Middleware sends requests on with another path.
func rewritesPath(o manifest.Object) bool {
	spec := root(o).at("spec")
	return slices.ContainsFunc([]string{"addPrefix", "replacePath", "replacePathRegex", "stripPrefix", "stripPrefixRegex"}, func(kind string) bool {
		return spec.at(kind).exists()
	})
}
