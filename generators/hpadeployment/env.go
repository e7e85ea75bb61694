package hpadeployment

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
)

// env is every variable after those that its value refers to, and otherwise by
// name: Kubernetes fills in what stands before.
func (s server) env() []corev1.EnvVar {
	order, _ := ordered(s.spec.Env)
	var all []corev1.EnvVar
	for _, name := range order {
		all = append(all, s.variable(name, s.spec.Env[name]))
	}
	return all
}

func (s server) variable(name string, v v1alpha1.EnvVar) corev1.EnvVar {
	switch {
	case v.Secret != nil:
		return corev1.EnvVar{Name: name, ValueFrom: hardened.FromSecret(v.Secret.Name, v.Secret.Key)}
	case v.ConfigMap != nil:
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: v.ConfigMap.Name}, Key: v.ConfigMap.Key,
		}}}
	case v.Postgres != nil:
		return postgrescluster.Env(name, s.postgres(v.Postgres.Cluster), v.Postgres.Output)
	default:
		return corev1.EnvVar{Name: name, Value: *v.Value}
	}
}

// postgres is the names of a PostgresCluster beside the service.
func (s server) postgres(cluster string) naming.Postgres {
	return naming.Postgres{Name: cluster, Namespace: s.names.Namespace}
}

func (s server) envFrom() []corev1.EnvFromSource {
	var all []corev1.EnvFromSource
	for _, name := range s.spec.EnvFrom.ConfigMaps {
		all = append(all, corev1.EnvFromSource{ConfigMapRef: &corev1.ConfigMapEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: name},
		}})
	}
	for _, name := range s.spec.EnvFrom.Secrets {
		all = append(all, corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: name},
		}})
	}
	return all
}

// ordered is the variables, each after those that it refers to. The second
// result is those that lead back to themselves.
func ordered(env map[string]v1alpha1.EnvVar) (order, circular []string) {
	const (
		begun = iota + 1
		done
	)
	state := map[string]int{}
	var visit func(name string)
	visit = func(name string) {
		state[name] = begun
		for _, other := range references(env[name]) {
			if _, ok := env[other]; !ok {
				continue
			}
			switch state[other] {
			case begun:
				circular = append(circular, name)
			case done:
			default:
				visit(other)
			}
		}
		state[name] = done
		order = append(order, name)
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if state[name] == 0 {
			visit(name)
		}
	}
	return order, circular
}

// reference is compiled only where there is something to look at.
var reference = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\$|\$\(([^()$]+)\)`) })

// references are the variables whose values Kubernetes would put into a value,
// which it calls as $(NAME). A second dollar sign before it keeps it as it is.
func references(v v1alpha1.EnvVar) []string {
	if v.Value == nil {
		return nil
	}
	var names []string
	for _, found := range reference().FindAllStringSubmatch(*v.Value, -1) {
		if found[1] != "" {
			names = append(names, found[1])
		}
	}
	return names
}
