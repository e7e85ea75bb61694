package apply

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// moves is an environment that is applied in one state after the other.
type moves struct {
	*server
	current []*unstructured.Unstructured
	// kept are objects that were in an earlier state, and that Flux does not prune.
	kept []*unstructured.Unstructured
}

// step goes to the next state. Where that is refused, and is to be, the next state
// begins in a place where nothing is.
func (m *moves) step(t *testing.T, name string, next []*unstructured.Unstructured, refused ...string) error {
	t.Helper()
	err := m.to(t, name, next)
	if len(refused) == 0 {
		return err
	}
	if err := onlyRefused(err, refused); err != nil {
		return err
	}
	m.end(t)
	return m.to(t, name, next)
}

// onlyRefused: an error says each of what is expected, and nothing else.
func onlyRefused(err error, refused []string) error {
	var lines []string
	if err != nil {
		lines = strings.Split(err.Error(), "\n")
	}
	for _, want := range refused {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, want) }) {
			return fmt.Errorf("this is to be refused, %s, and is not: %w", want, err)
		}
	}
	for _, line := range lines {
		if !slices.ContainsFunc(refused, func(want string) bool { return strings.Contains(line, want) }) {
			return fmt.Errorf("it is refused, as it is to be; but also: %s", line)
		}
	}
	return nil
}

// to applies what differs from the current state and then prunes what is no more,
// as Flux does. What changed must not change once more, and its pods must be
// admitted; name is where exceptions are looked for. What did not change is left out: that nothing happens to it is seen
// where environments are applied twice.
func (m *moves) to(t *testing.T, name string, next []*unstructured.Unstructured) error {
	t.Helper()
	wrong := []error{sameJobs(m.current, next), refusedByOperator(m.current, next)}
	var changed []*unstructured.Unstructured
	for _, object := range next {
		if i := index(m.current, object); i < 0 || !reflect.DeepEqual(m.current[i].Object, object.Object) {
			changed = append(changed, object)
		}
	}
	applied, err := m.apply(t, changed)
	wrong = append(wrong, err, m.again(t, changed, applied))
	_, err = m.checkPods(t, name, changed, next)
	wrong = append(wrong, err)
	var gone, kept []*unstructured.Unstructured
	for _, object := range m.current {
		switch {
		case index(next, object) >= 0:
		case object.GetAnnotations()["kustomize.toolkit.fluxcd.io/prune"] == "disabled":
			kept = append(kept, object)
		default:
			gone = append(gone, object)
		}
	}
	m.Remove(t, gone...)
	m.current, m.kept = next, append(m.kept, kept...)
	return errors.Join(wrong...)
}

// end removes everything.
func (m *moves) end(t *testing.T) {
	t.Helper()
	m.Remove(t, slices.Concat(m.kept, m.current)...)
	m.current, m.kept = nil, nil
}

func index(objects []*unstructured.Unstructured, object *unstructured.Unstructured) int {
	return slices.IndexFunc(objects, func(o *unstructured.Unstructured) bool {
		return o.GroupVersionKind().GroupKind() == object.GroupVersionKind().GroupKind() && o.GetNamespace() == object.GetNamespace() && o.GetName() == object.GetName()
	})
}

// sameJobs finds Jobs that are to do something else under the same name: one that
// has run would not run again, whether the server takes the change or not.
func sameJobs(old, next []*unstructured.Unstructured) error {
	var wrong []error
	for _, object := range next {
		i := index(old, object)
		if object.GetKind() == "Job" && i >= 0 && !reflect.DeepEqual(old[i].Object["spec"], object.Object["spec"]) {
			wrong = append(wrong, fmt.Errorf("%s: what it does has changed, and its name has not", id(object)))
		}
	}
	return errors.Join(wrong...)
}

// testPromotions: what runs in one environment can be made what runs in another,
// and back. All that share a folder are tried, unless they bring definitions.
func (s *server) testPromotions(t *testing.T) {
	folders := map[string][]string{"staging and production": {"golden/staging/staging", "golden/production/production"}}
	for _, e := range rendered.Environments(t) {
		if len(rendered.Definitions(t, s.environments[e.Name])) == 0 {
			folder := e.Name[:strings.LastIndex(e.Name, "/")]
			folders[folder] = append(folders[folder], e.Name)
		}
	}
	tried := 0
	for folder, names := range folders {
		if len(names) < 2 {
			continue
		}
		tried++
		t.Run(folder, func(t *testing.T) {
			var all []*unstructured.Unstructured
			for _, name := range names {
				all = append(all, s.environments[name]...)
			}
			defer s.begin(t, prerequisites(all)...)()
			m := &moves{server: s}
			defer m.end(t)
			current := ""
			back := slices.Clone(names[:len(names)-1])
			slices.Reverse(back)
			for _, name := range slices.Concat(names, back) {
				from := current
				current = name
				if err := m.step(t, name, s.environments[name], oneWay[[2]string{from, name}]...); err != nil {
					t.Errorf("to %s: %v", name, err)
				}
			}
		})
	}
	if tried < 3 {
		t.Errorf("only %d folders have more than one environment", tried)
	}
}
