package v1alpha1

import "embed"

//go:embed *.go
var source embed.FS

// Source returns the Go files of this package, so that the field reference can
// be read from their comments wherever the program runs.
func Source() embed.FS { return source }
