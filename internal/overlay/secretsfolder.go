package overlay

import (
	"path"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// SecretsFolder is where an overlay keeps its Secrets.
const SecretsFolder = "secrets"

// KeyFiles are the public halves of a cache's signing keys, in PEM form, below the
// folder of Secrets: of the key in use, and of the one that is to take over. The
// cluster does not get them from there.
func KeyFiles(names naming.Set) (present, coming string) {
	base := path.Join(names.Namespace, names.SigningKey())
	return base + ".pub", base + "-next.pub"
}

// unnamed refuses an overlay that keeps Secrets and does not name their folder:
// all of them would go from the environment, and nobody would see why.
func (r *Repo) unnamed(k *kustomization) diag.List {
	dir := path.Join(k.dir, SecretsFolder)
	files := r.kustomizationFiles(dir)
	if len(files) == 0 || r.leadsBelow(k, dir, nil) {
		return nil
	}
	d := diag.New(r.display(k.file), "does not name the folder %s, so that none of the Secrets there is rendered", SecretsFolder)
	if resources := k.node.Get("resources"); resources != nil {
		d.Line, d.Column = resources.Line, resources.Column
	}
	d.Path = "resources"
	d.Hint = "write resources: [" + SecretsFolder + "], or add it to those that there are; remove the folder if its Secrets are to go"
	// What somebody else keeps there may be applied in another way.
	if data, err := r.read(files[0]); err == nil && !strings.HasPrefix(string(data), tree.Header) {
		d.Severity = diag.Warning
	}
	return diag.List{d}
}

// leadsBelow tells whether a kustomization names a folder or something in it,
// itself or through others.
func (r *Repo) leadsBelow(k *kustomization, dir string, above []string) bool {
	if slices.Contains(above, k.dir) || len(above) == maxDepth {
		return false // Rendering says what is wrong with it.
	}
	for _, field := range []string{"resources", "components", "bases"} {
		for _, item := range k.list(field) {
			rel, problems := k.local(item)
			if problems.HasErrors() || item.Kind != load.Scalar {
				continue
			}
			if rel == dir || strings.HasPrefix(rel, dir+"/") {
				return true
			}
			if len(r.kustomizationFiles(rel)) == 0 {
				continue
			}
			if below, problems := r.readKustomization(rel); !problems.HasErrors() && r.leadsBelow(below, dir, append(above, k.dir)) {
				return true
			}
		}
	}
	return false
}
