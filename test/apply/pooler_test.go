package apply

import (
	"fmt"

	cnpgv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/specs/pgbouncer"
	"github.com/cloudnative-pg/cloudnative-pg/pkg/versions"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// pods are what controllers would make of an object. all are the objects of its
// environment.
func pods(object *unstructured.Unstructured, all []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	if object.GetKind() != "Pooler" {
		return templates(object), nil
	}
	deployment, err := poolerDeployment(object, all)
	if err != nil {
		return nil, err
	}
	return templates(deployment), nil
}

// poolerDeployment is what CloudNativePG makes of a Pooler: it has its own code
// complete the template, which replaces some fields, such as the security context
// of its container, and leaves others as they are.
func poolerDeployment(object *unstructured.Unstructured, all []*unstructured.Unstructured) (*unstructured.Unstructured, error) {
	var pooler cnpgv1.Pooler
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.DeepCopy().Object, &pooler, true); err != nil {
		return nil, err
	}
	pooler.Status.Image = versions.DefaultPgbouncerImage
	var cluster cnpgv1.Cluster
	cluster.Name, cluster.Namespace = pooler.Spec.Cluster.Name, pooler.Namespace
	named := named(cnpgv1.SchemeGroupVersion.String(), cnpgv1.ClusterKind, cluster.Name)
	named.SetNamespace(cluster.Namespace)
	i := index(all, named)
	if i < 0 {
		return nil, fmt.Errorf("there is no %s", id(named))
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(all[i].DeepCopy().Object, &cluster, true); err != nil {
		return nil, err
	}
	made, err := pgbouncer.Deployment(&pooler, &cluster)
	if err != nil {
		return nil, err
	}
	deployment := &unstructured.Unstructured{}
	deployment.Object, err = runtime.DefaultUnstructuredConverter.ToUnstructured(made)
	return deployment, err
}
