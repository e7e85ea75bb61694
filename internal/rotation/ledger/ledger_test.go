package ledger_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/internal/rotation/ledger"
)

func form() ledger.Form {
	return ledger.Form{Key: "list.json", List: "things", Comment: "A list."}
}

type thing struct {
	ID   string `json:"id"`
	At   string `json:"at"`
	Note string `json:"note,omitempty"`
}

// messages is what reading a text says, with a name for the file.
func messages(text string) string {
	nodes, diags := form().Parse("list.json", []byte(text))
	if diags == nil {
		_, diags = ledger.Read(form(), nodes, read)
	}
	return diags.Error()
}

func read(item *ledger.Item, f thing) thing {
	item.ID("id", f.ID)
	item.Time("at", f.At)
	if f.Note != "" {
		item.Line("note", f.Note)
	}
	return f
}

func TestParseIsStrict(t *testing.T) {
	const at = `"at": "2027-01-31T12:00:00Z"`
	for name, c := range map[string]struct{ text, want string }{
		"good":         {`{"things": [{"id": "a", ` + at + `}]}`, ""},
		"none":         {`{"things": []}`, ""},
		"empty":        {" \n", "list.json:1:1: error: is empty, and no list; restore the file from Git"},
		"no list":      {`{}`, `list.json:1:1: error: things: is missing; write {"things": []} for an empty list`},
		"null list":    {`{"things": null}`, `list.json:1:12: error: things: is no list; write {"things": []} for an empty list`},
		"other":        {"{\"things\": [],\n \"thinks\": []}", "list.json:2:2: error: thinks: is not a known field; the only field is things"},
		"no object":    {`[]`, `list.json:1:1: error: is no JSON object; write {"things": []} for an empty list`},
		"twice":        {"{\"things\": [],\n  \"things\": []}", `list.json:2:3: error: the field "things" is there twice; keep one of the two`},
		"cut":          {`{"things": [`, "list.json:1:12: error: is no JSON: unexpected end of JSON input; mend it here, or restore the file from Git"},
		"comma":        {"{\"things\": [\n  {},\n]}", "list.json:3:1: error: is no JSON: invalid character ']' looking for beginning of value; mend it here, or restore the file from Git"},
		"two":          {`{"things": []} {}`, "list.json:1:16: error: is no JSON: invalid character '{' after top-level value; mend it here, or restore the file from Git"},
		"bytes":        {"{\"things\": [\"\xff\"]}", "list.json:1:14: error: has a byte that is not UTF-8; save the file as UTF-8"},
		"text item":    {`{"things": ["a"]}`, `list.json:1:13: error: things[0]: is no JSON object; write its fields between { and }, as in {"id": "…"}`},
		"unknown":      {"{\"things\": [{\"id\": \"a\",\n\"att\": \"x\"}]}", "list.json:2:1: error: things[0].att: is not a known field; did you mean at?"},
		"case":         {`{"things": [{"ID": "a", ` + at + `}]}`, "list.json:1:14: error: things[0].ID: is not a known field; did you mean id?"},
		"field twice":  {`{"things": [{"id": "a", "id": "b", ` + at + `}]}`, `list.json:1:25: error: the field "id" is there twice; keep one of the two`},
		"null field":   {`{"things": [{"id": null, ` + at + `}]}`, "list.json:1:20: error: things[0].id: is empty; write a value or leave the line out"},
		"number":       {`{"things": [{"id": 5, ` + at + `}]}`, `list.json:1:20: error: things[0].id: is read as a number by some YAML parsers; write it in quotes: "5"`},
		"missing":      {`{"things": [{}]}`, "list.json:1:13: error: things[0].id: is missing; write it, or restore the file from Git\nlist.json:1:13: error: things[0].at: is missing; write it, or restore the file from Git"},
		"same id":      {"{\"things\": [{\"id\": \"a\", " + at + "},\n{\"id\": \"a\", " + at + "}]}", `list.json:2:2: error: things[1].id: is "a", which is already in line 1; keep one of the two`},
		"zone":         {`{"things": [{"id": "a", "at": "2027-01-31T12:00:00+01:00"}]}`, `list.json:1:25: error: things[0].at: is "2027-01-31T12:00:00+01:00", which is no time in UTC with whole seconds; write one as in 2027-01-31T12:00:00Z`},
		"fraction":     {`{"things": [{"id": "a", "at": "2027-01-31T12:00:00.5Z"}]}`, `list.json:1:25: error: things[0].at: is "2027-01-31T12:00:00.5Z", which is no time in UTC with whole seconds; write one as in 2027-01-31T12:00:00Z`},
		"no such day":  {`{"things": [{"id": "a", "at": "2027-02-30T12:00:00Z"}]}`, `list.json:1:25: error: things[0].at: is "2027-02-30T12:00:00Z", which is no time in UTC with whole seconds; write one as in 2027-01-31T12:00:00Z`},
		"spaces in id": {`{"things": [{"id": "a b", ` + at + `}]}`, `list.json:1:14: error: things[0].id: is "a b"; write at most 128 characters that can be seen, without spaces`},
		"escapes":      {`{"things": [{"id": "a", ` + at + `, "note": "\u001b[2J"}]}`, `list.json:1:55: error: things[0].note: is "\x1b[2J"; write one line of at most 200 characters`},
		"long":         {`{"things": [{"id": "a", ` + at + `, "note": "` + strings.Repeat("ü", 201) + `"}]}`, `list.json:1:55: error: things[0].note: is "` + strings.Repeat("ü", 60) + `…"; write one line of at most 200 characters`},
		"deep":         {`{"things": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, "list.json: error: is no JSON: nested more than 8 levels deep"},
	} {
		t.Run(name, func(t *testing.T) {
			got := messages(c.text)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseIsBounded(t *testing.T) {
	large := `{"things": [` + strings.Repeat(" ", ledger.MaxBytes) + `]}`
	if got := messages(large); !strings.Contains(got, "more than the") {
		t.Errorf("a large text is read: %s", got)
	}
	// What is wrong a hundred thousand times is said a hundred times.
	many := `{"things": [` + strings.Repeat("{},", 100_000) + `{}]}`
	if got := strings.Count(messages(many), "\n"); got > 100 {
		t.Errorf("there are %d messages", got)
	}
}

const file = `# A list.
apiVersion: v1
data:
  list.json: |
    {
      "things": [
        {
          "id": "a b"
        }
      ]
    }
kind: ConfigMap
metadata: {name: list}
`

func TestPlacesAreThoseOfTheFile(t *testing.T) {
	nodes, diags := form().ReadConfigMap("x.yaml", []byte(file))
	if diags != nil {
		t.Fatal(diags)
	}
	_, diags = ledger.Read(form(), nodes, read)
	want := `x.yaml:7:9: error: things[0].at: is missing; write it, or restore the file from Git
x.yaml:8:11: error: things[0].id: is "a b"; write at most 128 characters that can be seen, without spaces`
	if diff := cmp.Diff(want, diags.Sorted().Error()); diff != "" {
		t.Error(diff)
	}
	// Of text that is not written in lines of its own, the place is its beginning.
	nodes, diags = form().ReadConfigMap("x.yaml", []byte(`{apiVersion: v1, kind: ConfigMap, data: {list.json: "{\n\"things\": [{}]}"}}`))
	if diags != nil {
		t.Fatal(diags)
	}
	_, diags = ledger.Read(form(), nodes, read)
	if got := diags[0]; got.Line != 1 || got.Column != 53 {
		t.Errorf("the place is %s", got)
	}
}

func TestReadConfigMapIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"kind":       {"apiVersion: v1\nkind: Secret\ndata: {list.json: '{\"things\": []}'}", "x.yaml:2:7: error: kind: is not ConfigMap; write kind: ConfigMap, or restore the file from Git"},
		"no version": {"kind: ConfigMap\ndata: {list.json: '{\"things\": []}'}", "x.yaml:1:1: error: apiVersion: is not v1; write apiVersion: v1, or restore the file from Git"},
		"no key":     {"apiVersion: v1\nkind: ConfigMap\n", "x.yaml:1:1: error: data[list.json]: is missing; restore the file from Git, or remove it if no token was ever issued"},
		"list":       {"apiVersion: v1\nkind: ConfigMap\ndata: {list.json: []}", "x.yaml:3:19: error: data[list.json]: is no text; restore the file from Git"},
		"other key":  {"apiVersion: v1\nkind: ConfigMap\ndata: {list.json: '{\"things\": []}', mine: x}", "x.yaml:3:37: error: data[mine]: is not known here; remove it: the file is atticgen's, which writes it anew"},
		"binary":     {"apiVersion: v1\nkind: ConfigMap\ndata: {list.json: '{\"things\": []}'}\nbinaryData: {}", "x.yaml:4:1: error: binaryData: is not known here; remove it: the file is atticgen's, which writes it anew"},
		"two":        {"apiVersion: v1\n---\nkind: ConfigMap", "x.yaml:3:1: error: has 2 documents; write one object a file"},
		"empty":      {"", "x.yaml: error: is empty; write an object, or remove the file and what names it"},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := form().ReadConfigMap("x.yaml", []byte(c.text))
			if diff := cmp.Diff(c.want, diags.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConfigMapThatNoClusterTakes(t *testing.T) {
	many := make([]thing, 20_000)
	for i := range many {
		many[i].Note = strings.Repeat("x", 60)
	}
	_, err := form().ConfigMap("list", meta.Scope{}, many)
	if err == nil || !strings.Contains(err.Error(), "more than the 983040 that a cluster takes") {
		t.Errorf("error is %v", err)
	}
}
