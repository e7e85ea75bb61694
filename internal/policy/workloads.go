package policy

import (
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// workload is an object whose controller makes pods.
type workload struct {
	manifest.Object
	// template of its pods, with metadata and spec.
	template value
}

// workloads are those of Kubernetes' own kinds.
func workloads(objects []manifest.Object) []workload {
	var all []workload
	for _, o := range objects {
		if path, ok := podPath(o); ok {
			all = append(all, workload{o, root(o).at(path...)})
		}
	}
	return all
}

// pod is the pods' spec.
func (w workload) pod() value { return w.template.at("spec") }

// labels are those of the pods.
func (w workload) labels() labels.Set { return w.template.at("metadata", "labels").labels() }

// containers are those that run for as long as the pod does.
func (w workload) containers() []value { return w.pod().at("containers").items() }

// allContainers begin with those that run first.
func (w workload) allContainers() []value {
	return slices.Concat(w.pod().at("initContainers").items(), w.containers())
}

// ends tells whether the pods come to an end by themselves.
func (w workload) ends() bool {
	return w.Kind == "Job" || w.Kind == "CronJob" || w.Kind == "Pod" && w.pod().at("restartPolicy").text() != "" && w.pod().at("restartPolicy").text() != "Always"
}

// scales tells whether the number of pods is one that the object says.
func (w workload) scales() bool {
	return w.Kind == "Deployment" || w.Kind == "StatefulSet" || w.Kind == "ReplicaSet" || w.Kind == "ReplicationController"
}

// volumes are the pods' own, and for each of them what it is of.
func (w workload) volumes() []value { return w.pod().at("volumes").items() }

// find reports something about the workload.
func (w workload) find(at value, message, hint string) Finding {
	return Finding{Object: w.ID, Path: at.path, Message: message, Hint: hint}
}
