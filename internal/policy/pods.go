package policy

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// evaluator is Kubernetes' own judgement of pods.
var evaluator = sync.OnceValues(func() (policy.Evaluator, error) {
	return policy.NewEvaluator(policy.DefaultChecks(), nil)
})

// refusedPods reports workloads whose pods Pod Security would refuse in their
// namespace, as far as that is rendered too: a patch, or an object that an
// overlay adds, can ask for more than the namespace allows, and the controller
// would apply a Deployment that never gets a pod.
func refusedPods(in Input) []Finding {
	levels := map[string]podsecurity.LevelVersion{}
	// As an API server has it that nobody has told anything else.
	unlabelled := podsecurity.LevelVersion{Level: podsecurity.LevelPrivileged, Version: podsecurity.LatestVersion()}
	for _, o := range in.Objects {
		if o.Kind != "Namespace" || o.Group != "" {
			continue
		}
		labels := map[string]string{}
		for _, label := range []string{podsecurity.EnforceLevelLabel, podsecurity.EnforceVersionLabel} {
			if value := text(o.Fields, "metadata", "labels", label); value != "" {
				labels[label] = value
			}
		}
		enforced, problems := podsecurity.PolicyToEvaluate(labels, podsecurity.Policy{Enforce: unlabelled})
		if len(problems) == 0 && enforced.Enforce.Level != podsecurity.LevelPrivileged {
			levels[o.Name] = enforced.Enforce
		}
	}
	var found []Finding
	for _, o := range in.Objects {
		level, enforced := levels[o.Namespace]
		pod, isWorkload := podOf(o)
		if !enforced || !isWorkload {
			continue
		}
		judge, err := evaluator()
		if err != nil {
			return append(found, Finding{Message: fmt.Sprintf("cannot judge pods: %v", err), Rendered: fmt.Sprintf("cannot judge pods: %v", err)})
		}
		result := policy.AggregateCheckResults(judge.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec))
		if result.Allowed {
			continue
		}
		path, _ := podPath(o)
		because := fmt.Sprintf("because it is %s: %s", level.Level, result.ForbiddenDetail())
		found = append(found, Finding{
			Object:   o.ID,
			Path:     append(path, "spec"),
			Message:  fmt.Sprintf("is what namespace %s refuses, %s", o.Namespace, because),
			Hint:     "mend what asks for it, put it into another namespace, or set spec.namespace.podSecurity of the spec that makes this one",
			Rendered: fmt.Sprintf("renders %s, whose pods namespace %s refuses, %s", o.ID, o.Namespace, because),
		})
	}
	return found
}

// podOf is the pod of a workload, with the metadata that Pod Security reads too;
// false for what is none or cannot be read as one, which the API server will say
// better.
func podOf(o manifest.Object) (corev1.PodTemplateSpec, bool) {
	path, isWorkload := podPath(o)
	if !isWorkload {
		return corev1.PodTemplateSpec{}, false
	}
	data, err := json.Marshal(manifest.Lookup(o.Fields, path...))
	if err != nil {
		return corev1.PodTemplateSpec{}, false
	}
	var pod corev1.PodTemplateSpec
	if err := json.Unmarshal(data, &pod); err != nil || len(pod.Spec.Containers) == 0 {
		return corev1.PodTemplateSpec{}, false
	}
	return pod, true
}

// podPath is where a workload has its pod; false for what is none.
func podPath(o manifest.Object) ([]string, bool) {
	if strings.Contains(o.Group, ".") {
		return nil, false
	}
	switch o.Kind {
	case "Pod":
		return nil, true
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job":
		return []string{"spec", "template"}, true
	case "CronJob":
		return []string{"spec", "jobTemplate", "spec", "template"}, true
	default:
		return nil, false
	}
}
