package verify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// kustomizationNames are those under which kustomize looks for one.
var kustomizationNames = [...]string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// read reads the environment as a controller does, from its kustomization on.
func (e *environment) read() {
	root, err := e.open()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.add(report.VerifiedFinding{Rule: ruleDrift, OutOfDate: true, File: e.top(), Message: "is not there; the environment was never rendered", Hint: outOfDate})
		return
	case errors.Is(err, errNoFolder):
		e.add(report.VerifiedFinding{Rule: ruleUnreadable, File: e.shown, Message: err.Error(), Hint: "put the environment there as a folder, without symbolic links"})
		return
	case err != nil:
		e.add(report.VerifiedFinding{Rule: ruleUnreadable, File: e.shown, Message: "cannot be read: " + reason(err)})
		return
	}
	defer func() { _ = root.Close() }()
	r := reader{root: root, to: e, seen: map[string]bool{}, open: map[string]bool{}}
	if e.foreign && !r.hasKustomization(".") {
		r.folder()
	} else {
		r.kustomization(".", position{File: e.top()})
	}
	r.stale()
	if len(e.files) == 0 {
		e.add(report.VerifiedFinding{Rule: ruleEmpty, File: e.top(), Message: "leads to no object that can be read", Hint: "run atticgen render; a controller that prunes would delete everything"})
	}
}

var errNoFolder = errors.New("is not a folder")

// open opens the environment's folder, but not what a symbolic link leads to: that
// is not what is committed, and may be anything on the machine.
func (e *environment) open() (*os.Root, error) {
	info, err := os.Lstat(e.dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, errNoFolder
	}
	return os.OpenRoot(e.dir)
}

// reader follows kustomizations through a folder, and never out of it.
type reader struct {
	root *os.Root
	to   *environment
	// seen are the files that a controller reads.
	seen map[string]bool
	// open are the kustomizations that are being read.
	open map[string]bool
}

type position = load.Position

func (r *reader) show(rel string) string { return path.Join(r.to.shown, rel) }

func (r *reader) report(rule string, at position, message, hint string) {
	r.to.add(report.VerifiedFinding{Rule: rule, File: at.File, Line: at.Line, Column: at.Column, Message: message, Hint: hint})
}

// absent remembers that the next finding is about what is not there.
func (r *reader) absent(rel string) {
	r.to.absent[rel] = append(r.to.absent[rel], len(r.to.findings))
}

// kustomization reads that of a folder, which something at a position asks for.
func (r *reader) kustomization(dir string, asked position) {
	var found []string
	for _, name := range kustomizationNames {
		if _, err := r.root.Lstat(path.Join(dir, name)); err == nil {
			found = append(found, path.Join(dir, name))
		}
	}
	if len(found) == 0 {
		r.absent(dir)
		r.report(ruleMissingFile, asked, "leads to "+r.show(dir)+", a folder without kustomization.yaml", "run atticgen render")
		return
	}
	for _, extra := range found[1:] {
		r.report(ruleKustomization, position{File: r.show(extra)}, "is the folder's second kustomization", "remove one of the two")
	}
	switch {
	case r.open[found[0]]:
		r.report(ruleKustomization, asked, "leads to "+r.show(dir)+" and so in a circle, which no controller follows", "remove the line")
		return
	case r.seen[found[0]]:
		r.report(ruleKustomization, asked, "leads to "+r.show(dir)+" a second time, and controllers refuse an object twice", "remove one of the two")
		return
	}
	r.seen[found[0]], r.open[found[0]] = true, true
	defer delete(r.open, found[0])
	data, err := contents(r.root, found[0])
	if err != nil {
		r.report(ruleUnreadable, position{File: r.show(found[0])}, "cannot be read: "+reason(err), "")
		return
	}
	node, diags := load.Object(r.show(found[0]), data)
	if r.unreadable(diags) {
		return
	}
	for _, entry := range node.Entries {
		at := position{File: r.show(found[0]), Line: entry.KeyLine, Column: entry.KeyColumn}
		switch {
		case entry.Key == "resources":
			r.resources(dir, entry.Value, at)
		case !listsResources(entry.Key):
			r.report(ruleKustomization, at, "has "+diag.Quote(entry.Key)+", which atticgen does not write and verify does not carry out", "move it into the overlay, and run atticgen render")
		}
	}
}

// listsResources tells whether a kustomization that has only such fields does no
// more than list resources.
func listsResources(key string) bool {
	return key == "apiVersion" || key == "kind" || key == "resources"
}

func (r *reader) resources(dir string, list *load.Node, at position) {
	if list.Kind != load.List {
		r.report(ruleUnreadable, at, "resources wants a list, has "+list.Kind.String(), "run atticgen render")
		return
	}
	for _, item := range list.Items {
		at := position{File: item.File, Line: item.Line, Column: item.Column}
		rel := path.Join(dir, item.Value)
		switch {
		case item.Kind != load.Scalar || item.Value == "":
			r.report(ruleUnreadable, at, "a resource wants the name of a file or folder, has "+item.Kind.String(), "run atticgen render")
		case strings.Contains(item.Value, "://"), path.IsAbs(item.Value), !fs.ValidPath(rel):
			r.report(ruleMissingFile, at, "names "+item.Value+", which is not in the environment", "name files and folders below the environment; what comes from elsewhere belongs into the overlay")
		default:
			r.resource(rel, at)
		}
	}
}

