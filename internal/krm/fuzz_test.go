package krm

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/generators"
)

// FuzzFunction feeds anything to the function: it answers with items or says
// what is wrong, never both and never neither, and its answer is one that it
// takes and leaves as it is.
func FuzzFunction(f *testing.F) {
	item := "items:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  data: {a: \"b\\n---\\nc\"} # d\n"
	full := strings.Replace(pooled, "    postgres:", "    caches:\n      main:\n        public: true\n        priority: 41\n    postgres:", 1)
	for _, seed := range []string{
		"",
		strings.TrimPrefix(item, "items:\n"),
		head + config + empty,
		head + pooled + empty,
		head + full + item,
		"---\n" + head + pooled + item + "---\n",
		strings.ReplaceAll(head+pooled+item, "\n", "\r\n"),
		"{apiVersion: config.kubernetes.io/v1beta1, kind: ResourceList, functionConfig: {}, items: []}",
		head + "functionConfig: {apiVersion: atticgen.dev/v1alpha1, kind: AtticCache, metadata: {name: a, namespace: b}, spec: {hostname: a.b, storage: {endpoint: 'https://c.d', bucket: eee}, postgres: {backup: {bucket: fff}}}}\n" + empty,
		head + "functionConfig: &a [*a]\nitems: *a\n",
		head + pooled + "items: [{apiVersion: a/b, kind: c, metadata: {name: [d], namespace: {}, annotations: ~}}]\nresults: {}\nmetadata: x\n",
		head + pooled + "items: [{apiVersion: v1, kind: Namespace, metadata: {name: nix-cache}}, {apiVersion: v1, kind: Namespace, metadata: x}]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		answersOrRefuses(t, in)
		// Few texts that nobody thought of are a list; as items they get further.
		answersOrRefuses(t, append([]byte(head+pooled+"items:\n"), in...))
	})
}

func answersOrRefuses(t *testing.T, in []byte) {
	t.Helper()
	out, diags := Run(bytes.NewReader(in), generators.Inputs{})
	if diags.HasErrors() != (len(out) == 0) {
		t.Fatalf("%d bytes of answer with %v", len(out), diags)
	}
	for i, line := range strings.Split(diags.Error(), "\n") {
		if strings.ContainsFunc(line, unicode.IsControl) || i >= max(1, len(diags)) {
			t.Errorf("a diagnostic is not one line of plain text: %q", diags.Error())
		}
	}
	if len(out) == 0 {
		return
	}
	var answer struct {
		Kind  string           `json:"kind"`
		Items []map[string]any `json:"items"`
	}
	if err := yaml.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if answer.Kind != "ResourceList" || len(answer.Items) == 0 {
		t.Errorf("answer is a %q with %d items", answer.Kind, len(answer.Items))
	}
	again, diags := Run(bytes.NewReader(out), generators.Inputs{})
	if diags.HasErrors() {
		t.Fatalf("the answer is not taken back: %v", diags)
	}
	if !bytes.Equal(out, again) {
		t.Errorf("running again changes something:\n%s\n%s", out, again)
	}
}
