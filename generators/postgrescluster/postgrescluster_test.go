package postgrescluster

import (
	"slices"
	"strings"
	"testing"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	barmanv1 "github.com/cloudnative-pg/plugin-barman-cloud/api/v1"
	"github.com/google/go-cmp/cmp"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

var store = v1alpha1.ObjectStoreSpec{Endpoint: "https://s3.example.com", Region: "us-east-1", Bucket: "nix-cache"}

var use = Use{Names: naming.Postgres{Name: "attic-pg", Namespace: "nix-cache"}, Application: "attic", Store: &store}

func options(spec v1alpha1.PostgresClusterSpec) Options {
	Default(&spec, use)
	return Options{
		Names: use.Names,
		Scope: meta.Scope{Namespace: "nix-cache", PartOf: "attic"},
		Spec:  spec,
		Network: &Network{
			Clients:    []map[string]string{naming.Selector("attic", "attic")},
			Monitoring: v1alpha1.Peer{Namespace: "monitoring"},
			PostgresNetwork: v1alpha1.PostgresNetwork{
				PostgresOperator: &v1alpha1.Peer{Namespace: "cnpg-system"},
				KubernetesAPI:    &v1alpha1.KubernetesAPI{CIDRs: []string{"0.0.0.0/0"}, Ports: []int32{6443}},
				BackupS3:         &v1alpha1.S3Peer{Port: new(int32(443))},
				RecoveryS3:       &v1alpha1.S3Peer{Port: new(int32(443))},
			},
		},
	}
}

func kinds(objects []meta.Object) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.GetObjectKind().GroupVersionKind().Kind+" "+o.GetName())
	}
	return out
}

// get is the only object of a type.
func get[T meta.Object](t *testing.T, objects []meta.Object) T {
	t.Helper()
	for _, o := range objects {
		if typed, ok := o.(T); ok {
			return typed
		}
	}
	var zero T
	t.Fatalf("there is no %T", zero)
	return zero
}

