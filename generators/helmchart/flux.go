package helmchart

import (
	"encoding/json"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DeliveryFlux has Flux's source and Helm controllers install the chart.
const DeliveryFlux = "flux"

const (
	// DefaultFluxInterval finds a changed cluster soon enough, and a version that
	// is pinned does not change.
	DefaultFluxInterval = "1h"
	// remediationRetries is how often an installation or upgrade that failed is
	// tried again, because what it needs may come late.
	remediationRetries = 3
)

func defaultFlux(r *v1alpha1.Release) {
	if r.Delivery == DeliveryFlux || r.Flux != nil {
		defaulting.Value(&defaulting.Block(&r.Flux).Interval, DefaultFluxInterval)
	}
}

func validateFlux(p *validate.Problems, path *field.Path, r v1alpha1.Release) {
	switch {
	case r.Flux == nil:
	case r.Delivery != DeliveryFlux:
		p.Add(path.Child("flux"), "counts only for delivery flux", "remove it, or write delivery: flux")
	default:
		p.Duration(path.Child("flux", "interval"), string(r.Flux.Interval), time.Minute, 7*24*time.Hour)
	}
}

// flux is the chart as a HelmRepository and a HelmRelease in the release's own
// namespace, so that neither needs a reference across namespaces, which clusters
// with several tenants refuse.
func flux(p *validate.Problems, o Options, files Files) []meta.Object {
	const cluster = "does not count with delivery flux: the controller asks the cluster"
	if len(o.Release.APIVersions) > 0 {
		p.Warn(o.Path.Child("apiVersions"), cluster, "remove it")
	}
	if o.Release.KubeVersion != DefaultKubeVersion {
		p.Warn(o.Path.Child("kubeVersion"), cluster, "remove it")
	}
	values, ok := deliveredValues(p, o, files)
	if !ok {
		return nil
	}
	every, _ := validate.ParseDuration(string(o.Release.Flux.Interval)) // It is checked.
	interval := metav1.Duration{Duration: every}
	return []meta.Object{o.helmRepository(interval), o.helmRelease(interval, values)}
}

func (o Options) helmRepository(interval metav1.Duration) *sourcev1.HelmRepository {
	repository := &sourcev1.HelmRepository{
		TypeMeta:   metav1.TypeMeta{APIVersion: sourcev1.GroupVersion.String(), Kind: sourcev1.HelmRepositoryKind},
		ObjectMeta: o.Scope.Object(o.deliveryOf("repository")),
		Spec:       sourcev1.HelmRepositorySpec{URL: o.Chart.Repository, Interval: interval},
	}
	if isOCI(o.Chart.Repository) {
		repository.Spec.Type = sourcev1.HelmRepositoryTypeOCI
		repository.Spec.Insecure = o.Chart.Insecure
	}
	return repository
}

func (o Options) helmRelease(interval metav1.Duration, values *apiextensionsv1.JSON) *helmv2.HelmRelease {
	definitions := helmv2.CreateReplace
	if !*o.Release.IncludeCRDs {
		definitions = helmv2.Skip
	}
	release := &helmv2.HelmRelease{
		TypeMeta:   metav1.TypeMeta{APIVersion: helmv2.GroupVersion.String(), Kind: helmv2.HelmReleaseKind},
		ObjectMeta: o.Scope.Object(o.deliveryOf("release")),
		Spec: helmv2.HelmReleaseSpec{
			Chart: &helmv2.HelmChartTemplate{Spec: helmv2.HelmChartTemplateSpec{
				Chart:   o.Chart.Name,
				Version: o.Chart.Version,
				SourceRef: helmv2.CrossNamespaceObjectReference{
					Kind: sourcev1.HelmRepositoryKind,
					Name: o.Scope.PartOf,
				},
			}},
			Interval:        interval,
			ReleaseName:     o.Release.ReleaseName,
			TargetNamespace: o.Scope.Namespace,
			Install: &helmv2.Install{
				CRDs:        definitions,
				Remediation: &helmv2.InstallRemediation{Retries: remediationRetries},
			},
			Upgrade: &helmv2.Upgrade{
				CRDs:        definitions,
				Remediation: &helmv2.UpgradeRemediation{Retries: remediationRetries},
			},
			// What is in Git is in the cluster, as it is where Flux applies the
			// objects themselves.
			DriftDetection: &helmv2.DriftDetection{Mode: helmv2.DriftDetectionEnabled},
			Values:         values,
		},
	}
	if !*o.Release.SkipTests {
		release.Spec.Test = &helmv2.Test{Enable: true}
	}
	return release
}

// deliveredValues are the values that a controller gives the chart, and whether
// nothing is wrong with what the delivery needs; nil when there are none.
func deliveredValues(p *validate.Problems, o Options, files Files) (*apiextensionsv1.JSON, bool) {
	values, ok := handedOver(p, o, files)
	if !ok || len(values) == 0 {
		return nil, ok
	}
	data, err := json.Marshal(values)
	if err != nil {
		p.Add(o.Path.Child("values"), "cannot be written: "+oneLine(err.Error()), "write text, numbers, booleans, lists and maps")
		return nil, false
	}
	return &apiextensionsv1.JSON{Raw: data}, true
}
