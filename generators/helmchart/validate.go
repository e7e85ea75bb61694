package helmchart

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v3/pkg/chartutil"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// Validate checks a spec with its defaults filled in and reports everything
// that is wrong with it. The chart itself is looked at by [Objects].
func Validate(c v1alpha1.HelmChart) []validate.Problem {
	p, metadata, spec := &validate.Problems{}, field.NewPath("metadata"), field.NewPath("spec")
	if c.Metadata.Name == "" {
		p.Add(metadata.Child("name"), "is missing", "write what the release is to be called, as in traefik")
	} else {
		p.DNSLabel(metadata.Child("name"), c.Metadata.Name)
	}
	if c.Metadata.Namespace == "" {
		p.Add(metadata.Child("namespace"), "is missing", "write the namespace of the release, as in traefik")
	} else {
		p.DNSLabel(metadata.Child("namespace"), c.Metadata.Namespace)
	}
	if slices.Contains(ownNamespaces, c.Metadata.Namespace) && *c.Spec.Namespace.Create {
		p.Add(spec.Child("namespace", "create"), fmt.Sprintf("is true for %s, which belongs to Kubernetes, and whose pods Pod Security would then refuse", c.Metadata.Namespace),
			"write false, or give the chart a namespace of its own")
	}
	ValidateRef(p, spec.Child("chart"), c.Spec.Chart)
	p.OneOf(spec.Child("stage"), c.Spec.Stage, StagePlatform, StageCache)
	if c.Spec.Stage == StageCache && c.Spec.Delivery != DeliveryInflate {
		p.Add(spec.Child("stage"), "is cache, which counts only for delivery inflate", "remove it, or write delivery: inflate")
	}
	ValidateRelease(p, spec, c.Spec.Release)
	return p.List()
}

// ownNamespaces are Kubernetes' own. Some charts belong there, but none creates
// them.
var ownNamespaces = []string{"default", "kube-system", "kube-public", "kube-node-lease"}

// A chart's name becomes part of paths and URLs. Those of charts in charts are
// only names of values, and are written in more ways.
var (
	chartName      = validate.NewForm(`[a-z0-9]([a-z0-9._-]*[a-z0-9])?`, 250)
	dependencyName = validate.NewForm(`[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?`, 250)
)

// ValidateRef checks which chart is named.
func ValidateRef(p *validate.Problems, path *field.Path, ref v1alpha1.ChartRef) {
	switch {
	case ref.Name == "":
		p.Add(path.Child("name"), "is missing", "write the chart's name as in its Chart.yaml, as in traefik")
	case !chartName.Matches(ref.Name) || strings.Contains(ref.Name, ".."):
		p.Add(path.Child("name"), fmt.Sprintf("is %s, which is not the name of a chart", validate.Quote(ref.Name)),
			"use lower-case letters, digits, hyphens, underscores and single dots, starting and ending with a letter or digit")
	}
	switch {
	case ref.Version == "":
		p.Add(path.Child("version"), "is missing", "write the chart's version as in its Chart.yaml, as in 1.2.3")
	case !isVersion(ref.Version):
		p.Add(path.Child("version"), fmt.Sprintf("is %s, which is not one exact version", validate.Quote(ref.Version)),
			"write the chart's version as in its Chart.yaml, with three numbers and without a range, as in 1.2.3")
	}
	if ref.Repository != "" {
		validateRepository(p, path, ref)
	} else if ref.Insecure {
		p.Add(path.Child("insecure"), "counts only for a repository", "remove it, or write the repository")
	}
}

// isVersion is strict, so that a version is never a path or a range. A v in front
// is not semantic versioning, but cert-manager and others write it.
func isVersion(version string) bool {
	_, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	return err == nil && len(version) <= 128
}

func validateRepository(p *validate.Problems, block *field.Path, ref v1alpha1.ChartRef) {
	path := block.Child("repository")
	bad := func(message string) {
		p.Add(path, message, "write the URL of a chart repository, as in https://traefik.github.io/charts, or of a registry, as in oci://ghcr.io/traefik/helm")
	}
	u, err := url.Parse(ref.Repository)
	switch {
	// Whatever else is wrong: a message that repeats a password ends up in logs.
	case strings.Contains(ref.Repository, "@"):
		p.Add(path, "holds credentials (what stands before an @), which do not belong in Git",
			"remove them; atticgen chart pull takes --username and --password-stdin, and for registries what docker login has stored")
	case strings.ContainsAny(ref.Repository, "?#"):
		bad("has a query or a fragment (what follows ? or #)")
	case err != nil:
		bad(fmt.Sprintf("is %s, which is not a URL", validate.Quote(ref.Repository)))
	case u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "oci":
		bad(fmt.Sprintf("is %s, which is not an https or oci URL", validate.Quote(ref.Repository)))
	case u.Hostname() == "" || strings.HasSuffix(u.Host, ":"):
		bad(fmt.Sprintf("is %s, which has no host, or an empty port", validate.Quote(ref.Repository)))
	case u.Path != "" && pathProblem(strings.Trim(u.Path, "/")) != "" && u.Path != "/":
		bad(fmt.Sprintf("is %s, whose path is not a plain one", validate.Quote(ref.Repository)))
	case u.Scheme == "http" && !ref.Insecure:
		p.Add(path, fmt.Sprintf("is %s, which is not encrypted", validate.Quote(ref.Repository)), "write https, or insecure: true beside it if the digest in charts.lock is protection enough")
	}
}

var apiVersion = validate.NewForm(`([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?v[0-9]+((alpha|beta)[0-9]+)?(/[A-Z][A-Za-z0-9]*)?`, 253)

// ValidateRelease checks how a chart is installed. The path is that of the block
// that holds the fields.
func ValidateRelease(p *validate.Problems, path *field.Path, r v1alpha1.Release) {
	if err := chartutil.ValidateReleaseName(r.ReleaseName); err != nil && r.ReleaseName != "" {
		p.Add(path.Child("releaseName"), fmt.Sprintf("is %s, which Helm does not take", validate.Quote(r.ReleaseName)),
			"use at most 53 lower-case letters, digits, hyphens and dots, starting and ending with a letter or digit")
	}
	for i, file := range r.ValuesFiles {
		if problem := pathProblem(file); problem != "" {
			p.Add(path.Child("valuesFiles").Index(i), fmt.Sprintf("is %s, which %s", validate.Quote(file), problem),
				"write the path below the folder with charts.lock, as in values/traefik.yaml")
		}
	}
	p.Unique(path.Child("valuesFiles"), r.ValuesFiles)
	if _, err := chartutil.ParseKubeVersion(r.KubeVersion); err != nil {
		p.Add(path.Child("kubeVersion"), fmt.Sprintf("is %s, which is not a version of Kubernetes", validate.Quote(r.KubeVersion)), "write it as kubectl version does, as in "+DefaultKubeVersion)
	}
	for i, version := range r.APIVersions {
		if !apiVersion.Matches(version) {
			p.Add(path.Child("apiVersions").Index(i), fmt.Sprintf("is %s, which is not an API version", validate.Quote(version)),
				"write group/version or group/version/Kind, as in monitoring.coreos.com/v1/ServiceMonitor")
		}
	}
	p.Unique(path.Child("apiVersions"), r.APIVersions)
	p.OneOf(path.Child("delivery"), r.Delivery, deliveries()...)
	validateFlux(p, path, r)
	validateArgoCD(p, path, r)
	placement.ValidateNamespace(p, path.Child("namespace"), *r.Namespace)
}
