package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloudnative-pg/cloudnative-pg/pkg/specs"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/utils"
	"github.com/jackc/pgx/v5"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// workload is a container that is given the address of a database.
type workload struct {
	name string
	// url is what it reads, with the Secret's values in it.
	url string
	// mounts are the Secrets that it sees as folders.
	mounts map[string]string
}

// workloads are those that know the application's Secret of a Cluster, which is
// CloudNativePG's own.
func (d database) workloads(a account) ([]workload, error) {
	secret := specs.CreateSecret(d.cluster.GetApplicationSecretName(), d.cluster.Namespace, d.cluster.GetServiceReadWriteName(),
		a.database, a.user, a.password, utils.UserTypeApp)
	var all []workload
	for _, object := range d.objects {
		pod, err := podOf(object)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		if pod == nil || object.GetNamespace() != d.cluster.Namespace {
			continue
		}
		for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
			known := map[string]string{}
			for _, env := range c.Env {
				if from := env.ValueFrom; from != nil {
					if ref := from.SecretKeyRef; ref != nil && ref.Name == secret.Name {
						value, ok := secret.StringData[ref.Key]
						if !ok {
							return nil, fmt.Errorf("%s %s reads %s of Secret %s, which has no such key", object.GetKind(), object.GetName(), ref.Key, ref.Name)
						}
						known[env.Name] = value
					}
					continue
				}
				value := env.Value
				for name, is := range known {
					value = strings.ReplaceAll(value, "$("+name+")", is)
				}
				if value != env.Value && strings.HasPrefix(value, "postgresql://") {
					all = append(all, workload{name: object.GetKind() + " " + object.GetName(), url: value, mounts: mounts(pod, c)})
				}
			}
		}
	}
	return all, nil
}

// podOf is the pod that an object makes; nil if it makes none.
func podOf(object *unstructured.Unstructured) (*corev1.PodSpec, error) {
	fields := []string{"spec", "template", "spec"}
	if object.GetKind() == "CronJob" {
		fields = []string{"spec", "jobTemplate", "spec", "template", "spec"}
	}
	if kind := object.GetKind(); kind != "Deployment" && kind != "Job" && kind != "CronJob" {
		return nil, nil
	}
	spec, found, err := unstructured.NestedMap(object.Object, fields...)
	if err != nil || !found {
		return nil, fmt.Errorf("has no pod: %w", err)
	}
	pod := &corev1.PodSpec{}
	return pod, runtime.DefaultUnstructuredConverter.FromUnstructured(spec, pod)
}

func mounts(pod *corev1.PodSpec, c corev1.Container) map[string]string {
	all := map[string]string{}
	for _, mount := range c.VolumeMounts {
		for _, volume := range pod.Volumes {
			if volume.Name == mount.Name && volume.Secret != nil {
				all[mount.MountPath] = volume.Secret.SecretName
			}
		}
	}
	return all
}

// comesIn logs in as a workload does, and returns the statement_timeout that it
// gets. The server's name and its authority are checked as the address says.
func (s *server) comesIn(ctx context.Context, d database, w workload) (timeout string, err error) {
	address, err := url.Parse(w.url)
	if err != nil {
		return "", errors.New("the address is not a URL")
	}
	query := address.Query()
	if mode := query.Get("sslmode"); mode != "verify-full" {
		return "", fmt.Errorf("sslmode is %q, not verify-full", mode)
	}
	root := query.Get("sslrootcert")
	if secret := w.mounts[path.Dir(root)]; secret != d.cluster.GetServerCASecretName() || path.Base(root) != "ca.crt" {
		return "", fmt.Errorf("sslrootcert is %s, and there is Secret %q, not ca.crt of %s", root, secret, d.cluster.GetServerCASecretName())
	}
	query.Set("sslrootcert", filepath.Join(s.folder, authorityFile))
	// PostgreSQL's addresses know no plus sign for a space.
	address.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	config, err := pgx.ParseConfig(address.String())
	if err != nil {
		return "", err
	}
	conn, err := s.dial(ctx, config)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	var encrypted bool
	if err := conn.QueryRow(ctx, "SELECT ssl, current_setting('statement_timeout') FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&encrypted, &timeout); err != nil {
		return "", err
	}
	if !encrypted {
		return "", errors.New("the connection is not encrypted")
	}
	return timeout, nil
}
