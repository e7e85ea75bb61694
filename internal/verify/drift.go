package verify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/overlay"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/tree"
)

// compare holds the folder to what its overlay renders to now, which is what
// render would write there.
func (e *environment) compare(repo *overlay.Repo) {
	if e.overlay == "" {
		e.unasked[ruleDrift] = "there is no overlay"
	}
	switch {
	case e.foreign:
		e.add(report.VerifiedFinding{
			Rule: ruleOverlay, File: e.shown, Message: "was not rendered by atticgen, and has no overlay, so that nobody can say what it should be",
			Hint: "move what is there into an overlay and run atticgen render, or move the folder to where no environments are",
		})
		return
	case e.overlay == "":
		e.add(report.VerifiedFinding{
			Rule: ruleOverlay, File: e.top(), Line: 1, Message: "is of an environment that has no overlay any more",
			Hint: "restore the overlay, or remove the folder if the environment is to go",
		})
		return
	}
	objects, diags := repo.Build(e.overlay, overlay.Options{})
	if diags.HasErrors() {
		e.unasked[ruleDrift] = "the overlay does not render"
		for _, d := range diags {
			if (diag.List{d}).HasErrors() {
				e.add(diagnosed(ruleOverlay, d))
			}
		}
		return
	}
	rendered, err := manifest.Layout(e.overlay, objects)
	if err != nil {
		e.add(report.VerifiedFinding{Rule: ruleOverlay, File: e.overlay, Message: "cannot be filed: " + err.Error()})
		return
	}
	root, err := e.open()
	if err != nil {
		return // which read has reported
	}
	defer func() { _ = root.Close() }()
	c := comparison{root: root, to: e}
	for _, at := range rendered.Paths() {
		want, _ := rendered.Bytes(at)
		c.file(at, want)
	}
	c.removed(rendered)
}

// What to do about drift.
const (
	outOfDate = "run atticgen render and commit the result"
	inTheWay  = "remove it, run atticgen render and commit the result"
)

type comparison struct {
	root *os.Root
	to   *environment
}

func (c comparison) file(at string, want []byte) {
	found := report.VerifiedFinding{Rule: ruleDrift, OutOfDate: true, File: c.to.shown + "/" + at, Hint: outOfDate}
	info, err := c.root.Lstat(at)
	var got []byte
	if err == nil && info.Mode().IsRegular() {
		got, err = contents(c.root, at)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		found.Message = "is not there, and the overlay renders it"
		c.restores(at)
	case err != nil:
		found.Message = "cannot be read: " + reason(err)
	case !info.Mode().IsRegular():
		found.Message, found.Hint = "is not a file", inTheWay
	case !bytes.Equal(got, want):
		found.Message = "is not what the overlay renders to"
		found.Line, found.Column = firstDifference(got, want), 1
		if !bytes.HasPrefix(got, []byte(tree.Header)) {
			found.Hint = inTheWay // of a render, too, which leaves to others what is theirs
		}
		if why := cmp.Or(secrecy(got), secrecy(want)); why != "" {
			found.Message += "; the difference is not shown, because " + why
		} else {
			found.Diff = unified(found.File, got, want)
		}
	default:
		return
	}
	c.to.add(found)
}

// restores says of what was found to be missing that rendering brings it back:
// the file, or the folder that it is the kustomization of.
func (c comparison) restores(at string) {
	for _, i := range slices.Concat(c.to.absent[at], c.to.absent[path.Dir(at)]) {
		c.to.findings[i].OutOfDate = true
	}
}

// removed finds files that an earlier render wrote.
func (c comparison) removed(rendered *tree.Tree) {
	// What cannot be read has been reported by read.
	_ = fs.WalkDir(c.root.FS(), ".", func(at string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		if _, ok := rendered.Bytes(at); ok || !c.owned(at) {
			return nil
		}
		c.to.add(report.VerifiedFinding{
			Rule: ruleDrift, OutOfDate: true, File: c.to.shown + "/" + at, Line: 1, Column: 1,
			Message: "was rendered once, and the overlay does not render it any more", Hint: outOfDate,
		})
		return nil
	})
}

// owned tells whether atticgen wrote a file.
func (c comparison) owned(at string) bool {
	f, err := c.root.Open(at)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, len(tree.Header))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == tree.Header
}

// firstDifference is the first line of one text that is another in the other.
func firstDifference(got, want []byte) int {
	line := 1
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			break
		}
		if got[i] == '\n' {
			line++
		}
	}
	return line
}

// secrecy is why nobody must see what is in a file; empty where all may.
func secrecy(data []byte) string {
	const unknown = "the file cannot be read, and could hold a secret"
	root, diags := load.Object("", data)
	kind := root.Get("kind")
	switch {
	case diags.HasErrors() || kind == nil:
		return unknown
	case kind.Value == "Secret":
		return "it holds values of a Secret"
	case kind.Value == "Kustomization", kind.Value == "Component":
		if slices.ContainsFunc(root.Entries, beyondNames) {
			return "the kustomization does more than list resources, and could make a Secret"
		}
		return ""
	case strings.HasSuffix(kind.Value, "List"):
		return "a list could hold Secrets"
	}
	object, err := manifest.FromYAML(data)
	switch {
	case err != nil:
		return unknown
	case policy.HoldsCredential(object):
		return "it holds a credential"
	default:
		return ""
	}
}

// beyondNames tells of a field of a kustomization whether it has anything but
// names: addresses can have passwords.
func beyondNames(field load.Entry) bool {
	if field.Key != "resources" {
		return !listsResources(field.Key) || field.Value.Kind != load.Scalar
	}
	return field.Value.Kind != load.List || slices.ContainsFunc(field.Value.Items, func(item *load.Node) bool {
		return item.Kind != load.Scalar || strings.ContainsAny(item.Value, ":@?")
	})
}

// The most of a difference that is shown.
const (
	mostLines  = 100
	mostOfLine = 400 // bytes
)

// unified is the difference as people know it, safe to print.
func unified(name string, got, want []byte) string {
	_, text, _ := strings.Cut(string(diff.Diff(name+" (committed)", got, name+" (rendered)", want)), "\n")
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		if i == mostLines {
			fmt.Fprintf(&b, "… %d more lines\n", len(lines)-i)
			break
		}
		if len(line) > mostOfLine {
			line = line[:mostOfLine] + "…"
		}
		b.WriteString(diag.Escape(line) + "\n")
	}
	return b.String()
}
