package postgrescluster

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	cnpgv1 "github.com/cloudnative-pg/api/pkg/api/v1"
	"github.com/distribution/reference"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Kinds of image catalogs.
const (
	kindImageCatalog        = "ImageCatalog"
	kindClusterImageCatalog = "ClusterImageCatalog"
)

// postgresGroup is CloudNativePG's API group.
const postgresGroup = "postgresql.cnpg.io"

func imageCatalogRef(c *v1alpha1.ImageCatalog) *cnpgv1.ImageCatalogRef {
	if c == nil {
		return nil
	}
	return &cnpgv1.ImageCatalogRef{
		TypedLocalObjectReference: corev1.TypedLocalObjectReference{APIGroup: new(postgresGroup), Kind: c.Kind, Name: c.Name},
		Major:                     int(*c.Major),
	}
}

func imageCatalog(o Options) *cnpgv1.ImageCatalog {
	c := o.Spec.ImageCatalog
	out := &cnpgv1.ImageCatalog{
		TypeMeta:   metav1.TypeMeta{APIVersion: postgresGroup + "/v1", Kind: kindImageCatalog},
		ObjectMeta: o.Scope.Object(o.of(c.Name)),
	}
	// Two digits each, so that the order of text is that of numbers.
	for _, major := range slices.Sorted(maps.Keys(c.Images)) {
		n, _ := strconv.Atoi(major)
		out.Spec.Images = append(out.Spec.Images, cnpgv1.CatalogImage{Major: n, Image: c.Images[major]})
	}
	return out
}

// mostImages is how many images a catalog may hold.
const mostImages = 8

var majorVersion = validate.NewForm(`1[4-9]|[2-9][0-9]`, 2)

func validateCatalog(p *validate.Problems, path *field.Path, c v1alpha1.ImageCatalog) {
	if c.Name == "" {
		p.Add(path.Child("name"), "is missing", "write the name of the catalog, as in postgresql")
	} else {
		p.ObjectName(path.Child("name"), c.Name)
	}
	p.OneOf(path.Child("kind"), c.Kind, kindImageCatalog, kindClusterImageCatalog)
	if c.Major == nil {
		p.Add(path.Child("major"), "is missing", "write the major version of PostgreSQL, as in 18")
	}
	p.Int32(path.Child("major"), c.Major, 14, 99)

	images := path.Child("images")
	if len(c.Images) == 0 {
		return
	}
	if c.Kind == kindClusterImageCatalog {
		p.Add(images, "makes an ImageCatalog, and kind is "+kindClusterImageCatalog, "remove it, or remove kind")
	}
	if len(c.Images) > mostImages {
		p.Add(images, fmt.Sprintf("has %d images", len(c.Images)), fmt.Sprintf("write at most %d", mostImages))
	}
	for _, major := range slices.Sorted(maps.Keys(c.Images)) {
		if !majorVersion.Matches(major) {
			p.Add(images.Key(major), "is not a major version of PostgreSQL that CloudNativePG runs", `write it from 14 on, as in "18"`)
			continue
		}
		catalogImage(p, images.Key(major), major, c.Images[major])
	}
	if c.Major != nil {
		if _, ok := c.Images[strconv.Itoa(int(*c.Major))]; !ok {
			p.Add(path.Child("major"), fmt.Sprintf("is %d, for which there is no image in the catalog", *c.Major), fmt.Sprintf("add images.%d, or write another version", *c.Major))
		}
	}
}

// catalogImage checks an image whose version the catalog says: a digest alone is
// enough, and a tag must not say something else.
func catalogImage(p *validate.Problems, path *field.Path, major, value string) {
	if ref, err := reference.ParseNormalizedNamed(value); err == nil {
		tagged, hasTag := ref.(reference.Tagged)
		if hasTag && versionTag.Matches(tagged.Tag()) && !strings.HasPrefix(tagged.Tag(), major+".") {
			p.Add(path, fmt.Sprintf("is %s, another version of PostgreSQL", validate.Quote(value)), "write the image under its own version")
			return
		}
		if _, digested := ref.(reference.Digested); digested && !hasTag {
			return
		}
	}
	image(p, path, value)
}
