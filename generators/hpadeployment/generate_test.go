package hpadeployment

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// web is a service that may be reached, changed by a test.
func web(change func(*v1alpha1.HPADeploymentSpec)) v1alpha1.HPADeployment {
	d := v1alpha1.HPADeployment{
		Metadata: v1alpha1.Metadata{Name: "web", Namespace: "shop"},
		Spec: v1alpha1.HPADeploymentSpec{
			Image:   "registry.example.com/web:1.2.3",
			Ingress: &v1alpha1.ServiceIngress{Host: "web.example.com"},
		},
	}
	if change != nil {
		change(&d.Spec)
	}
	return d
}

func generate(t *testing.T, change func(*v1alpha1.HPADeploymentSpec)) ([]meta.Object, []validate.Problem) {
	t.Helper()
	objects, problems := Generate(web(change))
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	return objects, problems
}

// allows asks Kubernetes' own evaluator about the pods of a service.
func allows(t *testing.T, level podsecurity.Level, template corev1.PodTemplateSpec) bool {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := podsecurity.LevelVersion{Level: level, Version: podsecurity.LatestVersion()}
	return policy.AggregateCheckResults(evaluator.EvaluatePod(at, &template.ObjectMeta, &template.Spec)).Allowed
}

// TestHardened: without relaxations nothing is given up, and nothing is said.
func TestHardened(t *testing.T) {
	objects, problems := generate(t, nil)
	template := get[*appsv1.Deployment](t, objects).Spec.Template
	if !allows(t, podsecurity.LevelRestricted, template) {
		t.Error("Pod Security refuses it")
	}
	c := template.Spec.Containers[0]
	if !*c.SecurityContext.ReadOnlyRootFilesystem || *template.Spec.AutomountServiceAccountToken || len(template.Spec.Volumes) != 1 {
		t.Errorf("%+v", template.Spec)
	}
	if len(problems) > 0 {
		t.Errorf("%+v", problems)
	}
}

// TestRelaxations: each gives up what it names, is reported, and needs the level
// that Kubernetes' own evaluator says.
func TestRelaxations(t *testing.T) {
	for name, tt := range map[string]struct {
		relax v1alpha1.Relaxations
		level podsecurity.Level
		given func(corev1.PodSpec) bool
	}{
		"writablePaths": {
			v1alpha1.Relaxations{WritablePaths: map[string]v1alpha1.Quantity{"/var/run/web": "8Mi", "/tmp": "16Mi"}},
			podsecurity.LevelRestricted,
			func(p corev1.PodSpec) bool {
				return len(p.Volumes) == 2 && p.Volumes[0].EmptyDir.SizeLimit.String() == "16Mi" && p.Containers[0].VolumeMounts[1].MountPath == "/var/run/web"
			},
		},
		"writableRootFilesystem": {
			v1alpha1.Relaxations{WritableRootFilesystem: true},
			podsecurity.LevelRestricted,
			func(p corev1.PodSpec) bool { return !*p.Containers[0].SecurityContext.ReadOnlyRootFilesystem },
		},
		"rootGroup": {
			v1alpha1.Relaxations{RootGroup: true},
			podsecurity.LevelRestricted,
			func(p corev1.PodSpec) bool {
				return *p.SecurityContext.RunAsGroup == 0 && *p.SecurityContext.FSGroup == 0 && *p.SecurityContext.RunAsUser == 1000
			},
		},
		"serviceAccountToken": {
			v1alpha1.Relaxations{ServiceAccountToken: true},
			podsecurity.LevelRestricted,
			func(p corev1.PodSpec) bool { return *p.AutomountServiceAccountToken },
		},
		"runAsRoot": {
			v1alpha1.Relaxations{RunAsRoot: true},
			podsecurity.LevelBaseline,
			func(p corev1.PodSpec) bool {
				return *p.SecurityContext.RunAsUser == 0 && !*p.SecurityContext.RunAsNonRoot && *p.Containers[0].SecurityContext.RunAsUser == 0
			},
		},
		"privilegeEscalation": {
			v1alpha1.Relaxations{PrivilegeEscalation: true},
			podsecurity.LevelBaseline,
			func(p corev1.PodSpec) bool { return *p.Containers[0].SecurityContext.AllowPrivilegeEscalation },
		},
		"capabilities": {
			v1alpha1.Relaxations{Capabilities: []string{"NET_ADMIN"}},
			podsecurity.LevelPrivileged,
			func(p corev1.PodSpec) bool {
				c := p.Containers[0].SecurityContext.Capabilities
				return c.Add[0] == "NET_ADMIN" && c.Drop[0] == "ALL"
			},
		},
	} {
		objects, problems := generate(t, func(s *v1alpha1.HPADeploymentSpec) { s.Relaxations = &tt.relax })
		template := get[*appsv1.Deployment](t, objects).Spec.Template
		if !tt.given(template.Spec) {
			t.Errorf("%s: %+v", name, template.Spec)
		}
		if len(problems) != 1 || problems[0].Severity != validate.Note || problems[0].Path != "spec.relaxations."+name {
			t.Errorf("%s is reported as %+v", name, problems)
		}
		levels := []podsecurity.Level{podsecurity.LevelRestricted, podsecurity.LevelBaseline, podsecurity.LevelPrivileged}
		for i, level := range levels {
			if want := i >= slices.Index(levels, tt.level); allows(t, level, template) != want {
				t.Errorf("%s: %s admits it: %v", name, level, !want)
			}
		}
	}
}

