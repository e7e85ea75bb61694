package charts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// maxArchive is how many bytes the archive of a chart may have: several times
// what the largest charts have.
const maxArchive = 20 << 20

// sum is the digest of an archive.
func sum(archive []byte) string {
	hash := sha256.Sum256(archive)
	return "sha256:" + hex.EncodeToString(hash[:])
}

// open reads the chart of an entry: its digest, and its files. A chart whose
// digest is not that of the entry is refused before anything looks into it; an
// entry without a digest takes any.
func (d *disk) open(e Entry) (digest string, files []helmchart.File, err error) {
	if e.own() {
		files, digest, err = d.folder(e.path())
		if errors.Is(err, fs.ErrNotExist) {
			err = wrong(d.show(e.path()), "is not there", "put the folder of the chart there, or write the repository of the chart")
		}
		if err == nil && e.Digest != "" && digest != e.Digest {
			return digest, nil, d.changed(e, digest)
		}
		return digest, files, err
	}
	archive, err := d.read(e.path(), maxArchive)
	if errors.Is(err, fs.ErrNotExist) {
		err = wrong(d.show(e.path()), "is not there", "commit it, or run atticgen chart pull "+e.Name)
	}
	if err != nil {
		return "", nil, err
	}
	digest = sum(archive)
	if e.Digest != "" && digest != e.Digest {
		return digest, nil, d.changed(e, digest)
	}
	files, err = unpack(d.show(e.path()), archive)
	return digest, files, err
}

// changed is the error about a chart that is not the one that was pinned.
func (d *disk) changed(e Entry, digest string) error {
	hint := "restore the file, or raise the version"
	if e.own() {
		hint = "restore the folder, or raise the version in its Chart.yaml and where specs name it, and run atticgen chart pull " + e.Name
	}
	return wrong(d.show(e.path()),
		fmt.Sprintf("has the digest %s, %s pins %s: a chart never changes under the same version", digest, LockFile, e.Digest), hint)
}

func unpack(file string, archive []byte) ([]helmchart.File, error) {
	files, err := helmchart.Unpack(archive)
	if err != nil {
		return nil, diag.List{diag.New(file, "%v", err)}
	}
	return files, nil
}

// identify checks that a chart is the one that its entry names.
func identify(file string, files []helmchart.File, e Entry) error {
	i := slices.IndexFunc(files, func(f helmchart.File) bool { return f.Name == "Chart.yaml" })
	if i < 0 {
		return wrong(file, "has no Chart.yaml, so it is not a chart", "put a chart there")
	}
	var chart struct{ Name, Version string }
	if err := yaml.Unmarshal(files[i].Data, &chart); err != nil {
		return wrong(file, "has a Chart.yaml that cannot be read", "put a chart there")
	}
	if chart.Name == e.Name && chart.Version == e.Version {
		return nil
	}
	hint := "write its name and version where the chart is named, or take the right chart"
	return wrong(file, fmt.Sprintf("is the chart %s %s, not %s", diag.Cut(chart.Name), diag.Cut(chart.Version), e), hint)
}
