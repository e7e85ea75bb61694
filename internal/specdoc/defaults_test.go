package specdoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/generators"
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/atticcache"
)

// What the comments say must be what is filled in: every default that is a
// value, or none, is compared. Defaults in sentences are not.
func TestDefaultsAreTrue(t *testing.T) {
	compared := 0
	for _, kind := range generators.Kinds() {
		compared += compareDefaults(t, kind)
	}
	if compared < 60 {
		t.Errorf("only %d defaults were compared", compared)
	}
}

// compareDefaults returns how many defaults of a kind it has compared.
func compareDefaults(t *testing.T, kind generators.Kind) int {
	t.Helper()
	doc, err := Kind(kind.Kind)
	if err != nil {
		t.Fatal(err)
	}
	specs := defaulted(t, kind)
	compared := 0
	for _, f := range all(doc.Fields) {
		want, literal := literalDefault(f)
		if !literal {
			continue
		}
		compared++
		var got []string
		for _, spec := range specs {
			expected := want
			if strings.HasPrefix(want, "spec.") || strings.HasPrefix(want, "metadata.") {
				expected = at(spec, want)
			}
			expected = strings.ReplaceAll(expected, "<name>", "attic")
			expected = strings.ReplaceAll(expected, "<cluster>", clusters[kind.Kind])
			// What is left out of the defaulted spec as well has its default
			// from the program that reads it.
			found := at(spec, f.Path)
			if found == expected || found == "" && expected == "false" || found == "" && want == "spec.gc.retention" {
				got = nil
				break
			}
			got = append(got, found)
		}
		if got != nil {
			t.Errorf("%s %s: the comment says %q, the code fills in %q", kind.Kind, f.Path, want, got)
		}
	}
	return compared
}

func all(fields []Field) []Field {
	var found []Field
	for _, f := range fields {
		found = append(append(found, f), all(f.Fields)...)
	}
	return found
}

// literalDefault is a default as the defaulted spec holds it, and whether it is
// one that can be compared.
func literalDefault(f Field) (string, bool) {
	text, reason := cutReason(f.Default)
	switch {
	case f.Required || text == "" || reason == "(Kubernetes)":
		return "", false
	case text == none || text == notWanted:
		return "", true
	case strings.HasPrefix(f.Type, "list of "):
		return text, true
	case strings.HasPrefix(text, `"`):
		return strings.Trim(text, `"`), true
	default:
		return text, !strings.Contains(text, " ")
	}
}

// fuller are specs with everything that is optional or has another mode, by
// their kinds: what is not wanted by default has defaults only when it is.
var fuller = map[string]any{
	v1alpha1.KindAtticCache: &v1alpha1.AtticCache{Spec: v1alpha1.AtticCacheSpec{
		Caches:    map[string]v1alpha1.Cache{"NAME": {}},
		GC:        &v1alpha1.GarbageCollector{Mode: atticcache.ModeCronJob},
		Postgres:  &fullPostgres,
		Placement: v1alpha1.Placement{Tolerations: []v1alpha1.Toleration{{}}},
		Tokens:    &fullerTokens,
		Secrets:   &fullerSecrets,
		Storage:   v1alpha1.ObjectStoreSpec{Provisioning: provisioned()},
	}},
	v1alpha1.KindObjectStore: &v1alpha1.ObjectStore{Spec: v1alpha1.ObjectStoreKindSpec{
		ObjectStoreSpec: v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Provisioning: provisioned()},
		Placement:       v1alpha1.Placement{Tolerations: []v1alpha1.Toleration{{}}},
	}},
	v1alpha1.KindPostgresOperator: &v1alpha1.PostgresOperator{Spec: v1alpha1.PostgresOperatorSpec{Release: v1alpha1.Release{
		Flux:   &v1alpha1.FluxDelivery{},
		ArgoCD: &v1alpha1.ArgoCDDelivery{},
	}}},
	v1alpha1.KindHelmChart: &v1alpha1.HelmChart{Spec: v1alpha1.HelmChartSpec{Release: v1alpha1.Release{
		Flux:   &v1alpha1.FluxDelivery{},
		ArgoCD: &v1alpha1.ArgoCDDelivery{},
	}}},
	v1alpha1.KindTokenSet: &v1alpha1.TokenSet{Spec: v1alpha1.TokenSetKindSpec{TokenSetSpec: fullerTokens, Secrets: &fullerSecrets}},
	v1alpha1.KindPostgresCluster: &v1alpha1.PostgresCluster{Spec: v1alpha1.PostgresClusterKindSpec{
		PostgresClusterSpec: fullPostgres,
		Placement:           v1alpha1.Placement{Tolerations: []v1alpha1.Toleration{{}}},
	}},
	v1alpha1.KindHPADeployment: &v1alpha1.HPADeployment{Spec: v1alpha1.HPADeploymentSpec{
		ExtraPorts:             map[string]v1alpha1.ExtraPort{"NAME": {}},
		Env:                    map[string]v1alpha1.EnvVar{"NAME": {}},
		Volumes:                map[string]v1alpha1.ServiceVolume{"NAME": {}},
		PersistentVolumeClaims: map[string]v1alpha1.VolumeClaim{"NAME": {}},
		Ingress:                &v1alpha1.ServiceIngress{},
		Metrics:                &v1alpha1.Metrics{},
		Network: &v1alpha1.ServiceNetwork{
			Clients: map[string]v1alpha1.Client{"NAME": {}},
			Egress:  map[string]v1alpha1.Destination{"NAME": {}},
		},
		Placement: v1alpha1.Placement{Tolerations: []v1alpha1.Toleration{{}}},
	}},
}

