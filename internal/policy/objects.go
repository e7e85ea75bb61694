package policy

import (
	"fmt"
	"slices"
)

// namespaced are kinds that overlays often add and that live in a namespace.
var namespaced = []string{
	"ConfigMap", "CronJob", "Deployment", "ExternalSecret", "Ingress", "Job", "NetworkPolicy", "PodMonitor",
	"PrometheusRule", "PushSecret", "SealedSecret", "Secret", "Service", "ServiceAccount", "ServiceMonitor", "StatefulSet",
}

// homeless finds objects that each controller would put somewhere else.
func homeless(in Input) []Finding {
	var found []Finding
	for _, o := range in.Objects {
		if o.Namespace == "" && slices.Contains(namespaced, o.Kind) {
			found = append(found, Finding{
				Object:   o.ID,
				Path:     []string{"metadata", "namespace"},
				Message:  "is missing, and Flux and Argo CD each choose their own",
				Hint:     "write metadata.namespace",
				Rendered: fmt.Sprintf("renders %s without a namespace, and Flux and Argo CD each choose their own", o.ID),
			})
		}
	}
	return found
}
