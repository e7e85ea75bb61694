package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// included is a block that shows a file of the repository, which a comment before
// it names.
var included = regexp.MustCompile("(?s)<!-- (golden/[^ ]+) -->\n```(?:yaml|markdown)\n(.*?)```\n")

// TestIncludedFiles holds what the pages show to the files that other tests
// render.
func TestIncludedFiles(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		for _, block := range included.FindAllStringSubmatch(text, -1) {
			found++
			file, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(block[1])))
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				text = strings.Replace(text, block[0], strings.Replace(block[0], block[2], string(file), 1), 1)
				continue
			}
			if diff := cmp.Diff(string(file), block[2]); diff != "" {
				t.Errorf("docs/%s shows %s otherwise than it is; run make golden: %s", page, block[1], diff)
			}
		}
		if *update && text != string(content) {
			if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if found == 0 {
		t.Error("no page shows a file")
	}
}
