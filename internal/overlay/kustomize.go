package overlay

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// building serialises builds by kustomize, whose schema is global to the
// process.
var building sync.Mutex

// buildObjects builds an overlay through the kustomize API. Generators of
// atticgen's kinds, wherever in the overlay or below it they are named, are
// expanded on the way, without running a plugin.
func (r *Repo) buildObjects(k *kustomization) ([]manifest.Object, diag.List) {
	fsys := newExpandingFS(r, true)
	built, diags := r.kustomize(k, fsys)
	if renamed := r.checkRenames(fsys.read, fsys.objects); len(renamed) > 0 {
		return nil, append(diags, renamed...) // the cause of whatever kustomize said
	}
	if diags.HasErrors() {
		return nil, diags
	}
	objects := make([]manifest.Object, 0, built.Size())
	for _, resource := range built.Resources() {
		data, err := resource.AsYAML()
		if err != nil {
			return nil, append(diags, diag.New(r.display(k.file), "kustomize: %v", err))
		}
		object, err := manifest.FromYAML(data)
		if err != nil {
			return nil, append(diags, diag.New(r.display(k.file), "%v", err))
		}
		objects = append(objects, object)
	}
	var encrypted []encryptedFile
	for _, path := range slices.Sorted(maps.Keys(fsys.encrypted)) {
		encrypted = append(encrypted, fsys.encrypted[path]...)
	}
	diags = append(diags, checkMarked(r.display(k.file), objects, fsys.objects)...)
	return objects, append(diags, keepEncrypted(objects, encrypted)...)
}

// localConfig is an annotation with which kustomize builds nothing of a
// document. As a generator it still takes it, so specs that it builds here carry
// the annotation under another name meanwhile.
const (
	localConfig = "config.kubernetes.io/local-config"
	keptConfig  = "config.kubernetes.io/kept-config"
)

// buildSpecs builds a kustomization of specs through the kustomize API.
func (r *Repo) buildSpecs(k *kustomization) ([]*load.Node, diag.List) {
	built, diags := r.kustomize(k, newExpandingFS(r, false))
	if diags.HasErrors() {
		return nil, diags
	}
	data, err := built.AsYaml()
	if err != nil {
		return nil, append(diags, diag.New(r.display(k.file), "kustomize: %v", err))
	}
	data = bytes.ReplaceAll(data, []byte(keptConfig), []byte(localConfig))
	nodes, problems := load.Parse(r.display(k.file), data)
	return unplaced(nodes, r.display(k.file)), append(diags, problems...)
}

func (r *Repo) kustomize(k *kustomization, fsys *expandingFS) (resmap.ResMap, diag.List) {
	if r.seen == nil {
		building.Lock()
		defer building.Unlock()
		defer keepOffline()()
	} else if r.seen.schema {
		// Each build begins with a schema of its own, and the one that this
		// build is part of has set another.
		d := diag.New(r.display(k.file), "needs kustomize to merge its specs, in an overlay that has openapi")
		d.Hint = "write patches that name what they patch and have no target, or remove openapi"
		return nil, diag.List{d}
	}
	// A kustomization with a schema of its own would leave it behind for the
	// next build.
	defer func() {
		if fsys.schema {
			openapi.ResetOpenAPI()
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // the kustomization decides
	built, err := krusty.MakeKustomizer(options).Run(fsys, filepath.Join(r.resolved, filepath.FromSlash(k.dir)))
	if err != nil && !fsys.diags.HasErrors() {
		d := diag.New(r.display(k.file), "kustomize: %s", r.relative(err.Error()))
		d.Hint = "mend the kustomization; kustomize build gives the same message"
		return nil, append(fsys.diags, d)
	}
	return built, fsys.diags
}

// relative makes the paths in a message relative to the repository: where that
// is on this machine says nothing to the reader. Line breaks go too.
func (r *Repo) relative(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	prefix := ""
	for dir := r.resolved; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		absolute := regexp.MustCompile(`(^|[\s'"(=])` + regexp.QuoteMeta(dir) + `([\\/]|\b)`)
		text = absolute.ReplaceAllStringFunc(text, func(found string) string {
			before, after, _ := strings.Cut(found, dir)
			if after == "" && prefix == "" {
				return before + "."
			}
			return before + prefix
		})
		prefix += "../"
	}
	return text
}

// keepOffline refuses requests until the returned function is called. Kustomize
// fetches what it takes for an address, and [Repo.checkReferences] cannot see
// those that it puts together itself.
func keepOffline() func() {
	before := http.DefaultTransport
	http.DefaultTransport = offline{}
	return func() { http.DefaultTransport = before }
}

type offline struct{}

func (offline) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("atticgen fetches nothing from the network: copy it into the repository, so that every commit renders the same")
}
