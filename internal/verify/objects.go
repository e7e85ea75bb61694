package verify

import (
	"cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
)

// Committed is an environment as a controller would read it.
type Committed struct {
	Name, Folder string
	Objects      []manifest.Object
}

// Read reads environments as they are committed, as a run does before it judges
// them. The list says what cannot be read, and so what is missing among the
// objects.
func Read(root, output string, names []string) ([]Committed, diag.List, error) {
	repo, err := overlay.Open(root)
	if err != nil {
		return nil, nil, err
	}
	all, err := environments(repo, Options{Root: root, Output: output})
	if err != nil {
		return nil, nil, err
	}
	chosen, err := choose(all, names)
	if err != nil {
		return nil, nil, err
	}
	var read []Committed
	var problems diag.List
	for _, e := range chosen {
		e.read()
		for _, f := range e.findings {
			problems = append(problems, diag.Diagnostic{
				File: f.File, Line: f.Line, Column: f.Column, Path: f.Field,
				Severity: cmp.Or(f.Severity, diag.Error), Message: f.Message, Hint: f.Hint,
			})
		}
		read = append(read, Committed{Name: e.name, Folder: e.shown, Objects: e.objects()})
	}
	return read, problems, nil
}
