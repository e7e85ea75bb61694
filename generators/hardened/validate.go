package hardened

import (
	"cmp"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DefaultResources fills in what a block leaves out, amount by amount.
func DefaultResources(r *v1alpha1.ResourceRequirements, fallback v1alpha1.ResourceRequirements) {
	for _, pair := range []struct{ to, from *v1alpha1.ResourceList }{
		{&r.Requests, &fallback.Requests},
		{&r.Limits, &fallback.Limits},
	} {
		defaulting.Value(&pair.to.CPU, pair.from.CPU)
		defaulting.Value(&pair.to.Memory, pair.from.Memory)
		defaulting.Value(&pair.to.EphemeralStorage, pair.from.EphemeralStorage)
	}
}

// ValidateResources checks a defaulted block: quantities, and requests within
// limits.
func ValidateResources(p *validate.Problems, path *field.Path, r v1alpha1.ResourceRequirements) {
	for _, pair := range []struct {
		name           string
		request, limit v1alpha1.Quantity
	}{
		{"cpu", r.Requests.CPU, r.Limits.CPU},
		{"memory", r.Requests.Memory, r.Limits.Memory},
		{"ephemeralStorage", r.Requests.EphemeralStorage, r.Limits.EphemeralStorage},
	} {
		if pair.request == "" && pair.limit == "" {
			continue
		}
		at := path.Child("requests", pair.name)
		check := p.Bytes
		if pair.name == "cpu" {
			check = p.Quantity
		}
		request, ok := check(at, string(pair.request))
		limit, ok2 := check(path.Child("limits", pair.name), string(pair.limit))
		if ok && ok2 && request.Cmp(limit) > 0 {
			p.Add(at, fmt.Sprintf("is %s, above the limit %s", pair.request, pair.limit), "lower it, or raise the limit")
		}
	}
}

// ValidateScheduling checks where pods may run. The path is that of the block
// that holds the three fields.
func ValidateScheduling(p *validate.Problems, path *field.Path, s Scheduling) {
	if s.PriorityClassName != "" {
		p.ObjectName(path.Child("priorityClassName"), s.PriorityClassName)
	}
	p.Labels(path.Child("nodeSelector"), s.NodeSelector)
	for i, t := range s.Tolerations {
		at := path.Child("tolerations").Index(i)
		p.OneOf(at.Child("operator"), cmp.Or(t.Operator, "Equal"), "Exists", "Equal")
		p.OneOf(at.Child("effect"), cmp.Or(t.Effect, "NoSchedule"), "NoSchedule", "PreferNoSchedule", "NoExecute")
		switch {
		case t.Key == "" && t.Operator != "Exists":
			p.Add(at.Child("key"), "is missing", "write the taint's key, or operator: Exists to tolerate every taint")
		case t.Key != "" && len(validation.IsQualifiedName(t.Key)) > 0:
			p.Add(at.Child("key"), fmt.Sprintf("is %s, which is not a taint's key", validate.Quote(t.Key)), "write name or prefix/name")
		}
		if t.Operator == "Exists" && t.Value != "" {
			p.Add(at.Child("value"), "stands beside operator Exists, which takes none", "remove it, or write operator: Equal")
		}
		if len(validation.IsValidLabelValue(t.Value)) > 0 {
			p.Add(at.Child("value"), fmt.Sprintf("is %s, which is not a taint's value", validate.Quote(t.Value)), "use at most 63 letters, digits, -, _ and .")
		}
		if t.TolerationSeconds != nil && t.Effect != "NoExecute" {
			p.Add(at.Child("tolerationSeconds"), "counts only for effect NoExecute", "remove it, or write effect: NoExecute")
		}
	}
}
