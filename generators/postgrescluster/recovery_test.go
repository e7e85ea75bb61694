package postgrescluster

import (
	"strings"
	"testing"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	barmanv1 "github.com/cloudnative-pg/plugin-barman-cloud/api/v1"
	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
)

// TestRecovery: each combination of methods archives once, recovers from where
// the backup is, and has the store objects that it names.
func TestRecovery(t *testing.T) {
	here := v1alpha1.Recovery{ServerName: "old-pg"}
	elsewhere := v1alpha1.Recovery{ServerName: "old-pg", Bucket: "old"}
	otherKeys := v1alpha1.Recovery{ServerName: "old-pg", CredentialsSecret: "read-only"}
	sameSpelling := v1alpha1.Recovery{ServerName: "old-pg", Endpoint: "https://S3.example.com:443"}
	inTree := v1alpha1.Recovery{ServerName: "old-pg", Method: MethodInTree}
	off := false
	for name, tt := range map[string]struct {
		backup   v1alpha1.Backup
		recovery v1alpha1.Recovery
		from     string // The store, or a path for the in-tree form.
		stores   string
	}{
		"from the same place":         {v1alpha1.Backup{}, here, "attic-pg-backup", "attic-pg-backup"},
		"the same place, spelt anew":  {v1alpha1.Backup{}, sameSpelling, "attic-pg-backup", "attic-pg-backup"},
		"from another bucket":         {v1alpha1.Backup{}, elsewhere, "attic-pg-recovery", "attic-pg-backup attic-pg-recovery"},
		"with another Secret":         {v1alpha1.Backup{}, otherKeys, "attic-pg-recovery", "attic-pg-backup attic-pg-recovery"},
		"not backed up":               {v1alpha1.Backup{Enabled: &off}, here, "attic-pg-recovery", "attic-pg-recovery"},
		"in-tree":                     {v1alpha1.Backup{Method: MethodInTree}, here, "s3://attic-pg-backup/", ""},
		"in-tree to plugin":           {v1alpha1.Backup{}, inTree, "s3://attic-pg-backup/", "attic-pg-backup"},
		"plugin to in-tree":           {v1alpha1.Backup{Method: MethodInTree}, v1alpha1.Recovery{ServerName: "old-pg", Method: MethodPlugin}, "attic-pg-recovery", "attic-pg-recovery"},
		"in-tree from another bucket": {v1alpha1.Backup{Method: MethodInTree}, elsewhere, "s3://old/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			objects := Objects(options(v1alpha1.PostgresClusterSpec{Backup: &tt.backup, Recovery: &tt.recovery}))
			c := get[*cnpgv1.Cluster](t, objects).Spec
			if c.Bootstrap.InitDB != nil || c.Bootstrap.Recovery.Source != c.ExternalClusters[0].Name {
				t.Errorf("%+v", c.Bootstrap)
			}
			origin := c.ExternalClusters[0]
			from, server := "", ""
			if in := origin.BarmanObjectStore; in != nil {
				from, server = in.DestinationPath, in.ServerName
			} else {
				from, server = origin.PluginConfiguration.Parameters["barmanObjectName"], origin.PluginConfiguration.Parameters["serverName"]
			}
			if from != tt.from || server != "old-pg" {
				t.Errorf("recovers from %s under %s", from, server)
			}
			var stores []string
			for _, o := range objects {
				if s, ok := o.(*barmanv1.ObjectStore); ok {
					stores = append(stores, s.Name)
					if retained := s.Name == "attic-pg-backup"; (s.Spec.RetentionPolicy != "") != retained {
						t.Errorf("%s has the retention %q", s.Name, s.Spec.RetentionPolicy)
					}
				}
			}
			if got := strings.Join(stores, " "); got != tt.stores {
				t.Errorf("stores %s", got)
			}
			// CloudNativePG refuses two archivers.
			if len(c.Plugins) > 0 && c.Backup != nil {
				t.Error("archives twice")
			}
			if inTree := c.Backup != nil || origin.BarmanObjectStore != nil; inTree != (len(c.Env) == 3) {
				t.Errorf("Barman's environment is %v", c.Env)
			}
		})
	}
}

