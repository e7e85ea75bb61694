package specdoc

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

func TestText(t *testing.T) {
	const head = "KIND:     Library\nVERSION:  example.com/v1\n\n"
	tests := map[string]string{
		"": `DESCRIPTION:
    A building with books: shelves, desks and a cat.

FIELDS:
  apiVersion <text> -required-
      Always example.com/v1.
  kind <text> -required-
      Always Library.
  metadata <block> -required-
      What names the library.
  spec <block> -required-
      What differs from the defaults.
`,
		"spec.sign": `FIELD:    spec.sign <text>
DEFAULT:  "The library" (the reference's sign)

DESCRIPTION:
    Sign over the door, as in "Please | enter" or <name>_door. A sign that
    *nobody* reads is no sign.

    It is painted once.
`,
		"spec.lamp.light.lumen": `FIELD:    spec.lamp.light.lumen <quantity>
DEFAULT:  see spec.lamp: 40 lumen and warm

DESCRIPTION:
    How bright it is, in lumen.

    A number with a unit, as in 40lm.
`,
		"spec.desks": `FIELD:    spec.desks <list of blocks>
DEFAULT:  none (people stand)

DESCRIPTION:
    Where people read.

    A place to read.

FIELDS:
  seats <number> -required-
      Seats around it.
`,
		"spec": `FIELD:    spec <block> -required-

DESCRIPTION:
    What differs from the defaults.

    Spec says what is in the library.

FIELDS:
  openHours <duration>
      openHours lasts from the morning on.
      Default: 8h (as everywhere)
  sign <text>
      Sign over the door, as in "Please | enter" or <name>_door. A sign that
      *nobody* reads is no sign.

      It is painted once.
      Default: "The library" (the reference's sign)
  books <map of blocks>
      Books by title.
      Default: none
  desks <list of blocks>
      Where people read.
      Default: none (people stand)
  lamp <block>
      Over every desk.
      Default: 40 lumen and warm
  spare <block>
      The lamp that replaces it.
      Default: not wanted (darkness)
  catNames <list of text>
      Called out in the evening, see spec.sign.
      Default: Tom and Minka
  cats <number or percentage>
      The largest number of cats.
      Default: 2
`,
		"spec.lamp.light": `FIELD:    spec.lamp.light <block>
DEFAULT:  see spec.lamp: 40 lumen and warm

DESCRIPTION:
    Light it gives.

    Brightness and colour.

FIELDS:
  lumen <quantity>
      How bright it is, in lumen.
      Default: see spec.lamp: 40 lumen and warm
  colour <text>
      Warm or cold.
      Default: warm
`,
	}
	doc := library(t)
	for path, want := range tests {
		t.Run(path, func(t *testing.T) {
			got, err := doc.Text(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestList(t *testing.T) {
	got, err := List()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(got) {
		if utf8.RuneCountInString(line) > width+1 {
			t.Errorf("%q is too long", line)
		}
	}
	if want := "VERSION:  atticgen.dev/v1alpha1\n\nKINDS:\n  AtticCache\n      An Attic binary cache"; !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant it to begin with\n%s", got, want)
	}
}

func TestTextPaths(t *testing.T) {
	doc := library(t)
	for given, want := range map[string]string{
		"spec.books.NAME.copies":      "spec.books.NAME.copies",
		"spec.books[a.b/c].copies":    "spec.books.NAME.copies",
		"spec.books.Middlemarch.lend": "spec.books.NAME.lend",
		"spec.books.lend":             "spec.books.NAME.lend",
		"spec.books.Middlemarch":      "spec.books",
		"spec.desks[].seats":          "spec.desks[].seats",
		"spec.desks[12].seats":        "spec.desks[].seats",
		"spec.desks.seats":            "spec.desks[].seats",
		"spec.catNames[0]":            "spec.catNames",
		".spec.lamp":                  "spec.lamp",
	} {
		got, err := doc.Text(given)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(got, "\nFIELD:    "+want+" <") {
			t.Errorf("%s does not explain %s: %s", given, want, got)
		}
	}
}

func TestTextUnknown(t *testing.T) {
	tests := map[string]string{
		"spec.sing":                "spec.sing: is not a field of Library; did you mean spec.sign?",
		"spec.openHour":            "did you mean spec.openHours?",
		"Spec.OpenHours":           "did you mean spec.openHours?",
		"openHours":                "did you mean spec.openHours?",
		"spec.light":               "did you mean spec.lamp.light or spec.spare.light?",
		"spec.spare.lumen":         "did you mean spec.spare.light.lumen or spec.lamp.light.lumen?",
		"spec.lamp.xyz":            "below spec.lamp write one of light",
		"spec.books.NAME.x.y":      "below spec.books.NAME write one of copies, lend",
		"spec.sign.colour.of":      "stop at spec.sign, which has no fields",
		"spec.sign[0]":             "spec.sign",
		"spec.desks.first.seats":   "did you mean spec.desks[].seats?",
		"nothing":                  "start with apiVersion or kind or metadata or spec",
		"spec.\x1b[31m":            `error: spec.\x1b[31m: is not a field`,
		strings.Repeat("é.", 5000): "start with apiVersion",
	}
	doc := library(t)
	for path, want := range tests {
		got, err := doc.Text(path)
		if _, ok := errors.AsType[diag.List](err); !ok {
			t.Errorf("%.60q: got %q, %v, want a diag.List", path, got, err)
			continue
		}
		if text := err.Error(); !strings.Contains(text, want) || utf8.RuneCountInString(text) > 300 {
			t.Errorf("%.60q: got  %s\nwant %s", path, text, want)
		}
	}
}

// Every field of the real kinds can be explained, within the width of a
// terminal.
func TestTextOfEveryField(t *testing.T) {
	kinds := Kinds()
	for _, kind := range kinds {
		doc, err := Kind(kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range append(paths(doc.Fields), "") {
			text, err := doc.Text(path)
			if err != nil {
				t.Error(err)
			}
			for line := range strings.Lines(text) {
				// A single word, such as an image, is never broken.
				if utf8.RuneCountInString(line) > width+1 && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s: %q is too long", path, line)
				}
			}
		}
	}
}

func TestMarkdown(t *testing.T) {
	want, err := os.ReadFile("testdata/library.md")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if diff := cmp.Diff(string(want), string(library(t).Markdown())); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestInline(t *testing.T) {
	tests := map[string]string{
		"plain words, and more.":       "plain words, and more.",
		`write "3 months" or "1h 30m"`: "write `3 months` or `1h 30m`",
		"see spec.labels.":             "see `spec.labels`.",
		"(config.io/function).":        "(`config.io/function`).",
		"below minReplicas, as":        "below `minReplicas`, as",
		"<name>-tls":                   "`<name>-tls`",
		"0.0.0.0/0 and ::/0":           "`0.0.0.0/0` and `::/0`",
		"letters, -, _ and +":          "letters, `-`, `_` and `+`",
		"aws:kms at 00:00 UTC":         "`aws:kms` at 00:00 UTC",
		"version 1.30.1, 30.44 d":      "version 1.30.1, 30.44 d",
		"v1.34 or TLSv1.3":             "`v1.34` or `TLSv1.3`",
		"PostgreSQL and CloudNativePG": "PostgreSQL and CloudNativePG",
		"a [link] and `code`":          "a \\[link\\] and \\`code\\`",
		"100 % or 4 pods (more)":       "100 % or 4 pods (more)",
		"at the end. Then":             "at the end. Then",
		"one\n\ntwo":                   "one\n\ntwo",
	}
	for in, want := range tests {
		if got := inline(in); got != want {
			t.Errorf("%q: got  %s\nwant %s", in, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	tests := map[string]struct{ sentence, clause string }{
		"One. Two.":            {"One", "One"},
		"One v1.2. Two.":       {"One v1.2", "One v1.2"},
		"Such as 1.2 and e.g.": {"Such as 1.2 and e.g", "Such as 1.2 and e.g"},
		"One\n\nTwo.":          {"One", "One"},
		"One: two; three.":     {"One: two; three", "One"},
		"":                     {"", ""},
	}
	for in, want := range tests {
		if got := sentence(in); got != want.sentence {
			t.Errorf("%q: sentence is %q, want %q", in, got, want.sentence)
		}
		if got := clause(in); got != want.clause {
			t.Errorf("%q: clause is %q, want %q", in, got, want.clause)
		}
	}
}
