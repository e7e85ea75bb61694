package helmchart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/release"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// What becomes of a hook.
type fate int

const (
	// fateDropped is left out: nobody deletes or rolls back by Helm.
	fateDropped fate = iota
	// fateTest is for helm test.
	fateTest
	// fateDefinition is a custom resource definition.
	fateDefinition
	// fateBefore and fateAfter are applied before and after the rest.
	fateBefore
	fateAfter
	// fateUnknown is what Helm leaves out as well.
	fateUnknown
)

// hookCRDInstall is Helm 2's, which charts carry on.
const hookCRDInstall = "crd-install"

// fates say what becomes of each event; of several, the last here counts.
var fates = map[string]fate{
	release.HookPreDelete.String():    fateDropped,
	release.HookPostDelete.String():   fateDropped,
	release.HookPreRollback.String():  fateDropped,
	release.HookPostRollback.String(): fateDropped,
	release.HookTest.String():         fateTest,
	"test-success":                    fateTest,
	"test-failure":                    fateTest,
	hookCRDInstall:                    fateDefinition,
	release.HookPreInstall.String():   fateBefore,
	release.HookPreUpgrade.String():   fateBefore,
	release.HookPostInstall.String():  fateAfter,
	release.HookPostUpgrade.String():  fateAfter,
}

// hook is what the annotations of an object ask of Helm.
type hook struct {
	events []string
	weight int
	fate   fate
}

// hookOf is the hook that an object is; nil when it is none.
func hookOf(object *unstructured.Unstructured) *hook {
	annotations := object.GetAnnotations()
	text, ok := annotations[release.HookAnnotation]
	if !ok {
		return nil
	}
	h := &hook{}
	// What is not a number counts as 0, as in Helm.
	h.weight, _ = strconv.Atoi(annotations[release.HookWeightAnnotation])
	for event := range strings.SplitSeq(text, ",") {
		h.events = append(h.events, strings.ToLower(strings.TrimSpace(event)))
	}
	h.fate = fateOf(h.events)
	if h.fate == fateDefinition && !isDefinition(object) {
		h.fate = fateUnknown
	}
	return h
}

// fateOf decides for an object that is a hook for several events: what is applied
// at all is applied as early as one of them asks for.
func fateOf(events []string) fate {
	var seen []fate
	for _, event := range events {
		f, ok := fates[event]
		if !ok {
			return fateUnknown
		}
		seen = append(seen, f)
	}
	for _, f := range []fate{fateDefinition, fateBefore, fateAfter, fateTest} {
		if slices.Contains(seen, f) {
			return f
		}
	}
	return fateDropped
}

// kept leaves out the objects that nobody would apply.
func (r renderer) kept(documents []document) []document {
	return slices.DeleteFunc(slices.Clone(documents), func(d document) bool {
		return d.hook != nil && (d.hook.fate == fateDropped || d.hook.fate == fateUnknown ||
			d.hook.fate == fateTest && *r.options.Release.SkipTests)
	})
}

// reportHooks says what became of the chart's hooks.
func (r renderer) reportHooks(p *validate.Problems, documents []document) {
	byFate := map[fate][]document{}
	for _, d := range documents {
		if d.hook != nil {
			byFate[d.hook.fate] = append(byFate[d.hook.fate], d)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(byFate)) {
		message, hint := "", ""
		switch f {
		case fateDropped:
			message, hint = "hooks for a deletion or a rollback, which are left out", "run by hand what they do when you remove the release"
		case fateTest:
			if *r.options.Release.SkipTests {
				continue // What the spec says needs no report.
			}
			message, hint = "tests, which are applied after the rest, once for each content", "write skipTests: true to leave them out"
		case fateDefinition:
			message, hint = "hooks that are applied as ordinary definitions", "nothing is to be done"
		case fateBefore:
			message, hint = "hooks that are applied before the rest, Jobs among them once for each content instead of at each upgrade", "check that they can run more than once"
		case fateAfter:
			message, hint = "hooks that are applied after the rest, Jobs among them once for each content instead of at each upgrade", "check that they can run more than once"
		case fateUnknown:
			message, hint = "hooks that Helm does not know, which are left out, as Helm does", "take another version of the chart if they are needed"
		}
		p.Note(r.chartPath(), fmt.Sprintf("has %s: %s", message, listed(byFate[f])), hint)
	}
}

// listed names hooks with their events.
func listed(documents []document) string {
	names := make([]string, len(documents))
	for i, d := range documents {
		names[i] = fmt.Sprintf("%s (%s)", oneLine(d.String()), oneLine(strings.Join(d.hook.events, ", ")))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// waves gives the hooks of one fate their order by weight, a wave for each weight.
// There are ten waves to a fate; further weights share the last.
func waves(documents []document, f fate, first meta.Wave) map[int]meta.Wave {
	weights := map[int]bool{}
	for _, d := range documents {
		if d.hook != nil && d.hook.fate == f {
			weights[d.hook.weight] = true
		}
	}
	out := map[int]meta.Wave{}
	for i, weight := range slices.SortedFunc(maps.Keys(weights), cmp.Compare[int]) {
		out[weight] = first + meta.Wave(min(i, hookWaves-1))
	}
	return out
}

// unhook makes a hook an ordinary object. A Job or a Pod cannot be changed once it
// is there, so its name carries a digest of what it does, and a time to live is
// taken away: a controller would make it, and run it, again.
func unhook(object *unstructured.Unstructured) error {
	annotations := object.GetAnnotations()
	maps.DeleteFunc(annotations, func(key, _ string) bool {
		return key == release.HookAnnotation || strings.HasPrefix(key, release.HookAnnotation+"-")
	})
	if kind := object.GroupVersionKind().GroupKind().String(); kind == "Job.batch" || kind == "Pod" {
		spec, _ := object.Object["spec"].(map[string]any)
		delete(spec, "ttlSecondsAfterFinished")
		name, once, err := meta.Once(object.GetName(), spec)
		if err != nil {
			return err
		}
		object.SetName(name)
		if annotations == nil {
			annotations = map[string]string{}
		}
		maps.Copy(annotations, once)
	}
	setAnnotations(object, annotations)
	return nil
}

// setAnnotations leaves no empty block behind.
func setAnnotations(object *unstructured.Unstructured, annotations map[string]string) {
	if len(annotations) == 0 {
		annotations = nil
	}
	object.SetAnnotations(annotations)
}
