package load

import "strings"

// Position is a place in a file. Line and Column count from 1; all zero means
// that the place is unknown, as in a spec that kustomize handed over.
type Position struct {
	File         string
	Line, Column int
}

// Positions says for each field path where its value is written. The path of
// the whole document is "".
type Positions map[string]Position

// Find returns where the value at path is written. For a field that is not
// written anywhere it is the place of the nearest parent that is. It returns
// false when not even the document is known.
func (p Positions) Find(path string) (Position, bool) {
	for {
		if position, ok := p[path]; ok {
			return position, true
		}
		if path == "" {
			return Position{}, false
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}
