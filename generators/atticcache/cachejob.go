package atticcache

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Where the cache Job finds what to do and what to do it with.
const (
	cachesDir  = "/etc/attic-caches"
	cachesFile = "caches.json"
	tokenDir   = "/etc/attic-token"
	tokenFile  = "token"
)

// DesiredCache is one cache in the form in which the cache Job reads it, under
// its name in a JSON object.
type DesiredCache struct {
	// Public, Priority and UpstreamCacheKeyNames are as in the spec.
	Public                bool     `json:"public"`
	Priority              int32    `json:"priority"`
	UpstreamCacheKeyNames []string `json:"upstreamCacheKeyNames"`
	// RetentionSeconds is nil for the server's own retention.
	RetentionSeconds *int64 `json:"retentionSeconds,omitempty"`
}

func (c cache) cacheJobOf() meta.Of {
	return meta.Of{Name: c.names.Caches(), App: appCaches, Component: "caches", Wave: meta.WaveConfiguration}
}

// cacheJob creates and configures the caches that the spec names, once for each
// content of that list, when the API serves.
func (c cache) cacheJob() []meta.Object {
	if len(c.spec.Caches) == 0 {
		return nil
	}
	of := c.cacheJobOf()
	list := c.cacheList()
	token := c.spec.CacheJob.TokenSecret
	pod := hardened.Pod{
		Name:             c.names.Caches(),
		ServiceAccount:   c.names.Caches(),
		Image:            c.spec.CacheJob.Image,
		ImagePullSecrets: c.spec.ImagePullSecrets,
		Args:             c.cacheJobArgs(),
		Resources:        defaultJobResources,
		Security:         *c.spec.Security,
		Scheduling:       c.scheduling(),
		Volumes: []corev1.Volume{
			{Name: "caches", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: list.Name},
			}}},
			{Name: "token", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
				SecretName: token.SecretName,
				Items:      []corev1.KeyToPath{{Key: token.Key, Path: tokenFile}},
			}}},
		},
		Mounts: []corev1.VolumeMount{
			{Name: "caches", MountPath: cachesDir, ReadOnly: true},
			{Name: "token", MountPath: tokenDir, ReadOnly: true},
		},
	}
	return []meta.Object{hardened.ServiceAccount(c.scope, of), list, hardened.Job(c.scope, of, pod)}
}

// cacheJobArgs name the servers past Traefik, which would tell them apart by the
// token: the Job does so itself.
func (c cache) cacheJobArgs() []string {
	service := func(name string) string {
		return fmt.Sprintf("http://%s.%s.svc:%d", name, c.names.Namespace, naming.PortService)
	}
	args := []string{"caches", "apply", "--server", service(c.names.API())}
	if next := c.spec.SigningKey.Next; next != nil {
		args = append(args, "--next-server", service(c.names.Next()), "--next-key="+next.KeyID)
	}
	return append(args,
		// Attic refuses a request for a host that is not its own.
		"--host", c.spec.Hostname,
		"--token-file", tokenDir+"/"+tokenFile,
		cachesDir+"/"+cachesFile,
	)
}

func (c cache) cacheList() *corev1.ConfigMap {
	desired := map[string]DesiredCache{}
	for name, spec := range c.spec.Caches {
		desired[name] = desiredCache(spec)
	}
	// Maps are marshalled in the order of their keys.
	data, err := json.MarshalIndent(desired, "", "  ")
	if err != nil {
		// Strings, numbers and booleans always marshal.
		panic(err)
	}
	return &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: c.scope.Object(meta.Of{
			Name:      c.names.Caches() + "-" + naming.Digest(string(data)),
			App:       appCaches,
			Instance:  c.names.Caches(),
			Component: "caches",
		}),
		Data: map[string]string{cachesFile: string(data) + "\n"},
	}
}

func desiredCache(spec v1alpha1.Cache) DesiredCache {
	d := DesiredCache{
		Public:                spec.Public,
		Priority:              *spec.Priority,
		UpstreamCacheKeyNames: spec.UpstreamCacheKeyNames,
	}
	if spec.Retention != "" {
		// Validation has parsed it before.
		retention, _ := validate.ParseDuration(string(spec.Retention))
		d.RetentionSeconds = new(int64(retention.Seconds()))
	}
	return d
}
