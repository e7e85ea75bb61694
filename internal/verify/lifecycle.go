package verify

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// What Kubernetes' types say of the versions that serve them.
type (
	introduced interface {
		APILifecycleIntroduced() (major, minor int)
	}
	deprecated interface {
		APILifecycleDeprecated() (major, minor int)
	}
	removed interface {
		APILifecycleRemoved() (major, minor int)
	}
	replaced interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}
)

// lifecycles reports API versions that the version of Kubernetes does not serve,
// or that a later one will not.
func (e *environment) lifecycles(t types, version policy.KubernetesVersion) {
	for _, f := range e.files {
		kind := kindOf(f.Object)
		if !t.own[kind.Group] {
			continue
		}
		rule, severity, message, hint := t.lifecycle(kind, version)
		if rule == "" {
			continue
		}
		found := report.VerifiedFinding{Rule: rule, Severity: severity, Message: message, Hint: hint}
		at := "apiVersion"
		if rule == ruleUnknownAPI && len(t.versionsOf(kind.Group, kind.Kind)) == 0 {
			at = "kind"
		}
		f.place(&found, []string{at})
		e.add(found)
	}
}

func (t types) lifecycle(kind schema.GroupVersionKind, version policy.KubernetesVersion) (rule string, severity diag.Severity, message, hint string) {
	object, known := t.lifecycleOf(kind)
	name := kind.GroupVersion().String() + " " + kind.Kind
	if !known {
		return ruleUnknownAPI, diag.Error, "is not known: Kubernetes " + Version(version) + " has no " + name, t.instead(kind, version)
	}
	if o, ok := object.(removed); ok {
		if major, minor := o.APILifecycleRemoved(); major > 0 && !before(version, major, minor) {
			return ruleRemoved, diag.Error, fmt.Sprintf("is no longer served: Kubernetes %d.%d removed %s", major, minor, name), t.replacement(object, kind, version)
		}
	}
	if o, ok := object.(introduced); ok {
		if major, minor := o.APILifecycleIntroduced(); before(version, major, minor) {
			return ruleTooNew, diag.Error, fmt.Sprintf("is not served yet: Kubernetes %s has no %s, which came with %d.%d", Version(version), name, major, minor), t.instead(kind, version)
		}
	}
	if o, ok := object.(deprecated); ok {
		if major, minor := o.APILifecycleDeprecated(); major > 0 && !before(version, major, minor) {
			message := fmt.Sprintf("is deprecated since Kubernetes %d.%d", major, minor)
			if o, ok := object.(removed); ok {
				major, minor := o.APILifecycleRemoved()
				message += fmt.Sprintf(", and no longer served from %d.%d on", major, minor)
			}
			return ruleDeprecated, diag.Warning, message, t.replacement(object, kind, version)
		}
	}
	return "", "", "", ""
}

func before(v policy.KubernetesVersion, major, minor int) bool {
	return v.Major < major || v.Major == major && v.Minor < minor
}

// replacement is what Kubernetes itself names instead.
func (t types) replacement(object any, kind schema.GroupVersionKind, version policy.KubernetesVersion) string {
	if o, ok := object.(replaced); ok {
		if to := o.APILifecycleReplacement(); !to.Empty() {
			hint := "write apiVersion: " + to.GroupVersion().String()
			if to.Kind != kind.Kind {
				hint += " and kind: " + to.Kind
			}
			return hint
		}
	}
	return t.instead(kind, version)
}

// instead is what the types themselves suggest: another version that is served,
// or a kind with a similar name.
func (t types) instead(kind schema.GroupVersionKind, version policy.KubernetesVersion) string {
	versions := t.versionsOf(kind.Group, kind.Kind)
	for _, other := range versions {
		if gv := (schema.GroupVersion{Group: kind.Group, Version: other}); other != kind.Version && t.serves(gv.WithKind(kind.Kind), version) {
			return "write apiVersion: " + gv.String()
		}
	}
	if kinds := t.kindsOf(kind.GroupVersion()); len(kinds) > 0 && len(versions) == 0 {
		return suggestion(kind.Kind, kinds)
	}
	return ""
}

// serves tells whether a version of Kubernetes has a kind.
func (t types) serves(kind schema.GroupVersionKind, version policy.KubernetesVersion) bool {
	object, known := t.lifecycleOf(kind)
	if o, ok := object.(removed); ok {
		if major, minor := o.APILifecycleRemoved(); major > 0 && !before(version, major, minor) {
			return false
		}
	}
	if o, ok := object.(introduced); ok {
		if major, minor := o.APILifecycleIntroduced(); before(version, major, minor) {
			return false
		}
	}
	return known
}
