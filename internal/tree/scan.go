package tree

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// modeBits are what chmod can set.
const modeBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// snapshot is what a folder holds, by slash-separated path; the folder itself is
// ".". It is empty if the folder does not exist.
type snapshot map[string]entry

// entry is what must stay the same between [NewPlan] and [Commit]. Only files of
// ours are read: those of others may be large, and their time tells as much.
type entry struct {
	mode    fs.FileMode
	owned   bool
	sum     [sha256.Size]byte // of an owned file
	size    int64             // of a file of others
	modTime int64             // of a file of others, in nanoseconds
	target  string            // of a symlink
}

// same says whether the entry is an owned file with this content.
func (e entry) same(data []byte) bool {
	return e.owned && e.sum == sha256.Sum256(data)
}

// scan reads what the folder holds, and refuses what cannot be carried over to a
// new one.
func scan(d disk, at place) (snapshot, error) {
	root, err := d.lstat(at.real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return snapshot{}, nil
	case err != nil:
		return nil, explain(at.show("."), "be read", err)
	case root.Mode().Type() == fs.ModeSymlink:
		return nil, fmt.Errorf("%s: is a symlink: name the folder that it points to, or remove it", at.show("."))
	case !root.IsDir():
		return nil, fmt.Errorf("%s: is a file: move it, or name a folder", at.show("."))
	}
	s := scanner{disk: d, at: at, root: root, found: snapshot{".": {mode: fs.ModeDir | root.Mode()&modeBits}}}
	err = s.folder(".")
	return s.found, err
}

type scanner struct {
	disk  disk
	at    place
	root  fs.FileInfo
	found snapshot
}

func (s scanner) folder(rel string) error {
	list, err := s.disk.readDir(in(s.at.real, rel))
	if err != nil {
		return explain(s.at.show(rel), "be read", err)
	}
	for _, item := range list {
		if err := s.item(path.Join(rel, item.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (s scanner) item(rel string) error {
	file := in(s.at.real, rel)
	info, err := s.disk.lstat(file)
	if err != nil {
		return explain(s.at.show(rel), "be read", err)
	}
	found := entry{mode: info.Mode() & modeBits}
	switch info.Mode().Type() {
	case fs.ModeDir:
		if !sameFilesystem(s.root, info) {
			return fmt.Errorf("%s: is a mount point, and would be lost when the folder is replaced: unmount it", s.at.show(rel))
		}
		found.mode |= fs.ModeDir
	case fs.ModeSymlink:
		found.mode = fs.ModeSymlink
		found.target, err = s.disk.readlink(file)
	case 0:
		var data []byte
		data, found.owned, err = s.disk.readOwned(file, s.at.whole)
		if found.owned {
			found.sum = sha256.Sum256(data)
			break
		}
		found.size, found.modTime = info.Size(), info.ModTime().UnixNano()
	default:
		return fmt.Errorf("%s: is neither a file, a folder nor a symlink: move it out of the folder", s.at.show(rel))
	}
	if err != nil {
		return explain(s.at.show(rel), "be read", err)
	}
	s.found[rel] = found
	if found.mode.IsDir() {
		return s.folder(rel)
	}
	return nil
}
