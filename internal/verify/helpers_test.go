package verify

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/report"
	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testbin.Cleanup()
	os.Exit(code) //nolint:forbidigo // this is what a TestMain does
}

// today is the day of all tests.
var today = time.Date(2026, time.July, 1, 12, 30, 0, 0, time.UTC)

// repo is a repository with one environment, "only", that a test may break.
type repo struct {
	*testing.T
	root string
}

func newRepo(t *testing.T) repo {
	t.Helper()
	r := repo{t, t.TempDir()}
	r.check(os.CopyFS(r.root, os.DirFS("../../golden/minimal/in")))
	r.check(os.CopyFS(filepath.Join(r.root, "environments"), os.DirFS("../../golden/minimal/want/environments")))
	return r
}

func (r repo) check(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r repo) path(name string) string { return filepath.Join(r.root, filepath.FromSlash(name)) }

func (r repo) write(name, text string) {
	r.Helper()
	r.check(os.MkdirAll(filepath.Dir(r.path(name)), 0o755))
	r.check(os.WriteFile(r.path(name), []byte(text), 0o644))
}

func (r repo) read(name string) string {
	r.Helper()
	data, err := os.ReadFile(r.path(name))
	r.check(err)
	return string(data)
}

// edit replaces a text that must be there.
func (r repo) edit(name, before, after string) {
	r.Helper()
	text := r.read(name)
	if !strings.Contains(text, before) {
		r.Fatalf("%s has no %q", name, before)
	}
	r.write(name, strings.Replace(text, before, after, 1))
}

const (
	env        = "environments/only/"
	cacheStage = env + "cache/kustomization.yaml"
)

// list adds an object to the environment.
func (r repo) list(name, text string) {
	r.Helper()
	r.edit(cacheStage, "resources:\n", "resources:\n- "+name+"\n")
	r.write(env+"cache/"+name, text)
}

func (r repo) options() Options {
	return Options{Root: r.root, Output: filepath.Join(r.root, "environments"), Kubernetes: Tested(), Today: today}
}

func (r repo) run(o Options) report.Verification {
	r.Helper()
	result, err := Run(r.Context(), o)
	if err != nil {
		r.Fatal(err)
	}
	return result
}

// refused is what Run says of input that it cannot work with.
func (r repo) refused(o Options) []string {
	r.Helper()
	_, err := Run(r.Context(), o)
	if err == nil {
		r.Fatal("no error")
	}
	var lines []string
	if list, ok := errors.AsType[diag.List](err); ok {
		for _, d := range list {
			lines = append(lines, r.relative(d.String()))
		}
		return lines
	}
	return []string{err.Error()}
}

func (r repo) relative(text string) string {
	return strings.ReplaceAll(text, filepath.ToSlash(r.root)+"/", "")
}

// found are the findings of this package's rules but some, a line each, sorted.
func (r repo) found(result report.Verification, but ...string) []string {
	r.Helper()
	rules := []string{ruleEmpty}
	for _, rule := range ownRules() {
		rules = append(rules, rule.ID)
	}
	return r.of(result, slices.DeleteFunc(rules, func(id string) bool { return slices.Contains(but, id) })...)
}

// only are the findings of some rules.
func (r repo) only(o Options, rules ...string) []string {
	r.Helper()
	return r.of(r.run(o), rules...)
}

func (r repo) of(result report.Verification, rules ...string) []string {
	r.Helper()
	var lines []string
	for _, e := range result.Environments {
		for _, f := range e.Findings {
			if !slices.Contains(rules, f.Rule) {
				continue
			}
			d := diag.Diagnostic{
				File: f.File, Line: f.Line, Column: f.Column, Severity: cmp.Or(f.Severity, diag.Error),
				Path: strings.TrimSpace(f.Object + " " + f.Field), Message: f.Message, Hint: f.Hint,
			}
			waived := ""
			if f.Waived != nil {
				waived = fmt.Sprintf(" (waived until %s: %s)", f.Waived.Expires.Format(dateForm), f.Waived.Reason)
			}
			lines = append(lines, "["+f.Rule+"] "+strings.TrimPrefix(r.relative(d.String()), env)+waived)
		}
	}
	slices.Sort(lines)
	return lines
}

func without(text string, parts ...string) string {
	for _, part := range parts {
		text = strings.Replace(text, part, "", 1)
	}
	return text
}
