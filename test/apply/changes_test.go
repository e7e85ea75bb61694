package apply

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

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
	"HelmChart": `
		chart: {name: garden, version: 1.4.2}
		namespace: {podSecurity: baseline}`,
	"PostgresOperator": `
		chart: {name: cloudnative-pg, version: 0.20.0}`,
	"TokenSet": `
		tokens: {ci: {type: read-write, caches: {main: {}}}}`,
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
	repository = `
		chart: {repository: "https://charts.example.com/stable"}`
	byFlux = repository + `
		delivery: flux`
	byArgoCD = repository + `
		delivery: argocd`
	bucketJob = `
		storage: {provisioning: {mode: job, job: {image: registry.example.com/atticgen:v0.1.0}}}`
)

// change is what is changed in a spec of a kind, as merge patches: from is the spec
// before, to comes on top of it. refused is what is said to who takes it back,
// where that cannot be done.
type change struct {
	name, kind, from, to string
	refused              []string
}

// changes are what people change from one day to the next.
var changes = []change{
	{"image", "AtticCache", "", `image: registry.example.com/attic:v2.0.1`, nil},
	{"hostname", "AtticCache", "", `hostname: cache.example.org`, nil},
	{"another hostname", "AtticCache", "", `ingress: {extraHosts: [nix.example.org]}`, nil},
	{"replicas", "AtticCache", "", `api: {minReplicas: 3, maxReplicas: 5}`, nil},
	{"scaling", "AtticCache", "", `api: {cpuTargetPercent: 50, scaleUp: {pods: 8}, scaleDown: {stabilizationWindowSeconds: 600}}`, nil},
	{"disruption budget", "AtticCache", "", `api: {podDisruptionBudget: {minAvailable: 1}}`, nil},
	{"topology", "AtticCache", "", `api: {topologySpread: {maxSkew: 2, whenUnsatisfiable: DoNotSchedule}}`, nil},
	{"resources", "AtticCache", "", `
		api: {resources: {requests: {cpu: 200m}, limits: {memory: 1Gi}}}
		gc: {resources: {limits: {memory: 512Mi}}}
		migration: {resources: {limits: {memory: 512Mi}}}`, nil},
	{"probes", "AtticCache", "", `api: {healthPath: /healthz, probes: {liveness: {periodSeconds: 60}}, terminationGracePeriodSeconds: 120}`, nil},
	{"garbage collector as CronJob", "AtticCache", "", `gc: {mode: cronJob}`, nil},
	{"garbage collector's schedule", "AtticCache", `gc: {mode: cronJob}`, `gc: {schedule: "30 3 * * 0"}`, nil},
	{"garbage collector's retention", "AtticCache", "", `gc: {interval: 6h, retention: 30d}`, nil},
	{"log level", "AtticCache", "", `rustLog: warn`, nil},
	{"first caches", "AtticCache", "", caches, nil},
	{"another cache", "AtticCache", caches, `caches: {ci: {retention: 30d}}`, nil},
	{"another cache instead", "AtticCache", caches, `caches: {main: null, ci: {}}`, nil},
	{"cache's settings", "AtticCache", caches, `caches: {main: {priority: 30}}`, nil},
	{"image of the Job for caches", "AtticCache", caches, `cacheJob: {image: registry.example.com/atticgen:v0.2.0}`, nil},
	{"tokens", "AtticCache", "", `tokens: {tokens: {ci: {type: read-write, caches: {main: {}}}}}`, nil},
	{"region of the bucket", "AtticCache", "", `storage: {region: eu-central-3}`, nil},
	{"bucket by a Job", "AtticCache", "", bucketJob, nil},
	{"settings of that bucket", "AtticCache", bucketJob, `storage: {maxSize: 1T, lifecycle: {oldVersionsDays: 14}}`, nil},
	{"bucket by Crossplane", "AtticCache", bucketJob, `storage: {provisioning: {mode: crossplane, job: null, crossplane: {}}}`, nil},
	{"credentials", "AtticCache", "", `
		storage: {credentialsSecret: other}
		signingKey: {secretName: signing, key: public}`, nil},
	{"size of the database", "AtticCache", "", `postgres: {storage: {size: 20Gi}}`, []string{"spec.storage shrinks from 20Gi to 10Gi"}},
	{"volume for the log", "AtticCache", "", `postgres: {walStorage: {size: 2Gi}}`, []string{"spec.walStorage is taken away"}},
	{"instances", "AtticCache", "", `postgres: {instances: 1}`, nil},
	{"parameters", "AtticCache", "", `postgres: {parameters: {max_connections: "200", shared_buffers: 256MB}}`, nil},
	{"image of PostgreSQL", "AtticCache", "", `postgres: {image: "ghcr.io/cloudnative-pg/postgresql:18.7-system-trixie"}`, nil},
	{"pooler", "AtticCache", "", pooled, nil},
	{"size of the pool", "AtticCache", pooled, `postgres: {pooler: {instances: 3, defaultPoolSize: 10}}`, nil},
	{"backup", "AtticCache", "", `postgres: {backup: {schedule: "0 0 3 * * *", retention: 8w}}`, nil},
	{"no backup", "AtticCache", "", `postgres: {backup: {enabled: false}}`, nil},
	{"no scraping", "AtticCache", "", `postgres: {podMonitor: false}`, nil},
	{"who may reach the database", "AtticCache", "", `postgres: {allowedPeers: {reports: {namespace: reports}}}`, nil},
	{"peers", "AtticCache", "", `
		network:
		  traefik: {namespace: edge, podLabels: {app: proxy}}
		  s3: {cidrs: [192.0.2.0/24]}
		  kubernetesAPI: {cidrs: [10.96.0.1/32], ports: [443]}
		  dns: {cidrs: [169.254.20.10/32]}`, nil},
	{"ingress", "AtticCache", "", `ingress: {className: internal, tlsSecret: other, issuer: {name: corporate, kind: Issuer}, rateLimit: {average: 100}}`, nil},
	{"who may ask", "AtticCache", "", `ingress: {allowedCIDRs: [10.0.0.0/8]}`, nil},
	{"Pod Security", "AtticCache", "", `namespace: {podSecurity: baseline}`, nil},
	{"version of Pod Security", "AtticCache", "", `namespace: {podSecurityVersion: v1.35}`, nil},
	{"user", "AtticCache", "", `security: {runAsUser: 20000, runAsGroup: 20000}`, nil},
	{"labels and annotations", "AtticCache", "", `{labels: {team: builds}, annotations: {example.com/owner: builds}}`, nil},
	{"nodes", "AtticCache", "", `
		nodeSelector: {pool: builds}
		tolerations: [{key: dedicated, operator: Exists}]
		priorityClassName: builds`, nil},
	{"registry", "AtticCache", "", `imagePullSecrets: [registry]`, nil},

	{"image", "HPADeployment", "", `image: registry.example.com/web:1.1.0`, nil},
	{"port", "HPADeployment", "", `{port: 9000, servicePort: 8080, extraPorts: {admin: {port: 9001}}}`, nil},
	{"size of a volume", "HPADeployment", "", `persistentVolumeClaims: {data: {size: 10Gi}}`, []string{"field can not be less than status.capacity"}},
	{"ingress", "HPADeployment", "", `ingress: {host: web.example.com}`, nil},
	{"metrics", "HPADeployment", "", `metrics: {mode: serviceMonitor}`, nil},
	{"account", "HPADeployment", "", `serviceAccount: {name: other}`, nil},
	{"relaxations", "HPADeployment", "", `
		namespace: {podSecurity: baseline}
		relaxations: {runAsRoot: true, rootGroup: true}`, nil},

	{"instances", "PostgresCluster", "", `instances: 1`, nil},
	{"pooler", "PostgresCluster", "", `pooler: {}`, nil},
	{"way of the backup", "PostgresCluster", "", `backup: {method: barmanObjectStore}`, nil},
	{"catalog of images", "PostgresCluster", "", `imageCatalog: {name: company, major: 18, images: {"18": "ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie"}}`, nil},

	{"values", "HelmChart", "", `values: {replicas: 2, plants: {lily: yellow}, herbs: {enabled: true}}`, nil},
	{"version of the chart", "HelmChart", "", `chart: {version: 1.5.0}`, nil},
	{"version of the chart without definitions", "HelmChart", `includeCRDs: false`, `chart: {version: 1.5.0}`, nil},
	{"definitions from elsewhere", "HelmChart", "", `includeCRDs: false`, nil},
	{"tests", "HelmChart", "", `skipTests: false`, nil},
	{"stage", "HelmChart", "", `stage: cache`, nil},
	{"delivery by Flux", "HelmChart", "", byFlux, nil},
	{"delivery by Argo CD", "HelmChart", "", byArgoCD, nil},
	{"version that Flux installs", "HelmChart", byFlux, `chart: {version: 1.5.0}`, nil},
	{"values that Flux passes on", "HelmChart", byFlux, `{values: {replicas: 2}, flux: {interval: 30m}}`, nil},
	{"version that Argo CD installs", "HelmChart", byArgoCD, `chart: {version: 1.5.0}`, nil},
	{"Argo CD instead of Flux", "HelmChart", byFlux, `delivery: argocd`, nil},

	{"version of the chart", "PostgresOperator", "", `chart: {version: 0.29.0}`, nil},
	{"version of the chart by Flux", "PostgresOperator", byFlux, `chart: {version: 0.29.0}`, nil},
	{"replicas and resources", "PostgresOperator", "", `{replicas: 1, resources: {limits: {memory: 1Gi}}}`, nil},
	{"values", "PostgresOperator", "", `values: {image: {tag: 1.22.5}, config: {data: {INHERITED_LABELS: team}}}`, nil},
	{"definitions from elsewhere", "PostgresOperator", "", `includeCRDs: false`, nil},
	{"no scraping", "PostgresOperator", "", `podMonitor: false`, nil},
	{"peers", "PostgresOperator", "", `network: {monitoring: {namespace: metrics}, kubernetesAPI: {cidrs: [192.0.2.0/28], ports: [6443]}, webhookCIDRs: [192.0.2.0/28]}`, nil},
	{"Pod Security", "PostgresOperator", "", `namespace: {podSecurity: baseline}`, nil},
	{"delivery by Flux", "PostgresOperator", "", byFlux, nil},
	{"delivery by Argo CD", "PostgresOperator", "", byArgoCD, nil},

	{"another token", "TokenSet", "", `tokens: {laptops: {caches: {main: {}}}}`, nil},
	{"another token instead", "TokenSet", "", `tokens: {ci: null, laptops: {caches: {main: {}}}}`, nil},
	{"caches and validity", "TokenSet", "", `tokens: {ci: {caches: {main: {permissions: [push]}, "team-*": {}}, validity: 30d}}`, nil},
	{"root token", "TokenSet", "", `rootToken: {}`, nil},
	{"labels and annotations", "TokenSet", "", `{labels: {team: builds}, annotations: {example.com/owner: builds}}`, nil},

	{"image of the Job", "ObjectStore", "", `provisioning: {job: {image: registry.example.com/atticgen:v0.2.0}}`, nil},
	{"settings", "ObjectStore", "", `{versioning: false, lifecycle: {infrequentAccessDays: 0}}`, nil},
	{"somebody else makes it", "ObjectStore", "", `provisioning: {mode: none, job: null}`, nil},
}

