package charts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// What Helm calls the parts of a chart in a registry.
const (
	configType = "application/vnd.cncf.helm.config.v1+json"
	layerType  = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
)

// tagOf is the tag of a version: tags have no plus, so Helm writes an underscore.
func tagOf(version string) string { return strings.ReplaceAll(version, "+", "_") }

// fetchOCI gets a chart from a registry. The address is that of the chart, with
// its tag.
func (s *source) fetchOCI(ctx context.Context, w wanted, address string) ([]byte, error) {
	plain, err := registryPath(address)
	if err != nil {
		return nil, err
	}
	tag, err := name.NewTag(plain, nameOptions(w)...)
	if err != nil {
		return nil, fmt.Errorf("oci://%s: is no chart that a registry can have; check the repository and the name", plain)
	}
	descriptor, err := remote.Get(tag, s.options(ctx, w, tag.RegistryStr(), maxArchive+maxTalk)...)
	if err != nil {
		return nil, fmt.Errorf("oci://%s: %w", plain, explained(err))
	}
	image, err := descriptor.Image()
	if err != nil {
		return nil, fmt.Errorf("oci://%s: is not a chart, but %s", plain, descriptor.MediaType)
	}
	manifest, err := image.Manifest()
	if err != nil {
		return nil, fmt.Errorf("oci://%s: has a manifest that cannot be read", plain)
	}
	content, err := chartLayer(manifest)
	if err != nil {
		return nil, fmt.Errorf("oci://%s: %w", plain, err)
	}
	layer, err := image.LayerByDigest(content.Digest)
	if err != nil {
		return nil, fmt.Errorf("oci://%s: %w", plain, explained(err))
	}
	blob, err := layer.Compressed()
	if err != nil {
		return nil, fmt.Errorf("oci://%s: %w", plain, explained(err))
	}
	defer func() { _ = blob.Close() }()
	// What is read is compared with size and digest of the manifest.
	archive, err := io.ReadAll(blob)
	if err != nil {
		return nil, fmt.Errorf("oci://%s: %w", plain, explained(err))
	}
	return archive, nil
}

// chartLayer is the chart among the layers of a manifest, which may also hold
// its signature.
func chartLayer(manifest *v1.Manifest) (v1.Descriptor, error) {
	if manifest.Config.MediaType != configType {
		return v1.Descriptor{}, errors.New("is not a Helm chart, but an image or something else; check the repository and the name")
	}
	var found []v1.Descriptor
	for _, layer := range manifest.Layers {
		if layer.MediaType == layerType {
			found = append(found, layer)
		}
	}
	switch {
	case len(found) != 1:
		return v1.Descriptor{}, fmt.Errorf("has %d archives of a chart, and must have one; ask who pushed it", len(found))
	case found[0].Size > maxArchive:
		return v1.Descriptor{}, errLong
	}
	return found[0], nil
}

func (s *source) versionsOCI(ctx context.Context, w wanted) ([]string, error) {
	plain, err := registryPath(w.Repository + "/" + w.Name)
	if err != nil {
		return nil, err
	}
	repository, err := name.NewRepository(plain, nameOptions(w)...)
	if err != nil {
		return nil, fmt.Errorf("oci://%s: is no chart that a registry can have; check the repository and the name", plain)
	}
	tags, err := remote.List(repository, s.options(ctx, w, repository.RegistryStr(), maxTalk)...)
	if err != nil {
		return nil, fmt.Errorf("oci://%s: %w", plain, explained(err))
	}
	for i, tag := range tags {
		tags[i] = strings.ReplaceAll(tag, "_", "+")
	}
	return tags, nil
}

// registryPath is an address without oci://, checked to name its registry: a
// library that finds none in it takes Docker's.
func registryPath(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "oci" || u.User != nil || u.RawQuery != "" {
		return "", errors.New("the repository, or its index, has an address that is none")
	}
	if u.Hostname() != "localhost" && !strings.ContainsAny(u.Host, ".:") {
		return "", fmt.Errorf("oci://%s: the registry cannot be told from a folder; write its port too, as in oci://%s:443", u.Host, u.Host)
	}
	return u.Host + u.Path, nil
}

func nameOptions(w wanted) []name.Option {
	options := []name.Option{name.StrictValidation}
	if w.insecure {
		options = append(options, name.Insecure)
	}
	return options
}

func (s *source) options(ctx context.Context, w wanted, host string, budget int64) []remote.Option {
	options := []remote.Option{remote.WithContext(ctx), remote.WithTransport(s.transport(w, budget))}
	own, err := url.Parse(w.Repository)
	if s.Username != "" && err == nil && own.Scheme == "oci" && own.Host == host {
		return append(options, remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: s.Username, Password: s.Password})))
	}
	return append(options, remote.WithAuthFromKeychain(authn.DefaultKeychain))
}

// explained is an error of a registry in words, without what the registry says
// at length.
func explained(err error) error {
	if e, ok := errors.AsType[*transport.Error](err); ok {
		return answered(e.StatusCode)
	}
	return plainly(err)
}
