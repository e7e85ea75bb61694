package apply

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
	"gitlab.com/attic-cache/atticgen/test/rendered"
)

// specs are what the changes are made to.
var specs = map[string]string{
	"AtticCache": `
		hostname: nix-cache.example.com
		storage: {endpoint: https://s3.example.com, bucket: nix-cache}`,
	"HPADeployment": `
		image: registry.example.com/web:1.0.0
		volumes: {data: {mountPath: /data, persistentVolumeClaim: {claim: data}}}
		persistentVolumeClaims: {data: {size: 5Gi}}`,
	"PostgresCluster": `
		backup: {endpoint: https://s3.example.com}`,
	"ObjectStore": `
		endpoint: https://s3.example.com
		bucket: mirror
		provisioning: {mode: job, job: {image: registry.example.com/atticgen:v0.1.0}}`,
}

const (
	caches = `
		cacheJob: {image: registry.example.com/atticgen:v0.1.0}
		caches: {main: {public: true}}`
	pooled = `
		postgres: {pooler: {}}`
	bucketJob = `
		storage: {provisioning: {mode: job, job: {image: registry.example.com/atticgen:v0.1.0}}}`
)

// changes are what people change from one day to the next, as merge patches of a
// spec: from is the spec before, to comes on top of it.
var changes = []struct {
	name, kind, from, to string
}{
	{"image", "AtticCache", "", `image: registry.example.com/attic:v2.0.1`},
	{"hostname", "AtticCache", "", `hostname: cache.example.org`},
	{"another hostname", "AtticCache", "", `ingress: {extraHosts: [nix.example.org]}`},
	{"replicas", "AtticCache", "", `api: {minReplicas: 3, maxReplicas: 5}`},
	{"scaling", "AtticCache", "", `api: {cpuTargetPercent: 50, scaleUp: {pods: 8}, scaleDown: {stabilizationWindowSeconds: 600}}`},
	{"disruption budget", "AtticCache", "", `api: {podDisruptionBudget: {minAvailable: 1}}`},
	{"topology", "AtticCache", "", `api: {topologySpread: {maxSkew: 2, whenUnsatisfiable: DoNotSchedule}}`},
	{"resources", "AtticCache", "", `
		api: {resources: {requests: {cpu: 200m}, limits: {memory: 1Gi}}}
		gc: {resources: {limits: {memory: 512Mi}}}
		migration: {resources: {limits: {memory: 512Mi}}}`},
	{"probes", "AtticCache", "", `api: {healthPath: /healthz, probes: {liveness: {periodSeconds: 60}}, terminationGracePeriodSeconds: 120}`},
	{"garbage collector as CronJob", "AtticCache", "", `gc: {mode: cronJob}`},
	{"garbage collector's schedule", "AtticCache", `gc: {mode: cronJob}`, `gc: {schedule: "30 3 * * 0"}`},
	{"garbage collector's retention", "AtticCache", "", `gc: {interval: 6h, retention: 30d}`},
	{"log level", "AtticCache", "", `rustLog: warn`},
	{"first caches", "AtticCache", "", caches},
	{"another cache", "AtticCache", caches, `caches: {ci: {retention: 30d}}`},
	{"another cache instead", "AtticCache", caches, `caches: {main: null, ci: {}}`},
	{"cache's settings", "AtticCache", caches, `caches: {main: {priority: 30}}`},
	{"image of the Job for caches", "AtticCache", caches, `cacheJob: {image: registry.example.com/atticgen:v0.2.0}`},
	{"tokens", "AtticCache", "", `tokens: {tokens: {ci: {type: read-write, caches: {main: {}}}}}`},
	{"region of the bucket", "AtticCache", "", `storage: {region: eu-central-3}`},
	{"bucket by a Job", "AtticCache", "", bucketJob},
	{"settings of that bucket", "AtticCache", bucketJob, `storage: {maxSize: 1T, lifecycle: {oldVersionsDays: 14}}`},
	{"bucket by Crossplane", "AtticCache", bucketJob, `storage: {provisioning: {mode: crossplane, job: null, crossplane: {}}}`},
	{"credentials", "AtticCache", "", `
		storage: {credentialsSecret: other}
		signingKey: {secretName: signing, key: public}`},
	{"size of the database", "AtticCache", "", `postgres: {storage: {size: 20Gi}}`},
	{"volume for the log", "AtticCache", "", `postgres: {walStorage: {size: 2Gi}}`},
	{"instances", "AtticCache", "", `postgres: {instances: 1}`},
	{"parameters", "AtticCache", "", `postgres: {parameters: {max_connections: "200", shared_buffers: 256MB}}`},
	{"image of PostgreSQL", "AtticCache", "", `postgres: {image: "ghcr.io/cloudnative-pg/postgresql:18.7-system-trixie"}`},
	{"pooler", "AtticCache", "", pooled},
	{"size of the pool", "AtticCache", pooled, `postgres: {pooler: {instances: 3, defaultPoolSize: 10}}`},
	{"backup", "AtticCache", "", `postgres: {backup: {schedule: "0 0 3 * * *", retention: 8w}}`},
	{"no backup", "AtticCache", "", `postgres: {backup: {enabled: false}}`},
	{"no scraping", "AtticCache", "", `postgres: {podMonitor: false}`},
	{"who may reach the database", "AtticCache", "", `postgres: {allowedPeers: {reports: {namespace: reports}}}`},
	{"peers", "AtticCache", "", `
		network:
		  traefik: {namespace: edge, podLabels: {app: proxy}}
		  s3: {cidrs: [192.0.2.0/24]}
		  kubernetesAPI: {cidrs: [10.96.0.1/32], ports: [443]}
		  dns: {cidrs: [169.254.20.10/32]}`},
	{"ingress", "AtticCache", "", `ingress: {className: internal, tlsSecret: other, issuer: {name: corporate, kind: Issuer}, rateLimit: {average: 100}}`},
	{"who may ask", "AtticCache", "", `ingress: {allowedCIDRs: [10.0.0.0/8]}`},
	{"Pod Security", "AtticCache", "", `namespace: {podSecurity: baseline}`},
	{"version of Pod Security", "AtticCache", "", `namespace: {podSecurityVersion: v1.35}`},
	{"user", "AtticCache", "", `security: {runAsUser: 20000, runAsGroup: 20000}`},
	{"labels and annotations", "AtticCache", "", `{labels: {team: builds}, annotations: {example.com/owner: builds}}`},
	{"nodes", "AtticCache", "", `
		nodeSelector: {pool: builds}
		tolerations: [{key: dedicated, operator: Exists}]
		priorityClassName: builds`},
	{"registry", "AtticCache", "", `imagePullSecrets: [registry]`},

	{"image", "HPADeployment", "", `image: registry.example.com/web:1.1.0`},
	{"port", "HPADeployment", "", `{port: 9000, servicePort: 8080, extraPorts: {admin: {port: 9001}}}`},
	{"size of a volume", "HPADeployment", "", `persistentVolumeClaims: {data: {size: 10Gi}}`},
	{"ingress", "HPADeployment", "", `ingress: {host: web.example.com}`},
	{"metrics", "HPADeployment", "", `metrics: {mode: serviceMonitor}`},
	{"account", "HPADeployment", "", `serviceAccount: {name: other}`},
	{"relaxations", "HPADeployment", "", `
		namespace: {podSecurity: baseline}
		relaxations: {runAsRoot: true, rootGroup: true}`},

	{"instances", "PostgresCluster", "", `instances: 1`},
	{"pooler", "PostgresCluster", "", `pooler: {}`},
	{"way of the backup", "PostgresCluster", "", `backup: {method: barmanObjectStore}`},
	{"catalog of images", "PostgresCluster", "", `imageCatalog: {name: company, major: 18, images: {"18": "ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie"}}`},

	{"image of the Job", "ObjectStore", "", `provisioning: {job: {image: registry.example.com/atticgen:v0.2.0}}`},
	{"settings", "ObjectStore", "", `{versioning: false, lifecycle: {infrequentAccessDays: 0}}`},
	{"somebody else makes it", "ObjectStore", "", `provisioning: {mode: none, job: null}`},
}

