package hpadeployment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/postgrescluster"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func validateEnv(p *validate.Problems, spec *field.Path, s v1alpha1.HPADeploymentSpec) {
	from := spec.Child("envFrom")
	validateNames(p, from.Child("configMaps"), s.EnvFrom.ConfigMaps)
	validateNames(p, from.Child("secrets"), s.EnvFrom.Secrets)

	env := spec.Child("env")
	// Keys of ConfigMaps and Secrets are variables too, which ones is not known.
	others := len(s.EnvFrom.ConfigMaps)+len(s.EnvFrom.Secrets) > 0
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		path, v := env.Key(name), s.Env[name]
		if len(validation.IsEnvVarName(name)) > 0 {
			p.Add(path, "is not the name of a variable", "use letters, digits, _, - and ., not starting with a digit")
		}
		if !validateOneOf(p, path, []choice{
			{"value", v.Value != nil}, {"secret", v.Secret != nil}, {"configMap", v.ConfigMap != nil}, {"postgres", v.Postgres != nil},
		}) {
			continue
		}
		switch {
		case v.Secret != nil:
			validateKey(p, path.Child("secret"), *v.Secret)
		case v.ConfigMap != nil:
			validateKey(p, path.Child("configMap"), *v.ConfigMap)
		case v.Postgres != nil:
			at := path.Child("postgres")
			validateCluster(p, at.Child("cluster"), v.Postgres.Cluster)
			p.OneOf(at.Child("output"), v.Postgres.Output, postgrescluster.Outputs()...)
		default:
			validatePlain(p, path.Child("value"), name, *v.Value)
		}
		for _, other := range references(v) {
			if _, ok := s.Env[other]; !ok && !others {
				p.Warn(path.Child("value"), fmt.Sprintf("refers to $(%s), which is not in spec.env, and stays as it is", other), "add the variable, or write $$( if the text is meant")
			}
		}
	}
	_, circular := ordered(s.Env)
	for _, name := range circular {
		p.Add(env.Key(name).Child("value"), "leads back to itself by what it refers to", "write the value of one of the variables out")
	}
}

func validateKey(p *validate.Problems, path *field.Path, ref v1alpha1.KeyRef) {
	validateName(p, path.Child("name"), ref.Name)
	if ref.Key == "" {
		p.Add(path.Child("key"), "is missing", "write the key that holds the value")
		return
	}
	validateDataKey(p, path.Child("key"), ref.Key)
}

// validateDataKey checks a key of the data of a ConfigMap or Secret.
func validateDataKey(p *validate.Problems, path *field.Path, key string) {
	if len(validation.IsConfigMapKey(key)) > 0 {
		p.Add(path, fmt.Sprintf("is %s, which cannot be a key of a ConfigMap or Secret", validate.Quote(key)), "use letters, digits, hyphens, underscores and dots")
	}
}

func validateName(p *validate.Problems, path *field.Path, name string) {
	if name == "" {
		p.Add(path, "is missing", "write the name of the object in the same namespace")
		return
	}
	p.ObjectName(path, name)
}

// choice is one of several fields, and whether it is written.
type choice struct {
	name    string
	written bool
}

// validateOneOf checks that exactly one field of a block is written.
func validateOneOf(p *validate.Problems, path *field.Path, choices []choice) bool {
	var all, written []string
	for _, c := range choices {
		all = append(all, c.name)
		if c.written {
			written = append(written, c.name)
		}
	}
	switch len(written) {
	case 0:
		p.Add(path, "says nothing", "write one of "+strings.Join(all, ", "))
	case 1:
		return true
	default:
		p.Add(path, "has "+strings.Join(written, " and "), "keep one of them")
	}
	return false
}
