package manifest

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/meta"
)

func TestFromTyped(t *testing.T) {
	pod := &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "b", Annotations: map[string]string{meta.AnnotationSyncWave: "-3", "y": "yes", "n": "1.10"}},
		Spec: corev1.PodSpec{
			ActiveDeadlineSeconds: new(int64(math.MaxInt64)),
			Containers:            []corev1.Container{{Name: "c", Command: []string{"0755", "on", "~", "a: b", "two\nlines\n"}}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
	want := `apiVersion: v1
kind: Pod
metadata:
  annotations:
    argocd.argoproj.io/sync-wave: "-3"
    "n": "1.10"
    "y": "yes"
  name: a
  namespace: b
spec:
  activeDeadlineSeconds: 9223372036854775807
  containers:
  - command:
    - "0755"
    - "on"
    - "~"
    - 'a: b'
    - |
      two
      lines
    name: c
    resources: {}
`
	got, err := FromTyped(pod)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got.YAML())); diff != "" {
		t.Error(diff)
	}
	if got.ID != (ID{Kind: "Pod", Namespace: "b", Name: "a"}) || got.Wave != -3 {
		t.Errorf("object is %v in wave %d", got.ID, got.Wave)
	}
	if pod.Status.Phase == "" || pod.Annotations["y"] != "yes" {
		t.Error("the typed object was changed")
	}
	// What it writes, it reads the same.
	again, err := FromYAML(got.YAML())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Error(diff)
	}
}

// Numbers are not to be changed on the way, however large.
func TestNumbers(t *testing.T) {
	text := "apiVersion: a/v1\nkind: A\nmetadata:\n  name: a\nspec:\n  fraction: 1.5\n  large: 9007199254740993\n  larger: 18446744073709551615\n  negative: -1\n"
	o, err := FromYAML([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(o.YAML())); diff != "" {
		t.Error(diff)
	}
}

func TestFromYAMLRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"kind: A\nmetadata: {name: a}\n":                 "an object without apiVersion, kind or metadata.name",
		"apiVersion: v1\nmetadata: {name: a}\n":          "an object without apiVersion",
		"apiVersion: v1\nkind: A\n":                      "an object without apiVersion",
		"apiVersion: v1\nkind: A\nmetadata: a\n":         "an object without apiVersion",
		"apiVersion: v1\nkind: 1\nmetadata: {name: a}\n": "an object without apiVersion",
		"": "an object without apiVersion",
		"apiVersion: v1\nkind: A\nmetadata: {name: a, annotations: {argocd.argoproj.io/sync-wave: \"1\\e[2J\"}}\n": `A a: annotation argocd.argoproj.io/sync-wave is "1\x1b[2J"; write a whole number in quotes`,
		"- a\n": "cannot unmarshal array",
	} {
		_, err := FromYAML([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v; want %q", text, err, want)
		}
	}
}

func TestGroup(t *testing.T) {
	for apiVersion, want := range map[string]string{"v1": "", "": "", "apps/v1": "apps", "a.b/c/d": "a.b"} {
		if got := Group(apiVersion); got != want {
			t.Errorf("Group(%q) = %q; want %q", apiVersion, got, want)
		}
	}
}

func TestSort(t *testing.T) {
	sorted := []Object{
		{ID: ID{Kind: "Z", Name: "z"}, Wave: -1},
		{ID: ID{Kind: "Namespace", Name: "a"}},
		{ID: ID{Namespace: "a", Kind: "A", Name: "a", Group: "a"}},
		{ID: ID{Namespace: "a", Kind: "A", Name: "a", Group: "b"}},
		{ID: ID{Namespace: "a", Kind: "A", Name: "b"}},
		{ID: ID{Namespace: "a", Kind: "B", Name: "a"}},
		{ID: ID{Namespace: "b", Kind: "A", Name: "a"}},
		{ID: ID{Kind: "A", Name: "a"}, Wave: 1},
	}
	for shift := range sorted {
		got := append(append([]Object{}, sorted[shift:]...), sorted[:shift]...)
		Sort(got)
		if diff := cmp.Diff(sorted, got); diff != "" {
			t.Errorf("rotated by %d:\n%s", shift, diff)
		}
	}
}

func TestStream(t *testing.T) {
	one, err := FromYAML([]byte("apiVersion: v1\nkind: A\nmetadata: {name: a}\ndata: {a: \"---\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	text := "apiVersion: v1\ndata:\n  a: '---'\nkind: A\nmetadata:\n  name: a\n"
	if diff := cmp.Diff(text+"---\n"+text, string(Stream([]Object{one, one}))); diff != "" {
		t.Error(diff)
	}
	if got := Stream(nil); len(got) != 0 {
		t.Errorf("stream of nothing is %q", got)
	}
}