// testChanges makes each change, and takes it back.
func (s *server) testChanges(t *testing.T) {
	for _, kind := range slices.Sorted(maps.Keys(specs)) {
		t.Run(kind, func(t *testing.T) {
			before := render(t, kind, "")
			m := &moves{server: s}
			defer m.end(t)
			if err := m.to(t, kind, before); err != nil {
				t.Fatal(err)
			}
			for _, change := range changes {
				if change.kind == kind {
					t.Run(change.name, func(t *testing.T) { s.testChange(t, m, kind+": "+change.name, kind, change.from, change.to) })
				}
			}
		})
	}
}

// testChange makes one change, takes it back, and leaves everything as it was.
func (s *server) testChange(t *testing.T, m *moves, name, kind, from, to string) {
	base := m.current
	before, after := base, render(t, kind, from, to)
	if from != "" {
		before = render(t, kind, from)
	}
	if reflect.DeepEqual(before, after) {
		t.Fatal("nothing is changed")
	}
	defer s.begin(t, prerequisites(after)...)()
	for _, step := range []struct {
		name    string
		objects []*unstructured.Unstructured
	}{{"before", before}, {"the change", after}, {"taken back", before}, {"after", base}} {
		if err := m.to(t, name, step.objects); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	if err := s.unrestricted.unneeded(name); err != nil {
		t.Error(err)
	}
}

// render has atticgen render a spec with patches on top of it, in a repository of
// its own, and reads the environment as a controller would.
func render(t *testing.T, kind string, patches ...string) []*unstructured.Unstructured {
	t.Helper()
	root := t.TempDir()
	overlay := filepath.Join(root, "overlays", "only")
	if err := os.MkdirAll(overlay, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(overlay, "kustomization.yaml"), "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\ngenerators: [spec.yaml]\n")
	write(t, filepath.Join(overlay, "spec.yaml"), spec(t, kind, patches))
	cmd := exec.Command(testbin.Atticgen(t), "render", "--root", root)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("atticgen render: %v\n%s", err, out)
	}
	return defined(t, "what is rendered", rendered.Build(t, filepath.Join(root, "environments", "only")))
}

func spec(t *testing.T, kind string, patches []string) string {
	t.Helper()
	document := []byte(`{"apiVersion": "atticgen.dev/v1alpha1", "kind": "` + kind + `", "metadata": {
		"name": "attic", "namespace": "nix-cache",
		"annotations": {"config.kubernetes.io/function": "exec: {path: atticgen}"}}}`)
	for _, patch := range append([]string{specs[kind]}, patches...) {
		if patch == "" {
			continue
		}
		fields, err := yaml.YAMLToJSONStrict(bytes.ReplaceAll([]byte(patch), []byte("\t"), nil))
		if err != nil {
			t.Fatalf("%s: %v", patch, err)
		}
		if document, err = jsonpatch.MergePatch(document, append(append([]byte(`{"spec":`), fields...), '}')); err != nil {
			t.Fatalf("%s: %v", patch, err)
		}
	}
	text, err := yaml.JSONToYAML(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
