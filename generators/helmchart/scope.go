package helmchart

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// clusterScoped are the kinds without a namespace that a chart is likely to hold
// without their definitions, by API group: Kubernetes' own, and those of projects
// whose definitions are installed apart.
var clusterScoped = map[string][]string{
	"":                             {"ComponentStatus", "Namespace", "Node", "PersistentVolume"},
	"admissionregistration.k8s.io": {"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"},
	"apiextensions.k8s.io":         {"CustomResourceDefinition"},
	"apiregistration.k8s.io":       {"APIService"},
	"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
	"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
	"internal.apiserver.k8s.io":    {"StorageVersion"},
	"networking.k8s.io":            {"IPAddress", "IngressClass", "ServiceCIDR"},
	"node.k8s.io":                  {"RuntimeClass"},
	"policy":                       {"PodSecurityPolicy"},
	"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
	"resource.k8s.io":              {"DeviceClass", "DeviceTaintRule", "ResourceSlice"},
	"scheduling.k8s.io":            {"PriorityClass"},
	"storage.k8s.io":               {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
	"storagemigration.k8s.io":      {"StorageVersionMigration"},

	"apiextensions.crossplane.io":    {"CompositeResourceDefinition", "Composition"},
	"cert-manager.io":                {"ClusterIssuer"},
	"argoproj.io":                    {"ClusterWorkflowTemplate"},
	"cilium.io":                      {"CiliumBGPAdvertisement", "CiliumBGPClusterConfig", "CiliumBGPNodeConfigOverride", "CiliumBGPPeerConfig", "CiliumCIDRGroup", "CiliumClusterwideEnvoyConfig", "CiliumClusterwideNetworkPolicy", "CiliumEgressGatewayPolicy", "CiliumL2AnnouncementPolicy", "CiliumLoadBalancerIPPool"},
	"crd.projectcalico.org":          {"BGPConfiguration", "BGPPeer", "FelixConfiguration", "GlobalNetworkPolicy", "GlobalNetworkSet", "HostEndpoint", "IPPool"},
	"external-secrets.io":            {"ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"},
	"gateway.networking.k8s.io":      {"GatewayClass"},
	"generators.external-secrets.io": {"ClusterGenerator"},
	"karpenter.sh":                   {"NodeClaim", "NodePool"},
	"kyverno.io":                     {"ClusterCleanupPolicy", "ClusterPolicy"},
	"operator.tigera.io":             {"APIServer", "Installation"},
	"projectcalico.org":              {"BGPConfiguration", "BGPPeer", "FelixConfiguration", "GlobalNetworkPolicy", "GlobalNetworkSet", "HostEndpoint", "IPPool"},
	"pkg.crossplane.io":              {"Configuration", "DeploymentRuntimeConfig", "Function", "Provider"},
	"policy.networking.k8s.io":       {"AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"},
	"postgresql.cnpg.io":             {"ClusterImageCatalog"},
	"security.openshift.io":          {"SecurityContextConstraints"},
	"snapshot.storage.k8s.io":        {"VolumeSnapshotClass", "VolumeSnapshotContent"},
	"templates.gatekeeper.sh":        {"ConstraintTemplate"},
	"trust.cert-manager.io":          {"Bundle"},
}

// scopes tells kinds of the whole cluster from namespaced ones.
type scopes map[schema.GroupKind]bool

// scopesOf knows the kinds of the table, and, before them, those that the chart
// itself defines. Any other kind is taken for a namespaced one, as most are.
func scopesOf(documents []document) scopes {
	out := scopes{}
	for group, kinds := range clusterScoped {
		for _, kind := range kinds {
			out[schema.GroupKind{Group: group, Kind: kind}] = true
		}
	}
	for _, d := range documents {
		if !isDefinition(d.object) {
			continue
		}
		group, _, _ := unstructured.NestedString(d.object.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(d.object.Object, "spec", "names", "kind")
		scope, _, _ := unstructured.NestedString(d.object.Object, "spec", "scope")
		out[schema.GroupKind{Group: group, Kind: kind}] = scope == "Cluster"
	}
	return out
}

func (s scopes) isCluster(object *unstructured.Unstructured) bool {
	gk := object.GroupVersionKind().GroupKind()
	if cluster, ok := s[gk]; ok {
		return cluster
	}
	// What Crossplane's providers manage is of the cluster; groups of namespaced
	// kinds have an m in their names, as in s3.aws.m.upbound.io.
	for _, cloud := range []string{"aws", "azure", "gcp"} {
		if strings.HasSuffix("."+gk.Group, "."+cloud+".upbound.io") {
			return true
		}
	}
	return false
}

func isDefinition(object *unstructured.Unstructured) bool {
	gk := object.GroupVersionKind().GroupKind()
	return gk.Group == "apiextensions.k8s.io" && gk.Kind == "CustomResourceDefinition"
}

func isNamespace(object *unstructured.Unstructured) bool {
	gk := object.GroupVersionKind().GroupKind()
	return gk.Group == "" && gk.Kind == "Namespace"
}
