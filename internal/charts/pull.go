package charts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// What has become of a chart.
const (
	// Pulled charts were fetched and pinned.
	Pulled = "pulled"
	// Restored charts were pinned, and their archives fetched again.
	Restored = "restored"
	// Pinned charts are folders whose digest was written down.
	Pinned = "pinned"
	// UpToDate charts are there and as they are pinned.
	UpToDate = "up to date"
	// NotPulled charts have no digest yet.
	NotPulled = "not pulled"
	// Wrong charts are reported.
	Wrong = "wrong"
)

// Outcome is what was done with one chart.
type Outcome struct {
	Entry
	// State is one of the constants of this package.
	State string
}

// Options say which charts to pull, and how.
type Options struct {
	// Root is the folder with charts.lock.
	Root string
	// Names of charts; none stands for all.
	Names []string
	// Refs are the charts that specs name.
	Refs []v1alpha1.ChartRef
	// Remote says how to reach repositories.
	Remote Remote
}

// Pull makes the charts of the lock and of specs be there and pinned. Either all
// of it is done or nothing: with an error, charts/ and charts.lock are as they
// were. Nothing that is pinned is ever replaced by something else.
//
// The error is an [*Error].
func Pull(ctx context.Context, o Options) ([]Outcome, error) {
	d, err := openDisk(o.Root)
	if err != nil {
		return nil, failed(err)
	}
	defer d.close()
	l, err := d.readLock()
	if err != nil {
		return nil, failed(err)
	}
	list, err := choose(d, l, o.Refs, o.Names)
	if err == nil {
		err = o.Remote.oneHost(list)
	}
	if err != nil {
		return nil, failed(err)
	}
	p := &pull{disk: d, lock: l, source: newSource(o.Remote)}
	var problems problems
	for _, w := range list {
		if w.own() && p.superseded(w, list) {
			continue
		}
		if err := p.one(ctx, w); err != nil {
			problems.add(w, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err := problems.err(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, &Error{Problems: diag.List{diag.New("", "nothing was written: %v", err)}, Transfer: true}
	}
	if err := p.commit(); err != nil {
		return nil, err
	}
	return p.outcomes, nil
}

// choose are the charts of lock and specs with some names, in order. Of those
// that a lock has, specs only say whether they may come over http.
func choose(d *disk, l lock, refs []v1alpha1.ChartRef, names []string) ([]wanted, error) {
	var list []wanted
	for _, e := range l.entries {
		list = append(list, wanted{Entry: e})
	}
	var diags diag.List
	for _, ref := range refs {
		e := entryOf(ref)
		diags = append(diags, unsound(e)...)
		i := slices.IndexFunc(list, func(w wanted) bool { return w.key() == e.key() })
		if i < 0 {
			i = len(list)
			list = append(list, wanted{Entry: e})
		}
		list[i].insecure = list[i].insecure || ref.Insecure
	}
	for i, w := range list {
		for _, other := range list[:i] {
			if !w.own() && w.path() == other.path() {
				diags = append(diags, at(d.show(w.path()), "would be both %s and %s", "name one repository everywhere, and remove the entry of the other from "+LockFile, other.long(), w.long()))
			}
		}
	}
	if err := diags.Err(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(list, func(w wanted) bool { return w.Name == name }) {
			diags = append(diags, at("", "there is no chart %s in %s or in a spec", "name one of "+known(list), diag.Quote(name), LockFile))
		}
	}
	if len(names) > 0 {
		list = slices.DeleteFunc(list, func(w wanted) bool { return !slices.Contains(names, w.Name) })
	}
	slices.SortFunc(list, func(a, b wanted) int { return compareEntries(a.Entry, b.Entry) })
	return list, diags.Err()
}

func known(list []wanted) string {
	var names []string
	for _, w := range list {
		names = append(names, w.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func at(file, format, hint string, args ...any) diag.Diagnostic {
	d := diag.New(file, format, args...)
	d.Hint = hint
	return d
}

// pull is one run of Pull.
type pull struct {
	disk     *disk
	lock     lock
	source   *source
	outcomes []Outcome
	archives []archive
}

// archive is one to be written.
type archive struct {
	path string
	data []byte
}

// superseded tells whether the lock's version of a folder has made place for
// another: a folder has one version at a time.
func (p *pull) superseded(w wanted, list []wanted) bool {
	_, locked := p.lock.find(w.key())
	return locked && slices.ContainsFunc(list, func(other wanted) bool {
		_, otherLocked := p.lock.find(other.key())
		return other.own() && other.Name == w.Name && other.Version != w.Version && !otherLocked
	}) && !p.isVersion(w)
}

// isVersion tells whether a folder has the version of an entry.
func (p *pull) isVersion(w wanted) bool {
	files, _, err := p.disk.folder(w.path())
	return err == nil && identify("", files, w.Entry) == nil
}

// one sees to one chart, without writing.
func (p *pull) one(ctx context.Context, w wanted) error {
	done := func(state, digest string) {
		e := w.Entry
		e.Digest = digest
		p.outcomes = append(p.outcomes, Outcome{Entry: e, State: state})
	}
	if w.own() {
		digest, files, err := p.disk.open(Entry{Name: w.Name, Version: w.Version})
		if err == nil {
			err = identify(p.disk.show(w.path()), files, w.Entry)
		}
		switch {
		case err != nil:
			return err
		case w.Digest == "":
			done(Pinned, digest)
		case w.Digest != digest:
			return p.disk.changed(w.Entry, digest)
		default:
			done(UpToDate, digest)
		}
		return nil
	}
	have, err := p.disk.read(w.path(), maxArchive)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return err
	case !missing && w.Digest != "":
		if digest := sum(have); digest != w.Digest {
			return p.disk.changed(w.Entry, digest)
		}
		done(UpToDate, w.Digest)
		return nil
	}
	data, err := p.fetch(ctx, w)
	if err != nil {
		return err
	}
	if !missing && !bytes.Equal(have, data) {
		return wrong(p.disk.show(w.path()), "is there, without a digest in "+LockFile+", and is not what "+w.Repository+" has", "remove it, and pull again")
	}
	if missing {
		p.archives = append(p.archives, archive{path: w.path(), data: data})
	}
	if w.Digest != "" {
		done(Restored, w.Digest)
	} else {
		done(Pulled, sum(data))
	}
	return nil
}

// fetch is the archive of a chart, found to be that chart.
func (p *pull) fetch(ctx context.Context, w wanted) ([]byte, error) {
	p.source.Progress(fmt.Sprintf("pulling %s", w.long()))
	data, err := p.source.fetch(ctx, w)
	if err != nil {
		return nil, err
	}
	if digest := sum(data); w.Digest != "" && digest != w.Digest {
		return nil, wrong("", fmt.Sprintf("%s has the digest %s there, %s pins %s: a chart never changes under the same version", w.long(), digest, LockFile, w.Digest),
			"find out who changed it; to take it all the same, remove its digest from "+LockFile)
	}
	shown := w.long()
	files, err := unpack(shown, data)
	if err == nil {
		err = identify(shown, files, w.Entry)
	}
	return data, err
}
