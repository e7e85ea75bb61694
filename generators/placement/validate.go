package placement

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a defaulted block: that of spec.
func Validate(p *validate.Problems, spec *field.Path, s v1alpha1.Placement) {
	ValidateNamespace(p, spec.Child("namespace"), *s.Namespace)
	validateLabels(p, spec.Child("labels"), s.Labels)
	ValidateAnnotations(p, spec.Child("annotations"), s.Annotations)
	hardened.ValidateScheduling(p, spec, Scheduling(s))
}

var podSecurityVersion = validate.NewForm(`latest|v1\.(0|[1-9][0-9]?)`, 10)

// ValidateNamespace checks a defaulted block, and tells a reviewer of a namespace
// that admits more than the restricted profile.
func ValidateNamespace(p *validate.Problems, path *field.Path, n v1alpha1.Namespace) {
	if !*n.Create {
		for _, f := range []struct{ name, value string }{{"podSecurity", n.PodSecurity}, {"podSecurityVersion", n.PodSecurityVersion}} {
			if f.value != "" {
				p.Add(path.Child(f.name), "counts only where the namespace is created", "remove it, or write create: true")
			}
		}
		return
	}
	p.OneOf(path.Child("podSecurity"), n.PodSecurity, hardened.LevelRestricted, hardened.LevelBaseline, hardened.LevelPrivileged)
	if n.PodSecurity == hardened.LevelBaseline || n.PodSecurity == hardened.LevelPrivileged {
		p.Note(path.Child("podSecurity"), fmt.Sprintf("is %s: the namespace admits pods that are not restricted", n.PodSecurity), "remove it as soon as every pod there can run restricted")
	}
	if !podSecurityVersion.Matches(n.PodSecurityVersion) {
		p.Add(path.Child("podSecurityVersion"), fmt.Sprintf("is %s", validate.Quote(n.PodSecurityVersion)), "write a Kubernetes minor version, as in v1.34, or latest")
	}
}

// Domains whose labels and annotations are instructions rather than notes, with
// all below them.
var (
	meaningfulLabels      = []string{"kubernetes.io", "k8s.io", "cnpg.io", "cert-manager.io"}
	meaningfulAnnotations = []string{"config.kubernetes.io", "config.k8s.io", "cnpg.io", "argoproj.io", "fluxcd.io"}
	// securityAnnotations are older than the fields of the same meaning, which are
	// set here.
	securityAnnotations = []string{"apparmor.security.beta.kubernetes.io", "seccomp.security.alpha.kubernetes.io"}
)

// controllersLabels have no domain, and are set by controllers that select by
// them: those of Kubernetes for workloads, and CloudNativePG, which tells the
// primary from the replicas by role.
var controllersLabels = []string{"controller-revision-hash", "controller-uid", "job-name", "pod-template-generation", "pod-template-hash", "role"}

func within(key string, domains []string) bool {
	domain, _, _ := strings.Cut(key, "/")
	return slices.ContainsFunc(domains, func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) })
}

// validateLabels checks the labels for all objects: also those that are set
// here, or that others select by.
func validateLabels(p *validate.Problems, path *field.Path, labels map[string]string) {
	p.Labels(path, labels)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if strings.Contains(key, "/") && within(key, meaningfulLabels) || slices.Contains(controllersLabels, key) {
			p.Add(path.Key(key), "means something to Kubernetes, CloudNativePG or cert-manager, whose selectors rely on it", "choose a key of your own, as in example.com/team")
		}
	}
}

// ValidateAnnotations checks annotations that a spec puts on objects: also those
// that would upset the order of applying.
func ValidateAnnotations(p *validate.Problems, path *field.Path, annotations map[string]string) {
	p.Annotations(path, annotations)
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		switch {
		case key == meta.AnnotationSyncWave, key == meta.AnnotationSyncOptions, key == meta.AnnotationFluxForce:
			p.Add(path.Key(key), "is set where it is needed", "remove it, or patch single objects in the overlay")
		case within(key, securityAnnotations):
			p.Add(path.Key(key), "is how older versions of Kubernetes confine containers, and could undo what is set here", "remove it; every pod runs with the runtime's own AppArmor and seccomp profiles")
		case within(key, meaningfulAnnotations):
			p.Add(path.Key(key), "tells kustomize, a controller or CloudNativePG what to do with an object; on every object it could drop or stop them all", "remove it, or put it on single objects by a patch in the overlay")
		}
	}
}
