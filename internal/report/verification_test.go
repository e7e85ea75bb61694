package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

var update = flag.Bool("update", false, "write testdata anew")

// ends are the files of each format in testdata.
var ends = map[Format]string{Text: "txt", Markdown: "md", JSON: "json", SARIF: "sarif", JUnit: "xml", GitLab: "gitlab.json"}

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func rules() []RuleInfo {
	return []RuleInfo{
		{ID: "image-pinned", Severity: diag.Error, Title: "Images are pinned", Why: "What runs could change without a change in the repository", Fix: "Write `name@sha256:…`, or a version"},
		{ID: "pdb", Severity: diag.Warning, Title: "Disruption budgets let nodes be drained", Why: "Upgrades stop.", Fix: "Write maxUnavailable: 1."},
		{ID: "drift", Severity: diag.Error, Title: "Environments are what overlays render to", Why: "A controller applies something else", Fix: "Run `atticgen render`"},
		{ID: "unknown-kind", Severity: diag.Note, Title: "Which kinds were not decoded", Why: "Their fields were not checked", Fix: "Name schemas"},
		{ID: "probes", Severity: diag.Error, Title: "Pods have probes", Why: "Traffic goes to pods that hang", Fix: "Write them"},
	}
}

// found has one of everything, in no order.
func found() Verification {
	staging := "environments/staging/cache/nix-cache/"
	return Verification{
		Rules: rules(), Kubernetes: "1.37", Date: day("2026-11-23").Add(5 * time.Hour),
		Environments: []VerifiedEnvironment{
			{Name: "staging", Folder: "environments/staging", Objects: 36, Findings: []VerifiedFinding{
				{Rule: "unknown-kind", Severity: diag.Note, File: "environments/staging/kustomization.yaml", Message: "was not decoded in full: no type is known for Middleware (4)"},
				{Rule: "pdb", Severity: diag.Warning, Object: "Deployment nix-cache/attic", File: staging + "deployment-attic.yaml", Line: 2, Column: 1, Message: "has 2 pods or more and no PodDisruptionBudget", Hint: "add one"},
				{Rule: "image-pinned", Object: "Deployment nix-cache/attic", Field: "spec.template.spec.containers[1].image", File: staging + "deployment-attic.yaml", Line: 30, Column: 18, Message: "is \"attic\", without a version", Hint: "write a digest"},
				{
					Rule: "image-pinned", Severity: diag.Error, Object: "Deployment nix-cache/attic", Field: "spec.template.spec.containers[0].image", File: staging + "deployment-attic.yaml", Line: 20, Column: 18,
					Message: "is \"attic:latest\"", Hint: "write a digest", Waived: &Waiver{Reason: "follows the nightly build until 2.0 is out", Expires: day("2027-03-31")},
				},
				{Rule: "probes", Severity: diag.Error, Object: "Deployment nix-cache/attic", Field: "spec.template.spec.containers[0].livenessProbe", File: staging + "deployment-attic.yaml", Line: 12, Column: 9, Message: "is missing", Waived: &Waiver{Reason: "has no HTTP"}},
				{
					Rule: "drift", Severity: diag.Error, File: staging + "configmap-a.yaml", Line: 7, Message: "is not what the overlay renders", Hint: "run atticgen render and commit the result",
					OutOfDate: true,
					Diff:      "@@ -7,3 +7,3 @@\n data:\n-  a: \"1\"\n+  a: \"2\"\n \n",
				},
			}},
			{Name: "production", Folder: "environments/production", Objects: 1, Unasked: map[string]string{"pdb": "no --schema-location"}},
		},
	}
}

// hostile has text that means something in one of the formats.
func hostile() Verification {
	const text = "a|b <script>alert(1)</script> ]]> `c``d``` \"q\" 'e' &amp; {{f}} [g](h) <!-- \n# i\r\n\x1b[2J\x07\u202e\u2028\x00 \U000e0041 \xff @all %0A ::error:: \\ "
	return Verification{
		Rules:      []RuleInfo{{ID: "rule" + text, Title: text, Why: text, Fix: text, Severity: text}},
		Kubernetes: text,
		Environments: []VerifiedEnvironment{{Name: text, Folder: text, Objects: -1, Findings: []VerifiedFinding{
			{Rule: "rule" + text, Severity: text, Object: text, Field: text, File: text, Line: 3, Column: 4, Message: text, Hint: text, Diff: text, Waived: &Waiver{Reason: text, Expires: day("9999-12-31")}},
			{Rule: "another" + text, Object: text, File: "/absolute path/a:b?c#d.yaml", Line: -1, Column: -1, Message: text, Diff: "```\n~~~\n" + text},
			{Rule: "a:b", File: "a:b/../c", Message: "m"},
			{},
		}}},
	}
}

var cases = map[string]func() Verification{
	"found": found, "hostile": hostile,
	"nothing": func() Verification { return Verification{} },
	"clean": func() Verification {
		return Verification{Rules: rules()[:2], Kubernetes: "1.37", Date: day("2026-11-23"), Environments: []VerifiedEnvironment{{Name: "production", Folder: "environments/production", Objects: 39, Unasked: map[string]string{"pdb": "no --schema-location"}}}}
	},
}

func written(t *testing.T, format Format, v Verification) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteVerification(&out, format, v); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriteVerification(t *testing.T) {
	for name, make := range cases {
		for format, end := range ends {
			t.Run(name+"/"+string(format), func(t *testing.T) {
				got := written(t, format, make())
				file := filepath.Join("testdata", name+"."+end)
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s is not what is written; look at the difference, and run this with -update:\n%s", file, diff)
				}
			})
		}
	}
}

