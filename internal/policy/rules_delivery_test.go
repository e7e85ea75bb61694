package policy

const (
	chartHere = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: flux}\nspec: {targetNamespace: cache}\n"
	somewhere = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: flux}\nspec: {path: ./apps}\n"
	elsewhere = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: flux}\nspec: {path: ./apps, targetNamespace: other}\n"
	set       = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s, namespace: argocd}\nspec: {template: {spec: {destination: {namespace: '{{.name}}'}}}}\n"
	app       = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: argocd}\nspec: {destination: {namespace: cache}}\n"
)

// What others may bring makes less of a finding that something is missing, and
// hides none.
var deliveryCases = []ruleCase{
	{"selector-matches", "what a chart may bring", []string{service("a", "b"), app, somewhere}, []string{
		"info: Service cache/a spec.selector: selects no pod of this environment",
	}},
	{"selector-matches", "what may come from anywhere", []string{service("a", "b"), set}, []string{
		"warning: Service cache/a spec.selector: selects no pod of this environment",
	}},
	{"reference-exists", "what a chart may bring", []string{deployment("a", "", "envFrom: [{configMapRef: {name: a}}]", ""), chartHere}, []string{
		"info: Deployment cache/a spec.template.spec.containers.0.envFrom.0.configMapRef.name: names ConfigMap cache/a, which this environment does not render",
	}},
	{"reference-exists", "what may come from anywhere", []string{deployment("a", "", "envFrom: [{configMapRef: {name: a}}]", ""), somewhere}, []string{
		"warning: Deployment cache/a spec.template.spec.containers.0.envFrom.0.configMapRef.name: names ConfigMap cache/a, which this environment does not render",
	}},
	{"reference-exists", "what comes to another namespace", []string{deployment("a", "", "envFrom: [{configMapRef: {name: a}}]", ""), elsewhere}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.envFrom.0.configMapRef.name: names ConfigMap cache/a, which this environment does not render",
	}},
	{"secret-awaited", "what a chart may bring", []string{deployment("a", "", "envFrom: [{secretRef: {name: a}}]", ""), chartHere}, []string{
		"info: Deployment cache/a spec.template.spec.containers.0.envFrom.0.secretRef.name: names Secret cache/a, which must be there: nothing here makes it",
	}},
	{"hpa", "what a chart may bring", []string{scaler("a", "minReplicas: 2, maxReplicas: 4"), chartHere}, []string{
		"info: HorizontalPodAutoscaler cache/a spec.scaleTargetRef: is Deployment cache/a, which this environment does not render",
	}},
	{"hpa", "what may come from anywhere", []string{scaler("a", "minReplicas: 2, maxReplicas: 4"), somewhere}, []string{
		"warning: HorizontalPodAutoscaler cache/a spec.scaleTargetRef: is Deployment cache/a, which this environment does not render",
	}},
	{"namespace-level", "what may come from anywhere", []string{space(""), somewhere}, []string{
		"warning: Namespace cache metadata.labels.pod-security.kubernetes.io/enforce: is missing, so that the namespace admits pods that are root on their node",
	}},
	{"namespace-level", "pods in a namespace that is not rendered", []string{
		deployment("a", "", "image: a", "hostNetwork: true,"), deployment("b", "", "image: a", ""), deployment("c", "", hardenedContainer, hardenedPod),
		"apiVersion: v1\nkind: ReplicationController\nmetadata: {name: d, namespace: cache}\nspec: {template: {spec: {hostPID: true, containers: [{name: c, image: a}]}}}\n",
	}, []string{
		`warning: Deployment cache/a spec.template.spec: needs a namespace that enforces no more than privileged, and "cache" is not rendered here, so that its level is not known`,
		`info: Deployment cache/b spec.template.spec: needs a namespace that enforces no more than baseline, and "cache" is not rendered here, so that its level is not known`,
		`warning: ReplicationController cache/d spec.template.spec: needs a namespace that enforces no more than privileged, and "cache" is not rendered here, so that its level is not known`,
	}},
	{"pod-security", "of a ReplicationController", []string{
		space("pod-security.kubernetes.io/enforce: baseline"),
		"apiVersion: v1\nkind: ReplicationController\nmetadata: {name: d, namespace: cache}\nspec: {template: {spec: {hostPID: true, containers: [{name: c, image: a}]}}}\n",
	}, []string{
		"error: ReplicationController cache/d spec.template.spec: is what namespace cache refuses, because it is baseline: host namespaces (hostPID=true)",
	}},
	{"unchecked", "brought by others", []string{
		chartHere, somewhere, set,
		"apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p, namespace: cache}\n",
		"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r, namespace: cache}\nspec: {template: {spec: {containers: [{image: a}]}}}\n",
	}, []string{
		"info: HelmRelease flux/a: brings objects to namespace cache which are not looked at, so that no rule finds anything in them, and what names them is only noted or warned of",
		"info: Kustomization flux/k: brings objects somewhere which are not looked at, so that no rule finds anything in them, and what names them is only noted or warned of",
		"info: ApplicationSet argocd/s: brings objects somewhere which are not looked at, so that no rule finds anything in them, and what names them is only noted or warned of",
		"info: Prometheus cache/p: has pods made for it which are not looked at, so that no rule about pods finds anything in them",
		"info: Rollout cache/r: has pods made for it which are not looked at, so that no rule about pods finds anything in them",
	}},
	{"unchecked", "known to all", []string{deployment("a", "", "image: a", ""), databaseWith(""), poolerWith("")}, nil},
}
