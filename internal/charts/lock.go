package charts

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
)

// LockFile is the name of the lock, below the root.
const LockFile = "charts.lock"

// lockKind is the kind of the document in charts.lock. It is no spec: nothing is
// generated from it.
const lockKind = "ChartLock"

// Entry is one version of one chart in charts.lock.
type Entry struct {
	// Name of the chart.
	Name string `json:"name"`
	// Repository it is pulled from; empty for a folder of one's own.
	Repository string `json:"repository"`
	// Version of the chart.
	Version string `json:"version"`
	// Digest is sha256: and 64 hexadecimal digits; empty for a chart that was
	// not pulled yet.
	Digest string `json:"digest"`
}

// key is what tells one entry from the others.
type key struct{ name, repository, version string }

func (e Entry) key() key {
	return key{e.Name, strings.TrimRight(e.Repository, "/"), e.Version}
}

func entryOf(ref v1alpha1.ChartRef) Entry {
	return Entry{Name: ref.Name, Repository: ref.Repository, Version: ref.Version}
}

// own tells whether the chart is a folder in charts/.
func (e Entry) own() bool { return e.Repository == "" }

// path is where the chart is, below the root.
func (e Entry) path() string {
	if e.own() {
		return chartsFolder + "/" + e.Name
	}
	return chartsFolder + "/" + e.Name + "-" + e.Version + ".tgz"
}

// String names the chart in messages.
func (e Entry) String() string { return e.Name + " " + e.Version }

// lock is the content of charts.lock.
type lock struct {
	entries   []Entry
	positions load.Positions // of charts[i], empty for a lock that is not there
	missing   bool
}

// find is the entry of a chart.
func (l lock) find(k key) (Entry, bool) {
	i := slices.IndexFunc(l.entries, func(e Entry) bool { return e.key() == k })
	if i < 0 {
		return Entry{}, false
	}
	return l.entries[i], true
}

// readLock reads charts.lock. One that is not there is empty.
func (d *disk) readLock() (lock, error) {
	data, err := d.read(LockFile, load.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return lock{missing: true}, nil
	}
	if err != nil {
		return lock{}, err
	}
	l, diags := parseLock(d.show(LockFile), data)
	return l, diags.Err()
}

func parseLock(file string, data []byte) (lock, diag.List) {
	const hint = "write apiVersion: " + v1alpha1.APIVersion + ", kind: " + lockKind + " and a list of charts"
	nodes, diags := load.Parse(file, data)
	if diags.HasErrors() {
		return lock{}, diags
	}
	if len(nodes) != 1 {
		d := diag.New(file, "has %d documents, and must have one", len(nodes))
		d.Hint = hint
		return lock{}, diag.List{d}
	}
	var document struct {
		APIVersion string  `json:"apiVersion"`
		Kind       string  `json:"kind"`
		Charts     []Entry `json:"charts"`
	}
	positions, diags := load.Decode(nodes[0], &document)
	if diags.HasErrors() {
		return lock{}, diags
	}
	complain := func(path, message, hint string) {
		at, _ := positions.Find(path)
		diags = append(diags, diag.Diagnostic{
			File: file, Line: at.Line, Column: at.Column, Path: path,
			Severity: diag.Error, Message: message, Hint: hint,
		})
	}
	if document.APIVersion != v1alpha1.APIVersion {
		complain("apiVersion", "is "+diag.Quote(document.APIVersion), "write "+v1alpha1.APIVersion)
	}
	if document.Kind != lockKind {
		complain("kind", "is "+diag.Quote(document.Kind), "write "+lockKind)
	}
	places := map[string]int{}
	for i, e := range document.Charts {
		item := fmt.Sprintf("charts[%d]", i)
		for _, p := range e.check(field.NewPath("charts").Index(i)) {
			complain(p.Path, p.Message, p.Hint)
		}
		if e.Digest != "" && !digestForm.Matches(e.Digest) {
			complain(item+".digest", "is "+diag.Quote(e.Digest), `write "sha256:" and 64 digits or letters from a to f, or "" for a chart that was not pulled yet`)
		}
		place := e.path()
		if e.own() {
			place += " " + e.Version // one after the other in the same folder
		}
		if first, ok := places[place]; ok {
			complain(item, fmt.Sprintf("would be in the place of charts[%d], %s", first, e.path()), "keep one of the two")
			continue
		}
		places[place] = i
	}
	return lock{entries: document.Charts, positions: positions}, diags
}

// compareEntries orders a lock.
func compareEntries(a, b Entry) int {
	return cmp.Or(
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Repository, b.Repository),
		cmp.Compare(a.Version, b.Version),
	)
}

const lockHeader = `# The charts that atticgen renders, each pinned by its digest: commit this file.
# atticgen chart pull adds what specs name, and fills in digests that are "".
`

// format is charts.lock with some entries.
func format(entries []Entry) []byte {
	var b strings.Builder
	b.WriteString(lockHeader)
	fmt.Fprintf(&b, "apiVersion: %s\nkind: %s\n", v1alpha1.APIVersion, lockKind)
	if len(entries) == 0 {
		b.WriteString("charts: []\n")
		return []byte(b.String())
	}
	b.WriteString("charts:\n")
	for _, e := range slices.SortedFunc(slices.Values(entries), compareEntries) {
		fmt.Fprintf(&b, "  - name: %s\n", scalar(e.Name))
		if !e.own() {
			fmt.Fprintf(&b, "    repository: %s\n", scalar(e.Repository))
		}
		fmt.Fprintf(&b, "    version: %s\n    digest: %s\n", scalar(e.Version), scalar(e.Digest))
	}
	return []byte(b.String())
}

// scalar is a text as YAML, in quotes where the strict reader wants them.
func scalar(text string) string {
	var document struct {
		Text string `json:"text"`
	}
	nodes, diags := load.Parse("", []byte("text: "+text+"\n"))
	if diags.HasErrors() || len(nodes) != 1 {
		return quoted(text)
	}
	if _, diags := load.Decode(nodes[0], &document); diags.HasErrors() || document.Text != text {
		return quoted(text)
	}
	return text
}

// quoted is a text in YAML's single quotes, in which nothing is special.
func quoted(text string) string {
	if text == "" {
		return `""`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
