package main

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/yaml"
)

// hostile are values that formats and shells stumble over.
var hostile = map[string]string{
	"lines":   "first line\nsecond line\r\n\n  indented: yes\n",
	"binary":  "\x00\x01\xfe\xff binary \x00 value",
	"unicode": "пароль 密码 \u2028 \U0001f511",
	"yaml":    "'\"*&!|>%@`#: {}[] - ?",
	"number":  "12345678901234567890",
	"truth":   "true",
	"a10":     "the tenth value",
	"a2":      "the second value",
	"A_b.c-d": "punctuated key",
	"sops":    "the key named sops",
	"empty":   "",
	"large":   strings.Repeat("0123456789abcdef", 1<<15),
}

func TestCreateAndRead(t *testing.T) {
	r := newRepo(t, byDefault)
	q := r.change(nil, hostile)
	q.Labels = map[string]string{"app.kubernetes.io/name": "attic", "gone": ""}
	q.Annotations = map[string]string{"issued-at.atticgen.dev/ci": "2026-01-02T03:04:05Z"}
	document := must(t, q).Document // without any private key

	if !bytes.HasPrefix(document, []byte("# "+testHeader+"\napiVersion: v1\n")) {
		t.Errorf("the file begins with %.80q", document)
	}
	r.unlock(t)
	want := secret{
		Namespace: "nix-cache", Name: "attic-secrets", Data: q.Set,
		Labels: map[string]string{"app.kubernetes.io/name": "attic"}, Annotations: q.Annotations,
	}
	if diff := cmp.Diff(&want, must(t, r.reading(document)).Secret); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestInOrder: what atticgen render writes, with keys sorted, another header and
// other labels, is decrypted as well.
func TestInOrder(t *testing.T) {
	r := newRepo(t, byDefault)
	r.unlock(t)
	first := must(t, r.change(nil, map[string]string{"a10": "the tenth", "b": "the letter b"})).Document
	second := must(t, r.change(first, map[string]string{"a2": "the second", "B": "the capital"})).Document
	for name, document := range map[string][]byte{"new": first, "changed": second} {
		t.Run(name, func(t *testing.T) {
			var object map[string]any
			if err := kyaml.Unmarshal(document, &object); err != nil {
				t.Fatal(err)
			}
			object["metadata"].(map[string]any)["labels"] = map[string]string{"added": "by-render"}
			rendered, err := kyaml.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			want := must(t, r.reading(document)).Secret.Data
			got := must(t, r.reading(append([]byte("# Code generated.\n"), rendered...))).Secret.Data
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	r := newRepo(t, byDefault)
	r.unlock(t)
	old := must(t, r.change(nil, map[string]string{"kept": "the kept value", "set": "the old value", "removed": "the removed value"})).Document
	q := r.change(old, map[string]string{"set": "the new value", "added": "the added value"})
	q.Remove = []string{"removed", "never-there"}
	q.Labels = map[string]string{"tier": "cache"}
	q.Annotations = map[string]string{"key-id.atticgen.dev/ci": "abc"}
	a := must(t, q)
	if !a.Changed {
		t.Error("nothing has changed")
	}
	if line(t, old, "kept") != line(t, a.Document, "kept") {
		t.Error("a value that stays is encrypted anew")
	}
	if line(t, old, "set") == line(t, a.Document, "set") {
		t.Error("a value that changes is not encrypted anew")
	}
	if n := strings.Count(string(a.Document), testHeader); n != 1 {
		t.Errorf("the header is there %d times", n)
	}
	want := map[string][]byte{"kept": []byte("the kept value"), "set": []byte("the new value"), "added": []byte("the added value")}
	got := must(t, r.reading(a.Document)).Secret
	if diff := cmp.Diff(want, got.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Labels["tier"] != "cache" || got.Annotations["key-id.atticgen.dev/ci"] != "abc" {
		t.Errorf("labels %v, annotations %v", got.Labels, got.Annotations)
	}

	q = r.change(a.Document, nil)
	q.Labels = map[string]string{"tier": ""}
	if got := must(t, r.reading(must(t, q).Document)).Secret; len(got.Labels) > 0 {
		t.Errorf("labels %v", got.Labels)
	}
}

// TestRecipients: nobody who was taken out of .sops.yaml gets to know a new value,
// and somebody who was added is not forgotten.
func TestRecipients(t *testing.T) {
	other := newKey(t).Recipient().String()
	for name, test := range map[string]struct {
		before, after, fails, warns string
	}{
		"removed":            {"age: RECIPIENT," + other, "age: RECIPIENT", "decrypted by " + other, ""},
		"replaced":           {"age: RECIPIENT," + other, "age: RECIPIENT," + newKey(t).Recipient().String(), "decrypted by " + other, ""},
		"added":              {"age: RECIPIENT", "age: RECIPIENT," + other, "", "cannot be decrypted by " + other},
		"the same":           {"age: RECIPIENT," + other, "age: '" + other + ", RECIPIENT'", "", ""},
		"in groups":          {"age: RECIPIENT," + other, "key_groups: [{age: [RECIPIENT, " + other + "]}]", "", ""},
		"no rule any more":   {"age: RECIPIENT", "path_regex: ^elsewhere/\n  age: " + other, "", ""},
		"nobody understands": {"age: RECIPIENT", "age: nobody", ".sops.yaml", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t, "creation_rules:\n- "+test.before+"\n")
			r.unlock(t)
			old := must(t, r.change(nil, map[string]string{"a": "the value of a"})).Document
			r.rules(t, "creation_rules:\n- "+test.after+"\n")
			q := r.change(old, map[string]string{"b": "the value of b"})
			if test.fails != "" {
				fails(t, q, exitFailed, test.fails)
				_, _, says := ask(t, q)
				if name == "removed" && !strings.Contains(says, "run sops updatekeys "+r.path()) {
					t.Errorf("it says: %s", says)
				}
				must(t, r.change(old, map[string]string{"a": "the value of a"}))
				return
			}
			if a := must(t, q); !strings.Contains(a.Warning, test.warns) || test.warns == "" && a.Warning != "" {
				t.Errorf("it warns: %q", a.Warning)
			}
		})
	}
}

func TestNothingChanges(t *testing.T) {
	r := newRepo(t, byDefault)
	r.unlock(t)
	old := must(t, r.change(nil, hostile)).Document
	old = bytes.Replace(old, []byte("apiVersion:"), []byte("# A comment of a person.\napiVersion:"), 1)
	q := r.change(old, hostile)
	q.Remove = []string{"never-there"}
	q.Annotations = map[string]string{"never-there": ""}
	if a := must(t, q); a.Changed || !bytes.Equal(a.Document, old) {
		t.Error("the file is written anew")
	}
}

// TestLastValue: a Secret of which nothing is left can be added to again.
func TestLastValue(t *testing.T) {
	r := newRepo(t, byDefault)
	r.unlock(t)
	q := r.change(must(t, r.change(nil, map[string]string{"only": "the only value"})).Document, nil)
	q.Remove = []string{"only"}
	empty := must(t, q).Document
	full := must(t, r.change(empty, map[string]string{"again": "another value"})).Document
	if got := must(t, r.reading(full)).Secret.Data; len(got) != 1 {
		t.Errorf("it has %d values", len(got))
	}
}

// TestComments: what people write into a file stays where it is.
func TestComments(t *testing.T) {
	r := newRepo(t, byDefault)
	r.unlock(t)
	old := must(t, r.change(nil, map[string]string{"b": "the letter b"})).Document
	old = bytes.Replace(old, []byte("kind: Secret"), []byte("# Ask before changing it.\nkind: Secret"), 1)
	document := must(t, r.change(old, map[string]string{"a": "the letter a"})).Document
	if !bytes.Contains(document, []byte("# Ask before changing it.\nkind: Secret")) {
		t.Errorf("the comment has gone:\n%s", document)
	}
	var node yaml.Node
	if err := yaml.Unmarshal(document, &node); err != nil {
		t.Fatal(err)
	}
	if a, b := bytes.Index(document, []byte(" a: ")), bytes.Index(document, []byte(" b: ")); a > b {
		t.Errorf("its values are not sorted:\n%s", document)
	}
}

func TestWrongRequests(t *testing.T) {
	r := newRepo(t, byDefault)
	for name, edit := range map[string]func(*request){
		"version":         func(q *request) { q.Version = 2 },
		"action":          func(q *request) { q.Action = "delete" },
		"path":            func(q *request) { q.Path = "secrets.yaml" },
		"name":            func(q *request) { q.Name = "" },
		"header":          func(q *request) { q.Header = "two\nlines" },
		"key":             func(q *request) { q.Set["ключ"] = []byte("the value of it") },
		"set and removed": func(q *request) { q.Remove = []string{"a"} },
		"nothing to read": func(q *request) { q.Action = "read" },
	} {
		t.Run(name, func(t *testing.T) {
			q := r.change(nil, map[string]string{"a": "the value of a"})
			edit(&q)
			fails(t, q, exitRequest, "the request to atticgen-sops")
		})
	}
	for _, text := range []string{"", "{", `{"version":1,"set":{"a":"c2VjcmV0IHZhbHVl` + "\n"} {
		var stdout, stderr bytes.Buffer
		if code := run(nil, strings.NewReader(text), &stdout, &stderr); code != exitRequest || stdout.Len() > 0 {
			t.Errorf("%q: exit code %d", text, code)
		}
		shows(t, stderr.String(), "secret value")
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"--help"}, strings.NewReader(""), &stdout, &stderr); code != exitRequest || !strings.Contains(stderr.String(), "atticgen secret set") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}

func TestOneLine(t *testing.T) {
	t.Setenv("SOPS_AGE_KEY", "# a comment\nAGE-SECRET-KEY-1QQQQQQQQQQ")
	q := request{Set: map[string][]byte{"a": []byte("the value of a")}}
	encoded := base64.StdEncoding.EncodeToString(q.Set["a"])
	got := oneLine("first\n\tthe value of a "+encoded+" AGE-SECRET-KEY-1QQQQQQQQQQ age-plugin-x-1abc", q)
	if want := "first [redacted] [redacted] [redacted] [redacted]"; got != want {
		t.Errorf("%q", got)
	}
}