// resource reads what a kustomization lists: a file or a folder.
func (r *reader) resource(rel string, at position) {
	info, err := r.lstat(rel)
	switch {
	case err != nil:
		if errors.Is(err, fs.ErrNotExist) {
			r.absent(rel)
		}
		r.report(ruleMissingFile, at, "names "+r.show(rel)+", which "+reason(err), "run atticgen render, and commit everything that it writes")
	case info.IsDir():
		r.kustomization(rel, at)
	case !info.Mode().IsRegular():
		r.report(ruleMissingFile, at, "names "+r.show(rel)+", which is not a file", "name a file, without symbolic links")
	case r.seen[rel]:
		r.report(ruleKustomization, at, "names "+r.show(rel)+" a second time", "remove one of the two")
	default:
		r.seen[rel] = true
		r.object(rel)
	}
}

// lstat refuses symbolic links on the way, too: a controller may not follow them,
// and together with kustomizations they can lead round in circles.
func (r *reader) lstat(rel string) (fs.FileInfo, error) {
	parts := strings.Split(rel, "/")
	for i := 1; ; i++ {
		info, err := r.root.Lstat(strings.Join(parts[:i], "/"))
		if err != nil {
			return nil, err
		}
		if info.Mode().Type() == fs.ModeSymlink && i < len(parts) {
			return nil, errors.New("is behind a symbolic link")
		}
		if i == len(parts) {
			return info, nil
		}
	}
}

// contents are those of a file, up to a byte more than is read of an object.
func contents(root *os.Root, rel string) ([]byte, error) {
	info, err := root.Lstat(rel)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	f, err := root.Open(rel)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, load.MaxObjectBytes+1))
}

func (r *reader) object(rel string) {
	data, err := contents(r.root, rel)
	if err != nil {
		r.report(ruleUnreadable, position{File: r.show(rel)}, "cannot be read: "+reason(err), "")
		return
	}
	root, diags := load.Object(r.show(rel), data)
	if root != nil {
		diags = identity(root)
	}
	if r.unreadable(diags) {
		return
	}
	object, err := manifest.FromYAML(data)
	if err != nil {
		r.report(ruleUnreadable, position{File: r.show(rel), Line: root.Line, Column: root.Column}, err.Error(), "")
		return
	}
	r.to.files = append(r.to.files, file{Object: object, shown: r.show(rel), at: rel, root: root, encrypted: isEncrypted(object)})
}

// mostOfFile is how much is reported of one file that cannot be read.
const mostOfFile = 5

func (r *reader) unreadable(diags diag.List) bool {
	for i, d := range diags.Sorted() {
		if i == mostOfFile {
			d.Message, d.Hint = fmt.Sprintf("has %d more such errors", len(diags)-i), "mend those before, or run atticgen render"
			r.to.add(diagnosed(ruleUnreadable, d))
			break
		}
		r.to.add(diagnosed(ruleUnreadable, d))
	}
	return len(diags) > 0
}

// identity checks what objects are told apart by.
func identity(root *load.Node) diag.List {
	var list diag.List
	for _, at := range [][]string{{"apiVersion"}, {"kind"}, {"metadata", "name"}} {
		node := root
		for _, key := range at {
			node = node.Get(key)
		}
		if node != nil && node.Kind == load.Scalar && node.Value != "" {
			continue
		}
		place := root.Locate(at)
		d := diag.New(place.File, "is missing or no text")
		d.Line, d.Column, d.Path = place.Line, place.Column, strings.Join(at, ".")
		d.Hint = "every object has it; run atticgen render"
		list = append(list, d)
	}
	return list
}

// stale finds manifests that no kustomization lists.
func (r *reader) stale() {
	err := fs.WalkDir(r.root.FS(), ".", func(rel string, entry fs.DirEntry, err error) error {
		if err != nil {
			r.report(ruleUnreadable, position{File: r.show(rel)}, "cannot be read: "+reason(err), "")
			return nil
		}
		switch path.Ext(rel) {
		case ".yaml", ".yml", ".json":
		default:
			return nil
		}
		if !entry.IsDir() && !r.seen[rel] && !r.beside(rel) {
			r.to.add(report.VerifiedFinding{
				Rule: ruleStaleFile, Severity: diag.Warning, File: r.show(rel),
				Message: "is in no kustomization, so nothing applies it", Hint: "remove it, or name it under resources of the overlay and run atticgen render",
			})
		}
		return nil
	})
	if err != nil {
		r.report(ruleUnreadable, position{File: r.to.shown}, "cannot be read: "+reason(err), "")
	}
}

// beside tells whether a file is a second kustomization, which has been reported.
func (r *reader) beside(rel string) bool {
	return path.Base(rel) == kustomizationNames[1] && r.seen[path.Join(path.Dir(rel), kustomizationNames[0])]
}

// reason is an error without the path, which may be the machine's.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "is not there"
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return failed.Err.Error()
	}
	return err.Error()
}
