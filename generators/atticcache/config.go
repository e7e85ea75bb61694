package atticcache

import (
	"fmt"

	"github.com/pelletier/go-toml/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
)

// Where the configuration is in every Attic container.
const (
	configDir  = "/etc/attic"
	configFile = "server.toml"
)

// Chunking of NARs as upstream recommends. These are not fields of the spec:
// changing them moves the cut points, and what is stored already is no longer
// found again as a duplicate.
const (
	narSizeThreshold = 65536
	chunkMinSize     = 16384
	chunkAvgSize     = 65536
	chunkMaxSize     = 262144
)

// serverConfig is Attic's server.toml, as far as it is set here. Secrets come
// from the environment.
type serverConfig struct {
	Listen            string             `toml:"listen,omitempty"`
	AllowedHosts      []string           `toml:"allowed-hosts,omitempty"`
	APIEndpoint       string             `toml:"api-endpoint,omitempty"`
	Database          databaseConfig     `toml:"database"`
	Storage           storageConfig      `toml:"storage"`
	Chunking          chunkingConfig     `toml:"chunking"`
	Compression       *compressionConfig `toml:"compression,omitempty"`
	GarbageCollection *gcConfig          `toml:"garbage-collection,omitempty"`
	JWT               *jwtConfig         `toml:"jwt,omitempty"`
}

type databaseConfig struct {
	Heartbeat bool `toml:"heartbeat"`
}

type storageConfig struct {
	Type     string `toml:"type"`
	Region   string `toml:"region"`
	Bucket   string `toml:"bucket"`
	Endpoint string `toml:"endpoint"`
}

type chunkingConfig struct {
	NARSizeThreshold int `toml:"nar-size-threshold"`
	MinSize          int `toml:"min-size"`
	AvgSize          int `toml:"avg-size"`
	MaxSize          int `toml:"max-size"`
}

type compressionConfig struct {
	Type string `toml:"type"`
}

type gcConfig struct {
	Interval               string `toml:"interval"`
	DefaultRetentionPeriod string `toml:"default-retention-period"`
}

// jwtConfig binds tokens to who made them, and for whom. The key that they are
// signed with comes from the environment all the same.
type jwtConfig struct {
	Issuer    string   `toml:"token-bound-issuer,omitempty"`
	Audiences []string `toml:"token-bound-audiences,omitempty"`
}

// migrationTOML has the tables without which Attic does not start. What serving
// reads is left out, so that changing it runs no migration.
func (c cache) migrationTOML() serverConfig {
	return serverConfig{
		Storage: storageConfig{
			Type:     "s3",
			Region:   c.spec.Storage.Region,
			Bucket:   c.spec.Storage.Bucket,
			Endpoint: c.spec.Storage.Endpoint,
		},
		Chunking: chunkingConfig{
			NARSizeThreshold: narSizeThreshold,
			MinSize:          chunkMinSize,
			AvgSize:          chunkAvgSize,
			MaxSize:          chunkMaxSize,
		},
	}
}

func (c cache) serverTOML() serverConfig {
	interval := string(c.spec.GC.Interval)
	if interval == "" {
		// The CronJob decides when to collect.
		interval = "0s"
	}
	config := c.migrationTOML()
	config.Listen = fmt.Sprintf("[::]:%d", naming.PortAPI)
	config.AllowedHosts = c.hosts()
	config.APIEndpoint = "https://" + c.spec.Hostname + "/"
	config.Compression = &compressionConfig{Type: "zstd"}
	config.GarbageCollection = &gcConfig{Interval: interval, DefaultRetentionPeriod: string(c.spec.GC.Retention)}
	if t := c.spec.Tokens; t != nil && (t.Issuer != "" || len(t.Audiences) > 0) {
		config.JWT = &jwtConfig{Issuer: t.Issuer, Audiences: t.Audiences}
	}
	return config
}

// hosts are the DNS names of the cache, its own first.
func (c cache) hosts() []string {
	return append([]string{c.spec.Hostname}, c.spec.Ingress.ExtraHosts...)
}

// configMap holds server.toml under a name that changes with it, so that a
// change rolls the pods that read it.
func (c cache) configMap(config serverConfig, prefix string, of meta.Of) *corev1.ConfigMap {
	out, err := toml.Marshal(config)
	if err != nil {
		panic(err) // structs of strings and numbers always marshal
	}
	data := string(out)
	of.Name, of.Instance, of.Version = prefix+"-"+naming.Digest(data), prefix, ""
	return &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: c.scope.Object(of),
		Data:       map[string]string{configFile: data},
	}
}

// servingConfig is for what serves. It is applied, and its predecessor pruned,
// together with that, so that an older API finds its configuration for as long
// as it may have to start again: until the migration has succeeded.
func (c cache) servingConfig() *corev1.ConfigMap {
	return c.configMap(c.serverTOML(), c.names.Config(), meta.Of{App: appAttic, Component: "configuration", Wave: meta.WaveServing})
}

// migrationConfig is what the migration, which comes before, needs of it.
func (c cache) migrationConfig() *corev1.ConfigMap {
	of := c.migrationOf()
	of.Wave = meta.WaveFoundation
	return c.configMap(c.migrationTOML(), c.names.With("migrate-config"), of)
}

func (c cache) config() []meta.Object { return []meta.Object{c.servingConfig()} }
