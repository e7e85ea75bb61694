package charts

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Verify looks, without the network, whether every chart of the lock is there
// and is what is pinned, whether the lock has every chart that specs name, and
// whether charts/ has nothing else, which is only a warning. The diagnostics are
// sorted; outcomes are there also when the error is about charts.
func Verify(root string, refs []v1alpha1.ChartRef) ([]Outcome, diag.List) {
	d, err := openDisk(root)
	if err != nil {
		return nil, asList(err)
	}
	defer d.close()
	l, err := d.readLock()
	if err != nil {
		return nil, asList(err)
	}
	var outcomes []Outcome
	var diags diag.List
	for _, e := range slices.SortedFunc(slices.Values(l.entries), compareEntries) {
		state := UpToDate
		if e.Digest == "" {
			state = NotPulled
		} else if err := d.verify(e); err != nil {
			state = Wrong
			diags = append(diags, asList(err)...)
		}
		outcomes = append(outcomes, Outcome{Entry: e, State: state})
	}
	for _, ref := range refs {
		e := entryOf(ref)
		if problems := unsound(e); problems.HasErrors() {
			diags = append(diags, problems...)
		} else if _, ok := l.find(e.key()); !ok {
			diags = append(diags, l.absent(d, e)...)
		}
	}
	strays, err := d.strays(l)
	if err != nil {
		diags = append(diags, asList(err)...)
	}
	return outcomes, append(diags, strays...).Sorted()
}

// verify checks one chart that is pinned.
func (d *disk) verify(e Entry) error {
	_, files, err := d.open(e)
	if err != nil {
		return err
	}
	return identify(d.show(e.path()), files, e)
}

// strays are charts in charts/ that no entry names.
func (d *disk) strays(l lock) (diag.List, error) {
	info, err := d.lstat(chartsFolder)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !info.IsDir():
		return nil, nil // what should be in it is reported as missing
	case err != nil:
		return nil, err
	}
	f, err := d.root.Open(chartsFolder)
	if err != nil {
		return nil, describe(d.show(chartsFolder), err, checkPath)
	}
	entries, err := f.ReadDir(-1)
	_ = f.Close()
	if err != nil {
		return nil, describe(d.show(chartsFolder), err, checkPath)
	}
	var strays diag.List
	for _, entry := range entries {
		name := entry.Name()
		rel := chartsFolder + "/" + name
		// A note or a .gitignore is in nobody's way.
		isChart := entry.IsDir() || strings.HasSuffix(name, ".tgz")
		if strings.HasPrefix(name, ".") || !isChart || slices.ContainsFunc(l.entries, func(e Entry) bool { return e.path() == rel }) {
			continue
		}
		stray := at(d.show(rel), "is in no entry of %s", "remove it, or name it in a spec and run atticgen chart pull", LockFile)
		stray.Severity = diag.Warning
		strays = append(strays, stray)
	}
	return strays, nil
}
