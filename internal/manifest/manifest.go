// Package manifest turns objects into the YAML that is written, reviewed and
// applied, and knows how objects are told apart, ordered and filed.
package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	goyaml "go.yaml.in/yaml/v2"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/meta"
)

// ID tells objects apart within a cluster. Versions of one API group share it.
type ID struct {
	Group, Kind, Namespace, Name string
}

// String is the form for messages, as in Deployment nix-cache/attic.
func (id ID) String() string {
	name := id.Name
	if id.Namespace != "" {
		name = id.Namespace + "/" + name
	}
	return id.Kind + " " + name
}

// Object is one rendered object.
type Object struct {
	ID
	// Wave orders applying, as in the annotation of Argo CD.
	Wave meta.Wave
	// Fields are the object as decoded JSON, numbers as json.Number: no status,
	// no nulls.
	Fields map[string]any
	// Text is what a file is to have of the object, where another order of the
	// same fields would not do; empty is [Object.YAML].
	Text []byte
}

// File is the object as a file has it.
func (o Object) File() []byte {
	if len(o.Text) > 0 {
		return o.Text
	}
	return o.YAML()
}

// YAML is the object as it is written: keys sorted. Kustomize writes with the
// same library, so that the bytes do not depend on which of the two ways an
// object came.
func (o Object) YAML() []byte {
	data, err := goyaml.Marshal(o.Fields)
	if err != nil {
		panic(err) // what came from JSON goes back to JSON
	}
	return data
}

// FromTyped writes a generated object. Fields that only a server sets, which
// typed objects carry as empty values, are left out.
func FromTyped(o generators.Object) (Object, error) {
	data, err := json.Marshal(o)
	if err != nil {
		return Object{}, fmt.Errorf("write %s %s: %w", o.GetObjectKind().GroupVersionKind().Kind, o.GetName(), err)
	}
	var fields map[string]any
	if err := exactly(json.NewDecoder(bytes.NewReader(data))).Decode(&fields); err != nil {
		return Object{}, err
	}
	delete(fields, "status")
	dropNulls(fields)
	keepLarge(fields)
	if bytes.Contains(data, []byte("${")) {
		keepFromSubstitution(fields)
	}
	return fromFields(fields)
}

// keepFromSubstitution tells Flux not to take what looks like a variable in an
// object for one of its own.
func keepFromSubstitution(fields map[string]any) {
	metadata, _ := fields["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
		metadata["annotations"] = annotations
	}
	annotations["kustomize.toolkit.fluxcd.io/substitute"] = "disabled"
}

// FromYAML reads one object that kustomize has built.
func FromYAML(data []byte) (Object, error) {
	var fields map[string]any
	if err := yaml.Unmarshal(data, &fields, exactly); err != nil {
		return Object{}, err
	}
	keepLarge(fields)
	return fromFields(fields)
}

// keepLarge gives whole numbers beyond 63 bits, which no typed object has, the
// one type in which they are written as they are.
func keepLarge(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			v[key] = keepLarge(item)
		}
	case []any:
		for i, item := range v {
			v[i] = keepLarge(item)
		}
	case json.Number:
		if _, err := v.Int64(); err == nil {
			return v
		}
		if n, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return n
		}
	}
	return value
}

// exactly keeps numbers as they are written: as floating point, large ones
// would change.
func exactly(d *json.Decoder) *json.Decoder {
	d.UseNumber()
	return d
}

func fromFields(fields map[string]any) (Object, error) {
	o := Object{Fields: fields}
	apiVersion, _ := fields["apiVersion"].(string)
	o.Group = Group(apiVersion)
	o.Kind, _ = fields["kind"].(string)
	metadata, _ := fields["metadata"].(map[string]any)
	o.Name, _ = metadata["name"].(string)
	o.Namespace, _ = metadata["namespace"].(string)
	if o.Kind == "" || o.Name == "" || apiVersion == "" {
		return Object{}, fmt.Errorf("an object without apiVersion, kind or metadata.name: %.80q", o.YAML())
	}
	annotations, _ := metadata["annotations"].(map[string]any)
	if wave, ok := annotations[meta.AnnotationSyncWave].(string); ok {
		n, err := strconv.Atoi(wave)
		if err != nil {
			return Object{}, fmt.Errorf("%s: annotation %s is %.40q; write a whole number in quotes", o.ID, meta.AnnotationSyncWave, wave)
		}
		o.Wave = meta.Wave(n)
	}
	return o, nil
}

// Lookup is a value within decoded JSON; nil when it is not there.
func Lookup(of any, path ...string) any {
	for _, key := range path {
		fields, _ := of.(map[string]any)
		of = fields[key]
	}
	return of
}

// Group is the API group of an apiVersion; the core group is empty.
func Group(apiVersion string) string {
	group, _, found := strings.Cut(apiVersion, "/")
	if !found {
		return ""
	}
	return group
}

// dropNulls removes the nulls that typed objects marshal for empty times.
func dropNulls(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			if item == nil {
				delete(v, key)
				continue
			}
			dropNulls(item)
		}
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	}
}

// Stream joins objects into one YAML stream.
func Stream(objects []Object) []byte {
	var out bytes.Buffer
	for i, o := range objects {
		if i > 0 {
			out.WriteString("---\n")
		}
		out.Write(o.YAML())
	}
	return out.Bytes()
}
