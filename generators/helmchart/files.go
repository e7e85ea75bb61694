// Package helmchart inflates a Helm chart into plain objects.
package helmchart

import (
	"errors"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// Files hands out what specs of charts name. Generating stays a function of its
// arguments: whoever calls it reads the files.
type Files interface {
	// Chart is the files of a chart whose digest has been found to be the one
	// that is locked, without the folder that holds them in an archive. An error
	// that is a [FileError], or several that are joined, are reported as they
	// stand; so are those of Values.
	Chart(ref v1alpha1.ChartRef) ([]File, error)
	// Values is the content of a values file, by its path below the folder with
	// charts.lock.
	Values(path string) ([]byte, error)
}

// FileError is about what cannot be handed out.
type FileError struct {
	// Message says what is wrong; it reads on from the chart or the values file,
	// as in "is not there".
	Message string
	// Hint says what to do about it; empty when the message does.
	Hint string
}

// Error is message and hint.
func (e *FileError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// fileErrors are the parts of an error of [Files]. One of another kind gets a
// message of its own and the hint.
func fileErrors(err error, hint string) []*FileError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*FileError
		for _, part := range joined.Unwrap() {
			all = append(all, fileErrors(part, hint)...)
		}
		return all
	}
	if e, ok := errors.AsType[*FileError](err); ok {
		return []*FileError{{Message: oneLine(e.Message), Hint: oneLine(e.Hint)}}
	}
	return []*FileError{{Message: "cannot be had: " + oneLine(err.Error()), Hint: hint}}
}

// File is one file of a chart.
type File struct {
	// Name is the slash-separated path below the chart's own folder, as in
	// templates/deployment.yaml.
	Name string
	// Data is its content.
	Data []byte
}
