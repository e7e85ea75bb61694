package overlay

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// loosened tells a reviewer what a patch took from the hardening of a generated
// object: Pod Security refuses only a part of it.
func loosened(source string, was, is manifest.Object) diag.List {
	var found diag.List
	note := func(of string, before, after map[string]bool) {
		var lost []string
		for _, what := range slices.Sorted(maps.Keys(before)) {
			if before[what] && !after[what] {
				lost = append(lost, what)
			}
		}
		if len(lost) > 0 {
			d := diag.New(source, "leaves %s%s without %s", of, is.ID, strings.Join(lost, ", "))
			d.Severity, d.Hint = diag.Note, "remove the patch as soon as the object can do without it"
			found = append(found, d)
		}
	}
	note("", hardening(was), hardening(is))
	generated, patched := hardeningOf(was), hardeningOf(is)
	for _, container := range slices.Sorted(maps.Keys(patched)) {
		before, ok := generated[container]
		if !ok {
			before = everything(patched[container])
		}
		note("container "+container+" of ", before, patched[container])
	}
	return found
}

// everything is the measure for a container that a patch adds.
func everything(kept map[string]bool) map[string]bool {
	all := map[string]bool{}
	for what := range kept {
		all[what] = true
	}
	return all
}

// templates are where workloads have their pods.
var templates = [][]string{{"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}}

// podIn is the pod of a workload; nil in what is none.
func podIn(o manifest.Object) any {
	for _, path := range templates {
		if pod := manifest.Lookup(o.Fields, path...); pod != nil {
			return pod
		}
	}
	return nil
}

// hardening is what an object keeps that is not about single containers.
func hardening(o manifest.Object) map[string]bool {
	kept := map[string]bool{}
	switch o.Kind {
	case "NetworkPolicy":
		types := itemsOf(o.Fields, "spec", "policyTypes")
		for _, direction := range []string{"Ingress", "Egress"} {
			kept["the policy type "+direction] = slices.Contains(types, any(direction))
		}
	case "ServiceAccount":
		kept["automountServiceAccountToken: false"] = manifest.Lookup(o.Fields, "automountServiceAccountToken") == false
	default:
		if pod := podIn(o); pod != nil {
			kept["automountServiceAccountToken: false"] = manifest.Lookup(pod, "automountServiceAccountToken") == false
			kept["hostUsers: false"] = manifest.Lookup(pod, "hostUsers") == false
		}
	}
	return kept
}

// hardeningOf is what each container of a workload keeps.
func hardeningOf(o manifest.Object) map[string]map[string]bool {
	all, pod := map[string]map[string]bool{}, podIn(o)
	for _, field := range []string{"initContainers", "containers"} {
		for _, c := range itemsOf(pod, field) {
			name, _ := manifest.Lookup(c, "name").(string)
			// What a container does not say, its pod says.
			either := func(path ...string) any {
				path = append([]string{"securityContext"}, path...)
				if own := manifest.Lookup(c, path...); own != nil {
					return own
				}
				return manifest.Lookup(pod, path...)
			}
			seccomp, _ := either("seccompProfile", "type").(string)
			kept := map[string]bool{
				"readOnlyRootFilesystem: true":        manifest.Lookup(c, "securityContext", "readOnlyRootFilesystem") == true,
				"allowPrivilegeEscalation: false":     manifest.Lookup(c, "securityContext", "allowPrivilegeEscalation") == false,
				"capabilities.drop: [ALL]":            slices.Contains(itemsOf(c, "securityContext", "capabilities", "drop"), any("ALL")),
				"an empty list of added capabilities": len(itemsOf(c, "securityContext", "capabilities", "add")) == 0,
				"runAsNonRoot: true":                  either("runAsNonRoot") == true,
				"a seccomp profile":                   cmp.Or(seccomp, "Unconfined") != "Unconfined",
			}
			for _, resource := range []string{"cpu", "memory", "ephemeral-storage"} {
				kept["a limit of "+resource] = manifest.Lookup(c, "resources", "limits", resource) != nil
			}
			all[name] = kept
		}
	}
	return all
}

// itemsOf are those of a list within decoded JSON; none when it is not there.
func itemsOf(of any, path ...string) []any {
	items, _ := manifest.Lookup(of, path...).([]any)
	return items
}
