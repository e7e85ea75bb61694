package objectstore

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func byJob(s *v1alpha1.ObjectStoreKindSpec) {
	s.Provisioning = &v1alpha1.BucketProvisioning{Mode: ModeJob, Job: &v1alpha1.BucketJob{Image: "registry.example.com/atticgen:v1.2.3"}}
}

func only[T meta.Object](t *testing.T, objects []meta.Object) T {
	t.Helper()
	var found []T
	for _, o := range objects {
		if typed, ok := o.(T); ok {
			found = append(found, typed)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d %T", len(found), found)
	}
	return found[0]
}

// TestReference holds the defaults to the reference's numbers.
func TestReference(t *testing.T) {
	objects := generate(t, nil)
	if diff := cmp.Diff([]string{"ConfigMap"}, kinds(objects)); diff != "" {
		t.Error(diff)
	}
	c := only[*corev1.ConfigMap](t, objects)
	if c.Name != "attic-bucket" || c.Annotations[AnnotationMaxSize] != "500G" {
		t.Errorf("%s %v", c.Name, c.Annotations)
	}
	var got DesiredBucket
	if err := json.Unmarshal([]byte(c.Data["bucket.json"]), &got); err != nil {
		t.Fatal(err)
	}
	want := DesiredBucket{
		Bucket: "nix-cache", MaxSize: "500G", Versioning: true, Encryption: "AES256",
		Lifecycle: DesiredLifecycle{OldVersionsDays: 90, InfrequentAccessDays: 30, StorageClass: "STANDARD_IA", AbortIncompleteUploadsDays: 7},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c.Data["endpoint"] != "https://s3.example.com" || c.Data["region"] != "us-east-1" {
		t.Error(c.Data)
	}
}

func TestJob(t *testing.T) {
	objects := generate(t, byJob)
	job, document := only[*batchv1.Job](t, objects), only[*corev1.ConfigMap](t, objects)
	pod := job.Spec.Template.Spec
	want := []string{"bucket", "apply", "--endpoint", "https://s3.example.com", "--region", "us-east-1", "/etc/bucket/bucket.json"}
	if diff := cmp.Diff(want, pod.Containers[0].Args); diff != "" {
		t.Error(diff)
	}
	if pod.Volumes[1].ConfigMap.Name != document.Name {
		t.Errorf("the Job reads %s, the document is %s", pod.Volumes[1].ConfigMap.Name, document.Name)
	}
	if account := only[*corev1.ServiceAccount](t, objects); account.Name != pod.ServiceAccountName {
		t.Errorf("the Job runs as %s, the account is %s", pod.ServiceAccountName, account.Name)
	}
	for key, value := range only[*networkingv1.NetworkPolicy](t, objects).Spec.PodSelector.MatchLabels {
		if job.Spec.Template.Labels[key] != value {
			t.Errorf("the policy selects %s=%s, the pod has %q", key, value, job.Spec.Template.Labels[key])
		}
	}
	if job.Annotations[meta.AnnotationSyncWave] != "1" {
		t.Error("the Job does not run before what serves")
	}
}

// TestJobRunsAgain: a Job's template cannot be changed, and a finished one does
// not run again.
func TestJobRunsAgain(t *testing.T) {
	before := only[*batchv1.Job](t, generate(t, byJob)).Name
	for name, tt := range map[string]struct {
		change func(*v1alpha1.ObjectStoreKindSpec)
		same   bool
	}{
		"nothing": {func(*v1alpha1.ObjectStoreKindSpec) {}, true},
		"the network": {func(s *v1alpha1.ObjectStoreKindSpec) {
			s.Network = &v1alpha1.ObjectStoreNetwork{S3: &v1alpha1.S3Peer{Port: new(int32(9000))}}
		}, true},
		"a setting": {func(s *v1alpha1.ObjectStoreKindSpec) {
			s.Lifecycle = &v1alpha1.BucketLifecycle{OldVersionsDays: new(int32(30))}
		}, false},
		"the image": {func(s *v1alpha1.ObjectStoreKindSpec) {
			s.Provisioning.Job.Image = "registry.example.com/atticgen:v1.2.4"
		}, false},
	} {
		after := only[*batchv1.Job](t, generate(t, func(s *v1alpha1.ObjectStoreKindSpec) {
			byJob(s)
			tt.change(s)
		})).Name
		if (before == after) != tt.same {
			t.Errorf("%s changes: %s, %s", name, before, after)
		}
	}
}

// TestJobReachesTheStoreAlone: names, and the store; and without names of its
// own where another policy has them.
func TestJobReachesTheStoreAlone(t *testing.T) {
	policy := only[*networkingv1.NetworkPolicy](t, generate(t, byJob))
	if len(policy.Spec.Egress) != 2 || len(policy.Spec.Ingress) != 0 || len(policy.Spec.PolicyTypes) != 2 {
		t.Errorf("%+v", policy.Spec)
	}
	var s v1alpha1.ObjectStoreKindSpec
	byJob(&s)
	Default(&s.ObjectStoreSpec, "attic-secrets")
	peer := v1alpha1.S3Peer{Port: new(int32(443))}
	without := Objects(Options{Name: "attic-bucket", Spec: s.ObjectStoreSpec, Peer: peer, Security: v1alpha1.Security{RunAsUser: new(int64(1)), RunAsGroup: new(int64(1))}})
	if rules := only[*networkingv1.NetworkPolicy](t, without).Spec.Egress; len(rules) != 1 {
		t.Errorf("%+v", rules)
	}
}

func TestCredentialsOfTheJob(t *testing.T) {
	for _, tt := range []struct {
		store, job, want string
	}{
		{"", "", "attic-secrets"},
		{"s3", "", "s3"},
		{"s3", "s3-owner", "s3-owner"},
	} {
		job := only[*batchv1.Job](t, generate(t, func(s *v1alpha1.ObjectStoreKindSpec) {
			byJob(s)
			s.CredentialsSecret, s.Provisioning.Job.CredentialsSecret = tt.store, tt.job
		}))
		for _, v := range job.Spec.Template.Spec.Containers[0].Env {
			if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef.Name != tt.want {
				t.Errorf("%+v: %s", tt, v.ValueFrom.SecretKeyRef.Name)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.ObjectStoreKindSpec)
		want   string // part of the only message
		is     validate.Severity
	}{
		"small objects":  {byJob, "128 KiB", validate.Note},
		"a small bucket": {func(s *v1alpha1.ObjectStoreKindSpec) { s.MaxSize = "500M" }, "less than a gibibyte", validate.Warning},
		"versions for ever": {func(s *v1alpha1.ObjectStoreKindSpec) {
			s.Lifecycle = &v1alpha1.BucketLifecycle{OldVersionsDays: new(int32(0))}
		}, "for ever", validate.Warning},
		"a store nobody reaches": {func(s *v1alpha1.ObjectStoreKindSpec) {
			byJob(s)
			s.Endpoint = "https://s3.corp.internal"
			s.Lifecycle = &v1alpha1.BucketLifecycle{InfrequentAccessDays: new(int32(0))}
		}, "looks private", validate.Warning},
	} {
		spec := v1alpha1.ObjectStore{Metadata: v1alpha1.Metadata{Name: "attic", Namespace: "nix-cache"}}
		spec.Spec.Endpoint, spec.Spec.Bucket = "https://s3.example.com", "nix-cache"
		tt.change(&spec.Spec)
		_, problems := GenerateAlone(spec)
		if len(problems) != 1 || !strings.Contains(problems[0].Message, tt.want) || problems[0].Severity != tt.is {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

func TestGenerateLeavesTheSpecAlone(t *testing.T) {
	spec := v1alpha1.ObjectStore{Metadata: v1alpha1.Metadata{Name: "attic"}}
	spec.Spec.Provisioning = &v1alpha1.BucketProvisioning{Mode: ModeJob}
	if _, problems := GenerateAlone(spec); !slices.ContainsFunc(problems, func(p validate.Problem) bool { return p.Path == "spec.provisioning.job.image" }) {
		t.Errorf("%+v", problems)
	}
	if spec.Spec.Provisioning.Job != nil || spec.Spec.Lifecycle != nil || spec.Metadata.Namespace != "" {
		t.Errorf("%+v", spec)
	}
}
