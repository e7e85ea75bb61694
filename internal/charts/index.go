package charts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/load"
)

// release is one version of a chart in an index.
type release struct{ version, url, digest string }

// The index of a large repository has tens of megabytes, of which one chart is a
// small part. So the text is cut by its indentation first, as Helm writes it,
// and only what is about one version of one chart is parsed as YAML.

// findRelease is a version of a chart in an index.
func findRelease(index []byte, name, version string) (release, error) {
	items, err := releases(index, name)
	if err != nil {
		return release{}, err
	}
	for _, item := range items {
		if !bytes.Contains(item, []byte(version)) {
			continue
		}
		r, err := parseRelease(item)
		if err != nil || r.version != version {
			continue
		}
		if r.url == "" {
			return release{}, fmt.Errorf("its index has %s %s without an address", name, version)
		}
		return r, nil
	}
	return release{}, fmt.Errorf("it has no version %s of %s; run atticgen chart outdated, or look into its index.yaml, for those there are", version, name)
}

// allVersions are all versions of a chart that can be read.
func allVersions(index []byte, name string) ([]string, error) {
	items, err := releases(index, name)
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, item := range items {
		if r, err := parseRelease(item); err == nil && r.version != "" {
			versions = append(versions, r.version)
		}
	}
	return versions, nil
}

// releases are the parts of an index that are about one chart, a part a version.
func releases(index []byte, name string) ([][]byte, error) {
	var items [][]byte
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(index, " \t\r\n"), []byte("{")) {
		items, err = releasesJSON(index, name)
	} else {
		items, err = releasesYAML(index, name)
	}
	if err == nil && len(items) == 0 {
		err = fmt.Errorf("it has no chart %s; check the name", name)
	}
	return items, err
}

// errNoIndex is about something else than an index.
var errNoIndex = errors.New("its index.yaml is not that of a chart repository; check the address")

func releasesJSON(index []byte, name string) ([][]byte, error) {
	var document struct {
		Entries map[string]json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal(index, &document); err != nil || document.Entries == nil {
		return nil, errNoIndex
	}
	var raw []json.RawMessage
	if list, ok := document.Entries[name]; ok {
		if err := json.Unmarshal(list, &raw); err != nil {
			return nil, errNoIndex
		}
	}
	items := make([][]byte, len(raw))
	for i, item := range raw {
		items[i] = item // JSON is YAML
	}
	return items, nil
}

func releasesYAML(index []byte, name string) ([][]byte, error) {
	var (
		items      [][]byte
		within     bool // entries:
		found      bool // the chart
		keyIndent  = -1
		itemIndent = -1
	)
	for line := range bytes.Lines(index) {
		text := bytes.TrimLeft(line, " ")
		indent := len(line) - len(text)
		text = bytes.TrimRight(text, " \t\r\n")
		isItem := len(text) > 0 && text[0] == '-' && (len(text) == 1 || text[1] == ' ')
		switch {
		case len(text) == 0:
			// Part of a block of text, if of anything.
		case text[0] == '#' && (!found || indent <= keyIndent):
			continue
		case !within:
			within = indent == 0 && bytes.HasPrefix(text, []byte("entries:"))
			continue
		case indent == 0 && !isItem:
			return items, nil
		case keyIndent < 0:
			keyIndent = indent
			fallthrough
		case indent == keyIndent && !isItem:
			if found {
				return items, nil
			}
			found = keyOf(text) == name
			continue
		}
		if !found {
			continue
		}
		if isItem && itemIndent < 0 {
			itemIndent = indent
		}
		switch {
		case isItem && indent == itemIndent:
			// The dash becomes a space, so that what follows is a map.
			item := bytes.Clone(line)
			item[indent] = ' '
			items = append(items, item)
		case len(items) > 0:
			items[len(items)-1] = append(items[len(items)-1], line...)
		}
	}
	if !within {
		return nil, errNoIndex
	}
	return items, nil
}

// keyOf is the key on a line that begins with one.
func keyOf(text []byte) string {
	key, _, _ := strings.Cut(string(text), ":")
	return strings.Trim(strings.TrimSpace(key), `"'`)
}

func parseRelease(item []byte) (release, error) {
	nodes, diags := load.Parse("index.yaml", item)
	if diags.HasErrors() || len(nodes) != 1 {
		return release{}, errNoIndex
	}
	r := release{version: text(nodes[0].Get("version")), digest: strings.TrimPrefix(text(nodes[0].Get("digest")), "sha256:")}
	if urls := nodes[0].Get("urls"); urls != nil && len(urls.Items) > 0 {
		r.url = text(urls.Items[0])
	}
	return r, nil
}

// text is a node's, empty for anything but text.
func text(n *load.Node) string {
	if n == nil || n.Kind != load.Scalar {
		return ""
	}
	return n.Value
}
