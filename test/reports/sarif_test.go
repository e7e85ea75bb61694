// Package reports_test holds what atticgen writes for other programs to what they
// say that they read.
package reports_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// schema is the standard's own, from a module that the linter is built of: it is
// on every machine that has the linter, and its checksum is in go.sum.
func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", "github.com/securego/gosec/v2")
	cmd.Dir = filepath.Join(rendered.Root(), "internal", "tools")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiled, err := compiler.Compile(filepath.Join(module.Dir, "report", "sarif", "testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func check(s *jsonschema.Schema, text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// TestSARIF looks at what the tests of package report hold still.
func TestSARIF(t *testing.T) {
	s := schema(t)
	files, err := filepath.Glob(filepath.Join(rendered.Root(), "internal", "report", "testdata", "*.sarif"))
	if err != nil || len(files) < 4 {
		t.Fatalf("there are %d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(s, text); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

// TestSARIFFaults shows that the schema finds what could be wrong.
func TestSARIFFaults(t *testing.T) {
	s := schema(t)
	sound, err := os.ReadFile(filepath.Join(rendered.Root(), "internal", "report", "testdata", "found.sarif"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, at string }{
		"other version":      {`"version": "2.1.0"`, `"version": "2.0.0"`, "/version"},
		"no such level":      {`"level": "note"`, `"level": "info"`, "/level"},
		"no line":            {`"startLine": 7`, `"startLine": 0`, "/startLine"},
		"no index":           {`"ruleIndex": 2`, `"ruleIndex": -2`, "/ruleIndex"},
		"no address":         {`"uri": "environments/staging/`, `"uri": "environments/%zz/`, "/uri"},
		"no such kind":       {`"kind": "external"`, `"kind": "waiver"`, "/kind"},
		"no such field":      {`"justification"`, `"reason"`, "/suppressions/0"},
		"no such columns":    {`"unicodeCodePoints"`, `"characters"`, "/columnKind"},
		"no name of a rule":  {`"id": "image-pinned",`, ``, "/rules/0"},
		"no name of program": {`"name": "atticgen",`, ``, "/driver"},
		"a hint":             {`"ruleId": "drift",`, `"ruleId": "drift", "hint": "h",`, "/results/0"},
	} {
		t.Run(name, func(t *testing.T) {
			faulty := bytes.Replace(sound, []byte(c.from), []byte(c.to), 1)
			if bytes.Equal(faulty, sound) {
				t.Fatalf("there is no %s", c.from)
			}
			var invalid *jsonschema.ValidationError
			if err := check(s, faulty); !errors.As(err, &invalid) || !bytes.Contains([]byte(err.Error()), []byte(c.at)) {
				t.Errorf("the schema should say something about %s, not: %v", c.at, err)
			}
		})
	}
}
