package specdoc

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// library is the reference of the kind in testdata.
func library(t *testing.T) Doc {
	t.Helper()
	types, err := parse(os.DirFS("testdata/library"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := types.document("Library", "example.com/v1")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestKinds(t *testing.T) {
	if got := Kinds(); len(got) != len(generators.Kinds()) || !slices.IsSorted(got) || !slices.Contains(got, "AtticCache") {
		t.Errorf("kinds are %q", got)
	}
}

func TestKind(t *testing.T) {
	for _, name := range []string{"AtticCache", "atticcache", "ATTICCACHE"} {
		doc, err := Kind(name)
		if err != nil {
			t.Fatal(err)
		}
		if doc.Kind != "AtticCache" || doc.APIVersion != "atticgen.dev/v1alpha1" {
			t.Errorf("%s gives kind %s of %s", name, doc.Kind, doc.APIVersion)
		}
	}

	_, err := Kind("Attic\x1bCache")
	if _, ok := errors.AsType[diag.List](err); !ok {
		t.Fatalf("got %v, want a diag.List", err)
	}
	if want := `error: "Attic\x1bCache" is not a kind; write one of ` + strings.Join(Kinds(), ", "); err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

// The tree must have exactly the fields that a spec is decoded into, and call
// those required that the types never leave out.
func TestFieldsAreThoseOfTheTypes(t *testing.T) {
	for _, kind := range generators.Kinds() {
		doc, err := Kind(kind.Kind)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		collect(doc.Fields, got)
		want := map[string]bool{}
		reflected(reflect.TypeOf(kind.New()), "", want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: paths, and whether they are required: %s", kind.Kind, diff)
		}
	}
}

func collect(fields []Field, into map[string]bool) {
	for _, f := range fields {
		into[f.Path] = f.Required
		collect(f.Fields, into)
	}
}

func reflected(of reflect.Type, path string, into map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer:
		reflected(of.Elem(), path, into)
	case reflect.Slice:
		reflected(of.Elem(), path+"[]", into)
	case reflect.Map:
		reflected(of.Elem(), path+".NAME", into)
	case reflect.Struct:
		for field := range of.Fields() {
			name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			if options == "inline" {
				reflected(field.Type, path, into)
				continue
			}
			at := strings.TrimPrefix(path+"."+name, ".")
			into[at] = options == ""
			reflected(field.Type, at, into)
		}
	}
}

func TestFields(t *testing.T) {
	tests := map[string]Field{
		"kind":             {Type: "text", Required: true, Description: "Always Library."},
		"spec":             {Type: "block", Required: true, Description: "What differs from the defaults."},
		"spec.openHours":   {Type: "duration", Default: "8h (as everywhere)", Description: "openHours lasts from the morning on."},
		"spec.books":       {Type: "map of blocks", Default: "none", Description: "Books by title."},
		"spec.desks":       {Type: "list of blocks", Default: "none (people stand)", Description: "Where people read."},
		"spec.desks.seats": {Path: "spec.desks[].seats", Type: "number", Required: true, Description: "Seats around it."},
		"spec.catNames":    {Type: "list of text", Default: "Tom and Minka", Description: "Called out in the evening, see spec.sign."},
		"spec.cats":        {Type: "number or percentage", Default: "2", Description: "The largest number of cats."},
		"spec.sign": {
			Type: "text", Default: `"The library" (the reference's sign)`,
			Description: `Sign over the door, as in "Please | enter" or <name>_door. A sign that *nobody* reads is no sign.` + "\n\nIt is painted once.",
		},
		"spec.books.lend":         {Path: "spec.books.NAME.lend", Type: "true/false", Default: "true", Description: "Whether it may leave the house."},
		"spec.lamp.light":         {Type: "block", DefaultAt: "spec.lamp", Description: "Light it gives."},
		"spec.lamp.light.lumen":   {Type: "quantity", DefaultAt: "spec.lamp", Description: "How bright it is, in lumen."},
		"spec.lamp.light.colour":  {Type: "text", Default: "warm", Description: "Warm or cold."},
		"spec.spare.light.lumen":  {Type: "quantity", Description: "How bright it is, in lumen."},
		"spec.spare.light.colour": {Type: "text", Default: "warm", Description: "Warm or cold."},
	}
	doc := library(t)
	for path, want := range tests {
		t.Run(path, func(t *testing.T) {
			got, err := doc.find(path)
			if err != nil {
				t.Fatal(err)
			}
			if want.Path == "" {
				want.Path = path
			}
			want.Name = path[strings.LastIndex(path, ".")+1:]
			got.Fields, got.block, got.value, got.item, got.shared = nil, "", "", "", false
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Field{})); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, path := range []string{"spec.hidden", "spec.Hidden", "spec.secret", "spec.-"} {
		if f, err := doc.find(path); err == nil {
			t.Errorf("%s is documented as %v", path, f)
		}
	}
}

func TestSourceErrors(t *testing.T) {
	tests := map[string]struct{ source, want string }{
		"syntax":           {"type Root struct {", "expected"},
		"no tag":           {"type Root struct { A string }", "field A has no json tag"},
		"only options":     {"type Root struct { A string `json:\",omitempty\"` }", "field A has no json tag"},
		"embedded":         {"type Root struct { Other }; type Other struct {}", "json:\",inline\""},
		"unknown type":     {"type Root struct { A float64 `json:\"a\"` }", "field Root.A: the reference has no words"},
		"keys":             {"type Root struct { A map[int]string `json:\"a\"` }", "field Root.A: the reference has no words"},
		"list of lists":    {"type Root struct { A [][]string `json:\"a\"` }", "field Root.A: the reference has no words"},
		"another package":  {"type Root struct { A time.Time `json:\"a\"` }", "field Root.A: the reference has no words"},
		"new form of text": {"type Root struct { A Form `json:\"a\"` }; type Form string", "field Root.A: the reference has no words"},
		"recursion":        {"type Root struct { A []Root `json:\"a\"` }", "type Root holds itself"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			types, err := parse(fstest.MapFS{
				"root.go":      {Data: []byte("package p\n" + tt.source)},
				"root_test.go": {Data: []byte("not Go, and not read")},
			})
			if err == nil {
				_, err = types.document("Root", "v1")
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}
