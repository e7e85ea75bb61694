package scanners_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// scanner is a program that looks at manifests.
type scanner struct {
	name string
	// run scans streams. What it returns as seen are the objects that the program
	// has answered for: a program that cannot read a stream says nothing, or says
	// that all is well.
	run func(streams []stream) (seen map[string][]string, findings []finding, err error)
	// sees tells of which kinds the program says anything at all.
	sees func(kind string) bool
}

// finding is one thing that a scanner does not like about an object.
type finding struct {
	scanner, environment, object, check, severity, says string
}

func (f finding) String() string {
	return fmt.Sprintf("%s: %s: %s: %s (%s): %s", f.environment, f.object, f.scanner, f.check, f.severity, f.says)
}

// stream is an environment as kustomize writes it: one file with all objects.
type stream struct {
	environment, file string
	objects           []*unstructured.Unstructured
}

// newStream writes one.
func newStream(t *testing.T, environment string, objects []*unstructured.Unstructured) stream {
	t.Helper()
	var text bytes.Buffer
	for _, object := range objects {
		document, err := yaml.Marshal(object.Object)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "---\n%s", document)
	}
	s := stream{environment: environment, file: filepath.Join(t.TempDir(), "stream.yaml"), objects: objects}
	if err := os.WriteFile(s.file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// key is how an object is called here.
func key(object *unstructured.Unstructured) string {
	return strings.ReplaceAll(object.GetKind()+"/"+object.GetNamespace()+"/"+object.GetName(), "//", "/")
}

// scan runs a scanner and does not believe it before it has answered for every
// object.
func (s scanner) scan(streams []stream) ([]finding, error) {
	seen, findings, err := s.run(streams)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	var blind []error
	total := 0
	for _, stream := range streams {
		got := slices.Sorted(slices.Values(seen[stream.file]))
		var want []string
		for _, object := range stream.objects {
			if s.sees(object.GetKind()) {
				want = append(want, key(object))
			}
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			blind = append(blind, fmt.Errorf("%s: %s: saw %d objects of %d: not %s", s.name, stream.environment, len(got), len(want), strings.Join(without(want, got), ", ")))
		}
		total += len(got)
	}
	if total == 0 {
		blind = append(blind, fmt.Errorf("%s: saw no object at all", s.name))
	}
	for i := range findings {
		findings[i].scanner = s.name
	}
	return findings, errors.Join(blind...)
}

// without are those of all that are not in some.
func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
}

// execute runs a program. That it exits with 1, as scanners do that found
// something, is no failure; that it says nothing is.
func execute(program string, args ...string) ([]byte, error) {
	cmd := exec.Command(program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1 || stdout.Len() == 0) {
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}
