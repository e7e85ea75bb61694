package policy

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/validate"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// namespaced are kinds that overlays often add and that live in a namespace.
var namespaced = []string{
	"ConfigMap", "CronJob", "Deployment", "ExternalSecret", "Ingress", "Job", "NetworkPolicy", "PodMonitor",
	"PrometheusRule", "SealedSecret", "Secret", "Service", "ServiceAccount", "ServiceMonitor", "StatefulSet",
}

// homeless warns about an object that each controller would put somewhere else.
func homeless(source string, o manifest.Object) diag.List {
	if o.Namespace != "" || !slices.Contains(namespaced, o.Kind) {
		return nil
	}
	d := diag.New(source, "renders %s without a namespace, and Flux and Argo CD each choose their own", o.ID)
	d.Severity, d.Hint = diag.Warning, "write metadata.namespace"
	return diag.List{d}
}

// unpinned warns about images that can change under the same name, such as those
// that an overlay's images or patches set.
func unpinned(source string, o manifest.Object) diag.List {
	var list diag.List
	for _, image := range images(o) {
		var p validate.Problems
		p.Image(field.NewPath("image"), image, 2)
		for _, problem := range p.List() {
			d := diag.New(source, "renders %s, whose image %s", o.ID, problem.Message)
			d.Severity, d.Hint = diag.Warning, problem.Hint
			list = append(list, d)
		}
	}
	return list
}

// images are those of the containers of a workload.
func images(o manifest.Object) []string {
	var all []string
	for _, pod := range []any{
		manifest.Lookup(o.Fields, "spec"),
		manifest.Lookup(o.Fields, "spec", "template", "spec"),
		manifest.Lookup(o.Fields, "spec", "jobTemplate", "spec", "template", "spec"),
	} {
		for _, list := range []string{"initContainers", "containers"} {
			for _, container := range items(pod, list) {
				if image, ok := manifest.Lookup(container, "image").(string); ok {
					all = append(all, image)
				}
			}
		}
	}
	return all
}
