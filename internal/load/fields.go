package load

import (
	"reflect"
	"slices"
	"strings"
)

// structField is a field by the name that it has in a document.
type structField struct {
	name  string
	index []int
}

type fields []structField

// fieldsOf returns the fields of a struct in source order; those of embedded
// structs stand in the embedded struct's place.
func fieldsOf(t reflect.Type) fields {
	var all fields
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && (name == "" || options == "inline") {
			continue
		}
		if name == "" {
			name = f.Name
		}
		all = append(all, structField{name: name, index: f.Index})
	}
	return all
}

func (fs fields) find(name string) (structField, bool) {
	i := slices.IndexFunc(fs, func(f structField) bool { return f.name == name })
	if i < 0 {
		return structField{}, false
	}
	return fs[i], true
}

// suggest returns a hint for a key that is no field.
func (fs fields) suggest(key string) string {
	if key == patchKey {
		return "in an overlay, write " + patchKey + ": delete, replace or merge"
	}
	nearest, least := "", len(key)/3+1
	for _, f := range fs {
		if strings.EqualFold(f.name, key) {
			nearest = f.name
			break
		}
		if d := distance(f.name, key); d <= min(least, 3) && (nearest == "" || d < least) {
			nearest, least = f.name, d
		}
	}
	if nearest == "" && len(key) >= 4 {
		// Somebody who writes replicas may mean minReplicas.
		nearest = fs.containing(key)
	}
	if nearest != "" {
		return "did you mean " + nearest + "?"
	}
	return "known fields: " + fs.names()
}

// containing are the fields whose names have the key in them, as words.
func (fs fields) containing(key string) string {
	var found []string
	for _, f := range fs {
		if strings.Contains(strings.ToLower(f.name), strings.ToLower(key)) {
			found = append(found, f.name)
		}
	}
	return strings.Join(found, " or ")
}

// names returns the field names, cut when they are many.
func (fs fields) names() string {
	const limit = 160
	var b strings.Builder
	for i, f := range fs {
		if i > 0 {
			b.WriteString(", ")
		}
		if b.Len()+len(f.name) > limit {
			b.WriteString("…")
			break
		}
		b.WriteString(f.name)
	}
	return b.String()
}

// distance returns how many characters have to be added, removed, changed or
// swapped with their neighbour to turn one name into the other. Names much
// longer than any field are far away from all of them.
func distance(name, key string) int {
	if len(key) > 2*len(name)+3 {
		return len(key)
	}
	before, last, row := make([]int, len(key)+1), make([]int, len(key)+1), make([]int, len(key)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(name) {
		row[0] = i + 1
		for j := range len(key) {
			cost := 1
			if name[i] == key[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && name[i] == key[j-1] && name[i-1] == key[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(key)]
}
