package verify

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/testbin"
)

const deploymentSchema = `{"type": "object", "properties": {
  "apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
  "spec": {"type": "object", "properties": {
    "replicas": {"type": "integer", "minimum": 1},
    "template": {"type": "object", "properties": {"metadata": {"type": "object"}, "spec": {"type": "object", "properties": {
      "containers": {"type": "array", "items": {"type": "object", "required": ["image"], "properties": {"extra": {"type": "object", "additionalProperties": {"type": "string"}}, "imagePullPolicy": {"enum": ["Always", "Never"]}}}}
    }}}}
  }}
}}`

func (r repo) schemas() Options {
	r.Helper()
	r.write("schemas/deployment-apps-v1.json", deploymentSchema)
	o := r.options()
	o.Schemas = Schemas{
		Locations:   []string{r.path("schemas") + "/{{ .ResourceKind }}{{ .KindSuffix }}.json"},
		Kubeconform: testbin.Kubeconform(r.T),
	}
	return o
}

// The real kubeconform finds what the types do not tell.
func TestSchemas(t *testing.T) {
	r := newRepo(t)
	o := r.schemas()
	want := []string{
		"[schema-missing] kustomization.yaml: info: was not held to schemas in full: there is none for " +
			"autoscaling/v2 HorizontalPodAutoscaler (1), barmancloud.cnpg.io/v1 ObjectStore (1), batch/v1 Job (1), " +
			"monitoring.coreos.com/v1 PodMonitor (1), networking.k8s.io/v1 Ingress (1), networking.k8s.io/v1 NetworkPolicy (7), " +
			"policy/v1 PodDisruptionBudget (1), postgresql.cnpg.io/v1 Cluster (1), postgresql.cnpg.io/v1 ScheduledBackup (1), " +
			"traefik.io/v1alpha1 IngressRoute (7), traefik.io/v1alpha1 Middleware (4), v1 ConfigMap (3), v1 Namespace (1), v1 Service (1), v1 ServiceAccount (3); " +
			"add another --schema-location",
	}
	if diff := cmp.Diff(want, r.only(o, ruleSchema, ruleNoSchema)); diff != "" {
		t.Error(diff)
	}

	r.list("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: nix-cache}\n"+
		"spec:\n  replicas: 0\n  template:\n    spec:\n      containers:\n      - image: a\n        imagePullPolicy: Sometimes\n      - {name: b, extra: {\"a/b'c\": 1}}\n")
	want = []string{
		"[schema] cache/a.yaml:10:9: error: Deployment nix-cache/a spec.template.spec.containers[0].imagePullPolicy: does not fit the schema: value must be one of 'Always', 'Never'",
		"[schema] cache/a.yaml:11:27: error: Deployment nix-cache/a spec.template.spec.containers[1].extra[a/b'c]: does not fit the schema: got number, want string",
		"[schema] cache/a.yaml:11:9: error: Deployment nix-cache/a spec.template.spec.containers[1]: does not fit the schema: missing property 'image'",
		"[schema] cache/a.yaml:5:3: error: Deployment nix-cache/a spec.replicas: does not fit the schema: minimum: wants 1",
	}
	if diff := cmp.Diff(want, r.only(o, ruleSchema)); diff != "" {
		t.Error(diff)
	}

	// A waiver for it is judged now.
	r.write("waivers.yaml", waiversHead+"  - {rule: schema, object: Deployment nix-cache/b, reason: because, expires: '2026-07-02'}\n")
	o.Waivers = WaiversIn(r.root)
	if got := r.only(o, ruleUnused); len(got) != 1 {
		t.Error(got)
	}
}

// Values of Secrets are shown to nobody, and encrypted ones held to nothing.
func TestSchemasOfSecrets(t *testing.T) {
	r := newRepo(t)
	o := r.schemas()
	r.write("schemas/secret-v1.json", `{"type": "object", "properties": {"data": {"additionalProperties": {"pattern": "^[a-z]*$"}}}}`)
	const head = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: nix-cache}\n"
	r.list("a.yaml", head+"data: {password: aHVudGVyMg==}\n")
	r.list("b.yaml", strings.Replace(head, "name: a", "name: b", 1)+"data: {password: '"+sealedValue+"'}\n"+sealedBy)
	want := []string{"[schema] cache/a.yaml:4:8: error: Secret nix-cache/a data.password: does not fit the schema"}
	if diff := cmp.Diff(want, r.only(o, ruleSchema)); diff != "" {
		t.Error(diff)
	}
}

