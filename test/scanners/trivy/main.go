// Command trivy asks the checks of Trivy about Kubernetes objects, without the rest of
// that program, which is four times as large and looks for newer checks in a
// registry. Its arguments are YAML streams; what each check says about each of
// their objects is written as JSON lines.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"testing/fstest"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scan"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/kubernetes"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

// answer is what one check says about one object.
type answer struct {
	// File and Index say where the object is: the how manieth of which stream.
	File     string `json:"file"`
	Index    int    `json:"index"`
	Check    string `json:"check"`
	Severity string `json:"severity"`
	Passed   bool   `json:"passed"`
	Message  string `json:"message,omitempty"`
}

// files are known to Trivy by their text, which it asks for with every result: it
// must not be what all of them hold.
type files struct{ fstest.MapFS }

func (files) String() string   { return "objects" }
func (files) GoString() string { return "objects" }

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "trivy:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, streams []string, out io.Writer) error {
	// One file for each object: what a check says carries no object's name.
	objects := files{fstest.MapFS{}}
	for i, name := range streams {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		documents, err := split(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for j, document := range documents {
			objects.MapFS[path.Join(strconv.Itoa(i), strconv.Itoa(j)+".yaml")] = &fstest.MapFile{Data: document}
		}
	}
	results, err := kubernetes.NewScanner(
		rego.WithEmbeddedPolicies(true),
		rego.WithEmbeddedLibraries(true),
		rego.WithPolicyNamespaces("builtin"),
	).ScanFS(ctx, objects, ".")
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	for _, result := range results {
		a, err := newAnswer(streams, result)
		if err != nil {
			return err
		}
		if err := encoder.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// split has the documents of a stream. It refuses what would never end: Trivy's
// own decoder follows every alias. What is returned has none.
func split(stream []byte) ([][]byte, error) {
	var documents [][]byte
	for reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(stream))); ; {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		var object map[string]any
		if err := sigsyaml.UnmarshalStrict(document, &object); err != nil {
			return nil, fmt.Errorf("document %d: %w", len(documents)+1, err)
		}
		// Not JSON: Trivy takes a minute for that of one environment.
		plain, err := sigsyaml.Marshal(object)
		if err != nil {
			return nil, err
		}
		documents = append(documents, plain)
	}
}

func newAnswer(streams []string, result scan.Result) (answer, error) {
	file := result.Metadata().Range().GetFilename()
	var stream, index int
	if _, err := fmt.Sscanf(file, "%d/%d.yaml", &stream, &index); err != nil {
		return answer{}, fmt.Errorf("%s says nothing about which object it means: %q", result.Rule().ID, file)
	}
	return answer{
		File:     streams[stream],
		Index:    index,
		Check:    result.Rule().ID,
		Severity: string(result.Severity()),
		Passed:   result.Status() != scan.StatusFailed,
		Message:  result.Description(),
	}, nil
}