// testChanges makes each change, and takes it back.
func (s *server) testChanges(t *testing.T) {
	for _, kind := range slices.Sorted(maps.Keys(specs)) {
		t.Run(kind, func(t *testing.T) {
			before := render(t, kind, "")
			defer s.withoutDefinitions(t, rendered.Definitions(t, before))()
			defer s.begin(t, prerequisites(before)...)()
			m := &moves{server: s}
			defer m.end(t)
			if err := m.to(t, kind, before); err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				if c.kind == kind {
					t.Run(c.name, func(t *testing.T) { s.testChange(t, m, c) })
				}
			}
		})
	}
}

// testChange makes one change, takes it back, and leaves everything as it was.
// Where there is no way back, it begins anew instead.
func (s *server) testChange(t *testing.T, m *moves, c change) {
	name, base := c.kind+": "+c.name, m.current
	before, after := base, render(t, c.kind, c.from, c.to)
	if c.from != "" {
		before = render(t, c.kind, c.from)
	}
	if reflect.DeepEqual(before, after) {
		t.Fatal("nothing is changed")
	}
	defer s.begin(t, prerequisites(after)...)()
	for _, step := range []struct {
		name    string
		objects []*unstructured.Unstructured
		refused []string
	}{{"before", before, nil}, {"the change", after, nil}, {"taken back", before, c.refused}, {"after", base, nil}} {
		if err := m.step(t, name, step.objects, step.refused...); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	if err := s.unrestricted.unneeded(name); err != nil {
		t.Error(err)
	}
}
