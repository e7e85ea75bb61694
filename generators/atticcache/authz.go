package atticcache

import (
	"fmt"
	"strconv"
	"strings"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/traefik"
)

// Where the server that refuses revoked tokens finds what it goes by.
const (
	authzKeyDir     = "/etc/attic-signing-key"
	authzNextKeyDir = "/etc/attic-signing-key-next"
	authzKeyFile    = "public-key"
	authzRevokedDir = "/etc/attic-revoked-tokens"

	// RevokedFile is the key of the list in its ConfigMap.
	RevokedFile = "revoked.json"
)

// authzAnswer bounds what Traefik reads of an answer, in bytes. Answers are a line
// of text; Traefik makes room for the whole bound at each request.
const authzAnswer = 4096

// hasAuthz tells whether the server that refuses revoked tokens is there. It is
// there before anybody asks it and after, if the spec says so.
func (c cache) hasAuthz() bool { return c.spec.Tokens != nil && c.spec.Tokens.Authz != nil }

// enforces tells whether revoked tokens are refused.
func (c cache) enforces() bool {
	return c.spec.Tokens != nil && c.spec.Tokens.Revocation == tokenset.Enforce
}

// authzOf is applied with the migration, in the stage before the routes that ask
// the server. It needs neither database nor store, and a server that does not
// start, as without the list, holds up that stage: routes that nobody guards yet
// go on as they are, where they would otherwise refuse every request. The price is
// paid by who stops enforcing and takes the server away in one commit: with Flux,
// which prunes a stage before it applies the next, requests are refused for the time
// between the two.
func (c cache) authzOf() meta.Of {
	return meta.Of{Name: c.names.Authz(), App: appAuthz, Component: "authorization", Wave: meta.WaveMigration}
}

func (c cache) authzSelector() map[string]string {
	return naming.Selector(appAuthz, c.names.Authz())
}

// authz is the server that Traefik asks about each request, so that a revoked
// token is refused. Requests that do not come through Traefik are not asked about;
// network policies let none but the cache Job's in.
func (c cache) authz() []meta.Object {
	if !c.hasAuthz() {
		return nil
	}
	spec := c.spec.Tokens.Authz
	all := []meta.Object{hardened.ServiceAccount(c.scope, c.authzOf()), c.authzDeployment(), c.authzService()}
	if *spec.Replicas > 1 {
		all = append(all, c.authzBudget())
	}
	if *spec.PodMonitor {
		all = append(all, c.authzMonitor())
	}
	return all
}

func (c cache) authzDeployment() *appsv1.Deployment {
	of := c.authzOf()
	of.Version = meta.ImageVersion(c.spec.Tokens.Authz.Image)
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: c.scope.Object(of),
		Spec: appsv1.DeploymentSpec{
			// A fixed number: checking a token takes microseconds, and an
			// autoscaler that comes late would cost requests, not time.
			Replicas:             c.spec.Tokens.Authz.Replicas,
			RevisionHistoryLimit: new(int32(3)),
			Selector:             &metav1.LabelSelector{MatchLabels: c.authzSelector()},
			Strategy:             hpadeployment.Rolling(),
			Template:             c.authzPod().Template(c.scope, of),
		},
	}
}

func (c cache) authzPod() hardened.Pod {
	spec, key := c.spec.Tokens.Authz, c.spec.SigningKey
	pod := hardened.Pod{
		Name:             c.names.Authz(),
		ServiceAccount:   c.names.Authz(),
		Image:            spec.Image,
		ImagePullSecrets: c.spec.ImagePullSecrets,
		Args: []string{
			"authz",
			"--listen", fmt.Sprintf(":%d", naming.PortAuthz),
			"--admin", fmt.Sprintf(":%d", naming.PortAuthzAdmin),
			"--revoked", authzRevokedDir + "/" + RevokedFile,
			"--public-key", authzKeyDir + "/" + authzKeyFile,
		},
		Env: []corev1.EnvVar{{Name: "GOMEMLIMIT", Value: memoryLimit(spec.Resources.Limits.Memory)}},
		Ports: []corev1.ContainerPort{
			{Name: naming.PortNameHTTP, ContainerPort: naming.PortAuthz, Protocol: corev1.ProtocolTCP},
			{Name: naming.PortNameMetrics, ContainerPort: naming.PortAuthzAdmin, Protocol: corev1.ProtocolTCP},
		},
		Startup:        authzProbe("/livez", 1, 30),
		Liveness:       authzProbe("/livez", 10, 3),
		Readiness:      authzProbe("/readyz", 5, 2),
		Lifecycle:      hpadeployment.Drain(hpadeployment.DefaultDrainSeconds),
		Resources:      *spec.Resources,
		Security:       *c.spec.Security,
		Scheduling:     c.scheduling(),
		Affinity:       hpadeployment.Apart(c.authzSelector()),
		TopologySpread: hpadeployment.Spread(*c.spec.API.TopologySpread, c.authzSelector()),
		Volumes: []corev1.Volume{
			publicKeyFile("signing-key", key.SecretKeyRef),
			// A whole directory, so that a new list arrives without a restart;
			// and not optional, for without a list nothing is revoked.
			{Name: "revoked-tokens", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: c.names.RevokedTokens()},
				Items:                []corev1.KeyToPath{{Key: RevokedFile, Path: RevokedFile}},
			}}},
		},
		Mounts: []corev1.VolumeMount{
			{Name: "signing-key", MountPath: authzKeyDir, ReadOnly: true},
			{Name: "revoked-tokens", MountPath: authzRevokedDir, ReadOnly: true},
		},
	}
	if key.Next != nil {
		// Tokens of both keys work while one takes over from the other.
		pod.Args = append(pod.Args, "--public-key", authzNextKeyDir+"/"+authzKeyFile)
		pod.Volumes = append(pod.Volumes, publicKeyFile("signing-key-next", key.Next.SecretKeyRef))
		pod.Mounts = append(pod.Mounts, corev1.VolumeMount{Name: "signing-key-next", MountPath: authzNextKeyDir, ReadOnly: true})
	}
	if issuer := c.spec.Tokens.Issuer; issuer != "" {
		pod.Args = append(pod.Args, "--issuer="+literally(issuer))
	}
	for _, audience := range c.spec.Tokens.Audiences {
		pod.Args = append(pod.Args, "--audience="+literally(audience))
	}
	return pod
}