// What did not look at everything has found nothing.
func TestSchemasThatCannotBeAsked(t *testing.T) {
	r := newRepo(t)
	o := r.schemas()

	elsewhere := o
	elsewhere.Schemas.Locations = []string{r.path("no-such")}
	want := []string{"error: the schema locations have a schema of none of the 36 objects of only; check --schema-location; " + LocationForm}
	if diff := cmp.Diff(want, r.refused(elsewhere)); diff != "" {
		t.Error(diff)
	}

	spoilt := o
	spoilt.Schemas.Locations = []string{"{{ .Oops"}
	if got := r.refused(spoilt); !strings.HasPrefix(got[0], "kubeconform has failed: ") {
		t.Error(got)
	}

	r.write("schemas/deployment-apps-v1.json", "{")
	if got := r.only(o, ruleSchema); len(got) != 2 || !strings.Contains(got[0], "cannot be held to its schema: ") {
		t.Error(got)
	}

	for name, c := range map[string]struct{ says, want string }{
		"nothing":        {"", "kubeconform has failed: unexpected end of JSON input"},
		"less":           {`{"resources": []}`, "kubeconform has looked at 0 of 36 objects of only"},
		"something else": {`{"resources": [{"filename": "x", "status": "statusValid"}]}`, `kubeconform has looked at "x", which it was not given`},
	} {
		fake := o
		fake.Schemas.Kubeconform = filepath.Join(t.TempDir(), "kubeconform")
		r.check(os.WriteFile(fake.Schemas.Kubeconform, []byte("#!/bin/sh\necho '"+c.says+"'\n"), 0o755))
		if diff := cmp.Diff([]string{c.want}, r.refused(fake)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A server that does not answer is one error, not one for each object.
func TestSchemasThatCannotBeDownloaded(t *testing.T) {
	r := newRepo(t)
	o := r.schemas()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	o.Schemas.Locations = append(o.Schemas.Locations, server.URL+"/{{ .ResourceKind }}.json")
	got := r.refused(o)
	want := "error: schemas cannot be downloaded from " + server.URL + ", for 34 of the objects of only: dial tcp "
	if len(got) != 1 || !strings.HasPrefix(got[0], want) || !strings.HasSuffix(got[0], "connection refused; run this again when the network is back, or name a copy of the schemas with --schema-location") {
		t.Error(got)
	}
}

// What servers say instead of a schema is taken apart as kubeconform writes it.
func TestUndownloaded(t *testing.T) {
	got := undownloaded([]result{
		{Status: "statusError", Message: "error while downloading schema at https://b.example/x.json - received HTTP status 500"},
		{Status: "statusError", Message: `failed downloading schema at https://a.example/x.json: Get "https://a.example/x.json": dial tcp: no such host`},
		{Status: "statusError", Message: `failed downloading schema at https://a.example/y.json: Get "https://a.example/y.json": dial tcp: no such host`},
		{Status: "statusInvalid", Message: "problem validating schema"},
		{Status: statusValid},
	}, "only")
	const hint = "; run this again when the network is back, or name a copy of the schemas with --schema-location"
	want := "error: schemas cannot be downloaded from https://a.example, for 2 of the objects of only: dial tcp: no such host" + hint + "\n" +
		"error: schemas cannot be downloaded from https://b.example, for 1 of the objects of only: received HTTP status 500" + hint
	if got == nil || got.Error() != want {
		t.Errorf("got %v", got)
	}
}

func TestFindKubeconform(t *testing.T) {
	program := testbin.Kubeconform(t)
	if got, err := FindKubeconform(program); err != nil || got != program {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := FindKubeconform(filepath.Join(t.TempDir(), "no-such")); err == nil || !strings.Contains(err.Error(), "is no program that can be run; name kubeconform with --kubeconform") {
		t.Error(err)
	}
	t.Setenv("PATH", filepath.Dir(program))
	if got, err := FindKubeconform(""); err != nil || filepath.Base(got) != "kubeconform" {
		t.Errorf("%s, %v", got, err)
	}
	t.Setenv("PATH", t.TempDir())
	want := "error: --schema-location needs the program kubeconform, which is neither beside atticgen nor on PATH; install it with 'go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0', or name it with --kubeconform"
	if _, err := FindKubeconform(""); err == nil || err.Error() != want {
		t.Error(err)
	}
}