func TestObjects(t *testing.T) {
	off := false
	for name, tt := range map[string]struct {
		spec v1alpha1.PostgresClusterSpec
		want []string
	}{
		"default": {v1alpha1.PostgresClusterSpec{}, []string{
			"NetworkPolicy attic-pg", "Cluster attic-pg", "ObjectStore attic-pg-backup", "ScheduledBackup attic-pg", "PodMonitor attic-pg",
		}},
		"bare": {v1alpha1.PostgresClusterSpec{Backup: &v1alpha1.Backup{Enabled: &off}, PodMonitor: &off}, []string{
			"NetworkPolicy attic-pg", "Cluster attic-pg",
		}},
		"pooled": {v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}}, []string{
			"NetworkPolicy attic-pg", "Cluster attic-pg", "ObjectStore attic-pg-backup", "ScheduledBackup attic-pg",
			"Pooler attic-pg-pooler-rw", "PodDisruptionBudget attic-pg-pooler-rw", "PodMonitor attic-pg", "PodMonitor attic-pg-pooler-rw",
		}},
		"one pooler": {v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{Instances: new(int32(1))}, PodMonitor: &off}, []string{
			"NetworkPolicy attic-pg", "Cluster attic-pg", "ObjectStore attic-pg-backup", "ScheduledBackup attic-pg", "Pooler attic-pg-pooler-rw",
		}},
	} {
		if diff := cmp.Diff(tt.want, kinds(Objects(options(tt.spec)))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestReference holds the reference's tables of the database.
func TestReference(t *testing.T) {
	objects := Objects(options(v1alpha1.PostgresClusterSpec{}))
	c := get[*cnpgv1.Cluster](t, objects).Spec
	if c.Instances != 3 || c.StorageConfiguration.Size != "10Gi" || *c.EnableSuperuserAccess {
		t.Errorf("%+v", c)
	}
	for parameter, want := range map[string]string{
		"max_connections": "100", "statement_timeout": "60s", "log_statement": "ddl",
		"log_connections": "on", "log_disconnections": "on", "password_encryption": "scram-sha-256",
	} {
		if got := c.PostgresConfiguration.Parameters[parameter]; got != want {
			t.Errorf("%s is %q", parameter, got)
		}
	}
	if want := []string{"hostssl all all all scram-sha-256", "hostnossl all all all reject"}; !slices.Equal(c.PostgresConfiguration.PgHBA, want) {
		t.Errorf("%v", c.PostgresConfiguration.PgHBA)
	}
	if c.Affinity.PodAntiAffinityType != "required" {
		t.Errorf("%+v", c.Affinity)
	}
	for text, q := range map[string]string{
		"250m":  c.Resources.Requests.Cpu().String(),
		"512Mi": c.Resources.Requests.Memory().String(),
		"1":     c.Resources.Limits.Cpu().String(),
		"1Gi":   c.Resources.Limits.Memory().String(),
	} {
		if text != q {
			t.Errorf("%s is %s", text, q)
		}
	}
	b := get[*barmanv1.ObjectStore](t, objects).Spec
	if b.RetentionPolicy != "30d" || b.Configuration.DestinationPath != "s3://attic-pg-backup/" || b.Configuration.Wal.Encryption != "AES256" {
		t.Errorf("%+v", b)
	}
	if !b.Configuration.Data.ImmediateCheckpoint || !slices.Equal(c.Bootstrap.InitDB.PostInitSQL, []string{"ALTER ROLE postgres SET statement_timeout = 0"}) {
		t.Errorf("the statement timeout cuts backups off: %+v", b)
	}
	s := get[*cnpgv1.ScheduledBackup](t, objects).Spec
	if s.Schedule != "0 0 0 * * *" || s.Method != "plugin" {
		t.Errorf("%+v", s)
	}
	if p := c.Plugins[0]; !*p.IsWALArchiver || p.Parameters["barmanObjectName"] != "attic-pg-backup" {
		t.Errorf("WAL goes nowhere: %+v", p)
	}
}

// TestMonitorsDoNotOverlap: instances and poolers both carry the cluster's name.
func TestMonitorsDoNotOverlap(t *testing.T) {
	m := get[*monitoringv1.PodMonitor](t, Objects(options(v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{}})))
	if m.Spec.Selector.MatchLabels["cnpg.io/podRole"] != "instance" {
		t.Errorf("%v", m.Spec.Selector)
	}
}

func TestParameters(t *testing.T) {
	for name, tt := range map[string]struct {
		parameters map[string]string
		want       string
	}{
		"kept":              {map[string]string{"work_mem": "8MB", "pgaudit.log": "ddl", "archive_timeout": "1min"}, ""},
		"CloudNativePG's":   {map[string]string{"archive_command": "true"}, "is set by CloudNativePG itself"},
		"in capitals":       {map[string]string{"Archive_Mode": "off"}, "is not the name of a parameter"},
		"no name":           {map[string]string{"work mem": "8MB"}, "is not the name of a parameter"},
		"two lines":         {map[string]string{"work_mem": "8MB\nssl = off"}, "control characters"},
		"MD5":               {map[string]string{"password_encryption": "md5"}, "is \"md5\""},
		"no connections":    {map[string]string{"max_connections": "many"}, "is \"many\""},
		"preload libraries": {map[string]string{"shared_preload_libraries": "x"}, "is set by CloudNativePG itself"},
		"buffers":           {map[string]string{"shared_buffers": "512MB", "min_wal_size": "1 GB", "max_wal_size": "2GB"}, ""},
		"too many buffers":  {map[string]string{"shared_buffers": "513MB"}, "is 513MB, more than the memory"},
		"blocks":            {map[string]string{"shared_buffers": "16384"}, "is \"16384\", which is not a size"},
		"small log":         {map[string]string{"max_wal_size": "80MB"}, "[max_wal_size] is 80MB, and min_wal_size"},
		"large minimum":     {map[string]string{"min_wal_size": "1GB"}, "[min_wal_size] is 1GB, and min_wal_size"},
		"no log":            {map[string]string{"wal_level": "minimal"}, "is \"minimal\""},
		"no hints":          {map[string]string{"wal_log_hints": "OFF"}, "is off"},
		"hints":             {map[string]string{"wal_log_hints": "yes", "hot_standby_feedback": "1"}, ""},
		"values of defaults": {map[string]string{
			"log_statement": "MOD", "log_connections": "receipt, authorization", "log_disconnections": "TRUE", "statement_timeout": "10 min",
		}, ""},
		"empty where it may be": {map[string]string{"search_path": "", "pgaudit.role": "", "log_line_prefix": ""}, ""},
		"empty":                 {map[string]string{"work_mem": ""}, "is empty"},
		"empty default":         {map[string]string{"log_connections": ""}, "is empty"},
		"no log_statement":      {map[string]string{"log_statement": "dll"}, "is \"dll\""},
		"no log_connections":    {map[string]string{"log_connections": "receipt,nothing"}, "is \"receipt,nothing\""},
		"no time":               {map[string]string{"statement_timeout": "1 minute"}, "does not take for a time"},
		"no upper-case unit":    {map[string]string{"statement_timeout": "60S"}, "does not take for a time"},
		"no longer time":        {map[string]string{"statement_timeout": "25d"}, "does not take for a time"},
		"longest time":          {map[string]string{"statement_timeout": "24d"}, ""},
		"milliseconds":          {map[string]string{"statement_timeout": "2147483647"}, ""},
		"no timeout":            {map[string]string{"statement_timeout": "0min"}, "for ever"},
		"rounded to none":       {map[string]string{"statement_timeout": "400us"}, "for ever"},
		"no audit":              {map[string]string{"log_statement": "none"}, "who changed the schema"},
		"no connections logged": {map[string]string{"log_connections": "False"}, "who was connected"},
		"no ends logged":        {map[string]string{"log_disconnections": "off"}, "who was connected"},
		"no fsync":              {map[string]string{"fsync": "off"}, "corrupt the database"},
		"no full pages":         {map[string]string{"full_page_writes": "no"}, "corrupt the database"},
		"maybe fsync":           {map[string]string{"fsync": "perhaps"}, "is \"perhaps\""},
		"no boolean":            {map[string]string{"sync_replication_slots": "2"}, "is \"2\""},
	} {
		got := problems(v1alpha1.PostgresClusterSpec{Parameters: tt.parameters})
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestPools(t *testing.T) {
	pooler := func(instances, size int32) v1alpha1.PostgresClusterSpec {
		return v1alpha1.PostgresClusterSpec{Pooler: &v1alpha1.Pooler{Instances: &instances, DefaultPoolSize: &size}}
	}
	more := pooler(5, 20)
	more.Parameters = map[string]string{"max_connections": "103"}
	for name, tt := range map[string]struct {
		spec   v1alpha1.PostgresClusterSpec
		direct int
		want   string
	}{
		"just enough":             {pooler(1, 97), 0, ""},
		"one too many":            {pooler(2, 49), 0, "spec.pooler.defaultPoolSize is 49 × 2 instances, which needs 98 connections of 97 (max_connections 100 less 3 reserved)"},
		"raised":                  {more, 0, ""},
		"beside others":           {pooler(4, 20), 17, ""},
		"too many beside others":  {pooler(4, 20), 18, "which with 18 for reports needs 98 connections of 97"},
		"a wrong number is alone": {pooler(0, 20), 0, "spec.pooler.instances is 0"},
	} {
		with := use
		with.Direct, with.DirectFor = tt.direct, "reports"
		var p validate.Problems
		Validate(&p, field.NewPath("spec"), options(tt.spec).Spec, with)
		got := p.List()
		if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0].Path+" "+got[0].Message, tt.want)) {
			t.Errorf("%s: %+v, want %q", name, got, tt.want)
		}
	}
}

// problems are those of a spec, with their fields, on one line.
func problems(spec v1alpha1.PostgresClusterSpec) string {
	var p validate.Problems
	Validate(&p, field.NewPath("spec"), options(spec).Spec, use)
	var messages []string
	for _, problem := range p.List() {
		messages = append(messages, problem.Path+" "+problem.Message)
	}
	return strings.Join(messages, "; ")
}
