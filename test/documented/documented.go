// Package documented has the YAML that the documentation shows, so that tests
// try what users copy.
package documented

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// Block is a piece of YAML on a page.
type Block struct {
	// File is the page, below the root of the repository.
	File string
	// Section is the heading above it.
	Section string
	// Line is where it begins.
	Line int
	// Text is what it says.
	Text string
}

// Blocks are all there are on the pages of docs/ and in the README.
func Blocks(t testing.TB) []Block {
	t.Helper()
	blocks := read(t, "README.md")
	err := filepath.WalkDir(filepath.Join(rendered.Root(), "docs"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		page, err := filepath.Rel(rendered.Root(), path)
		if err != nil {
			return err
		}
		blocks = append(blocks, read(t, filepath.ToSlash(page))...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

// Section are the blocks under one heading of a page. It is an error if there is
// none.
func Section(t testing.TB, file, section string) []Block {
	t.Helper()
	var found []Block
	for _, b := range read(t, file) {
		if b.Section == section {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		t.Fatalf("%s shows no YAML under %q", file, section)
	}
	return found
}

// Objects are the documents of a block, as a client would read them.
func (b Block) Objects(t testing.TB) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(b.Text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		objects = append(objects, object)
	}
}

// String is where the block is.
func (b Block) String() string { return fmt.Sprintf("%s:%d", b.File, b.Line) }

func read(t testing.TB, file string) []Block {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(rendered.Root(), filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []Block
	var section string
	var open *Block
	number := 0
	for line := range bytes.Lines(data) {
		number++
		text := string(line)
		switch fence := strings.TrimSpace(text); {
		case open != nil && fence == "```":
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.Text += text
		case fence == "```yaml":
			open = &Block{File: file, Section: section, Line: number + 1}
		case strings.HasPrefix(text, "#"):
			section = strings.TrimSpace(strings.TrimLeft(text, "#"))
		}
	}
	if open != nil {
		t.Fatalf("%s: this block does not end", open)
	}
	return blocks
}
