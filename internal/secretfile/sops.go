package secretfile

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// sopsHeader is the first line of a file; SOPS leaves it as it is.
const sopsHeader = "Encrypted by atticgen with SOPS; change it with atticgen secret set, or with sops."

// SOPS keeps Secrets encrypted by SOPS, which the program atticgen-sops does; an
// empty program is looked for when it is needed, as FindSOPS does. Relative paths
// of files are below root.
//
// A new file is encrypted for whom .sops.yaml names; nobody's private key is
// needed. To change or to read a file takes a private key, which SOPS finds as it
// always does.
//
// Nothing is set in a file that somebody can decrypt whom .sops.yaml names no
// longer. What else somebody should know goes to warn, if that is given, with the
// path of the file.
func SOPS(program, root string, warn ...func(path, message string)) Backend {
	return sops{program: program, root: root, warn: warn}
}

type sops struct {
	program, root string
	warn          []func(path, message string)
}

func (s sops) Update(ctx context.Context, path string, old []byte, namespace, name string, c Change) ([]byte, error) {
	if err := c.check(namespace, name); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if old != nil {
		object, err := encrypted(old)
		if err == nil {
			err = is(object, namespace, name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if !c.touches(object) {
			return old, nil
		}
	} else if len(c.Set) == 0 {
		return nil, fmt.Errorf("%s: has no values to keep; set at least one", path)
	}
	answer, err := s.ask(ctx, path, request{
		Action: "update", Document: old, Header: sopsHeader, Namespace: namespace, Name: name,
		Set: c.Set, Remove: c.Remove, Labels: c.Labels, Annotations: c.Annotations,
	})
	if err == nil && len(answer.Document) == 0 {
		err = errors.New("atticgen-sops has written nothing; install it anew")
	}
	if err == nil {
		err = fits(answer.Document)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if answer.Warning != "" {
		for _, warn := range s.warn {
			warn(path, answer.Warning)
		}
	}
	return answer.Document, nil
}

func (s sops) Read(ctx context.Context, path string, old []byte) (Secret, error) {
	object, err := encrypted(old)
	if err != nil {
		return Secret{}, fmt.Errorf("%s: %w", path, err)
	}
	answer, err := s.ask(ctx, path, request{Action: "read", Document: old, Header: sopsHeader})
	switch {
	case errors.Is(err, ErrSealed):
		return outside(object, fields(object, "metadata"), fields(object, "data")), fmt.Errorf("%s: %w", path, err)
	case err != nil:
		return Secret{}, fmt.Errorf("%s: %w", path, err)
	case answer.Secret == nil:
		return Secret{}, fmt.Errorf("%s: atticgen-sops has read nothing; install it anew", path)
	}
	return Secret(*answer.Secret), nil
}

func (s sops) ask(ctx context.Context, path string, r request) (reply, error) {
	program := s.program
	if program == "" {
		var err error
		if program, err = FindSOPS(); err != nil {
			return reply{}, err
		}
	}
	root, err := filepath.Abs(s.root)
	if err != nil {
		return reply{}, err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	// Creation rules are matched with the path below the folder of .sops.yaml.
	r.Path = path
	return ask(ctx, program, r, func(text string) string { return s.shown(root, text) })
}

// shown is a text with the paths of the repository as its user gives them: those
// of the machine are nobody's business, and differ from one to the next.
func (s sops) shown(root, text string) string {
	const separator = string(filepath.Separator)
	if filepath.IsAbs(s.root) || strings.HasSuffix(root, separator) {
		return text
	}
	below := strings.TrimPrefix(filepath.Clean(s.root)+separator, "."+separator)
	return strings.ReplaceAll(text, root+separator, below)
}

// encrypted reads a file that SOPS has encrypted.
func encrypted(data []byte) (map[string]any, error) {
	object, err := decode(data)
	if err != nil {
		return nil, err
	}
	switch {
	case text(object, "sops", "mac") != "":
		return object, legible(object)
	case object["apiVersion"] == "v1" && object["kind"] == "Secret":
		return nil, errPlain
	default:
		return nil, errors.New("is not encrypted by SOPS: it has no sops.mac; nothing is written over it, and it can be moved away")
	}
}

// legible tells whether SOPS has left what must be read without a key: by its
// default rule it encrypts all of a file.
func legible(object map[string]any) error {
	for _, path := range [][]string{{"apiVersion"}, {"kind"}, {"metadata", "name"}, {"metadata", "namespace"}} {
		if strings.HasPrefix(text(object, path...), "ENC[AES256_GCM,") {
			return fmt.Errorf("has its %s encrypted by SOPS, which no cluster can read; encrypt data alone: give the rule in .sops.yaml encrypted_regex: ^(data|stringData)$, "+
				"decrypt the file, and encrypt it again", strings.Join(path, "."))
		}
	}
	return nil
}

// touches tells whether a change can do anything to a file, without opening it:
// whether a value is new, only the key can tell.
func (c Change) touches(object map[string]any) bool {
	data := fields(object, "data")
	gone := slices.ContainsFunc(c.Remove, func(key string) bool { _, ok := data[key]; return ok })
	return len(c.Set) > 0 || gone ||
		alters(texts(object, "metadata", "labels"), c.Labels) ||
		alters(texts(object, "metadata", "annotations"), c.Annotations)
}

// outside is what can be known of a Secret without opening it.
func outside(object, metadata, data map[string]any) Secret {
	s := Secret{
		Namespace: text(object, "metadata", "namespace"), Name: text(object, "metadata", "name"),
		Labels: texts(metadata, "labels"), Annotations: texts(metadata, "annotations"), Data: map[string][]byte{},
	}
	for key := range data {
		s.Data[key] = nil
	}
	return s
}
