package charts

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// commit writes archives, then the lock. Somebody else may have written the lock
// since it was read; what is there is kept, and what contradicts it refused.
func (p *pull) commit() error {
	if !p.changes() {
		return nil
	}
	if err := p.disk.root.Mkdir(chartsFolder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return unwritten(p.disk.show(chartsFolder), err)
	}
	unlock, err := p.disk.exclusive()
	if err != nil {
		return unwritten(p.disk.show(chartsFolder), err)
	}
	defer unlock()
	current, err := p.disk.readLock()
	if err != nil {
		return failed(err)
	}
	entries, err := p.merged(current)
	if err != nil {
		return failed(err)
	}
	var written []string
	for _, a := range p.archives {
		here, missing := p.disk.read(a.path, maxArchive)
		if missing == nil && bytes.Equal(here, a.data) {
			continue // somebody else was faster
		}
		if missing == nil {
			err = failed(wrong(p.disk.show(a.path), "has come to be there meanwhile, and is another chart", "run again"))
			break
		}
		if err = p.disk.write(a.path, a.data); err != nil {
			break
		}
		written = append(written, a.path)
	}
	if text := format(entries); err == nil && !bytes.Equal(text, format(current.entries)) {
		err = p.disk.write(LockFile, text)
	}
	if err != nil {
		for _, name := range written {
			_ = p.disk.root.Remove(name)
		}
		return err
	}
	return nil
}

// changes tells whether there is anything to write.
func (p *pull) changes() bool {
	return len(p.archives) > 0 || slices.ContainsFunc(p.outcomes, func(o Outcome) bool {
		return o.State == Pulled || o.State == Pinned
	})
}

// merged is a lock with the outcomes in it.
func (p *pull) merged(current lock) ([]Entry, error) {
	entries := slices.Clone(current.entries)
	for _, o := range p.outcomes {
		i := slices.IndexFunc(entries, func(e Entry) bool { return e.key() == o.key() })
		switch {
		case i < 0:
			entries = append(entries, o.Entry)
		case entries[i].Digest == "":
			entries[i].Digest = o.Digest
		case entries[i].Digest != o.Digest:
			return nil, wrong(p.disk.show(LockFile), "has got another digest for "+o.String()+" meanwhile", "run again")
		}
	}
	// A folder has one version at a time.
	return slices.DeleteFunc(entries, func(e Entry) bool {
		return e.own() && slices.ContainsFunc(p.outcomes, func(o Outcome) bool {
			return o.own() && o.Name == e.Name && o.Version != e.Version
		})
	}), nil
}

// write writes a file so that there is either what was before or all of it.
func (d *disk) write(rel string, data []byte) error {
	if info, err := d.lstat(rel); err == nil && !info.Mode().IsRegular() {
		return failed(wrong(d.show(rel), "is not a file", "move it away"))
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed(err)
	}
	folder, name := path.Split(rel)
	draft := folder + "." + name + ".atticgen-" + rand.Text()
	err := d.create(draft, data)
	if err == nil {
		err = d.root.Rename(draft, rel)
	}
	if err != nil {
		_ = d.root.Remove(draft)
		return unwritten(d.show(rel), err)
	}
	d.syncFolder(path.Clean(folder + "."))
	return nil
}

// create makes a file, and returns when it is on disk.
func (d *disk) create(rel string, data []byte) error {
	f, err := d.root.OpenFile(rel, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// unwritten is the error about a file that could not be written.
func unwritten(file string, err error) error {
	d := diag.New(file, "cannot be written: %v", bare(err))
	d.Hint = "nothing was changed; check the owner and mode of it and of its folder, and the space that is left"
	return &Error{Problems: diag.List{d}, Transfer: true}
}
