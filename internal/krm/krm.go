// Package krm is the door for kustomize, kpt and everything else that speaks
// the KRM functions specification: a ResourceList in, a ResourceList out.
package krm

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/expand"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// Run reads one ResourceList, generates from its functionConfig, and returns
// the ResourceList to answer with and what there is to say. With errors among
// the diagnostics there is no answer: kustomize would take an empty list, or
// one with an error among its results, for success.
//
// Items that come in go out unchanged, except those that were generated before,
// which are replaced, so that running the function again changes nothing. The
// inputs are what the functionConfig may refer to.
func Run(in io.Reader, inputs generators.Inputs) ([]byte, diag.List) {
	data, err := io.ReadAll(io.LimitReader(in, load.MaxResourceListBytes+1))
	if err != nil {
		return nil, diag.List{diag.New("", "cannot read standard input: %v", err)}
	}
	// The framework of kyaml forgives what must not be forgiven, such as
	// duplicate keys or a second document, and expands aliases without bound. So
	// the strict reader decides; what it has passed is only put together here.
	config, _, diags := load.ResourceList("", data)
	if diags.HasErrors() {
		return nil, diags
	}
	objects, diags := expand.Spec(config, inputs)
	if !diags.HasErrors() {
		diags = append(diags, policy.Check("", objects)...)
	}
	// A build runs the function once for each spec, and a functionConfig has no
	// file: its name says which one is meant.
	for i := range diags {
		if diags[i].File == "" {
			diags[i].File = title(config)
		}
	}
	if diags.HasErrors() {
		return nil, diags
	}
	manifest.Sort(objects)
	out, err := answer(data, objects, diags)
	if err != nil {
		return nil, append(diags, diag.New("", "%v", err))
	}
	return out, diags
}

// title names a spec in messages, as in AtticCache nix-cache/attic.
func title(config *load.Node) string {
	text := func(node *load.Node) string {
		if node == nil {
			return ""
		}
		return diag.Cut(node.Value)
	}
	metadata := config.Get("metadata")
	return manifest.ID{Kind: text(config.Get("kind")), Namespace: text(metadata.Get("namespace")), Name: text(metadata.Get("name"))}.String()
}

// answer is the list that came in, with the objects among its items and results
// in the place of earlier ones. All else in it stays as it was written.
func answer(data []byte, objects []manifest.Object, diags diag.List) ([]byte, error) {
	list, err := read(data)
	if err != nil {
		return nil, err
	}
	items, err := list.Pipe(yaml.Lookup("items"))
	if err != nil {
		return nil, err
	}
	elements, err := items.Elements()
	if err != nil {
		return nil, err
	}
	found, err := written(results(diags))
	if err != nil {
		return nil, err
	}
	// A list written in braces takes what is added in braces too.
	list.YNode().Style, items.YNode().Style = 0, 0
	items.YNode().Content = merge(elements, objects)
	if err := list.PipeE(yaml.FieldSetter{Name: "results", Value: found}); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	if err := errors.Join(encoder.Encode(list.YNode()), encoder.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// read finds the one document that is not empty.
func read(data []byte) (*yaml.RNode, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		if err := decoder.Decode(&document); err != nil {
			return nil, err
		}
		if list := yaml.NewRNode(&document); !list.IsNil() && list.YNode().Kind == yaml.MappingNode {
			return list, nil
		}
	}
}

// written are results as they stand in a list; nil when there are none.
func written(all []result) (*yaml.RNode, error) {
	if len(all) == 0 {
		return nil, nil
	}
	data, err := yaml.Marshal(all)
	if err != nil {
		return nil, err
	}
	return yaml.Parse(string(data))
}

func merge(items []*yaml.RNode, objects []manifest.Object) []*yaml.Node {
	generated := map[manifest.ID]bool{}
	for _, o := range objects {
		generated[o.ID] = true
	}
	merged := []*yaml.Node{}
	for _, item := range items {
		if !generated[identify(item)] && !superseded(item, objects) {
			merged = append(merged, item.YNode())
		}
	}
	for _, o := range objects {
		merged = append(merged, node(o.Fields))
	}
	return merged
}

// node is decoded JSON as a YAML tree with sorted keys. It spares writing YAML
// only to read it again. Tagged as strings, strings get quotes where they need
// them.
func node(value any) *yaml.Node {
	switch v := value.(type) {
	case map[string]any:
		out := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out.Content = append(out.Content, node(key), node(v[key]))
		}
		return out
	case []any:
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: yaml.NodeTagSeq}
		for _, item := range v {
			out.Content = append(out.Content, node(item))
		}
		return out
	case string:
		out := &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: v}
		if readsOtherwise(v) {
			out.Style = yaml.DoubleQuotedStyle
		}
		return out
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagBool, Value: strconv.FormatBool(v)}
	case json.Number:
		tag := yaml.NodeTagInt
		if strings.ContainsAny(v.String(), ".eE") {
			tag = yaml.NodeTagFloat
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v.String()}
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagNull, Value: "null"}
	}
}

// readsOtherwise tells whether readers of YAML 1.1 take a plain text for a boolean
// or, with colons, for a number to the base of 60. What later versions take for
// something else gets its quotes from the encoder.
func readsOtherwise(text string) bool {
	if text != "" && (text[0] >= '0' && text[0] <= '9' || text[0] == '-' || text[0] == '+') {
		return strings.Contains(text, ":")
	}
	if len(text) > len("false") {
		return false
	}
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return false
}

// superseded tells whether an item came from an earlier run for the same spec:
// names with a digest change with what they name. What holds data, or belongs to
// the whole cluster, never goes unasked.
func superseded(item *yaml.RNode, objects []manifest.Object) bool {
	if item.GetNamespace() == "" || policy.Stateful(identify(item)) {
		return false
	}
	labels := item.GetLabels()
	return labels[naming.LabelManagedBy] == naming.ManagedBy && slices.ContainsFunc(objects, func(o manifest.Object) bool {
		return o.Namespace == item.GetNamespace() &&
			manifest.Lookup(o.Fields, "metadata", "labels", naming.LabelPartOf) == labels[naming.LabelPartOf]
	})
}

func identify(item *yaml.RNode) manifest.ID {
	return manifest.ID{Group: manifest.Group(item.GetApiVersion()), Kind: item.GetKind(), Namespace: item.GetNamespace(), Name: item.GetName()}
}
