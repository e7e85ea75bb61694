package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// manifest is one object, as YAML without comments around it.
type manifest struct {
	name string // of the file, without .yaml; "" in a stream
	text string
}

// manifests are the objects of a rendered environment, in the order of paths.
func manifests(dir string) ([]manifest, error) {
	var found []manifest
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" || entry.Name() == "kustomization.yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		found = append(found, manifest{name: strings.TrimSuffix(entry.Name(), ".yaml"), text: bare(string(data))})
		return err
	})
	return found, err
}

// documents are the objects of a YAML stream.
func documents(stream string) []manifest {
	var found []manifest
	for text := range strings.SplitSeq("\n"+stream, "\n---\n") {
		if text = bare(text); text != "" {
			found = append(found, manifest{text: text})
		}
	}
	return found
}

// bare is a document without the comments and empty lines that it begins and
// ends with.
func bare(text string) string {
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "#") {
		_, rest, _ := strings.Cut(text, "\n")
		text = strings.TrimSpace(rest)
	}
	return text
}

// same tells how two lists of objects differ, in whatever order they are.
func same(want, got []manifest) error {
	if len(want) == 0 {
		return errors.New("there are no objects")
	}
	if len(want) != len(got) {
		return fmt.Errorf("gives %d objects, and atticgen %d", len(got), len(want))
	}
	a, b := texts(want), texts(got)
	for i := range a {
		if a[i] != b[i] {
			return fmt.Errorf("gives other objects than atticgen, which has\n%s\nwhere it has\n%s", a[i], b[i])
		}
	}
	return nil
}

func texts(list []manifest) []string {
	var all []string
	for _, m := range list {
		all = append(all, m.text)
	}
	slices.Sort(all)
	return all
}
