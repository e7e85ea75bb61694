package validation_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/test/crds"
	"gitlab.com/attic-cache/atticgen/test/rendered"
	"gitlab.com/attic-cache/atticgen/test/validation"
)

const (
	cache    = "environments/production/cache/nix-cache/"
	database = "environments/production/database/nix-cache/"
	golden   = "golden/"
	external = golden + "secrets-external/want/environments/vault/"
	plants   = golden + "helm-chart/want/environments/everything/platform/customresourcedefinition-plants.garden.example.com.yaml"
)

// broken are objects that atticgen renders, each with one thing made wrong, and
// what is to be said of it. In a file's name, * stands for a digest.
var broken = []struct {
	name     string
	file     string
	old, new string
	want     string
}{
	{
		"duplicate field", cache + "deployment-attic.yaml",
		"  revisionHistoryLimit: 3\n", "  revisionHistoryLimit: 3\n  revisionHistoryLimit: 4\n",
		`key "revisionHistoryLimit" already set in map`,
	},
	{
		"unknown field", cache + "deployment-attic.yaml",
		"revisionHistoryLimit:", "revisionHistory:",
		`Deployment attic: strict decoding error: unknown field "spec.revisionHistory"`,
	},
	{
		"wrong type", cache + "deployment-attic.yaml",
		"revisionHistoryLimit: 3", "revisionHistoryLimit: three",
		`Deployment attic: json: cannot unmarshal`,
	},
	{
		"version that is no more", cache + "horizontalpodautoscaler-attic.yaml",
		"autoscaling/v2", "autoscaling/v2beta2",
		`HorizontalPodAutoscaler attic: no kind "HorizontalPodAutoscaler" is registered for version "autoscaling/v2beta2"`,
	},
	{
		"no namespace", cache + "service-attic.yaml",
		"  namespace: nix-cache\n", "",
		`Service attic: metadata.namespace is missing`,
	},
	{
		"selector that its pods do not match", cache + "deployment-attic.yaml",
		"    matchLabels:\n      app.kubernetes.io/instance: attic\n", "    matchLabels:\n      app.kubernetes.io/instance: other\n",
		`Deployment attic: Deployment.apps "attic" is invalid: spec.template.metadata.labels: Invalid value`,
	},
	{
		"enum", cache + "deployment-attic.yaml",
		"imagePullPolicy: Always", "imagePullPolicy: Sometimes",
		`spec.template.spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
	},
	{
		"quantity", cache + "deployment-attic.yaml",
		"memory: 512Mi", "memory: 512Mb",
		`quantities must match the regular expression`,
	},
	{
		"request over its limit", cache + "deployment-attic.yaml",
		"memory: 128Mi", "memory: 1Gi",
		`spec.template.spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi`,
	},
	{
		"volume that is not there", cache + "deployment-attic.yaml",
		"      - emptyDir:\n          sizeLimit: 64Mi\n        name: tmp\n", "",
		`spec.template.spec.containers[0].volumeMounts[0].name: Not found: "tmp"`,
	},
	{
		"probe of a port by a name that none has", cache + "deployment-attic.yaml",
		"path: /\n            port: http\n          periodSeconds: 5", "path: /\n            port: the-http-of-the-api\n          periodSeconds: 5",
		`spec.template.spec.containers[0].startupProbe.httpGet.port: Invalid value`,
	},
	{
		"rolling update that never moves", cache + "deployment-attic.yaml",
		"maxSurge: 1", "maxSurge: 0",
		`spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when ` + "`maxSurge` is 0",
	},
	{
		"label", cache + "deployment-attic.yaml",
		"app.kubernetes.io/version: 12cbeca", "app.kubernetes.io/version: 12 cbeca",
		`metadata.labels: Invalid value: "12 cbeca`,
	},
	{
		"name", cache + "service-attic.yaml",
		"  name: attic\n  namespace", "  name: Attic_Cache\n  namespace",
		`Service Attic_Cache: Service "Attic_Cache" is invalid: metadata.name: Invalid value`,
	},
	{
		"variable that is set twice, a warning", cache + "deployment-attic.yaml",
		"        - name: RUST_LOG\n", "        - name: RUST_LOG\n          value: debug\n        - name: RUST_LOG\n",
		`Deployment attic: warning: spec.template.spec.containers[0].env[1]: hides previous definition of "RUST_LOG"`,
	},
	{
		"path type", cache + "ingress-attic.yaml",
		"pathType: Prefix", "pathType: Under",
		`Ingress attic: Ingress.networking.k8s.io "attic" is invalid: spec.rules[0].http.paths[0].pathType: Unsupported value: "Under"`,
	},
	{
		"no path type", cache + "ingress-attic.yaml",
		"        pathType: Prefix\n", "",
		`spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified`,
	},
	{
		"host", cache + "ingress-attic.yaml",
		"- host: nix-cache.example.com", "- host: nix_cache.example.com",
		`spec.rules[0].host: Invalid value: "nix_cache.example.com"`,
	},
	{
		"no backend", cache + "ingress-attic.yaml",
		"            port:\n              name: http\n", "",
		`spec.rules[0].http.paths[0].backend: Required value: port name or number is required`,
	},
	{
		"port of a Service", cache + "service-attic.yaml",
		"targetPort: http", "targetPort: the-http-of-the-api",
		`Service attic: Service "attic" is invalid: spec.ports[0].targetPort: Invalid value`,
	},
	{
		"more at least than at most", cache + "horizontalpodautoscaler-attic.yaml",
		"maxReplicas: 10", "maxReplicas: 1",
		`HorizontalPodAutoscaler attic: HorizontalPodAutoscaler.autoscaling "attic" is invalid: spec.maxReplicas: Invalid value: 1`,
	},
	{
		"budget with two rules", cache + "poddisruptionbudget-attic.yaml",
		"  maxUnavailable: 1\n", "  maxUnavailable: 1\n  minAvailable: 1\n",
		`PodDisruptionBudget attic: PodDisruptionBudget.policy "attic" is invalid: spec: Invalid value`,
	},
	{
		"CIDR", database + "networkpolicy-attic-pg.yaml",
		"cidr: 0.0.0.0/0", "cidr: 0.0.0.0/33",
		`NetworkPolicy attic-pg: NetworkPolicy.networking.k8s.io "attic-pg" is invalid: spec.egress[1].to[0].ipBlock.cidr: Invalid value: "0.0.0.0/33"`,
	},
	{
		"CIDR with an exception that is not in it", database + "networkpolicy-attic-pg.yaml",
		"        - 10.0.0.0/8\n", "        - fd00::/8\n",
		`spec.egress[2].to[0].ipBlock.except[0]: Invalid value: "fd00::/8": must be a strict subset of ` + "`cidr`",
	},
	{
		"protocol", database + "networkpolicy-attic-pg.yaml",
		"- port: 5432\n      protocol: TCP", "- port: 5432\n      protocol: tcp",
		`spec.egress[0].ports[0].protocol: Unsupported value: "tcp"`,
	},
	{
		"Job that is to start again for ever", database + "job-attic-migrate-*.yaml",
		"restartPolicy: ", "restartPolicy: Always # ",
		`is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"`,
	},
	{
		"cron expression", golden + "cronjob-gc/want/environments/only/cache/nix-cache/cronjob-attic-gc.yaml",
		"schedule: ", "schedule: 0 25 * * * # ",
		`CronJob attic-gc: CronJob.batch "attic-gc" is invalid: spec.schedule: Invalid value: "0 25 * * *": end of range (25) above maximum (23): 25`,
	},
	{
		"role without verbs", golden + "helm-chart/want/environments/least/platform/kube-system/role-garden-reader.yaml",
		"  verbs:\n", "  verbs: []\n  resourceNames:\n",
		`Role garden-reader: Role.rbac.authorization.k8s.io "garden-reader" is invalid: rules[0].verbs: Required value`,
	},
	{
		"unknown field of a custom resource", database + "cluster-attic-pg.yaml",
		"enableSuperuserAccess:", "enableSuperUserAccess:",
		`Cluster attic-pg: strict decoding error: unknown fields spec.enableSuperUserAccess`,
	},
	{
		"unknown field of its metadata", database + "cluster-attic-pg.yaml",
		"  name: attic-pg\n  namespace", "  title: PostgreSQL\n  name: attic-pg\n  namespace",
		`Cluster attic-pg: strict decoding error: unknown fields metadata.title`,
	},
	{
		"enum of a custom resource", database + "cluster-attic-pg.yaml",
		"primaryUpdateStrategy: unsupervised", "primaryUpdateStrategy: alone",
		`Cluster.postgresql.cnpg.io "attic-pg" is invalid: [spec.primaryUpdateStrategy: Unsupported value: "alone": supported values: "unsupervised", "supervised"`,
	},
	{
		"type of a custom resource", database + "cluster-attic-pg.yaml",
		"instances: 3", "instances: three",
		`spec.instances: Invalid value: "string": spec.instances in body must be of type integer: "string"`,
	},
	{
		"least of a custom resource", database + "cluster-attic-pg.yaml",
		"instances: 3", "instances: 0",
		`spec.instances: Invalid value: 0: spec.instances in body should be greater than or equal to 1`,
	},
	{
		"required field of a custom resource", database + "scheduledbackup-attic-pg.yaml",
		"  schedule:", "  # schedule:",
		`ScheduledBackup attic-pg: ScheduledBackup.postgresql.cnpg.io "attic-pg" is invalid: [spec.schedule: Required value`,
	},
	{
		"rule in CEL", database + "cluster-attic-pg.yaml",
		"imageName: ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie",
		"imageName: ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie\n  imageCatalogRef: {apiGroup: postgresql.cnpg.io, kind: ImageCatalog, name: a, major: 18}",
		`Cluster.postgresql.cnpg.io "attic-pg" is invalid: spec: Invalid value: imageName and imageCatalogRef are mutually exclusive`,
	},
	{
		"version of a custom resource that is not served", cache + "ingressroute-attic-api.yaml",
		"traefik.io/v1alpha1", "traefik.io/v1",
		`IngressRoute attic-api: traefik.io/v1 is not served`,
	},
	{
		"mode of an autoscaler in the other direction", golden + "module-cnpg-operator/want/environments/everything/platform/postgres/verticalpodautoscaler-*.yaml",
		`updateMode: "Off"`, `updateMode: "Never"`,
		`VerticalPodAutoscaler.autoscaling.k8s.io "cnpg-cloudnative-pg" is invalid: spec.updatePolicy.updateMode: Unsupported value: "Never": supported values: "Off", `,
	},
	{
		"field that an ExternalSecret does not have", external + "database/nix-cache/externalsecret-attic-secrets.yaml",
		"creationPolicy:", "creation:",
		`unknown fields spec.target.creation`,
	},
	{
		"policy that an ExternalSecret does not have", external + "database/nix-cache/externalsecret-attic-secrets.yaml",
		"decodingStrategy: None", "decodingStrategy: Hex",
		`spec.data[0].remoteRef.decodingStrategy: Unsupported value: "Hex"`,
	},
	{
		"field that a PushSecret does not have", external + "cache/nix-cache/pushsecret-attic-pg-app.yaml",
		"property:", "field:",
		`unknown fields spec.data[0].match.remoteRef.field`,
	},
	{
		"required field of a PushSecret", external + "cache/nix-cache/pushsecret-attic-pg-app.yaml",
		"remoteKey:", "# remoteKey:",
		`spec.data[0].match.remoteRef.remoteKey: Required value`,
	},
	{
		"definition without a schema", plants,
		"openAPIV3Schema:", "description:",
		`strict decoding error`,
	},
	{
		"definition with a scope that there is not", plants,
		"scope: Cluster", "scope: Regional",
		`CustomResourceDefinition plants.garden.example.com: CustomResourceDefinition.apiextensions.k8s.io "plants.garden.example.com" is invalid: spec.scope: Unsupported value: "Regional"`,
	},
}

