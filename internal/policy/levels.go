package policy

import (
	"fmt"
	"slices"

	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// unenforced finds namespaces that admit more than the pods in them need.
func unenforced(in Input) []Finding {
	judge, err := evaluator()
	if err != nil {
		return []Finding{{Message: fmt.Sprintf("cannot judge pods: %v", err)}}
	}
	elsewhere := deliveries(in.Objects)
	found := unleveled(judge, in.Objects)
	for _, o := range in.Objects {
		if o.Kind != "Namespace" || o.Group != "" {
			continue
		}
		at := root(o).at("metadata", "labels", podsecurity.EnforceLevelLabel)
		level, err := podsecurity.ParseLevel(at.text())
		if at.exists() && err != nil {
			found = append(found, Finding{Object: o.ID, Path: at.path, Severity: diag.Error, Message: "is " + diag.Quote(at.text()) + ", which is no level, and enforces restricted", Hint: "write restricted, baseline or privileged"})
			continue
		}
		if !at.exists() {
			level = podsecurity.LevelPrivileged
		}
		// Of pods that a controller makes from a chart nobody knows what they need.
		by, brought := into(elsewhere, o.Name)
		if level == podsecurity.LevelRestricted || at.exists() && brought && by.namespace != "" {
			continue
		}
		except := ""
		if brought {
			except = ", unless pods that " + by.by.String() + " brings need more"
		}
		least := needed(judge, in.Objects, o.Name)
		switch {
		case !at.exists():
			found = append(found, Finding{
				Object: o.ID, Path: at.path,
				Message: "is missing, so that the namespace admits pods that are root on their node", Hint: fmt.Sprintf("write %s, which is enough for the pods here%s", least, except),
			})
		case podsecurity.CompareLevels(level, least) < 0:
			found = append(found, Finding{
				Object: o.ID, Path: at.path, Severity: diag.Note,
				Message: fmt.Sprintf("is %s, and %s would be enough for the pods here", level, least), Hint: fmt.Sprintf("write %s%s", least, except),
			})
		}
	}
	return found
}

// unleveled finds pods that a namespace would have to be lenient with, of which
// nobody knows whether it is, because it is made elsewhere.
func unleveled(judge policy.Evaluator, objects []manifest.Object) []Finding {
	rendered := map[string]bool{}
	for _, o := range objects {
		rendered[o.Name] = rendered[o.Name] || o.Kind == "Namespace" && o.Group == ""
	}
	var found []Finding
	for _, w := range workloads(objects) {
		if rendered[w.Namespace] {
			continue
		}
		least := needed(judge, []manifest.Object{w.Object}, w.Namespace)
		if least == podsecurity.LevelRestricted {
			continue
		}
		f := w.find(w.pod(), fmt.Sprintf("needs a namespace that enforces no more than %s, and %s is not rendered here, so that its level is not known", least, diag.Quote(w.Namespace)),
			"mend what asks for it, or let spec.namespace.create of a spec make the namespace")
		if least == podsecurity.LevelBaseline {
			f.Severity = diag.Note
		}
		found = append(found, f)
	}
	return found
}

// needed is the strictest level that admits all pods of a namespace.
func needed(judge policy.Evaluator, objects []manifest.Object, namespace string) podsecurity.Level {
	for _, level := range []podsecurity.Level{podsecurity.LevelRestricted, podsecurity.LevelBaseline} {
		refuses := func(o manifest.Object) bool {
			pod, isWorkload := podOf(o)
			if !isWorkload || o.Namespace != namespace {
				return false
			}
			version := podsecurity.LevelVersion{Level: level, Version: podsecurity.LatestVersion()}
			return !policy.AggregateCheckResults(judge.EvaluatePod(version, &pod.ObjectMeta, &pod.Spec)).Allowed
		}
		if !slices.ContainsFunc(objects, refuses) {
			return level
		}
	}
	return podsecurity.LevelPrivileged
}
