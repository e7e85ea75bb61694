package overlay

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	goyaml "go.yaml.in/yaml/v2"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/load"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy"
)

// encryptedFile is a file of the repository that SOPS has encrypted. Its checksum
// is over values in the order in which the file has them, which kustomize does not
// keep.
type encryptedFile struct {
	file   string // as messages show it
	text   []byte // without what comes before the first field
	object manifest.Object
	// Several is set where the file has more documents: the checksum is of all.
	several bool
}

// encryptedIn reads a file if SOPS has encrypted it. What cluster and people must
// be able to read is an error if they cannot.
func encryptedIn(file string, data []byte) ([]encryptedFile, diag.List) {
	if !bytes.Contains(data, []byte("ENC[AES256_GCM,")) {
		return nil, nil
	}
	nodes, problems := load.Parse(file, data)
	if problems.HasErrors() {
		return nil, nil // which whoever wants to use the file reports
	}
	var files []encryptedFile
	var diags diag.List
	for _, node := range nodes {
		if mac := node.Get("sops").Get("mac"); mac == nil || !policy.IsEncrypted(mac.Value) {
			continue
		}
		if d, hidden := hiddenIn(node); hidden {
			diags = append(diags, d)
			continue
		}
		if len(nodes) > 1 {
			files = append(files, encryptedFile{file: file, several: true, object: objectOf(node)})
			continue
		}
		if object, err := manifest.FromYAML(data); err == nil {
			files = append(files, encryptedFile{file: file, text: fieldsOf(data), object: object})
		}
	}
	return files, diags
}

// objectOf is a document of several, as far as it can be told apart.
func objectOf(node *load.Node) manifest.Object {
	fields, _ := node.Any().(map[string]any)
	return manifest.Object{Fields: fields}
}

// hiddenIn finds the first field that must not be encrypted and is.
func hiddenIn(node *load.Node) (diag.Diagnostic, bool) {
	metadata := node.Get("metadata")
	for _, field := range []struct {
		path  string
		value *load.Node
	}{
		{"apiVersion", node.Get("apiVersion")},
		{"kind", node.Get("kind")},
		{"metadata.name", metadata.Get("name")},
		{"metadata.namespace", metadata.Get("namespace")},
	} {
		if field.value != nil && policy.IsEncrypted(field.value.Value) {
			d := at(field.value, "is encrypted by SOPS, and no cluster can tell what the object is")
			d.Path, d.Hint = field.path, policy.EncryptDataAlone
			return d, true
		}
	}
	return diag.Diagnostic{}, false
}

// fieldsOf is a text from its first field on: comments above it are about the
// file, and a copy has its own. It is nil where the text cannot be copied after a
// line of another.
func fieldsOf(data []byte) []byte {
	if bytes.ContainsAny(data, "\r\t\ufeff") {
		return nil
	}
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		text := strings.TrimSpace(string(line))
		if text != "" && text != "---" && !strings.HasPrefix(text, "#") {
			break
		}
		data = rest
	}
	if len(data) == 0 || bytes.ContainsAny(data[:1], "{%- ") {
		return nil
	}
	return append(bytes.TrimRight(data, "\n"), '\n')
}

// keepEncrypted gives objects that SOPS has encrypted the text of their files, so
// that they can be decrypted as they are rendered. It warns about those that
// cannot be, because the overlay changes them.
func keepEncrypted(objects []manifest.Object, files []encryptedFile) diag.List {
	var diags diag.List
	for i, o := range objects {
		if !policy.EncryptedBySOPS(o) {
			continue
		}
		of := func(f encryptedFile) bool {
			return reflect.DeepEqual(mac(f.object), mac(o)) && (!f.several || f.object.Fields["kind"] == o.Fields["kind"])
		}
		same := func(f encryptedFile) bool {
			return of(f) && f.text != nil && reflect.DeepEqual(f.object.Fields, o.Fields)
		}
		if at := slices.IndexFunc(files, same); at >= 0 {
			objects[i].Text = files[at].text
			continue
		}
		at := slices.IndexFunc(files, of)
		if at < 0 || holds(files[at], o) {
			continue
		}
		d := diag.Diagnostic{
			File: files[at].file, Severity: diag.Warning,
			Message: "is encrypted by SOPS and changed by a kustomization, so that what is rendered of it no longer has the checksum that sops decrypt asks for; Flux does not ask for it",
			Hint:    "write the namespace, labels and annotations into the file itself, and encrypt it with mac_only_encrypted and the keys of data in their order, as atticgen secret set does",
		}
		if files[at].several {
			d.Message = "has several documents with one checksum of SOPS for all, which no object that is rendered of it has alone; Flux does not ask for it"
			d.Hint = "encrypt each in a file of its own"
		}
		diags = append(diags, d)
	}
	return diags.Sorted()
}

func mac(o manifest.Object) any { return manifest.Lookup(o.Fields, "sops", "mac") }

// holds tells whether an object that was changed still has the checksum: it is of
// the encrypted values alone, and these are there in the same order.
func holds(f encryptedFile, o manifest.Object) bool {
	only, _ := manifest.Lookup(f.object.Fields, "sops", "mac_only_encrypted").(bool)
	if f.several || !only || manifest.Lookup(o.Fields, "sops", "mac_only_encrypted") != true {
		return false
	}
	before, after := ciphertexts(f.text), ciphertexts(o.YAML())
	return f.text != nil && slices.Equal(before, after)
}

// ciphertexts are the encrypted values of a document in their order, but for those
// of SOPS itself.
func ciphertexts(document []byte) []string {
	var fields goyaml.MapSlice
	if goyaml.Unmarshal(document, &fields) != nil {
		return nil
	}
	var found []string
	var walk func(value any)
	walk = func(value any) {
		switch v := value.(type) {
		case goyaml.MapSlice:
			for _, item := range v {
				walk(item.Value)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		case string:
			if policy.IsEncrypted(v) {
				found = append(found, v)
			}
		}
	}
	for _, item := range fields {
		if item.Key != "sops" {
			walk(item.Value)
		}
	}
	return found
}