// literally keeps Kubernetes from reading a reference to a variable in an argument.
func literally(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// publicKeyFile is a volume with the public half of a signing key, and nothing else
// that is in its Secret.
func publicKeyFile(name string, key v1alpha1.SecretKeyRef) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
		SecretName: key.SecretName,
		Items:      []corev1.KeyToPath{{Key: key.Key, Path: authzKeyFile}},
	}}}
}

// memoryLimit has Go's garbage collector work harder before the kernel ends the
// process: four fifths of the limit, in bytes.
func memoryLimit(limit v1alpha1.Quantity) string {
	bytes := resource.MustParse(string(limit))
	return strconv.FormatInt(bytes.Value()/5*4, 10)
}

// authzProbe asks the port that clients do not reach.
func authzProbe(path string, period, failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:     corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromString(naming.PortNameMetrics)}},
		PeriodSeconds:    period,
		TimeoutSeconds:   min(period, 5),
		FailureThreshold: failures,
	}
}

func (c cache) authzService() *corev1.Service {
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: c.scope.Object(c.authzOf()),
		Spec: corev1.ServiceSpec{
			Type:     corev1.ServiceTypeClusterIP,
			Selector: c.authzSelector(),
			Ports: []corev1.ServicePort{{
				Name: naming.PortNameHTTP, Protocol: corev1.ProtocolTCP,
				Port: naming.PortService, TargetPort: intstr.FromString(naming.PortNameHTTP),
			}},
		},
	}
}

// authzBudget keeps all replicas but one while nodes are drained. A single one
// gets none, which would hold up every drain.
func (c cache) authzBudget() *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: c.scope.Object(c.authzOf()),
		Spec: policyv1.PodDisruptionBudgetSpec{
			Selector:       &metav1.LabelSelector{MatchLabels: c.authzSelector()},
			MaxUnavailable: new(intstr.FromInt32(1)),
			// A pod that is not ready anyway must not hold up a drain.
			UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
		},
	}
}

// authzMonitor scrapes the pods themselves: the Service has no port for metrics,
// and so no way from Traefik to them.
func (c cache) authzMonitor() *monitoringv1.PodMonitor {
	return &monitoringv1.PodMonitor{
		TypeMeta:   metav1.TypeMeta{APIVersion: "monitoring.coreos.com/v1", Kind: "PodMonitor"},
		ObjectMeta: c.scope.Object(c.authzOf()),
		Spec: monitoringv1.PodMonitorSpec{
			Selector:            metav1.LabelSelector{MatchLabels: c.authzSelector()},
			PodMetricsEndpoints: []monitoringv1.PodMetricsEndpoint{{Port: new(naming.PortNameMetrics)}},
		},
	}
}

// authzPolicy lets requests in from Traefik and scrapes from Prometheus, and
// nothing out: the server sees every token, and has nobody to tell.
func (c cache) authzPolicy() meta.Object {
	n := c.spec.Network
	peers := func(peer v1alpha1.Peer) []networkingv1.NetworkPolicyPeer {
		return []networkingv1.NetworkPolicyPeer{hardened.PodsIn(peer)}
	}
	return c.policy("authz", c.authzSelector(), []hardened.Rule{
		{Peers: peers(*n.Traefik), TCP: []int32{naming.PortAuthz}},
		{Peers: peers(*n.Monitoring), TCP: []int32{naming.PortAuthzAdmin}},
	}, nil)
}

// silentApps are those whose pods do not even look up names, unless another cache
// without revocation shares the namespace: policies only ever add to each other.
func (c cache) silentApps() []string {
	if !c.hasAuthz() {
		return nil
	}
	return []string{appAuthz}
}

// forwardAuth has Traefik ask the server about a request, and tell it of the
// client's headers the one that can hold a token. A server that is gone is a
// refusal.
func (c cache) forwardAuth() traefik.MiddlewareSpec {
	return traefik.MiddlewareSpec{ForwardAuth: &traefik.ForwardAuth{
		Address:             fmt.Sprintf("http://%s.%s.svc:%d/", c.names.Authz(), c.names.Namespace, naming.PortService),
		AuthRequestHeaders:  []string{"Authorization"},
		MaxResponseBodySize: authzAnswer,
	}}
}
