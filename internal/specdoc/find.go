package specdoc

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/spelling"
)

// step is one part of a path: a name, or a key or index in brackets.
var step = regexp.MustCompile(`\[[^\]]*\]|[^.\[\]]+`)

// find returns the field at a path. Besides paths as Field has them, it knows
// those of error messages, with real keys and indexes, and those without: the
// fields of spec.caches are below spec.caches.NAME, spec.caches[main],
// spec.caches.main and spec.caches.
func (d Doc) find(path string) (Field, error) {
	at := Field{Fields: d.Fields}
	inItem := true
	for _, name := range step.FindAllString(path, -1) {
		i := slices.IndexFunc(at.Fields, func(f Field) bool { return f.Name == name })
		switch {
		case i >= 0:
			at, inItem = at.Fields[i], at.Fields[i].item == ""
		case !inItem && (at.item == ".NAME" || strings.HasPrefix(name, "[")):
			inItem = true
		default:
			return Field{}, d.unknown(path, at)
		}
	}
	return at, nil
}

// unknown is the error about a path. The field is the last one on it that is
// known.
func (d Doc) unknown(path string, last Field) error {
	problem := diag.New("", "is not a field of %s", d.Kind)
	problem.Path = diag.Cut(path)
	near := d.near(path)
	switch {
	case len(near) > 0:
		problem.Hint = "did you mean " + strings.Join(near, " or ") + "?"
	case len(last.Fields) == 0:
		problem.Hint = "stop at " + last.Path + ", which has no fields"
	case last.Path == "":
		problem.Hint = "start with " + strings.Join(names(last.Fields), " or ")
	default:
		problem.Hint = "below " + last.blockPath() + " write one of " + strings.Join(names(last.Fields), ", ")
	}
	return diag.List{problem}
}

const (
	// longest is the longest path that is compared with others, in bytes.
	longest = 100
	// mostNear is how many fields are suggested.
	mostNear = 3
	// mostSlips is how many characters a misspelled path may differ in.
	mostSlips = 3
)

// near returns the paths that may have been meant: those that the path is the
// end of, else those that it misspells, else those that end in the same name.
// Those that begin as the path does come first.
func (d Doc) near(path string) []string {
	path = strings.ToLower(path)
	if len(path) > longest {
		return nil
	}
	name := path[strings.LastIndex(path, ".")+1:]
	// More than half of a short name is no slip.
	slips := max(1, min(mostSlips, len(name)/2))
	for _, fits := range []func(known string) bool{
		func(known string) bool { return strings.HasSuffix("."+known, "."+path) },
		func(known string) bool { return spelling.Distance(known, path) <= slips },
		func(known string) bool { return strings.HasSuffix(known, "."+name) },
	} {
		var found []string
		for _, known := range paths(d.Fields) {
			if fits(strings.ToLower(known)) {
				found = append(found, known)
			}
		}
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b string) int {
				return cmp.Or(cmp.Compare(agreement(b, path), agreement(a, path)), cmp.Compare(spelling.Distance(a, path), spelling.Distance(b, path)))
			})
			return found[:min(len(found), mostNear)]
		}
	}
	return nil
}

func paths(fields []Field) []string {
	var all []string
	for _, f := range fields {
		all = append(append(all, f.Path), paths(f.Fields)...)
	}
	return all
}

func names(fields []Field) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.Name
	}
	return all
}

// agreement is how many bytes two texts begin with in common.
func agreement(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
