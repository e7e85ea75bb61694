package secretfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"sigs.k8s.io/yaml"
)

// yamlLine is where YAML's messages say they are; the rest of them may quote what
// must not be shown.
var yamlLine = regexp.MustCompile(`line \d+`)

// decode reads a file that holds one object. Nothing of the file is in an error.
func decode(data []byte) (map[string]any, error) {
	object := map[string]any{}
	if err := yaml.UnmarshalStrict(data, &object); err != nil {
		where := yamlLine.FindString(err.Error())
		if where == "" {
			where = "beginning"
		}
		return nil, fmt.Errorf("is not YAML with one object in it (see its %s); nothing is written over it", where)
	}
	return object, nil
}

func fields(object map[string]any, path ...string) map[string]any {
	for _, name := range path {
		object, _ = object[name].(map[string]any)
	}
	return object
}

func text(object map[string]any, path ...string) string {
	last := len(path) - 1
	value, _ := fields(object, path[:last]...)[path[last]].(string)
	return value
}

func texts(object map[string]any, path ...string) map[string]string {
	all := map[string]string{}
	for key, value := range fields(object, path...) {
		if value, ok := value.(string); ok {
			all[key] = value
		}
	}
	return all
}

// within makes the fields on the way.
func within(object map[string]any, path ...string) map[string]any {
	for _, name := range path {
		inner, ok := object[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	return object
}

// merge sets texts, and removes those that are to be empty, and the field itself
// when nothing is left of it.
func merge(object map[string]any, name string, want map[string]string) {
	for key, value := range want {
		if value != "" {
			within(object, name)[key] = value
			continue
		}
		if has := fields(object, name); has != nil {
			delete(has, key)
		}
	}
	if has, ok := object[name].(map[string]any); ok && len(has) == 0 {
		delete(object, name)
	}
}

// is tells whether an object is the one that the caller means.
func is(object map[string]any, namespace, name string) error {
	has := fmt.Sprintf("%q in namespace %q", text(object, "metadata", "name"), text(object, "metadata", "namespace"))
	if want := fmt.Sprintf("%q in namespace %q", name, namespace); has != want {
		return fmt.Errorf("holds %s, not %s; nothing is written over another Secret", has, want)
	}
	return nil
}

// errPlain: whoever made such a file has the only copy of what is in it.
var errPlain = errors.New("is a Secret in plain text, which nothing is written over: take its values into account (atticgen secret set), then delete it, and consider them known to whoever could read it")

// digests are those that the annotation of a token may have for a value.
func digests(value []byte) []string {
	all := []string{digest(value)}
	var token struct {
		Secret string `json:"secret"`
	}
	if json.Unmarshal(value, &token) == nil && token.Secret != "" {
		all = append(all, digest([]byte(token.Secret)))
	}
	return all
}

// digest is the beginning of the SHA-256 of a token's text, as annotations have it.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
