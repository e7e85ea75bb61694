package connectivity

import (
	"encoding/json"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// Pod is one kind of pod: all those that are the same to every policy.
type Pod struct {
	// Owner is the object that makes such pods; empty for those that only the
	// policies name.
	Owner manifest.ID
	// Role tells pods of one owner apart; empty if they are all the same.
	Role string
	// Namespace that they run in.
	Namespace string
	// Labels that they carry.
	Labels labels.Set
	// Ports that their containers name; policies refer to them by these names.
	Ports []corev1.ContainerPort
	// selector that finds a pod without an owner; empty for one without labels.
	selector string
	// beside means that the selector finds pods of the environment too.
	beside bool
	// HostNetwork means that they share the address of their node, where network
	// policies do not count.
	HostNetwork bool
}

// podsOf are the kinds of pods that an object makes.
func podsOf(o manifest.Object) []Pod {
	if o.Group == groupPostgres {
		return postgresPods(o)
	}
	template, ok := templateOf(o)
	if !ok {
		return nil
	}
	return []Pod{{
		Owner:       o.ID,
		Namespace:   o.Namespace,
		Labels:      template.Labels,
		Ports:       portsOf(template.Spec),
		HostNetwork: template.Spec.HostNetwork,
	}}
}

// templateOf reads the template of a workload; false for what is none or cannot
// be read as one, which the API server says better.
func templateOf(o manifest.Object) (corev1.PodTemplateSpec, bool) {
	var template corev1.PodTemplateSpec
	path, isWorkload := templatePath(o.ID)
	if !isWorkload {
		return template, false
	}
	if err := decode(manifest.Lookup(o.Fields, path...), &template); err != nil {
		return template, false
	}
	return template, true
}

// templatePath is where a workload has the template of its pods.
func templatePath(id manifest.ID) ([]string, bool) {
	switch id.Group + "/" + id.Kind {
	case "/Pod":
		return nil, true
	case "/ReplicationController", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "batch/Job":
		return []string{"spec", "template"}, true
	case "batch/CronJob":
		return []string{"spec", "jobTemplate", "spec", "template"}, true
	default:
		return nil, false
	}
}

// portsOf are the ports that a pod listens on for as long as it runs.
func portsOf(spec corev1.PodSpec) []corev1.ContainerPort {
	var all []corev1.ContainerPort
	for _, c := range spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			all = append(all, c.Ports...)
		}
	}
	for _, c := range spec.Containers {
		all = append(all, c.Ports...)
	}
	return all
}

// labelsAt are labels within an object.
func labelsAt(o manifest.Object, path ...string) labels.Set {
	set := labels.Set{}
	all, _ := manifest.Lookup(o.Fields, path...).(map[string]any)
	for key, value := range all {
		set[key], _ = value.(string)
	}
	return set
}

// with is a set of labels with others, which win.
func with(set, others labels.Set) labels.Set {
	all := labels.Set{}
	maps.Copy(all, set)
	maps.Copy(all, others)
	return all
}

// decode reads decoded JSON as a type.
func decode(value any, into any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
