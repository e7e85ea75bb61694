package overlay

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// generatedFile is the name under which a kustomization sees what its
// generators gave. It exists only in memory.
const generatedFile = ".atticgen-generated.yaml"

// expandingFS is the repository as kustomize sees it: read only, closed to the
// outside, safe against documents that explode, and with each kustomization's
// atticgen generators replaced by a resource with what they generate.
type expandingFS struct {
	filesys.FileSystem
	repo      *Repo
	expand    bool
	generated map[string][]byte
	diags     diag.List
	schema    bool
	// copies is how many copies JSON patches made so far, and opaque the files
	// that kustomize takes as data, whatever is in them.
	copies int
	opaque map[string]bool
	// read are the kustomizations of the build, and objects what those of them
	// generate that do, by folder below the repository.
	read    map[string]*kustomization
	objects map[string][]manifest.Object
	// encrypted are the files that SOPS has encrypted, by path.
	encrypted map[string][]encryptedFile
}

func newExpandingFS(r *Repo, expand bool) *expandingFS {
	f := &expandingFS{FileSystem: filesys.MakeFsOnDisk(), expand: expand, generated: map[string][]byte{}, opaque: map[string]bool{}, read: map[string]*kustomization{}, objects: map[string][]manifest.Object{}, encrypted: map[string][]encryptedFile{}}
	f.repo = &Repo{given: r.given, resolved: r.resolved, seen: f, inputs: r.inputs}
	return f
}

// errReported stands for what is among the diagnostics already.
var errReported = errors.New("reported")

func (f *expandingFS) report(diags diag.List) error {
	f.diags = append(f.diags, diags...)
	if diags.HasErrors() {
		return errReported
	}
	return nil
}

// IsDir hides nothing; what is outside is refused when it is read.
func (f *expandingFS) IsDir(path string) bool {
	return f.generated[path] == nil && f.FileSystem.IsDir(path)
}

// Exists knows the generated files.
func (f *expandingFS) Exists(path string) bool {
	return f.generated[path] != nil || f.FileSystem.Exists(path)
}

// CleanedAbs refuses what is outside the repository.
func (f *expandingFS) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	if f.generated[path] != nil {
		return filesys.ConfirmedDir(filepath.Dir(path)), filepath.Base(path), nil
	}
	dir, file, err := f.FileSystem.CleanedAbs(path)
	if err != nil {
		return dir, file, err
	}
	if !f.repo.contains(dir.String()) {
		return "", "", f.report(asList(f.repo.outside(f.rel(path))))
	}
	return dir, file, nil
}

// rel is a path below the repository for one that kustomize uses.
func (f *expandingFS) rel(path string) string {
	rel, err := filepath.Rel(f.repo.resolved, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(rel)
}

// ReadFile expands kustomizations and checks everything else.
func (f *expandingFS) ReadFile(path string) ([]byte, error) {
	if data := f.generated[path]; data != nil {
		return data, nil
	}
	if !f.FileSystem.Exists(path) {
		return f.FileSystem.ReadFile(path) // kustomize tries several names
	}
	data, err := f.repo.read(f.rel(path))
	if err != nil {
		return nil, f.report(asList(err))
	}
	isKustomization := slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
	if isKustomization {
		data, err = f.kustomization(path, data)
	}
	if err != nil {
		return nil, err
	}
	if !f.expand {
		data = bytes.ReplaceAll(data, []byte(localConfig), []byte(keptConfig))
	}
	if f.opaque[path] {
		return data, nil
	}
	message, hint := harmful(data)
	if message == "" && !isKustomization { // whose copies have been counted
		message, hint = f.countCopies(data)
	}
	if message != "" {
		d := diag.New(f.repo.display(f.rel(path)), "%s", message)
		d.Hint = hint
		return nil, f.report(diag.List{d})
	}
	encrypted, diags := encryptedIn(f.repo.display(f.rel(path)), data)
	f.encrypted[path] = encrypted
	return data, f.report(diags)
}

// kustomization is a kustomization with what its generators give, or as it is.
func (f *expandingFS) kustomization(path string, data []byte) ([]byte, error) {
	k, diags := f.repo.parseKustomization(f.rel(filepath.Dir(path)), f.rel(path))
	if err := f.report(diags); err != nil {
		return nil, err
	}
	if err := f.report(f.harmfulInline(k.node)); err != nil {
		return nil, err
	}
	f.schema = f.schema || k.node.Get("openapi") != nil
	f.read[k.dir] = k
	for _, file := range k.dataFiles() {
		f.opaque[filepath.Join(filepath.Dir(path), filepath.FromSlash(file))] = true
	}
	if !f.expand || len(k.list("generators")) == 0 {
		return data, nil
	}
	made, diags := f.repo.generate(k)
	if err := f.report(diags); err != nil {
		return nil, err
	}
	content, _ := k.node.Any().(map[string]any)
	f.objects[k.dir] = made.objects
	if len(made.objects) > 0 {
		// Kustomize would name the file that is only in memory.
		if err := f.report(policy.Repeated(f.repo.display(k.file), made.objects)); err != nil {
			return nil, err
		}
		f.generated[filepath.Join(filepath.Dir(path), generatedFile)] = manifest.Stream(marked(made.objects))
		resources, _ := content["resources"].([]any)
		content["resources"] = append(resources, generatedFile)
	}
	content["generators"] = made.rest
	return yaml.Marshal(content)
}
