package overlay

import (
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// kustomization is a kustomization file, read with positions.
type kustomization struct {
	dir, file string // below the repository
	node      *load.Node
}

// kustomizationFiles are a folder's kustomization files; kustomize wants one.
func (r *Repo) kustomizationFiles(dir string) []string {
	var files []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(dir, name); r.exists(file) {
			files = append(files, file)
		}
	}
	return files
}

func (r *Repo) kustomization(dir string) (*kustomization, diag.List) {
	k, diags := r.readKustomization(dir)
	if diags.HasErrors() {
		return nil, diags
	}
	return k, r.checkReferences(k)
}

// readKustomization reads a kustomization and leaves open whether what it refers
// to is there.
func (r *Repo) readKustomization(dir string) (*kustomization, diag.List) {
	files := r.kustomizationFiles(dir)
	switch len(files) {
	case 0:
		d := diag.New(r.display(dir), "has no kustomization.yaml")
		d.Hint = "write one that names the specs under generators"
		if !r.exists(dir) {
			d.Message, d.Hint = "is not there", "name the folder of an overlay, as in overlays/staging"
		}
		return nil, diag.List{d}
	case 1:
	default:
		d := diag.New(r.display(dir), "has %s and %s", path.Base(files[0]), path.Base(files[1]))
		d.Hint = "keep one of them: kustomize refuses to choose"
		return nil, diag.List{d}
	}
	// References are relative to where the folder is, not to where a symbolic
	// link to it is.
	target, err := r.resolve(dir)
	if err != nil {
		return nil, asList(r.describe(dir, err))
	}
	below, err := filepath.Rel(r.resolved, target)
	if err != nil {
		return nil, asList(r.outside(dir))
	}
	dir = filepath.ToSlash(below)
	return r.readKustomizationFile(dir, path.Join(dir, path.Base(files[0])))
}

func (r *Repo) parseKustomization(dir, file string) (*kustomization, diag.List) {
	k, diags := r.readKustomizationFile(dir, file)
	if diags.HasErrors() {
		return nil, diags
	}
	return k, r.checkReferences(k)
}

func (r *Repo) readKustomizationFile(dir, file string) (*kustomization, diag.List) {
	data, err := r.read(file)
	if err != nil {
		return nil, asList(err)
	}
	nodes, diags := load.Parse(r.display(file), data)
	if diags.HasErrors() {
		return nil, diags
	}
	if len(nodes) != 1 || nodes[0].Kind != load.Map {
		d := diag.New(r.display(file), "is not one kustomization")
		d.Hint = "write one document with kind: Kustomization"
		return nil, diag.List{d}
	}
	k := &kustomization{dir: dir, file: file, node: nodes[0]}
	if diags := r.checkFields(k, data); diags.HasErrors() {
		return nil, diags
	}
	return k, nil
}

// checkFields refuses what kustomize refuses, and fields in another case, which
// kustomize takes and the rest of this package would miss.
func (r *Repo) checkFields(k *kustomization, data []byte) diag.List {
	var diags diag.List
	var typed types.Kustomization
	for field := range reflect.TypeOf(typed).Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		for _, entry := range k.node.Entries {
			if name != "" && entry.Key != name && strings.EqualFold(entry.Key, name) {
				d := diag.New(entry.Value.File, "has the field %s in another case", diag.Quote(entry.Key))
				d.Line, d.Column, d.Hint = entry.KeyLine, entry.KeyColumn, "write "+name
				diags = append(diags, d)
			}
		}
	}
	problems := []string{}
	if err := typed.Unmarshal(data); err != nil {
		problems = append(problems, err.Error())
	} else {
		typed.FixKustomization()
		problems = typed.EnforceFields()
	}
	for _, problem := range problems {
		d := diag.New(r.display(k.file), "kustomize: %s", problem)
		d.Hint = "mend the kustomization; kustomize build gives the same message"
		diags = append(diags, d)
	}
	return diags
}

// hasOnly tells whether the kustomization says nothing beyond the given fields and
// those that every kustomization has.
func (k *kustomization) hasOnly(fields ...string) bool {
	for _, entry := range k.node.Entries {
		switch entry.Key {
		case "apiVersion", "kind", "metadata", "sortOptions":
		default:
			if !slices.Contains(fields, entry.Key) {
				return false
			}
		}
	}
	return true
}

// list is the items of a field; nil when it is absent or not a list.
func (k *kustomization) list(field string) []*load.Node {
	if node := k.node.Get(field); node != nil && node.Kind == load.List {
		return node.Items
	}
	return nil
}

// dataFiles are the files that become data of ConfigMaps and Secrets.
func (k *kustomization) dataFiles() []string {
	var files []string
	for _, generator := range []string{"configMapGenerator", "secretGenerator"} {
		for _, item := range k.list(generator) {
			for _, field := range []string{"files", "envs"} {
				if list := item.Get(field); list != nil {
					for _, file := range list.Items {
						_, name, named := strings.Cut(file.Value, "=")
						if !named {
							name = file.Value
						}
						files = append(files, name)
					}
				}
			}
		}
	}
	return files
}