// The order in which things were found must not show.
func TestWriteVerificationInAnyOrder(t *testing.T) {
	for name, make := range cases {
		for format := range ends {
			v := make()
			slices.Reverse(v.Environments)
			for i := range v.Environments {
				slices.Reverse(v.Environments[i].Findings)
			}
			if diff := cmp.Diff(written(t, format, make()), written(t, format, v)); diff != "" {
				t.Errorf("%s as %s: %s", name, format, diff)
			}
			before := make()
			written(t, format, before)
			if diff := cmp.Diff(make(), before); diff != "" {
				t.Errorf("%s as %s: the verification has changed: %s", name, format, diff)
			}
		}
	}
}

// Nothing that a terminal would obey gets out, and what is for programs can be
// read by them.
func TestWriteVerificationHostile(t *testing.T) {
	for format := range ends {
		got := written(t, format, hostile())
		for _, r := range got {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s has %U", format, r)
			}
		}
		switch format {
		case JSON, SARIF, GitLab:
			if !json.Valid([]byte(got)) {
				t.Errorf("%s is no JSON", format)
			}
		case JUnit:
			decoder := xml.NewDecoder(strings.NewReader(got))
			for {
				if _, err := decoder.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
		case Markdown:
			for _, bad := range []string{"<script", "](h)", "@all", "<!--", "\n# i"} {
				// Only in a block of code does it mean nothing.
				if text, _, _ := strings.Cut(got, "diff\n"); strings.Contains(text, bad) {
					t.Errorf("Markdown has %q", bad)
				}
			}
		case Text:
			if lines := strings.Count(got, "\n"); lines != 16 {
				t.Errorf("text has %d lines:\n%s", lines, got)
			}
		}
	}
}

// SARIF's schema does not know that rules are named twice.
func TestSARIFRules(t *testing.T) {
	for name, make := range cases {
		var log sarifLog
		if err := json.Unmarshal([]byte(written(t, SARIF, make())), &log); err != nil {
			t.Fatal(err)
		}
		for _, result := range log.Runs[0].Results {
			if rule := log.Runs[0].Tool.Driver.Rules[result.RuleIndex]; rule.ID != result.RuleID {
				t.Errorf("%s: rule %d is %q, and a result says %q", name, result.RuleIndex, rule.ID, result.RuleID)
			}
		}
	}
}

// A finding is the same one after lines have moved, and after others are gone.
func TestFingerprints(t *testing.T) {
	prints := func(v Verification) map[string]string {
		all := map[string]string{}
		for _, e := range v.sorted().Environments {
			for i, mark := range e.fingerprints() {
				f := e.Findings[i]
				if other, ok := all[mark]; ok {
					t.Errorf("%q has the fingerprint of %q", f.sentence(), other)
				}
				all[mark] = e.Name + f.sentence()
			}
		}
		return all
	}
	want := prints(found())
	if len(want) != 6 {
		t.Errorf("there are %d", len(want))
	}
	moved := found()
	for i := range moved.Environments[0].Findings {
		f := &moved.Environments[0].Findings[i]
		f.Line += 100 * (7 - i)
		f.Column++
		f.Waived = nil
		if f.Object != "" {
			f.File = "elsewhere/" + f.File
		}
	}
	if diff := cmp.Diff(want, prints(moved)); diff != "" {
		t.Errorf("lines have moved: %s", diff)
	}
	fewer := found()
	fewer.Environments[0].Findings = fewer.Environments[0].Findings[2:]
	for mark, sentence := range prints(fewer) {
		if want[mark] != sentence {
			t.Errorf("after others are gone, %s is of %q, not %q", mark, want[mark], sentence)
		}
	}
	// The name of a Job has a digest that changes with what is in it.
	job := func(name string) []string {
		return VerifiedEnvironment{Name: "staging", Findings: []VerifiedFinding{{Rule: "probes", Object: "Job nix-cache/" + name}}}.fingerprints()
	}
	if diff := cmp.Diff(job("attic-migrate-484c9d033e"), job("attic-migrate-0123456789")); diff != "" {
		t.Errorf("another digest: %s", diff)
	}
	// Two about one field are two, also if they say the same.
	twice := found()
	twice.Environments[0].Findings = append(twice.Environments[0].Findings, twice.Environments[0].Findings[0], twice.Environments[0].Findings[0])
	twice.Environments = append(twice.Environments, VerifiedEnvironment{Name: "third", Findings: twice.Environments[0].Findings})
	var all []string
	for _, e := range twice.sorted().Environments {
		all = append(all, e.fingerprints()...)
	}
	slices.Sort(all)
	if unique := len(slices.Compact(slices.Clone(all))); unique != 16 || len(all) != 16 {
		t.Errorf("16 findings have %d fingerprints", unique)
	}
}

func TestWriteVerificationToAFullDisk(t *testing.T) {
	cause := errors.New("no space left on device")
	for format := range ends {
		if err := WriteVerification(full{cause}, format, found()); !errors.Is(err, cause) {
			t.Errorf("%s: error is %v", format, err)
		}
	}
}

// In each file first comes what rendering mends: what else is wrong may follow
// from it.
func TestOrder(t *testing.T) {
	v := Verification{Environments: []VerifiedEnvironment{{Findings: []VerifiedFinding{
		{Rule: "decode", File: "b", Line: 3}, {Rule: "drift", File: "b", Line: 7, OutOfDate: true}, {Rule: "decode", File: "a", Line: 9},
	}}}}
	var got []string
	for _, f := range v.sorted().Environments[0].Findings {
		got = append(got, f.File+" "+f.Rule)
	}
	if diff := cmp.Diff([]string{"a decode", "b drift", "b decode"}, got); diff != "" {
		t.Error(diff)
	}
}
