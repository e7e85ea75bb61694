package overlay

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// localFields are the fields of a kustomization, at any depth, whose text is a
// path, or, for kustomize itself, an address on the network.
var localFields = []string{
	"resources", "components", "bases", "crds", "configurations", "generators", "transformers", "validators",
	"patchesStrategicMerge", "files", "envs", "env", "path",
}

// freeFields are maps with keys of the user's choice.
var freeFields = []string{"commonLabels", "commonAnnotations", "pairs", "labels", "annotations", "metadata"}

// checkReferences refuses what would be fetched from the network: the same
// commit must render the same environment, on a machine without network too.
func (r *Repo) checkReferences(k *kustomization) diag.List {
	var diags diag.List
	var walk func(node *load.Node, local bool)
	walk = func(node *load.Node, local bool) {
		switch node.Kind {
		case load.Map:
			for _, entry := range node.Entries {
				if entry.Value.Kind == load.Map && is(entry.Key, freeFields) {
					continue
				}
				walk(entry.Value, is(entry.Key, localFields))
			}
		case load.List:
			for _, item := range node.Items {
				walk(item, local)
			}
		case load.Scalar:
			if local && remote(node.Value) {
				d := at(node, "names %s, which is on the network", diag.Quote(node.Value))
				d.Hint = "copy it into the repository, so that every commit renders the same"
				diags = append(diags, d)
			}
		}
	}
	walk(k.node, false)
	for _, field := range []string{"resources", "components", "bases"} {
		for _, item := range k.list(field) {
			if item.Kind != load.Scalar || remote(item.Value) {
				continue
			}
			rel, problems := k.local(item)
			diags = append(diags, problems...)
			if !problems.HasErrors() && !r.exists(rel) {
				diags = append(diags, missing(item))
			}
		}
	}
	return diags
}

// is tells whether kustomize takes a key for one of the fields: it does not
// mind the case.
func is(key string, fields []string) bool {
	return slices.ContainsFunc(fields, func(field string) bool { return strings.EqualFold(key, field) })
}

// address is how a text begins that kustomize fetches: with a scheme, with a
// user before a host, or with github.com. A document written inline may have
// addresses further on.
var address = regexp.MustCompile(`(?i)^\s*(git::|[a-z][a-z0-9+.-]*://|[a-z][a-z0-9-]*@[^/:\s]*[/:]|github\.com[/:]|[^\s]*\?ref=)`)

func remote(value string) bool {
	// A file may have "KEY=" before its path.
	_, after, _ := strings.Cut(value, "=")
	return address.MatchString(value) || address.MatchString(after)
}

// local is the path below the repository that an entry of a kustomization
// names.
func (k *kustomization) local(item *load.Node) (string, diag.List) {
	if path.IsAbs(item.Value) {
		d := at(item, "names %s, which is absolute", diag.Quote(item.Value))
		d.Hint = "write a path relative to this file's folder"
		return "", diag.List{d}
	}
	rel := path.Join(k.dir, item.Value)
	if !filepath.IsLocal(filepath.FromSlash(rel)) {
		d := at(item, "names %s, which is outside the repository", diag.Quote(item.Value))
		d.Hint = "keep everything that is rendered below the folder with base and overlays"
		return "", diag.List{d}
	}
	return rel, nil
}

// parseBelow reads the documents of a file that an entry of a kustomization
// names. Like kustomize, it reads files below the kustomization's folder only.
func (r *Repo) parseBelow(k *kustomization, item *load.Node, rel string) ([]*load.Node, diag.List) {
	target, err := r.resolve(rel)
	if err == nil && !within(filepath.Join(r.resolved, filepath.FromSlash(k.dir)), target) {
		d := at(item, "names %s, which is outside this file's folder, where kustomize reads no files", diag.Quote(item.Value))
		d.Hint = "name a folder with a kustomization of its own, or copy the file"
		return nil, diag.List{d}
	}
	return r.parse(rel)
}

func missing(item *load.Node) diag.Diagnostic {
	d := at(item, "names %s, which is not there", diag.Quote(item.Value))
	d.Hint = "write a path relative to this file's folder"
	return d
}

// at is an error about a value in a file.
func at(node *load.Node, format string, args ...any) diag.Diagnostic {
	d := diag.New(node.File, format, args...)
	d.Line, d.Column = node.Line, node.Column
	return d
}
