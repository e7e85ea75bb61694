package estate

import (
	"context"
	"maps"
	"path"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
)

// appSecrets is app.kubernetes.io/name of the Secrets.
const appSecrets = "attic-secrets"

// Need is the Secret of a name among those that the set needs.
func (s *Set) Need(name string) (secrets.Needed, bool) {
	i := slices.IndexFunc(s.Needed, func(n secrets.Needed) bool { return n.Name == name })
	if i < 0 {
		return secrets.Needed{}, false
	}
	return s.Needed[i], true
}

// Keys are the keys that a Secret has in the folder, sorted: they are legible in
// every form. It is false where the Secret is not in the folder.
func (o *Overlay) Keys(s *Set, secret string) (keys []string, found bool, err error) {
	rel := s.SecretFile(secret)
	data := o.File(rel)
	if data == nil {
		return nil, false, nil
	}
	object, diags := load.Object(o.Display(rel), data)
	if err := diags.Err(); err != nil {
		return nil, true, err
	}
	all := map[string]bool{}
	for _, values := range []*load.Node{object.Get("data"), object.Get("stringData"), object.Get("spec").Get("encryptedData")} {
		if values != nil {
			for _, e := range values.Entries {
				all[e.Key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all)), true, nil
}

// Update changes a Secret in the folder. A new one gets the labels of the set.
func (o *Overlay) Update(ctx context.Context, b secretfile.Backend, s *Set, secret string, c secretfile.Change) error {
	rel := s.SecretFile(secret)
	old := o.File(rel)
	if old == nil {
		m := s.scope.Object(meta.Of{Name: secret, App: appSecrets, Component: "secrets"})
		c.Labels = meta.Merged(m.Labels, c.Labels)
		c.Annotations = meta.Merged(m.Annotations, c.Annotations)
	}
	data, err := b.Update(ctx, o.below(rel), old, s.Names.Namespace, secret, c)
	if err == nil {
		o.Put(rel, data)
	}
	return err
}

// Read opens a Secret of the folder, as far as that can be done here. It is false
// where the Secret is not in the folder.
func (o *Overlay) Read(ctx context.Context, b secretfile.Backend, s *Set, secret string) (opened secretfile.Secret, found bool, err error) {
	rel := s.SecretFile(secret)
	old := o.File(rel)
	if old == nil {
		return secretfile.Secret{}, false, nil
	}
	opened, err = b.Read(ctx, o.below(rel), old)
	return opened, true, err
}

// below is a file of the folder, below the repository.
func (o *Overlay) below(rel string) string { return path.Join(o.Path, Folder, rel) }
