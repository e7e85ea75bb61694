package policy

import "gitlab.com/attic-cache/atticgen/internal/manifest"

// knownKeys are the keys of the ConfigMaps and Secrets that are rendered, or that
// operators make of what is. Those of whose keys nobody can say are there as nil.
// That a value is encrypted hides no key.
func knownKeys(objects []manifest.Object) map[manifest.ID]map[string]bool {
	all := map[manifest.ID]map[string]bool{}
	add := func(kind, namespace, name string, keys map[string]bool) {
		id := manifest.ID{Kind: kind, Namespace: namespace, Name: name}
		before, more := all[id]
		switch {
		case more && before == nil, keys == nil:
			all[id] = nil
		case !more:
			all[id] = keys
		default:
			for key := range keys {
				before[key] = true
			}
		}
	}
	for _, o := range objects {
		spec := root(o).at("spec")
		switch o.Group + "/" + o.Kind {
		case "/ConfigMap":
			add(o.Kind, o.Namespace, o.Name, keysOf(root(o).at("data"), root(o).at("binaryData")))
		case "/Secret":
			keys := keysOf(root(o).at("data"), root(o).at("stringData"))
			if len(keys) == 0 {
				keys = nil // Somebody fills it in the cluster.
			}
			add(o.Kind, o.Namespace, o.Name, keys)
		case "bitnami.com/SealedSecret":
			// The controller names the Secret after the SealedSecret, whatever its
			// template says.
			add("Secret", o.Namespace, o.Name, keysOf(spec.at("encryptedData"), spec.at("template", "data")))
		case "external-secrets.io/ExternalSecret":
			name := spec.at("target", "name").text()
			if name == "" {
				name = o.Name
			}
			add("Secret", o.Namespace, name, fetchedKeys(spec))
		}
	}
	return all
}

// keysOf are the keys of maps.
func keysOf(maps ...value) map[string]bool {
	keys := map[string]bool{}
	for _, m := range maps {
		for _, v := range m.fields() {
			keys[v.key()] = true
		}
	}
	return keys
}

// fetchedKeys are those of the Secret that an ExternalSecret gives, or nil where
// the store or others say which.
func fetchedKeys(spec value) map[string]bool {
	template := spec.at("target", "template")
	policy := spec.at("target", "creationPolicy").text()
	if policy == "Merge" || policy == "None" || len(template.at("templateFrom").items()) > 0 {
		return nil
	}
	made := keysOf(template.at("data"))
	if len(made) > 0 && template.at("mergePolicy").text() != "Merge" {
		return made // The template's alone.
	}
	if len(spec.at("dataFrom").items()) > 0 {
		return nil
	}
	for _, item := range spec.at("data").items() {
		made[item.at("secretKey").text()] = true
	}
	return made
}
