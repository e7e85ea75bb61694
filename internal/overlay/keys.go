package overlay

import (
	"path"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// keys holds the key IDs of specs to the public halves that the overlay keeps: with
// a wrong one, requests would be sent to the server that refuses them, and pods
// would not start anew when the key changes.
func (r *Repo) keys(overlay string, specs []*load.Node) diag.List {
	var diags diag.List
	for _, spec := range specs {
		key := spec.Get("spec").Get("signingKey")
		if key == nil || text(spec.Get("kind")) != v1alpha1.KindAtticCache {
			continue
		}
		files := naming.Set{Name: text(spec.Get("metadata").Get("name")), Namespace: namespace(spec)}
		pair := keyPair{spec: spec, inOneCommit: text(spec.Get("spec").Get("secrets").Get("backend")) == secrets.SOPS}
		present, coming := KeyFiles(files)
		var problems [2]diag.List
		pair.present, problems[0] = r.publicKey(path.Join(overlay, SecretsFolder, present))
		pair.coming, problems[1] = r.publicKey(path.Join(overlay, SecretsFolder, coming))
		diags = append(diags, problems[0]...)
		diags = append(diags, problems[1]...)
		diags = append(diags, pair.check(text(key.Get("keyID")), key.Get("next"))...)
	}
	return diags
}

// publicKey is a public half, or nil where the overlay does not keep it.
func (r *Repo) publicKey(rel string) (*publicKey, diag.List) {
	if !r.exists(rel) {
		return nil, nil
	}
	data, err := r.read(rel)
	if err != nil {
		return nil, asList(err)
	}
	key, err := token.ParsePublic(data)
	if err != nil {
		d := diag.New(r.display(rel), "%v", err)
		d.Hint = "restore it from Git, or write the public half of the key there"
		return nil, diag.List{d}
	}
	return &publicKey{file: r.display(rel), id: key.ID()}, nil
}

type publicKey struct{ file, id string }

// keyPair are the public halves that an overlay keeps for a cache: of the key in
// use, and of the one that is to take over.
type keyPair struct {
	spec            *load.Node
	present, coming *publicKey
	// inOneCommit is set where Git decides when the cluster gets the key.
	inOneCommit bool
}

// check finds what the spec says of its keys and the overlay does not.
func (p keyPair) check(id string, next *load.Node) diag.List {
	var diags diag.List
	add := func(severity diag.Severity, field []string, id string, is *publicKey, hint string) {
		d := located(p.spec, field, "is %s, and the key in %s is %s", diag.Quote(id), is.file, is.id)
		d.Severity, d.Hint = severity, hint
		diags = append(diags, d)
	}
	field := []string{"spec", "signingKey", "keyID"}
	switch switched := p.present != nil && p.coming != nil && p.present.id == p.coming.id; {
	case p.present == nil || id == "" || id == p.present.id:
	case switched && !p.inOneCommit:
		add(diag.Warning, field, id, p.present, "write "+p.present.id+" as soon as the cluster has that key, and not before")
	case switched:
		add(diag.Error, field, id, p.present, "write "+p.present.id+", which has taken over")
	default:
		add(diag.Error, field, id, p.present, "write "+p.present.id)
	}
	field = []string{"spec", "signingKey", "next", "keyID"}
	switch nextID := text(next.Get("keyID")); {
	case nextID == "":
	case p.coming != nil && nextID != p.coming.id:
		add(diag.Error, field, nextID, p.coming, "write "+p.coming.id)
	case p.coming == nil && p.present != nil && nextID == p.present.id:
		d := located(p.spec, field[:3], "is left over from a change of keys that has ended")
		d.Hint = "take spec.signingKey.next out, and keep keyID: " + p.present.id
		diags = append(diags, d)
	}
	return diags
}
