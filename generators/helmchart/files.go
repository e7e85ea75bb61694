// Package helmchart inflates a Helm chart into plain objects.
package helmchart

import "gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"

// Files hands out what specs of charts name. Generating stays a function of its
// arguments: whoever calls it reads the files.
type Files interface {
	// Chart is the files of a chart whose digest has been found to be the one
	// that is locked, without the folder that holds them in an archive. The
	// error says what is wrong and what to do about it.
	Chart(ref v1alpha1.ChartRef) ([]File, error)
	// Values is the content of a values file, by its path below the folder with
	// charts.lock.
	Values(path string) ([]byte, error)
}

// File is one file of a chart.
type File struct {
	// Name is the slash-separated path below the chart's own folder, as in
	// templates/deployment.yaml.
	Name string
	// Data is its content.
	Data []byte
}
