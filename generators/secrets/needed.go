// Package secrets says which Secrets a system needs, where they are kept, and how
// they get into its namespace. It knows their names and keys, and nothing that is
// in them.
package secrets

import (
	"cmp"
	"slices"
	"strings"
)

// TypeRegistry is the type of Secrets with registry credentials, and KeyRegistry
// the one key that they have.
const (
	TypeRegistry = "kubernetes.io/dockerconfigjson"
	KeyRegistry  = ".dockerconfigjson"
)

// Needed is one Secret that somebody has to make: no controller does of itself.
type Needed struct {
	// Name of the Secret, in the namespace of what needs it.
	Name string
	// Keys that are read, sorted.
	Keys []string
	// Purpose is what it is for, in a few words.
	Purpose string
	// Type of the Secret; empty for an ordinary one.
	Type string
	// Tokens is set where each key is the name of a token that is issued for
	// clients. No pod waits for such a Secret, but for the Job that applies caches,
	// which comes last.
	Tokens bool
	// Kept is set where it is kept outside of the cluster: no pod needs it, and who
	// has it can do everything.
	Kept bool
}

// Merged is a list in which each Secret stands once, in the order of their names,
// with all keys and purposes that the list has for it. One that is needed in the
// cluster anywhere is needed there. What has no name is left out.
func Merged(all []Needed) []Needed {
	var merged []Needed
	for _, n := range all {
		at := slices.IndexFunc(merged, func(m Needed) bool { return m.Name == n.Name })
		switch {
		case n.Name == "":
			continue
		case at < 0:
			n.Keys = slices.Clone(n.Keys)
			merged = append(merged, n)
			continue
		}
		m := &merged[at]
		m.Keys = append(m.Keys, n.Keys...)
		if !strings.Contains(m.Purpose, n.Purpose) {
			m.Purpose += "; " + n.Purpose
		}
		m.Type = cmp.Or(m.Type, n.Type)
		m.Tokens = m.Tokens && n.Tokens
		m.Kept = m.Kept && n.Kept
	}
	for i := range merged {
		slices.Sort(merged[i].Keys)
		merged[i].Keys = slices.DeleteFunc(slices.Compact(merged[i].Keys), func(key string) bool { return key == "" })
	}
	slices.SortFunc(merged, func(a, b Needed) int { return strings.Compare(a.Name, b.Name) })
	return merged
}