func TestRecoveryTarget(t *testing.T) {
	for name, tt := range map[string]struct {
		target v1alpha1.RecoveryTarget
		want   *cnpgv1.RecoveryTarget
	}{
		"everything": {v1alpha1.RecoveryTarget{}, nil},
		"a moment":   {v1alpha1.RecoveryTarget{Time: "2026-01-15T10:30:00Z"}, &cnpgv1.RecoveryTarget{TargetTime: "2026-01-15T10:30:00Z"}},
		"a position": {v1alpha1.RecoveryTarget{LSN: "0/3000060", Exclusive: true}, &cnpgv1.RecoveryTarget{TargetLSN: "0/3000060", Exclusive: new(true)}},
		"a name":     {v1alpha1.RecoveryTarget{Name: "x", BackupID: "20260115T000000"}, &cnpgv1.RecoveryTarget{TargetName: "x", BackupID: "20260115T000000"}},
		"a backup":   {v1alpha1.RecoveryTarget{Immediate: true, BackupID: "20260115T000000", Timeline: "latest"}, &cnpgv1.RecoveryTarget{TargetImmediate: new(true), BackupID: "20260115T000000", TargetTLI: "latest"}},
	} {
		if diff := cmp.Diff(tt.want, recoveryTarget(&tt.target)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestValidateRecovery(t *testing.T) {
	off := false
	target := func(t v1alpha1.RecoveryTarget) v1alpha1.PostgresClusterSpec {
		return v1alpha1.PostgresClusterSpec{Recovery: &v1alpha1.Recovery{ServerName: "old-pg", Target: &t}}
	}
	from := func(b v1alpha1.Backup, r v1alpha1.Recovery) v1alpha1.PostgresClusterSpec {
		return v1alpha1.PostgresClusterSpec{Backup: &b, Recovery: &r}
	}
	for name, tt := range map[string]struct {
		spec v1alpha1.PostgresClusterSpec
		want string
	}{
		"all":                  {from(v1alpha1.Backup{}, v1alpha1.Recovery{ServerName: "old-pg"}), ""},
		"a zone":               {target(v1alpha1.RecoveryTarget{Time: "2026-01-15T10:30:00.5+01:00"}), ""},
		"a comma":              {target(v1alpha1.RecoveryTarget{Time: "2026-01-15T10:30:00,5Z"}), "is not a time"},
		"no zone":              {target(v1alpha1.RecoveryTarget{Time: "2026-01-15 10:30:00"}), "spec.recovery.target.time is \"2026-01-15 10:30:00\", which has no time zone"},
		"no seconds":           {target(v1alpha1.RecoveryTarget{Time: "2026-01-15T10:30"}), "has no time zone"},
		"a day":                {target(v1alpha1.RecoveryTarget{Time: "2026-01-15"}), "has no time zone"},
		"PostgreSQL's form":    {target(v1alpha1.RecoveryTarget{Time: "2026-01-15 10:30:00+01"}), "is not a time"},
		"long position":        {target(v1alpha1.RecoveryTarget{LSN: "123456789/0"}), "spec.recovery.target.lsn is"},
		"long name":            {target(v1alpha1.RecoveryTarget{Name: strings.Repeat("x", 64), BackupID: "20260115T000000"}), "spec.recovery.target.name is"},
		"two targets":          {target(v1alpha1.RecoveryTarget{Time: "2026-01-15T10:30:00Z", LSN: "0/1"}), "spec.recovery.target has time and lsn"},
		"into itself":          {from(v1alpha1.Backup{}, v1alpha1.Recovery{ServerName: "attic-pg"}), "spec.backup.serverName is \"attic-pg\", where the recovery reads from"},
		"into itself, in-tree": {from(v1alpha1.Backup{}, v1alpha1.Recovery{ServerName: "attic-pg", Method: MethodInTree}), "where the recovery reads from"},
		"into itself, spelt":   {from(v1alpha1.Backup{}, v1alpha1.Recovery{ServerName: "attic-pg", Endpoint: "https://s3.example.com:443/"}), "where the recovery reads from"},
		"from another bucket":  {from(v1alpha1.Backup{}, v1alpha1.Recovery{ServerName: "attic-pg", Bucket: "old"}), ""},
		"to nowhere":           {from(v1alpha1.Backup{Enabled: &off}, v1alpha1.Recovery{ServerName: "attic-pg", Region: "eu-1"}), "spec.backup.enabled is false: lost volumes lose the database"},
		"two regions":          {from(v1alpha1.Backup{Region: "eu-1"}, v1alpha1.Recovery{ServerName: "old-pg", Region: "us-east-1"}), "spec.recovery.region is \"us-east-1\", and an instance signs"},
		"plain text":           {from(v1alpha1.Backup{}, v1alpha1.Recovery{ServerName: "old-pg", Endpoint: "http://s3.example.org"}), "spec.recovery.endpoint is \"http://s3.example.org\", which is not encrypted"},
		"in-tree":              {from(v1alpha1.Backup{Method: MethodInTree}, v1alpha1.Recovery{ServerName: "old-pg"}), "spec.backup.method is barmanObjectStore, which goes away with CloudNativePG 1.31"},
		"no Barman":            {v1alpha1.PostgresClusterSpec{Image: "ghcr.io/cloudnative-pg/postgresql:18.6-minimal-trixie", Backup: &v1alpha1.Backup{Method: MethodInTree}}, "without Barman Cloud"},
	} {
		if got := problems(tt.spec); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := problems(from(v1alpha1.Backup{Enabled: &off}, v1alpha1.Recovery{ServerName: "attic-pg", Region: "eu-1"})); strings.Contains(got, "recovery") {
		t.Errorf("a cluster that archives nowhere cannot archive into its origin: %s", got)
	}
}

// TestNobodyMayConnect: an empty list of peers would be everyone.
func TestNobodyMayConnect(t *testing.T) {
	o := options(v1alpha1.PostgresClusterSpec{})
	o.Network.Clients = nil
	for _, rule := range get[*networkingv1.NetworkPolicy](t, Objects(o)).Spec.Ingress {
		if len(rule.From) == 0 {
			t.Error("everyone may connect")
		}
	}
	o.Network = nil
	for _, object := range Objects(o) {
		if _, ok := object.(*networkingv1.NetworkPolicy); ok {
			t.Error("a policy that nobody wants")
		}
	}
}
