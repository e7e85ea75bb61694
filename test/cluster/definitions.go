package cluster

import (
	"context"
	"errors"
	"fmt"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	typedv1 "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset/typed/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Install adds definitions of custom resources and waits until they are served.
func (c *Cluster) Install(t testing.TB, definitions []*apiextensionsv1.CustomResourceDefinition) {
	t.Helper()
	var names []string
	for _, d := range definitions {
		if _, err := c.definitions(t).Create(t.Context(), d, metav1.CreateOptions{}); err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		names = append(names, d.Name)
	}
	c.Served(t, names...)
}

// Served waits until the kinds of definitions are served, and until the server
// tells so to who asks which kinds there are, which it does later.
func (c *Cluster) Served(t testing.TB, names ...string) {
	t.Helper()
	var served []*apiextensionsv1.CustomResourceDefinition
	for _, name := range names {
		Eventually(t, startTimeout, func() error {
			definition, err := c.definitions(t).Get(t.Context(), name, metav1.GetOptions{})
			if err == nil {
				err = c.established(t.Context(), definition)
			}
			if err == nil {
				served = append(served, definition)
			}
			return err
		})
	}
	Eventually(t, startTimeout, func() error {
		c.mapper.Reset()
		for _, d := range served {
			for _, version := range versions(d) {
				if _, err := c.mapper.RESTMapping(schema.GroupKind{Group: d.Spec.Group, Kind: d.Spec.Names.Kind}, version); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (c *Cluster) established(ctx context.Context, d *apiextensionsv1.CustomResourceDefinition) error {
	for _, condition := range d.Status.Conditions {
		if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
			return c.list(ctx, d)
		}
	}
	return fmt.Errorf("%s is not served yet: %v", d.Name, d.Status.Conditions)
}

// list asks for objects of a definition's kind.
func (c *Cluster) list(ctx context.Context, d *apiextensionsv1.CustomResourceDefinition) error {
	for _, version := range versions(d) {
		resource := schema.GroupVersionResource{Group: d.Spec.Group, Version: version, Resource: d.Spec.Names.Plural}
		if _, err := c.Dynamic.Resource(resource).List(ctx, metav1.ListOptions{Limit: 1}); err != nil {
			return fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	return nil
}

// removeDefinition waits until nothing is left of what a definition defined.
func (c *Cluster) removeDefinition(t testing.TB, name string) {
	t.Helper()
	definition, err := c.definitions(t).Get(t.Context(), name, metav1.GetOptions{})
	if err == nil {
		err = c.definitions(t).Delete(t.Context(), name, metav1.DeleteOptions{})
	}
	if apierrors.IsNotFound(err) {
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	Eventually(t, startTimeout, func() error {
		if _, err := c.definitions(t).Get(t.Context(), name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			return errors.Join(fmt.Errorf("%s is still there", name), err)
		}
		if err := c.list(t.Context(), definition); !apierrors.IsNotFound(err) {
			return errors.Join(fmt.Errorf("%s is still served", name), err)
		}
		return nil
	})
}

func (c *Cluster) definitions(t testing.TB) typedv1.CustomResourceDefinitionInterface {
	t.Helper()
	client, err := clientset.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	return client.ApiextensionsV1().CustomResourceDefinitions()
}

// versions are those of a definition that are served.
func versions(d *apiextensionsv1.CustomResourceDefinition) []string {
	var names []string
	for _, version := range d.Spec.Versions {
		if version.Served {
			names = append(names, version.Name)
		}
	}
	return names
}
