// Package docs_test holds the documentation to the program and to itself.
package docs_test

import (
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/specdoc"
	"gitlab.com/attic-cache/atticgen/internal/verify"
)

var update = flag.Bool("update", false, "write the generated pages anew")

// page is the generated page about a kind.
func page(kind string) string { return path.Join("spec", strings.ToLower(kind)+".md") }

func TestPages(t *testing.T) {
	for _, kind := range specdoc.Kinds() {
		doc, err := specdoc.Kind(kind)
		if err != nil {
			t.Fatal(err)
		}
		if doc.Description == "" {
			t.Errorf("%s has no comment; say what the kind is for", kind)
		}
		checkFields(t, doc.Fields)

		if *update {
			if err := os.WriteFile(page(kind), doc.Markdown(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(page(kind))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(doc.Markdown()), string(got)); diff != "" {
			t.Errorf("docs/%s is not what the comments of the fields say; run make golden: %s", page(kind), diff)
		}
	}
}

// TestRulesPage holds the page about rules to the rules.
func TestRulesPage(t *testing.T) {
	const page = "rules.md"
	if *update {
		if err := os.WriteFile(page, verify.Document(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(verify.Document()), contents(t, page)); diff != "" {
		t.Errorf("docs/%s is not what the rules say; run make golden: %s", page, diff)
	}
}

// checkFields asks of each field what it means and what holds without it. A
// block need not say the latter, because all its fields do.
func checkFields(t *testing.T, fields []specdoc.Field) {
	t.Helper()
	for _, f := range fields {
		if f.Description == "" {
			t.Errorf("%s has no comment; say what it means, in which unit", f.Path)
		}
		stated := f.Default != "" || f.DefaultAt != "" || f.Type == "block"
		if f.Required && f.Default != "" || !f.Required && !stated {
			t.Errorf(`%s: end its comment in "Required." or in "Default: " and what holds when it is left out`, f.Path)
		}
		checkFields(t, f.Fields)
	}
}

// document is one Markdown file of the repository.
type document struct {
	// name is the path from the root of the repository.
	name string
	// text has no code blocks and comments; lines keep their numbers.
	text string
}

var (
	codeBlock = regexp.MustCompile("(?ms)^ *(```|~~~).*?^ *(```|~~~) *$")
	comment   = regexp.MustCompile(`(?s)<!--.*?-->`)
	codeSpan  = regexp.MustCompile("`[^`\n]*`")
	links     = regexp.MustCompile(`\]\(<?([^()\s<>]+)>?(?:\s+"[^"]*")?\)|(?m:^ {0,3}\[[^\]]+\]:\s+<?([^\s<>]+))|(?:href|src)="([^"]+)"`)
	elsewhere = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
	headings  = regexp.MustCompile(`(?m)^#{1,6} +(.*?) *#*$`)
	linkText  = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	hyphens   = regexp.MustCompile(`-{2,}`)
	lineOf    = regexp.MustCompile(`^L[0-9]+(-L?[0-9]+)?$`)
)

// root is the repository's, where README.md is.
const root = ".."

func read(t *testing.T, name string) document {
	t.Helper()
	return newDocument(name, contents(t, filepath.Join(root, name)))
}

// contents is a file as it is.
func contents(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func newDocument(name, content string) document {
	return document{name: name, text: comment.ReplaceAllStringFunc(codeBlock.ReplaceAllStringFunc(content, blank), blank)}
}

// blank keeps the line breaks of a text.
func blank(text string) string { return strings.Repeat("\n", strings.Count(text, "\n")) }

func documents(t *testing.T) []document {
	t.Helper()
	names, err := fs.Glob(os.DirFS(root), "*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(os.DirFS(root), "docs", func(name string, _ fs.DirEntry, err error) error {
		if path.Ext(name) == ".md" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var docs []document
	for _, name := range names {
		docs = append(docs, read(t, name))
	}
	return docs
}

func TestLinks(t *testing.T) {
	for _, doc := range documents(t) {
		for _, problem := range checkLinks(t, doc) {
			t.Error(problem)
		}
	}
}

func checkLinks(t *testing.T, doc document) []string {
	t.Helper()
	var problems []string
	text := codeSpan.ReplaceAllString(doc.text, "")
	for _, found := range links.FindAllStringSubmatchIndex(text, -1) {
		for group := 2; group < len(found); group += 2 {
			if found[group] < 0 {
				continue
			}
			target := text[found[group]:found[group+1]]
			if problem := broken(t, doc, target); problem != "" {
				line := 1 + strings.Count(text[:found[group]], "\n")
				problems = append(problems, fmt.Sprintf("%s:%d: link to %s: %s", doc.name, line, target, problem))
			}
		}
	}
	return problems
}

// broken says what is wrong with a link, if anything. Only those within the
// repository are looked at.
func broken(t *testing.T, from document, target string) string {
	t.Helper()
	if elsewhere.MatchString(target) || strings.HasPrefix(target, "//") {
		return ""
	}
	link, err := url.Parse(target)
	if err != nil {
		return err.Error()
	}
	to, name := from, from.name
	if link.Path != "" {
		name = path.Join(path.Dir(from.name), link.Path)
		if path.IsAbs(link.Path) {
			name = strings.TrimPrefix(path.Clean(link.Path), "/")
		}
		if !filepath.IsLocal(name) {
			return "it leads out of the repository"
		}
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			return "there is no such file"
		}
		if path.Ext(name) == ".md" {
			to = read(t, name)
		}
	}
	switch {
	case link.Fragment == "" || lineOf.MatchString(link.Fragment):
		return ""
	case path.Ext(name) != ".md":
		return "only Markdown has anchors, and other files have lines, as in #L12"
	}
	return missing(to, link.Fragment)
}

// missing says where a document has no such anchor: the two sites that people
// read it on make different anchors of some headings.
func missing(doc document, anchor string) string {
	switch {
	case strings.Contains(doc.text, `id="`+anchor+`"`):
		return ""
	case !hasHeading(doc, anchor, gitlabSlug):
		return doc.name + " has no such heading on GitLab"
	case !hasHeading(doc, anchor, githubSlug):
		return doc.name + " has no such heading on GitHub"
	}
	return ""
}

// hasHeading numbers headings that have the same anchor, as both sites do.
func hasHeading(doc document, anchor string, slug func(string) string) bool {
	seen := map[string]int{}
	for _, heading := range headings.FindAllStringSubmatch(doc.text, -1) {
		name := slug(heading[1])
		if n := seen[name]; n == 0 && name == anchor || n > 0 && name+"-"+strconv.Itoa(n) == anchor {
			return true
		}
		seen[name]++
	}
	return false
}

// githubSlug is the anchor of a heading on GitHub: lower case, no punctuation
// but - and _, hyphens for spaces.
func githubSlug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(linkText.ReplaceAllString(heading, "$1")))
}

// gitlabSlug is the same with several hyphens in a row made one.
func gitlabSlug(heading string) string { return hyphens.ReplaceAllString(githubSlug(heading), "-") }

func TestBroken(t *testing.T) {
	doc := document{name: "docs/spec/atticcache.md", text: "# Fields of it\n## `spec.caches.NAME`\n## A – b & c\n## Twice\n## Twice\n<a id=\"here\"></a>\n## See [x](y)\n"}
	tests := map[string]string{
		"https://example.com/x.md#y":    "",
		"#fields-of-it":                 "",
		"#speccachesname":               "",
		"#twice-1":                      "",
		"#here":                         "",
		"#see-x":                        "",
		"../docs_test.go#L1-L5":         "",
		"../../go.mod":                  "",
		"/go.mod":                       "",
		"../../docs":                    "",
		"atticcache.md#forms-of-values": "",
		"#twice-2":                      "docs/spec/atticcache.md has no such heading on GitLab",
		"#Twice":                        "docs/spec/atticcache.md has no such heading on GitLab",
		"#a-b-c":                        "docs/spec/atticcache.md has no such heading on GitHub",
		"#a--b--c":                      "docs/spec/atticcache.md has no such heading on GitLab",
		"atticcache.md#no-such":         "docs/spec/atticcache.md has no such heading on GitLab",
		"no-such.md":                    "there is no such file",
		"../../../elsewhere":            "it leads out of the repository",
		"../docs_test.go#main":          "only Markdown has anchors",
	}
	for target, want := range tests {
		got := broken(t, doc, target)
		if want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
	}
}

func TestCheckLinks(t *testing.T) {
	const text = `# Page
[good](#page) and [` + "`bad`" + `](#1), [titled](#2 "title"), ![image](3.png)
` + "`[code](#no)`" + `
` + "```" + `
[block](#no)
# Not a heading
` + "```" + `
<!-- [comment](#no) --> <a href="#not-a-heading">
[reference]: 4.md
`
	want := []string{
		"docs/x.md:2: link to #1: docs/x.md has no such heading on GitLab",
		"docs/x.md:2: link to #2: docs/x.md has no such heading on GitLab",
		"docs/x.md:2: link to 3.png: there is no such file",
		"docs/x.md:8: link to #not-a-heading: docs/x.md has no such heading on GitLab",
		"docs/x.md:9: link to 4.md: there is no such file",
	}
	if diff := cmp.Diff(want, checkLinks(t, newDocument("docs/x.md", text))); diff != "" {
		t.Error(diff)
	}
}

// TestEveryPageIsOfAKind finds the page of a kind that is gone.
func TestEveryPageIsOfAKind(t *testing.T) {
	var want []string
	for _, kind := range specdoc.Kinds() {
		want = append(want, page(kind))
	}
	slices.Sort(want)
	got, err := filepath.Glob("spec/*.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages in docs/spec (-kinds +files):\n%s", diff)
	}
}
