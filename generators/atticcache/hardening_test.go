package atticcache

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// all turns every workload on.
func all(s *v1alpha1.AtticCacheSpec) {
	s.Caches = map[string]v1alpha1.Cache{"main": {Public: true}}
	s.CacheJob = &v1alpha1.CacheJob{Image: "registry.example.com/atticgen:v1.2.3"}
	s.Postgres = &v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}}
	s.Tokens = enforced()
}

func cronJob(s *v1alpha1.AtticCacheSpec) { s.GC = &v1alpha1.GarbageCollector{Mode: ModeCronJob} }

// TestPodsAreRestricted asks Kubernetes' own evaluator.
func TestPodsAreRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for name, change := range map[string]func(*v1alpha1.AtticCacheSpec){"all": all, "cron job": cronJob} {
		templates := pods(generate(t, change))
		if len(templates) < 3 {
			t.Fatalf("%s: only %d pods", name, len(templates))
		}
		for workload, template := range templates {
			result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec))
			if !result.Allowed {
				t.Errorf("%s: %s: %s", name, workload, result.ForbiddenDetail())
			}
		}
	}
	// The evaluator does refuse what is not restricted.
	broken := pods(generate(t, nil))["attic"]
	broken.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = new(true)
	if policy.AggregateCheckResults(evaluator.EvaluatePod(level, &broken.ObjectMeta, &broken.Spec)).Allowed {
		t.Error("a pod that may escalate its privileges passes")
	}
}

// TestPodsAreHardenedBeyondThat checks what the reference's checklist asks for
// and Pod Security does not.
func TestPodsAreHardenedBeyondThat(t *testing.T) {
	objects := generate(t, all)
	for workload, template := range pods(objects) {
		spec := template.Spec
		if *spec.AutomountServiceAccountToken || *spec.EnableServiceLinks {
			t.Errorf("%s: a token or service variables are let in", workload)
		}
		if !strings.HasPrefix(workload, spec.ServiceAccountName) {
			t.Errorf("%s runs as %s, not as an account of its own", workload, spec.ServiceAccountName)
		}
		account := find[*corev1.ServiceAccount](t, objects, spec.ServiceAccountName)
		if *account.AutomountServiceAccountToken {
			t.Errorf("%s: the account's token is mounted", workload)
		}
		if *spec.SecurityContext.RunAsUser != 1000 || *spec.SecurityContext.RunAsGroup != 1000 {
			t.Errorf("%s does not run as 1000", workload)
		}
		for _, c := range spec.Containers {
			security := c.SecurityContext
			if !*security.ReadOnlyRootFilesystem || *security.RunAsUser != 1000 || *security.Privileged {
				t.Errorf("%s: %+v", workload, security)
			}
			for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
				request, limit := c.Resources.Requests[name], c.Resources.Limits[name]
				if request.IsZero() || limit.IsZero() {
					t.Errorf("%s: %s is not requested and limited", workload, name)
				}
			}
			if c.ImagePullPolicy != corev1.PullAlways {
				t.Errorf("%s pulls %s", workload, c.ImagePullPolicy)
			}
		}
		for _, v := range spec.Volumes {
			if v.EmptyDir != nil && (v.EmptyDir.SizeLimit == nil || v.EmptyDir.SizeLimit.IsZero()) {
				t.Errorf("%s: volume %s can fill the node", workload, v.Name)
			}
			if v.Secret != nil && len(v.Secret.Items) == 0 {
				t.Errorf("%s: volume %s shows a whole Secret", workload, v.Name)
			}
		}
	}
}

// TestPodsSeeThePublicKeyAlone: a pod that can mint tokens is a pod that an
// attacker wants.
func TestPodsSeeThePublicKeyAlone(t *testing.T) {
	for workload, template := range pods(generate(t, all)) {
		for _, c := range template.Spec.Containers {
			if len(c.EnvFrom) > 0 {
				t.Errorf("%s takes all of a Secret into its environment", workload)
			}
			for _, e := range c.Env {
				if strings.Contains(e.Name, "SECRET_BASE64") {
					t.Errorf("%s has %s", workload, e.Name)
				}
			}
		}
	}
}

func TestSecurityIsConfigurable(t *testing.T) {
	template := pods(generate(t, func(s *v1alpha1.AtticCacheSpec) {
		s.Security = &v1alpha1.Security{RunAsUser: new(int64(65532)), RunAsGroup: new(int64(65533)), HostUsers: new(false)}
	}))["attic"]
	c := template.Spec.Containers[0].SecurityContext
	if *c.RunAsUser != 65532 || *c.RunAsGroup != 65533 || *template.Spec.SecurityContext.FSGroup != 65533 || *template.Spec.HostUsers {
		t.Errorf("%+v", template.Spec)
	}
}
