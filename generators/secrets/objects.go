package secrets

import (
	"maps"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/externalsecrets"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

const component = "secrets"

// Options are what objects are made from.
type Options struct {
	// App is the label app.kubernetes.io/name of what needs the Secrets.
	App string
	// Scope is the metadata that they share.
	Scope meta.Scope
	// Spec with its defaults filled in.
	Spec v1alpha1.Secrets
	// Needed are the Secrets that somebody has to make.
	Needed []Needed
}

// Objects have Secrets fetched from a store, and copied into one. What is kept in
// Git is written there by commands, and not generated.
func Objects(o Options) []meta.Object {
	var all []meta.Object
	if o.Spec.Backend == External {
		for _, n := range o.Needed {
			if !n.Kept {
				all = append(all, o.fetched(n))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Spec.Push)) {
		all = append(all, o.pushed(name, o.Spec.Push[name]))
	}
	return all
}

func (o Options) fetched(n Needed) meta.Object {
	of := meta.Of{Name: n.Name, App: o.App, Component: component}
	if n.Tokens {
		// Nothing that comes earlier reads them, and tokens are issued later than
		// the rest: they must not keep the database from coming up.
		of.Wave = meta.WaveServing
	}
	e := *o.Spec.ExternalSecrets
	spec := externalsecrets.ExternalSecretSpec{
		RefreshInterval: e.RefreshInterval,
		SecretStoreRef:  storeRef(e.Store),
		Target: externalsecrets.Target{
			Name: n.Name, CreationPolicy: externalsecrets.CreationOwner, DeletionPolicy: externalsecrets.DeletionRetain,
		},
	}
	if n.Type != "" {
		spec.Target.Template = &externalsecrets.Template{Type: n.Type}
	}
	for _, key := range n.Keys {
		at := placeOf(e.Provider, e.Prefix, n.Name, key)
		spec.Data = append(spec.Data, externalsecrets.Data{SecretKey: key, RemoteRef: externalsecrets.RemoteRef{
			Key: at.name, Property: at.property,
			ConversionStrategy: externalsecrets.ConversionDefault, DecodingStrategy: externalsecrets.None, MetadataPolicy: externalsecrets.None,
		}})
	}
	return externalsecrets.NewExternalSecret(o.Scope.Object(of), spec)
}

// pushed comes last, so that a store that takes nothing holds nothing else up.
func (o Options) pushed(name string, p v1alpha1.PushSecret) meta.Object {
	spec := externalsecrets.PushSecretSpec{
		DeletionPolicy:  externalsecrets.DeletionDelete,
		SecretStoreRefs: []externalsecrets.StoreRef{storeRef(p.Store)},
		Selector:        externalsecrets.Selector{Secret: externalsecrets.SecretRef{Name: name}},
	}
	if p.KeepInStore {
		spec.DeletionPolicy = externalsecrets.DeletionNone
	}
	add := func(key string) {
		spec.Data = append(spec.Data, externalsecrets.PushData{
			Match: externalsecrets.Match{SecretKey: key, RemoteRef: externalsecrets.PushRef{
				RemoteKey: nameOf(p.Provider, p.Prefix, name), Property: key,
			}},
			ConversionStrategy: externalsecrets.None,
		})
	}
	for _, key := range p.Keys {
		add(key)
	}
	if len(p.Keys) == 0 {
		add("")
	}
	return externalsecrets.NewPushSecret(o.Scope.Object(meta.Of{Name: name, App: o.App, Component: component, Wave: meta.WaveConfiguration}), spec)
}

func storeRef(ref v1alpha1.SecretStoreRef) externalsecrets.StoreRef {
	return externalsecrets.StoreRef{Name: ref.Name, Kind: ref.Kind}
}
