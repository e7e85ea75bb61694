package helmchart

import (
	"fmt"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/argocd"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

// DeliveryArgoCD has Argo CD install the chart.
const DeliveryArgoCD = "argocd"

// Where Argo CD is in an ordinary cluster, and what it manages: its own.
const (
	DefaultArgoCDNamespace = "argocd"
	DefaultArgoCDProject   = "default"
	DefaultArgoCDServer    = "https://kubernetes.default.svc"
)

func defaultArgoCD(r *v1alpha1.Release) {
	if r.Delivery != DeliveryArgoCD && r.ArgoCD == nil {
		return
	}
	a := defaulting.Block(&r.ArgoCD)
	defaulting.Value(&a.Namespace, DefaultArgoCDNamespace)
	defaulting.Value(&a.Project, DefaultArgoCDProject)
	defaulting.Value(&a.Server, DefaultArgoCDServer)
}

func validateArgoCD(p *validate.Problems, path *field.Path, r v1alpha1.Release) {
	at := path.Child("argocd")
	switch {
	case r.ArgoCD == nil:
		return
	case r.Delivery != DeliveryArgoCD:
		p.Add(at, "counts only for delivery argocd", "remove it, or write delivery: argocd")
		return
	}
	p.DNSLabel(at.Child("namespace"), r.ArgoCD.Namespace)
	p.ObjectName(at.Child("project"), r.ArgoCD.Project)
	const hint = "write the URL that Argo CD knows the cluster by, as in " + DefaultArgoCDServer
	u, err := url.Parse(r.ArgoCD.Server)
	switch {
	case strings.ContainsAny(r.ArgoCD.Server, "@?#"): // What may be secret is not repeated.
		p.Add(at.Child("server"), "has more than scheme, host, port and path", hint)
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		p.Add(at.Child("server"), fmt.Sprintf("is %s, which is not the URL of an API server", validate.Quote(r.ArgoCD.Server)), hint)
	}
}

// application is the chart as an Application. It has no finalizer: deleting it
// leaves what it installed, because an operator that is taken away by mistake
// takes its databases with it.
func application(p *validate.Problems, o Options, files Files) []meta.Object {
	values, ok := handedOver(p, o, files)
	if !ok {
		return nil
	}
	if o.Release.ArgoCD.Server != DefaultArgoCDServer {
		p.Warn(o.Path.Child("argocd", "server"), "is another cluster than the one that Argo CD runs in, but the namespace and all else of this spec go where the environment goes",
			"remove it, and have that cluster's own Argo CD sync the environment, unless both are the same cluster by two names")
	}
	// Argo CD asks its cluster, unless the spec says something of its own.
	kubeVersion := o.Release.KubeVersion
	if kubeVersion == DefaultKubeVersion {
		kubeVersion = ""
	}
	metadata := o.Scope.Object(o.deliveryOf("release"))
	metadata.Namespace = o.Release.ArgoCD.Namespace
	return []meta.Object{argocd.NewApplication(metadata, argocd.ApplicationSpec{
		Project: o.Release.ArgoCD.Project,
		Source: argocd.ApplicationSource{
			// Argo CD knows a registry by the missing scheme.
			RepoURL:        strings.TrimPrefix(o.Chart.Repository, schemeOCI),
			Chart:          o.Chart.Name,
			TargetRevision: o.Chart.Version,
			Helm: &argocd.ApplicationSourceHelm{
				ReleaseName:  o.Release.ReleaseName,
				ValuesObject: values,
				KubeVersion:  kubeVersion,
				APIVersions:  o.Release.APIVersions,
				SkipCrds:     !*o.Release.IncludeCRDs,
				SkipTests:    *o.Release.SkipTests,
			},
		},
		Destination: argocd.ApplicationDestination{Server: o.Release.ArgoCD.Server, Namespace: o.Scope.Namespace},
		SyncPolicy: &argocd.SyncPolicy{
			Automated:   &argocd.SyncPolicyAutomated{Prune: true, SelfHeal: true},
			SyncOptions: []string{argocd.NamespaceElsewhere, argocd.ServerSideApply, argocd.SkipDryRunOnMissingResource},
		},
	})}
}
