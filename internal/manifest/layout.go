package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// Stages of an environment, each a folder of its own with a kustomization, in
// the order in which a controller applies them.
const (
	StagePlatform = "platform"
	StageDatabase = "database"
	StageCache    = "cache"
)

// Stage is the stage of an object, by its wave: operators come before what they
// operate, and everything up to the migration before what serves.
func (o Object) Stage() string {
	switch {
	case o.Wave <= meta.WavePlatformLast:
		return StagePlatform
	case o.Wave <= meta.WaveMigration:
		return StageDatabase
	default:
		return StageCache
	}
}

// Sort orders objects by stage, wave, namespace, kind and name.
func Sort(objects []Object) {
	slices.SortStableFunc(objects, func(a, b Object) int {
		return cmp.Or(
			cmp.Compare(a.Wave, b.Wave),
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Group, b.Group),
		)
	})
}

// kustomizationFile is the name under which kustomize looks for one first.
const kustomizationFile = "kustomization.yaml"

// Layout files objects as an environment: one object a file, under its stage
// and namespace, and a kustomization in each stage and on top, so that nothing
// is applied that is not listed. The source is named in every file's header. It is
// an error if two objects would be the same file, or one no file at all.
func Layout(source string, objects []Object) (*tree.Tree, error) {
	t := tree.New()
	header := tree.Header + " from " + diag.Escape(source) + "; do not edit: change the source and run atticgen render.\n"
	// Definitions come first, in whatever order kustomize is told to keep.
	definitions, others := map[string][]string{}, map[string][]string{}
	for _, o := range objects {
		path := o.path(objects)
		if o.defines() {
			definitions[o.Stage()] = append(definitions[o.Stage()], path)
		} else {
			others[o.Stage()] = append(others[o.Stage()], path)
		}
		if err := t.Add(o.Stage()+"/"+path, []byte(header+string(o.File()))); err != nil {
			return nil, fmt.Errorf("%s: %w", o.ID, err)
		}
	}
	var present []string
	for _, stage := range []string{StagePlatform, StageDatabase, StageCache} {
		slices.Sort(definitions[stage])
		slices.Sort(others[stage])
		paths := slices.Concat(definitions[stage], others[stage])
		if len(paths) == 0 {
			continue
		}
		present = append(present, stage)
		if err := addKustomization(t, stage+"/"+kustomizationFile, header, paths); err != nil {
			return nil, err
		}
	}
	return t, addKustomization(t, kustomizationFile, header, present)
}

// defines tells whether others need the object to be there to be accepted at all.
func (o Object) defines() bool {
	return o.Group == "" && o.Kind == "Namespace" || o.Group == "apiextensions.k8s.io" && o.Kind == "CustomResourceDefinition"
}

func addKustomization(t *tree.Tree, path, header string, resources []string) error {
	data, err := yaml.Marshal(map[string]any{
		"apiVersion": "kustomize.config.k8s.io/v1beta1",
		"kind":       "Kustomization",
		"resources":  resources,
	})
	if err != nil {
		return err
	}
	return t.Add(path, append([]byte(header), data...))
}

// path is where an object is filed within its stage. Only where two API groups
// have an object of the same kind and name does the path name the group.
func (o Object) path(all []Object) string {
	kind := strings.ToLower(o.Kind)
	if slices.ContainsFunc(all, func(other Object) bool {
		return other.Group != o.Group && other.Kind == o.Kind && other.Namespace == o.Namespace && other.Name == o.Name
	}) {
		kind += "." + cmp.Or(o.Group, "core")
	}
	path := fmt.Sprintf("%s-%s.yaml", kind, fileName(o.Name))
	if o.Namespace != "" {
		path = o.Namespace + "/" + path
	}
	return path
}

// fileName replaces the characters that names of RBAC objects may have and
// files on some systems may not.
func fileName(name string) string {
	return strings.NewReplacer(":", "_", "/", "_", "\\", "_").Replace(name)
}
