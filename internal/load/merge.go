package load

import (
	"slices"
	"strings"
)

// patchKey is the key by which a patch says how a map is merged.
const patchKey = "$patch"

// Merge returns base with patch applied, as kustomize's strategic merge does
// for a kind without a schema:
//
//   - maps merge key by key; lists and scalars are replaced;
//   - a null or ~ in the patch deletes the key; a key with nothing after it,
//     by which kustomize deletes too, stays, for Decode to report;
//   - a map in the patch with $patch: delete deletes the map, with
//     $patch: replace stands in its place, and with $patch: merge is merged,
//     as without;
//   - a key of the base with nothing after it is dropped, while an explicit
//     null or ~ stays.
//
// Keys that only the patch has follow those of the base, sorted. The result is
// nil when the patch deletes everything. Where the patch has another shape than
// the base, the patch wins (kustomize refuses it), and Decode reports the shape
// at its place in the patch. An unknown $patch stays in the result, for Decode
// to report.
//
// Every node keeps the file and position that it came from. Neither argument is
// modified; the result shares nodes with both.
func Merge(base, patch *Node) *Node {
	switch {
	case patch == nil:
		return settle(base)
	case patch.Kind == Null && patch.Value == "":
		// Nothing was written, which more often is a value forgotten than a
		// deletion meant. Decode asks for one or the other.
		return patch
	case patch.Kind == Null:
		return nil
	case patch.Kind != Map:
		return patch
	}
	switch directive(patch) {
	case "delete":
		return nil
	case "replace":
		return resolve(patch)
	}
	if base == nil || base.Kind != Map {
		return resolve(patch)
	}
	return mergeMaps(base, patch)
}

func mergeMaps(base, patch *Node) *Node {
	merged := *base
	merged.Entries = nil
	changes := make(map[string]Entry, len(patch.Entries))
	for _, e := range patchEntries(patch) {
		changes[e.Key] = e
	}
	for _, e := range base.Entries {
		change := changes[e.Key]
		delete(changes, e.Key)
		value := Merge(e.Value, change.Value)
		if value == nil {
			continue
		}
		// A key is reported in the file of its value.
		if replaced := change.Value != nil && !mergesInto(e.Value, change.Value); replaced {
			e = change
		}
		e.Value = value
		merged.Entries = append(merged.Entries, e)
	}
	added := make([]Entry, 0, len(changes))
	for _, e := range changes {
		if e.Value = Merge(nil, e.Value); e.Value != nil {
			added = append(added, e)
		}
	}
	slices.SortFunc(added, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	merged.Entries = append(merged.Entries, added...)
	return &merged
}

// mergesInto reports whether the merged value is the base's map rather than a
// replacement from the patch.
func mergesInto(base, patch *Node) bool {
	return base.Kind == Map && patch.Kind == Map && directive(patch) != "replace"
}

// resolve returns a map of the patch that nothing is merged with: without its
// directives and nulls.
func resolve(patch *Node) *Node {
	resolved := *patch
	resolved.Entries = nil
	for _, e := range patchEntries(patch) {
		if e.Value = Merge(nil, e.Value); e.Value != nil {
			resolved.Entries = append(resolved.Entries, e)
		}
	}
	return &resolved
}

// settle returns a value of the base that the patch does not mention.
func settle(base *Node) *Node {
	if base == nil || base.Kind == Null && base.Value == "" {
		return nil
	}
	if base.Kind != Map {
		return base
	}
	settled := *base
	settled.Entries = nil
	for _, e := range base.Entries {
		if e.Value = settle(e.Value); e.Value != nil {
			settled.Entries = append(settled.Entries, e)
		}
	}
	return &settled
}

// directive returns delete, replace or merge if the map says so, else "".
func directive(patch *Node) string {
	value := patch.Get(patchKey)
	if value == nil || value.Kind != Scalar {
		return ""
	}
	switch value.Value {
	case "delete", "replace", "merge":
		return value.Value
	}
	return ""
}

// patchEntries returns the entries of a patch without a known directive.
func patchEntries(patch *Node) []Entry {
	if directive(patch) == "" {
		return patch.Entries
	}
	return slices.DeleteFunc(slices.Clone(patch.Entries), func(e Entry) bool { return e.Key == patchKey })
}
