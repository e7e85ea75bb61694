package postgresoperator

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/helmchart"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// oldestForPlugin is the first chart whose operator, 1.26.0, the Barman Cloud
// plugin runs with.
const oldestForPlugin = "0.24.0"

// Validate checks a spec with its defaults filled in and reports everything that
// is wrong with it. The chart itself is looked at when it is inflated.
func Validate(o v1alpha1.PostgresOperator) []validate.Problem {
	p, spec, s := &validate.Problems{}, field.NewPath("spec"), o.Spec
	placement.ValidateMetadata(p, o.Metadata, DefaultChart)
	helmchart.ValidateRef(p, spec.Child("chart"), chartRef(*s.Chart))
	validateVersion(p, spec.Child("chart", "version"), *s.Chart)
	p.Int32(spec.Child("replicas"), s.Replicas, 1, 9)
	if *s.Replicas == 1 {
		p.Warn(spec.Child("replicas"), "is 1: while its node is lost, no cluster fails over", "write 2")
	}
	hardened.ValidateResources(p, spec.Child("resources"), *s.Resources)
	network := spec.Child("network")
	hardened.ValidateClusterNetwork(p, network, s.Network.ClusterNetwork)
	hardened.ValidateKubernetesAPI(p, network.Child("kubernetesAPI"), *s.Network.KubernetesAPI,
		"an operator that cannot reach the Kubernetes API does nothing")
	p.CIDRs(network.Child("webhookCIDRs"), s.Network.WebhookCIDRs)
	helmchart.ValidateRelease(p, spec, s.Release)
	return p.List()
}

// validateVersion warns about an operator with which the backups of every cluster
// would fail. Other charts than the project's have versions of their own.
func validateVersion(p *validate.Problems, path *field.Path, chart v1alpha1.PostgresOperatorChart) {
	version, err := semver.StrictNewVersion(strings.TrimPrefix(chart.Version, "v"))
	if err != nil || chart.Name != DefaultChart {
		return // It is reported where it is no version.
	}
	if version.LessThan(semver.MustParse(oldestForPlugin)) {
		p.Warn(path, fmt.Sprintf("is %s, whose operator is older than 1.26: the Barman Cloud plugin, by which clusters are backed up, does not run with it", chart.Version),
			"write "+DefaultVersion)
	}
}
