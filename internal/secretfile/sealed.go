package secretfile

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	"sigs.k8s.io/yaml"
)

// The annotations by which the controller knows a scope that is not strict.
const (
	namespaceWide = "sealedsecrets.bitnami.com/namespace-wide"
	clusterWide   = "sealedsecrets.bitnami.com/cluster-wide"
)

const sealedHeader = "# Sealed by atticgen for one cluster; change it with atticgen secret set.\n"

// Sealed keeps SealedSecrets for the controller whose certificate is given, as
// PEM. The scope is "strict", "namespace-wide" or "cluster-wide"; empty is strict.
// As kubeseal, it refuses certificates that have expired, and those that are not
// RSA; and those that are not valid yet.
//
// What is sealed can be opened by the controller alone. A value that is set is
// sealed anew, unless the annotations of its token say that it is what is there;
// values that are not set stay as they are.
func Sealed(cert []byte, scope string, now time.Time) (Backend, error) {
	key, err := publicKey(cert, now)
	if err != nil {
		return nil, fmt.Errorf("the certificate of the controller of Sealed Secrets: the file %w", err)
	}
	if scope == "" {
		scope = "strict"
	}
	if !slices.Contains([]string{"strict", "namespace-wide", "cluster-wide"}, scope) {
		return nil, fmt.Errorf("spec.secrets.sealedSecrets.scope: %q is no scope; write strict, namespace-wide or cluster-wide", scope)
	}
	return sealed{key: key, scope: scope}, nil
}

type sealed struct {
	key   *rsa.PublicKey
	scope string
}

func (s sealed) Update(ctx context.Context, path string, old []byte, namespace, name string, c Change) ([]byte, error) {
	updated, err := s.update(ctx, old, namespace, name, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return updated, nil
}

func (s sealed) update(ctx context.Context, old []byte, namespace, name string, c Change) ([]byte, error) {
	if err := errors.Join(ctx.Err(), c.check(namespace, name)); err != nil {
		return nil, err
	}
	object := newSealed(namespace, name)
	if old != nil {
		var err error
		if object, err = sealedIn(old); err != nil {
			return nil, err
		}
		if err := errors.Join(is(object, namespace, name), s.keepsScope(object, c)); err != nil {
			return nil, err
		}
	} else if len(c.Set) == 0 {
		return nil, errors.New("has no values to keep; set at least one")
	}
	changed, err := s.seal(object, namespace, name, c)
	if err != nil || !changed && old != nil {
		return old, err
	}
	data, err := yaml.Marshal(object)
	if err != nil {
		return nil, errors.New("the SealedSecret cannot be written as YAML")
	}
	data = append([]byte(sealedHeader), data...)
	if err := fits(data); err != nil {
		return nil, err
	}
	return data, nil
}

// Read returns all that a SealedSecret shows, and ErrSealed.
func (s sealed) Read(_ context.Context, path string, old []byte) (Secret, error) {
	object, err := sealedIn(old)
	if err != nil {
		return Secret{}, fmt.Errorf("%s: %w", path, err)
	}
	return outside(object, fields(object, "spec", "template", "metadata"), fields(object, "spec", "encryptedData")),
		fmt.Errorf("%s: %w: only the controller in the cluster opens a SealedSecret", path, ErrSealed)
}

func newSealed(namespace, name string) map[string]any {
	metadata := func() map[string]any { return map[string]any{"name": name, "namespace": namespace} }
	return map[string]any{
		"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": metadata(),
		"spec": map[string]any{
			"encryptedData": map[string]any{},
			"template":      map[string]any{"metadata": metadata(), "type": "Opaque"},
		},
	}
}

// sealedIn reads a file with a SealedSecret.
func sealedIn(data []byte) (map[string]any, error) {
	object, err := decode(data)
	switch {
	case err != nil:
		return nil, err
	case object["apiVersion"] == "v1" && object["kind"] == "Secret" && text(object, "sops", "mac") == "":
		return nil, errPlain
	case object["kind"] != "SealedSecret" || object["apiVersion"] != "bitnami.com/v1alpha1":
		return nil, errors.New("is not a SealedSecret of bitnami.com/v1alpha1; nothing is written over it, and it can be moved away")
	case text(object, "spec", "data") != "":
		return nil, errors.New("has spec.data, which the controller reads no longer; seal its values anew with kubeseal")
	}
	return object, nil
}

// scopeOf is what the controller takes the scope from.
func scopeOf(object map[string]any) string {
	annotations := texts(object, "metadata", "annotations")
	switch {
	case annotations[clusterWide] == "true":
		return "cluster-wide"
	case annotations[namespaceWide] == "true":
		return "namespace-wide"
	}
	return "strict"
}

// keepsScope: the scope is sealed into every value, so none can stay as it is.
func (s sealed) keepsScope(object map[string]any, c Change) error {
	has := scopeOf(object)
	if has == s.scope {
		return nil
	}
	var stay []string
	for _, key := range slices.Sorted(maps.Keys(fields(object, "spec", "encryptedData"))) {
		if _, set := c.Set[key]; !set && !slices.Contains(c.Remove, key) {
			stay = append(stay, key)
		}
	}
	if len(stay) == 0 {
		return nil
	}
	return fmt.Errorf("is sealed with the scope %s, and spec.secrets.sealedSecrets.scope is %s: the scope is sealed into every value, so set %s as well, or keep the scope",
		has, s.scope, strings.Join(stay, ", "))
}

// label is what the controller demands that a value was sealed for.
func (s sealed) label(namespace, name string) []byte {
	switch s.scope {
	case "cluster-wide":
		return nil
	case "namespace-wide":
		return []byte(namespace)
	default:
		return []byte(namespace + "/" + name)
	}
}

// seal changes the object, and tells whether it has.
func (s sealed) seal(object map[string]any, namespace, name string, c Change) (changed bool, err error) {
	template := within(object, "spec", "template", "metadata")
	labels, annotations := texts(template, "labels"), texts(template, "annotations")
	values := within(object, "spec", "encryptedData")
	rescoped := scopeOf(object) != s.scope
	for _, key := range slices.Sorted(maps.Keys(c.Set)) {
		if _, has := values[key]; has && !rescoped && c.same(key, annotations) {
			continue
		}
		ciphertext, err := crypto.HybridEncrypt(rand.Reader, s.key, c.Set[key], s.label(namespace, name))
		if err != nil {
			return false, fmt.Errorf("data[%q]: cannot be sealed with this certificate", key)
		}
		values[key], changed = base64.StdEncoding.EncodeToString(ciphertext), true
	}
	for _, key := range c.Remove {
		if _, has := values[key]; has {
			delete(values, key)
			changed = true
		}
	}
	changed = changed || rescoped || alters(labels, c.Labels) || alters(annotations, c.Annotations)
	merge(template, "labels", c.Labels)
	merge(template, "annotations", c.Annotations)
	// The controller reads the first, and gives the Secret the second.
	for _, metadata := range []map[string]any{within(object, "metadata"), template} {
		merge(metadata, "annotations", map[string]string{namespaceWide: truth(s.scope == "namespace-wide"), clusterWide: truth(s.scope == "cluster-wide")})
	}
	return changed, nil
}

func truth(is bool) string {
	if is {
		return "true"
	}
	return ""
}
