package policy

import "gitlab.com/attic-cache/atticgen/internal/manifest"

// Brings tells whether a Secret is among the objects of an environment, is made
// from one of them, or may be brought by somebody whose objects are not looked at.
func Brings(objects []manifest.Object, namespace, name string) bool {
	_, elsewhere := into(deliveries(objects), namespace)
	return elsewhere || presentIn(objects)[secretID(namespace, name)]
}

// Left are the Secrets that the objects of an environment read and that nothing
// in it brings, each with the first object that reads it.
func Left(objects []manifest.Object) map[manifest.ID]manifest.ID {
	present, left := presentIn(objects), map[manifest.ID]manifest.ID{}
	for _, r := range references(objects) {
		if _, said := left[r.to]; r.to.Kind == "Secret" && !present[r.to] && !said {
			left[r.to] = r.from
		}
	}
	return left
}

// Makes tells whether an object is a Secret, or one that a controller makes it from
// because of what is secret in Git or in a store.
func Makes(o manifest.Object, secret manifest.ID) bool {
	switch o.Group + "/" + o.Kind {
	case "/Secret", "bitnami.com/SealedSecret", "external-secrets.io/ExternalSecret":
		return presentIn([]manifest.Object{o})[secret]
	default:
		return false
	}
}

func secretID(namespace, name string) manifest.ID {
	return manifest.ID{Kind: "Secret", Namespace: namespace, Name: name}
}
