package charts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// fetchHTTP finds a chart in the index of its repository and gets it.
func (s *source) fetchHTTP(ctx context.Context, w wanted) ([]byte, error) {
	index, err := s.index(ctx, w)
	if err != nil {
		return nil, err
	}
	release, err := findRelease(index, w.Name, w.Version)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Repository, err)
	}
	base, err := url.Parse(strings.TrimRight(w.Repository, "/") + "/")
	if err != nil {
		return nil, errors.New("the repository is not an address")
	}
	address, err := base.Parse(release.url)
	if err != nil {
		return nil, fmt.Errorf("%s: its index gives an address for %s that is none", w.Repository, w)
	}
	var archive []byte
	switch {
	case address.User != nil:
		return nil, fmt.Errorf("%s: its index gives an address for %s with a user name or password in it", w.Repository, w)
	case address.Scheme != "https" && address.Scheme != "http" && address.Scheme != "oci":
		return nil, fmt.Errorf("%s: its index gives an address for %s that is not https or oci", w.Repository, w)
	case address.Scheme == "oci":
		archive, err = s.fetchOCI(ctx, w, address.String())
	default:
		archive, err = s.get(ctx, w, address, maxArchive)
	}
	if err != nil {
		return nil, err
	}
	if digest := sum(archive); release.digest != "" && digest != "sha256:"+release.digest {
		return nil, fmt.Errorf("%s: has the digest %s, but the index of its repository gives sha256:%s; ask who runs the repository, it is damaged", shown(address), digest, diag.Cut(release.digest))
	}
	return archive, nil
}

func (s *source) versionsHTTP(ctx context.Context, w wanted) ([]string, error) {
	index, err := s.index(ctx, w)
	if err != nil {
		return nil, err
	}
	versions, err := allVersions(index, w.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Repository, err)
	}
	return versions, nil
}

// index is that of a chart's repository; it is fetched once.
func (s *source) index(ctx context.Context, w wanted) ([]byte, error) {
	repository := strings.TrimRight(w.Repository, "/")
	if index, ok := s.indexes[repository]; ok {
		return index, nil
	}
	address, err := url.Parse(repository + "/index.yaml")
	if err != nil {
		return nil, errors.New("the repository is not an address")
	}
	index, err := s.get(ctx, w, address, maxIndex)
	if err == nil {
		s.indexes[repository] = index
	}
	return index, err
}

// get is what is at an address. Credentials go along if it is on the
// repository's own host.
func (s *source) get(ctx context.Context, w wanted, address *url.URL, limit int64) ([]byte, error) {
	repository, err := url.Parse(w.Repository)
	if err != nil {
		return nil, errors.New("the repository is not an address")
	}
	sameHost := func(u *url.URL) bool { return u.Scheme == repository.Scheme && u.Host == repository.Host }
	client := &http.Client{
		Transport: s.transport(w, limit),
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("redirects more than %d times", maxRedirects)
			}
			if !sameHost(r.URL) {
				r.Header.Del("Authorization")
			}
			return nil
		},
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: is not an address", shown(address))
	}
	if s.Username != "" && sameHost(address) {
		r.SetBasicAuth(s.Username, s.Password)
	}
	resp, err := client.Do(r)
	if errors.Is(err, errPlain) {
		return nil, plainly(err) // it names the address, to which a redirect may have led
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(address), plainly(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %w", shown(address), answered(resp.StatusCode))
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(address), plainly(err))
	}
	return data, nil
}

// answered is the error about an answer with another status than 200.
func answered(status int) error {
	text := fmt.Sprintf("the answer is %d %s", status, http.StatusText(status))
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		text += "; a private repository wants --username and --password-stdin, a registry also takes what docker login stored"
	case http.StatusNotFound:
		text += "; check the repository, the name and the version"
	}
	return errors.New(text)
}