// TestBroken: each fault is found, and named.
func TestBroken(t *testing.T) {
	t.Parallel()
	validator := validation.New(crds.All(t)...)
	for _, tt := range broken {
		t.Run(tt.name, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(rendered.Root(), filepath.FromSlash(tt.file)))
			if err != nil || len(files) != 1 {
				t.Fatalf("%s: %v, %v", tt.file, files, err)
			}
			content, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := validator.Validate(content); err != nil {
				t.Fatalf("as it is rendered: %v", err)
			}
			changed := strings.Replace(string(content), tt.old, tt.new, 1)
			if changed == string(content) {
				t.Fatalf("there is no %q in\n%s", tt.old, content)
			}
			if err := validator.Validate([]byte(changed)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// TestUnknownKind: a kind that nobody has entered here is not passed over.
func TestUnknownKind(t *testing.T) {
	for _, tt := range []struct{ object, want string }{
		{"apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: gvisor}\nhandler: runsc\n", "RuntimeClass gvisor: node.k8s.io/v1: there is no validator for this kind"},
		{"apiVersion: garden.example.com/v1\nkind: Plant\nmetadata: {name: rose, namespace: garden}\n", "Plant rose: garden.example.com/v1: there is no validator for this kind"},
	} {
		err := validation.New().Validate([]byte(tt.object))
		if !errors.Is(err, validation.ErrNoValidator) || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}
