package docs_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gitlab.com/attic-cache/atticgen/internal/specdoc"
)

const modulesPage = "modules.md"

// inputs are all inputs and outputs of the reference's modules and of its
// terraform.tfvars, by the headings that they are below.
var inputs = map[string][]string{
	"hpa-deployment": {
		"name", "namespace", "image", "container_port", "min_replicas", "max_replicas", "cpu_target_percent", "memory_target_percent",
		"enable_ingress", "ingress_host",
	},
	"civo-object-store": {"name", "region", "max_size_gb"},
	"cnpg-operator":     {"namespace", "create_namespace", "chart_version", "enable_pod_monitor"},
	"postgresql-cnpg": {
		"name", "namespace", "database_name", "owner_name", "instances", "storage_size", "storage_class",
		"enable_backup", "backup_s3_endpoint", "backup_s3_bucket", "enable_network_policy", "allowed_pod_labels",
		"database_url", "host_rw", "host_ro", "credentials_secret_name",
	},
	"attic-tokens": {
		"namespace", "ci_tokens", "ci_tokens.NAME.cache", "ci_tokens.NAME.push", "ci_tokens.NAME.pull", "ci_tokens.NAME.validity",
		"root_token_validity",
	},
	"terraform.tfvars": {
		"kubeconfig_path", "namespace", "attic_image", "attic_hostname", "api_min_replicas", "api_max_replicas",
		"pg_instances", "pg_storage_size", "pg_storage_class", "s3_endpoint", "s3_bucket_name", "s3_region",
		"enable_backup", "backup_s3_bucket",
	},
}

// mapping is one row of a table: what the reference has, and where it is here.
type mapping struct{ heading, from, to string }

// mappings are the rows of all tables below second-level headings.
func mappings(t *testing.T) []mapping {
	t.Helper()
	var found []mapping
	heading, inTable := "", false
	for line := range strings.Lines(contents(t, modulesPage)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			heading = title
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		switch {
		case heading == "" || !strings.HasPrefix(line, "|"):
			inTable = false
		case !inTable:
			inTable = strings.HasPrefix(line, "| ---") // What comes before it is the head.
		case len(cells) != 3:
			t.Errorf("%s: a row has %d cells, want 3: %s", modulesPage, len(cells), line)
		default:
			found = append(found, mapping{heading, strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1])})
		}
	}
	return found
}

func TestModulesMapEveryInput(t *testing.T) {
	var headings []string
	has := map[string]bool{}
	for _, m := range mappings(t) {
		headings = append(headings, m.heading)
		has[m.heading+" "+strings.Trim(m.from, "`")] = true
		named := strings.HasPrefix(m.to, "Always") || strings.HasPrefix(m.to, "Nowhere: ")
		if !named && len(fieldSpan.FindAllString(m.to, -1)) == 0 {
			t.Errorf(`%s, %s: %s names no field, and is neither "Always" nor "Nowhere: " with a reason`, modulesPage, m.from, m.to)
		}
	}
	for heading, names := range inputs {
		if !slices.Contains(headings, heading) {
			t.Errorf("%s has no table about %s", modulesPage, heading)
		}
		for _, name := range names {
			if !has[heading+" "+name] {
				t.Errorf("%s does not say where %s of %s is", modulesPage, name, heading)
			}
		}
	}
}

// fieldSpan is a field with its kind, as in `HPADeployment spec.minReplicas`.
var fieldSpan = regexp.MustCompile("`([A-Z][A-Za-z]+) ((?:metadata|spec)[A-Za-z0-9.\\[\\]]*)`")

// TestModulesNameRealFields holds the page to the field reference.
func TestModulesNameRealFields(t *testing.T) {
	spans := fieldSpan.FindAllStringSubmatch(contents(t, modulesPage), -1)
	if len(spans) < 60 {
		t.Errorf("only %d fields were found on %s", len(spans), modulesPage)
	}
	known := map[string]map[string]bool{}
	for _, span := range spans {
		kind, path := span[1], span[2]
		if known[kind] == nil {
			known[kind] = fieldsOf(t, kind)
		}
		if !known[kind][path] {
			t.Errorf("%s names %s of %s, which is not in its field reference", modulesPage, path, kind)
		}
	}
}

// fieldsOf are the paths of all fields of a kind.
func fieldsOf(t *testing.T, kind string) map[string]bool {
	t.Helper()
	doc, err := specdoc.Kind(kind)
	if err != nil {
		t.Error(err)
	}
	paths := map[string]bool{}
	var add func(fields []specdoc.Field)
	add = func(fields []specdoc.Field) {
		for _, f := range fields {
			paths[f.Path] = true
			add(f.Fields)
		}
	}
	add(doc.Fields)
	return paths
}
