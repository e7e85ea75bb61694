package policy

func policyOf(selector, rest string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: cache}\nspec: {podSelector: " + selector + rest + "}\n"
}

func route(spec string) string {
	return "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: a, namespace: cache}\nspec: {" + spec + "}\n"
}

// ofPlugin is a policy of a network plugin.
func ofPlugin(apiVersion, kind, spec string) string {
	return "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: p, namespace: cache}\nspec: {" + spec + "}\n"
}

const redirect = "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: https, namespace: cache}\nspec: {redirectScheme: {scheme: https}}\n"

var networkCases = []ruleCase{
	{"network-coverage", "no policy", []string{deployment("a", "", "image: a", "")}, []string{
		"error: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
	}},
	{"network-coverage", "egress left open", []string{deployment("a", "", "image: a", ""), policyOf("{}", "")}, []string{
		"error: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for egress",
	}},
	{"network-coverage", "of others", []string{deployment("a", "", "image: a", ""), pg, policyOf("{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}", ", policyTypes: [Ingress, Egress]")}, []string{
		"error: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
		"error: Cluster shop/pg: has pods that no network policy covers for ingress and egress",
	}},
	{"network-coverage", "default deny", []string{deployment("a", "", "image: a", ""), policyOf("{}", ", policyTypes: [Ingress, Egress]")}, nil},
	{"network-coverage", "by two policies", []string{deployment("a", "", "image: a", ""), policyOf("{matchLabels: {app: a}}", ""), policyOf("{}", ", policyTypes: [Egress]")}, nil},
	{"network-coverage", "on the node's network", []string{deployment("a", "", "image: a", "hostNetwork: true,")}, []string{
		"info: Deployment cache/a spec.template.spec.hostNetwork: puts the pods on the network of their node, where no network policy counts",
	}},
	{"network-coverage", "by Cilium", []string{deployment("a", "", "image: a", ""), ofPlugin("cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {matchLabels: {'k8s:app': a}}, ingress: [{}], egressDeny: [{}]")}, nil},
	{"network-coverage", "by Cilium in one direction", []string{deployment("a", "", "image: a", ""), ofPlugin("cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {}, ingress: [{}], egress: [{}], enableDefaultDeny: {egress: false}")}, []string{
		"error: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for egress",
	}},
	{"network-coverage", "by Cilium for others", []string{deployment("a", "", "image: a", ""), ofPlugin("cilium.io/v2", "CiliumNetworkPolicy", ""), ofPlugin("cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {matchExpressions: [{key: 'any:app', operator: NotIn, values: [a]}]}, ingress: [{}], egress: [{}]")}, []string{
		"error: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
	}},
	{"network-coverage", "by Cilium perhaps", []string{deployment("a", "", "image: a", ""), ofPlugin("cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: cache}}, ingress: [{}]")}, []string{
		"warning: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
	}},
	{"network-coverage", "by Calico", []string{deployment("a", "", "image: a", ""), ofPlugin("projectcalico.org/v3", "GlobalNetworkPolicy", "types: [Ingress, Egress]")}, nil},
	{"network-coverage", "by Calico perhaps", []string{deployment("a", "", "image: a", ""), ofPlugin("projectcalico.org/v3", "NetworkPolicy", "selector: app == 'a', types: [Ingress, Egress]")}, []string{
		"warning: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
	}},
	{"network-coverage", "by Calico for show", []string{deployment("a", "", "image: a", ""), ofPlugin("projectcalico.org/v3", "StagedGlobalNetworkPolicy", "types: [Ingress, Egress]")}, []string{
		"error: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
	}},
	{"network-coverage", "by administrators", []string{
		deployment("a", "", "image: a", ""), space("team: a"),
		ofPlugin("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "subject: {namespaces: {matchLabels: {team: a}}}"),
	}, []string{
		"warning: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
	}},
	{"network-coverage", "by administrators for others", []string{
		deployment("a", "", "image: a", ""), space("team: a"),
		ofPlugin("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "subject: {namespaces: {matchLabels: {team: b}}}"),
		ofPlugin("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: b}}}}"),
	}, []string{
		"error: Deployment cache/a spec.template.metadata.labels: has pods that no network policy covers for ingress and egress",
	}},
	{"selector-matches", "nothing", []string{
		deployment("a", "", "image: a", ""), service("a", "b"), budgetOf("b", "b", "maxUnavailable: 1"), policyOf("{matchLabels: {app: b}}", ""),
		"apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: b, namespace: other}\nspec: {selector: {matchLabels: {app: a}}}\n",
		"apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: b, namespace: other}\nspec: {namespaceSelector: {matchNames: [elsewhere]}, selector: {matchLabels: {app: a}}}\n",
	}, []string{
		"warning: Service cache/a spec.selector: selects no pod of this environment",
		"warning: PodDisruptionBudget cache/b spec.selector: selects no pod of this environment",
		"warning: NetworkPolicy cache/p spec.podSelector: selects no pod of this environment",
		"warning: ServiceMonitor other/b spec.selector: selects no Service of this environment",
		"warning: PodMonitor other/b spec.selector: selects no pod of this environment",
	}},
	{"selector-matches", "something", []string{
		deployment("a", "", "image: a", ""), service("a", "a"), policyOf("{}", ""), policyOf("{matchLabels: {acme.cert-manager.io/http01-solver: 'true'}}", ""),
		"apiVersion: v1\nkind: Service\nmetadata: {name: outside, namespace: cache}\nspec: {type: ExternalName, externalName: example.com}\n",
		"apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: b, namespace: other}\nspec: {namespaceSelector: {any: true}, selector: {matchLabels: {app: a}}}\n",
		"apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: b, namespace: shop}\nspec: {selector: {matchLabels: {cnpg.io/cluster: pg}}}\n", pg,
	}, nil},
}

var ingressCases = []ruleCase{
	{"ingress-tls", "plain text", []string{ingress("a", "nginx", "a.example.com")}, []string{
		`error: Ingress cache/a spec.rules.0.host: is "a.example.com", for which spec.tls names no certificate`,
	}},
	{"ingress-tls", "another host", []string{"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache, annotations: {nginx.ingress.kubernetes.io/ssl-redirect: 'false'}}\nspec: {ingressClassName: traefik, rules: [{host: b.example.com}, {host: c.d.example.com}], tls: [{hosts: [a.example.com, '*.example.com']}]}\n"}, []string{
		"error: Ingress cache/a spec.tls.0.secretName: is missing, so that the certificate is the ingress controller's own",
		`error: Ingress cache/a spec.rules.1.host: is "c.d.example.com", for which spec.tls names no certificate`,
		"warning: Ingress cache/a metadata.annotations.nginx.ingress.kubernetes.io/ssl-redirect: is false, so that requests in plain text are answered",
		"warning: Ingress cache/a metadata.annotations.traefik.ingress.kubernetes.io/router.entrypoints: does not keep the Ingress to websecure, so that Traefik may answer in plain text too",
	}},
	{"ingress-tls", "everything to one Service", []string{"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache}\nspec: {defaultBackend: {service: {name: a}}}\n"}, []string{
		"error: Ingress cache/a spec.tls: is missing, so that everything is answered in plain text",
	}},
	{"ingress-tls", "good", []string{"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache, annotations: {traefik.ingress.kubernetes.io/router.entrypoints: websecure}}\nspec: {ingressClassName: traefik, rules: [{host: a.example.com}, {host: b.c.example.com}], tls: [{hosts: [a.example.com], secretName: a}, {hosts: ['*.c.example.com'], secretName: b}]}\n"}, nil},
	{"ingress-tls", "by a load balancer", []string{"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache, annotations: {alb.ingress.kubernetes.io/certificate-arn: 'arn:a'}}\nspec: {rules: [{host: a.example.com}]}\n"}, nil},
	{"ingress-tls", "a plain route", []string{redirect, route("routes: [{match: Host(`a`), middlewares: [{name: https}]}, {match: Host(`b`), middlewares: [{name: other}]}]")}, []string{
		"error: IngressRoute cache/a spec.tls: is missing, and not every route redirects to https",
	}},
	{"ingress-tls", "a certificate of Traefik's", []string{route("tls: {}")}, []string{
		"error: IngressRoute cache/a spec.tls.secretName: is missing, so that the certificate is Traefik's own",
	}},
	{"ingress-tls", "routes that redirect", []string{redirect, route("routes: [{match: Host(`a`), middlewares: [{name: https}]}, {match: 'Host(`b`) && PathPrefix(`/.well-known/acme-challenge/`)'}]")}, nil},
	{"ingress-tls", "a route with a certificate", []string{route("tls: {secretName: a}, routes: [{match: Host(`a`)}]")}, nil},
}
