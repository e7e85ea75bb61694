// Package load turns bytes into specs: YAML text to a tree in which every node
// knows where it was written, overlays merged into that tree as kustomize
// would, and the tree to typed Go values, strictly.
//
// Strictly means that whatever could be read in two ways is an error with a
// position: unknown, duplicate and non-text keys, anchors, aliases, merge keys,
// tags, directives, empty values, and plain text that some version of YAML
// takes for a boolean, a number or a date. All errors are collected, up to a
// thousand of them.
//
// The input may be hostile. Its size, its nesting and its characters are
// limited, so that reading takes time in proportion to its length and never
// panics.
//
// The tree comes from go.yaml.in/yaml/v3, the parser inside kustomize, so that
// a text means here what it means there. That parser reports syntax errors
// without columns; github.com/goccy/go-yaml is asked for those.
package load