func provisioned() *v1alpha1.BucketProvisioning {
	return &v1alpha1.BucketProvisioning{Crossplane: &v1alpha1.BucketCrossplane{}, Job: &v1alpha1.BucketJob{}}
}

var fullerTokens = v1alpha1.TokenSetSpec{
	Tokens: map[string]v1alpha1.Token{"NAME": {Caches: map[string]v1alpha1.TokenCache{"NAME": {}}}},
	Authz:  &v1alpha1.Authz{},
}

var fullerSecrets = v1alpha1.Secrets{
	SealedSecrets:   &v1alpha1.SealedSecrets{},
	ExternalSecrets: &v1alpha1.ExternalSecrets{},
	Push:            map[string]v1alpha1.PushSecret{"NAME": {}},
}

var fullPostgres = v1alpha1.PostgresClusterSpec{
	ImageCatalog: &v1alpha1.ImageCatalog{},
	Recovery:     &v1alpha1.Recovery{Target: &v1alpha1.RecoveryTarget{}},
	Pooler:       &v1alpha1.Pooler{},
}

// clusters are the names of PostgreSQL clusters of specs called attic.
var clusters = map[string]string{
	v1alpha1.KindAtticCache:      "attic-pg",
	v1alpha1.KindPostgresCluster: "attic",
}

// defaulted are specs of a kind with their defaults, as JSON has them: one with
// nothing in it, and one of fuller.
func defaulted(t *testing.T, kind generators.Kind) []any {
	t.Helper()
	specs := []any{kind.New()}
	if spec, ok := fuller[kind.Kind]; ok {
		specs = append(specs, spec)
	}
	for i, spec := range specs {
		at := reflect.ValueOf(spec).Elem()
		at.FieldByName("Metadata").FieldByName("Name").SetString("attic")
		if storage := at.FieldByName("Spec").FieldByName("Storage"); storage.IsValid() && storage.Type() == reflect.TypeFor[v1alpha1.ObjectStoreSpec]() {
			storage.FieldByName("Endpoint").SetString("https://s3.example.com")
		}
		content, err := json.Marshal(kind.Default(spec))
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.UseNumber()
		var decoded any
		if err := decoder.Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		specs[i] = decoded
	}
	return specs
}

// at is the value at a path as comments write it: lists with "and", absent and
// empty ones as nothing.
func at(value any, path string) string {
	for name := range strings.SplitSeq(path, ".") {
		name, isList := strings.CutSuffix(name, "[]")
		block, _ := value.(map[string]any)
		value = block[name]
		if items, ok := value.([]any); ok && isList && len(items) > 0 {
			value = items[0]
		}
	}
	switch value := value.(type) {
	case nil:
		return ""
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = fmt.Sprint(item)
		}
		return strings.Join(items, " and ")
	default:
		return fmt.Sprint(value)
	}
}