// TestSizeOfTmp: it is writable anyway, and only more of it gives something up.
func TestSizeOfTmp(t *testing.T) {
	for size, want := range map[v1alpha1.Quantity]int{"32Mi": 0, "64Mi": 0, "128Mi": 1} {
		_, problems := generate(t, func(s *v1alpha1.HPADeploymentSpec) {
			s.Relaxations = &v1alpha1.Relaxations{WritablePaths: map[string]v1alpha1.Quantity{"/tmp": size}}
		})
		if len(problems) != want || want == 1 && (problems[0].Severity != validate.Note || problems[0].Path != "spec.relaxations.writablePaths[/tmp]") {
			t.Errorf("%s: %+v", size, problems)
		}
	}
}

// TestReported: what is as the spec wants it, and a reviewer should know.
func TestReported(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.HPADeploymentSpec)
		want   []string
	}{
		"the default user": {func(s *v1alpha1.HPADeploymentSpec) {
			s.Security = &v1alpha1.Security{RunAsUser: new(int64(1000)), RunAsGroup: new(int64(1000))}
		}, nil},
		"another user":  {func(s *v1alpha1.HPADeploymentSpec) { s.Security = &v1alpha1.Security{RunAsUser: new(int64(700))} }, []string{"spec.security.runAsUser"}},
		"another group": {func(s *v1alpha1.HPADeploymentSpec) { s.Security = &v1alpha1.Security{RunAsGroup: new(int64(700))} }, []string{"spec.security.runAsGroup"}},
		"a low port":    {func(s *v1alpha1.HPADeploymentSpec) { s.Port = new(int32(80)) }, []string{"spec.port"}},
		"a low port with the right": {func(s *v1alpha1.HPADeploymentSpec) {
			s.Port, s.Relaxations = new(int32(80)), &v1alpha1.Relaxations{Capabilities: []string{"NET_BIND_SERVICE"}}
		}, []string{"spec.relaxations.capabilities"}},
		"the account of every namespace": {func(s *v1alpha1.HPADeploymentSpec) {
			s.ServiceAccount = &v1alpha1.ServiceAccount{Name: "default", Create: new(false)}
		}, nil},
	} {
		_, problems := generate(t, tt.change)
		var paths []string
		for _, p := range problems {
			paths = append(paths, p.Path)
		}
		if !slices.Equal(paths, tt.want) {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

// TestVariablesFollowWhatTheyReferTo, because Kubernetes puts in only what stands
// before.
func TestVariablesFollowWhatTheyReferTo(t *testing.T) {
	text := func(s string) v1alpha1.EnvVar { return v1alpha1.EnvVar{Value: &s} }
	objects, _ := generate(t, func(s *v1alpha1.HPADeploymentSpec) {
		s.Env = map[string]v1alpha1.EnvVar{
			"A":       text("$(Z)-$(M)"),
			"B":       text("plain"),
			"M":       text("$(Y)"),
			"ESCAPED": text("$$(Z)"),
			"Y":       {Postgres: &v1alpha1.PostgresOutput{Cluster: "web-pg", Output: "hostRW"}},
			"Z":       {Secret: &v1alpha1.KeyRef{Name: "z", Key: "z"}},
		}
	})
	var got []string
	for _, e := range get[*appsv1.Deployment](t, objects).Spec.Template.Spec.Containers[0].Env {
		got = append(got, e.Name)
	}
	if diff := cmp.Diff([]string{"Z", "Y", "M", "A", "B", "ESCAPED"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestOnePodAtATime where a volume is for one pod or may be, and otherwise not.
func TestOnePodAtATime(t *testing.T) {
	for name, tt := range map[string]struct {
		ref      v1alpha1.ClaimRef
		mode     string
		most     int32
		recreate bool
	}{
		"one pod, its own volume":      {v1alpha1.ClaimRef{Claim: "data"}, "ReadWriteOnce", 1, true},
		"one pod, a volume for many":   {v1alpha1.ClaimRef{Claim: "data"}, "", 1, false},
		"many pods":                    {v1alpha1.ClaimRef{Claim: "data"}, "ReadWriteMany", 5, false},
		"one pod, an unknown volume":   {v1alpha1.ClaimRef{Existing: "data"}, "", 1, true},
		"many pods, an unknown volume": {v1alpha1.ClaimRef{Existing: "data"}, "", 5, false},
	} {
		objects, _ := generate(t, func(s *v1alpha1.HPADeploymentSpec) {
			s.MinReplicas, s.MaxReplicas = new(int32(1)), &tt.most
			s.Volumes = map[string]v1alpha1.ServiceVolume{"data": {MountPath: "/data", PersistentVolumeClaim: &tt.ref}}
			s.PersistentVolumeClaims = map[string]v1alpha1.VolumeClaim{"data": {Size: "1Gi", AccessMode: tt.mode}}
		})
		if got := get[*appsv1.Deployment](t, objects).Spec.Strategy.Type; (got == appsv1.RecreateDeploymentStrategyType) != tt.recreate {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestClaimsComeWithTheirPods: a claim that waits for its first pod in an earlier
// stage would hold up that stage for ever.
func TestClaimsComeWithTheirPods(t *testing.T) {
	objects, _ := generate(t, func(s *v1alpha1.HPADeploymentSpec) {
		s.Volumes = map[string]v1alpha1.ServiceVolume{"data": {MountPath: "/data", PersistentVolumeClaim: &v1alpha1.ClaimRef{Claim: "data"}}}
		s.PersistentVolumeClaims = map[string]v1alpha1.VolumeClaim{"data": {Size: "1Gi"}}
	})
	claim, deployment := get[*corev1.PersistentVolumeClaim](t, objects), get[*appsv1.Deployment](t, objects)
	if claim.Annotations[meta.AnnotationSyncWave] != deployment.Annotations[meta.AnnotationSyncWave] {
		t.Errorf("claim in wave %s, pods in %s", claim.Annotations[meta.AnnotationSyncWave], deployment.Annotations[meta.AnnotationSyncWave])
	}
	if got := deployment.Spec.Template.Spec.Volumes[1].PersistentVolumeClaim.ClaimName; got != claim.Name {
		t.Errorf("mounts %s, makes %s", got, claim.Name)
	}
}

// TestPolicies: the namespace is closed by whoever makes it, and the service has
// a policy of its own in any case.
func TestPolicies(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*v1alpha1.HPADeploymentSpec)
		want   []string
	}{
		"own namespace":       {nil, []string{"web-default-deny", "web-allow-dns", "web", "web-acme-solver"}},
		"somebody's":          {func(s *v1alpha1.HPADeploymentSpec) { s.Namespace = &v1alpha1.Namespace{Create: new(false)} }, []string{"web", "web-acme-solver"}},
		"nothing from inside": {func(s *v1alpha1.HPADeploymentSpec) { s.Ingress = nil }, []string{"web-default-deny", "web-allow-dns", "web"}},
	} {
		objects, _ := generate(t, tt.change)
		var got []string
		for _, o := range objects {
			if p, ok := o.(*networkingv1.NetworkPolicy); ok {
				got = append(got, p.Name)
				if len(p.Spec.PolicyTypes) != 2 {
					t.Errorf("%s: %s leaves a direction open", name, p.Name)
				}
				for _, rule := range p.Spec.Ingress {
					if len(rule.From) == 0 || len(rule.Ports) == 0 {
						t.Errorf("%s: %s lets everyone in", name, p.Name)
					}
				}
				for _, rule := range p.Spec.Egress {
					if len(rule.To) == 0 || len(rule.Ports) == 0 {
						t.Errorf("%s: %s lets out to everywhere", name, p.Name)
					}
				}
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSpecIsNotModified(t *testing.T) {
	change := func(s *v1alpha1.HPADeploymentSpec) {
		s.ExtraPorts = map[string]v1alpha1.ExtraPort{"admin": {Port: 9000}}
		s.Volumes = map[string]v1alpha1.ServiceVolume{"data": {MountPath: "/data", PersistentVolumeClaim: &v1alpha1.ClaimRef{Claim: "data"}}}
		s.PersistentVolumeClaims = map[string]v1alpha1.VolumeClaim{"data": {Size: "1Gi"}}
		s.Network = &v1alpha1.ServiceNetwork{
			Clients: map[string]v1alpha1.Client{"all": {}},
			Egress:  map[string]v1alpha1.Destination{"mail": {PodLabels: map[string]string{"app": "mail"}, Ports: []int32{25}}},
		}
		s.Metrics = &v1alpha1.Metrics{}
	}
	spec := web(change)
	Default(spec)
	if _, problems := Generate(spec); validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	if diff := cmp.Diff(web(change), spec); diff != "" {
		t.Error(diff)
	}
}

// TestPostgresLetsServicesIn: the label that the documentation names opens the
// database to all pods of a service, and the service's own policy lets them out.
func TestPostgresLetsServicesIn(t *testing.T) {
	objects, _ := generate(t, func(s *v1alpha1.HPADeploymentSpec) { s.Postgres = []string{"web-pg"} })
	database, problems := postgrescluster.GenerateAlone(v1alpha1.PostgresCluster{
		Metadata: v1alpha1.Metadata{Name: "web-pg", Namespace: "shop"},
		Spec: v1alpha1.PostgresClusterKindSpec{
			PostgresClusterSpec: v1alpha1.PostgresClusterSpec{
				AllowedPodLabels: map[string]string{naming.LabelName: "web"},
				Backup:           &v1alpha1.Backup{Enabled: new(false)},
			},
			Placement: v1alpha1.Placement{Namespace: &v1alpha1.Namespace{Create: new(false)}},
		},
	})
	if validate.HasErrors(problems) {
		t.Fatal(validate.Errors(problems))
	}
	pods := get[*appsv1.Deployment](t, objects).Spec.Template.Labels
	open := false
	for _, rule := range get[*networkingv1.NetworkPolicy](t, database).Spec.Ingress {
		for _, peer := range rule.From {
			if peer.NamespaceSelector == nil && peer.PodSelector != nil && rule.Ports[0].Port.IntVal == naming.PortPostgres {
				selector, err := metav1.LabelSelectorAsSelector(peer.PodSelector)
				open = open || err == nil && selector.Matches(labels.Set(pods))
			}
		}
	}
	if !open {
		t.Error("the database lets the service's pods not in")
	}
}
