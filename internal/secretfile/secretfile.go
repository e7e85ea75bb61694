// Package secretfile keeps Secrets in files that are safe in Git: encrypted by
// SOPS, or sealed for the controller of Sealed Secrets.
//
// A backend turns the bytes of a file into new bytes; it reads and writes no
// files of Secrets itself. What it is given to keep never appears in an error.
package secretfile

import (
	"context"
	"errors"
)

// ErrSealed is what Read returns where a backend cannot open a file: a
// SealedSecret always, a file of SOPS without a private key for it. The Secret
// that comes with it has all that can be known: the keys of Data have no values.
var ErrSealed = errors.New("it cannot be opened here")

// Secret is what a file holds.
type Secret struct {
	Namespace, Name     string
	Labels, Annotations map[string]string
	// Data has the values as a pod sees them, not their base64.
	Data map[string][]byte
}

// Change is what a file is to hold from now on, besides what it holds already.
type Change struct {
	// Set gives keys their values.
	Set map[string][]byte
	// Remove takes keys away; those that are not there are no error.
	Remove []string
	// Labels and Annotations are set on the Secret; an empty value removes.
	Labels, Annotations map[string]string
}

// Backend is one way to keep a Secret in a file.
type Backend interface {
	// Update returns what the file at path is to hold. Old is what it holds now:
	// nil for a new file, which the change then describes whole. Where nothing
	// changes, as far as that can be known, old is returned as it is. A file that
	// is not of this backend, or of another Secret, is an error.
	Update(ctx context.Context, path string, old []byte, namespace, name string, c Change) ([]byte, error)
	// Read returns what a file holds, or ErrSealed and what can be known.
	Read(ctx context.Context, path string, old []byte) (Secret, error)
}
