package policy

import "strings"

func ingressOf(annotations, spec string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: cache, annotations: {" + annotations + "}}\nspec: {" + spec + "}\n"
}

func gateway(rules string) []string {
	return []string{
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: cache}\nspec: {listeners: [{name: web, port: 80, protocol: HTTP}, {name: websecure, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: a}]}}]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: cache}\nspec: {" + rules + "}\n",
	}
}

func cronJob(spec string) string {
	return "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, namespace: cache}\nspec: {" + spec + "}\n"
}

func binding(subject, role string) string {
	return "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a, namespace: cache}\nsubjects: [{kind: " + subject + ", name: default, namespace: cache}]\nroleRef: {kind: Role, name: " + role + "}\n"
}

const projected = "automountServiceAccountToken: false, volumes: [{projected: {sources: [{serviceAccountToken: {path: a}}, {serviceAccountToken: {path: b, audience: vault}}]}}],"

// missedCases are what rules are easily told to look away from.
var missedCases = []ruleCase{
	{"ingress-tls", "everything but a challenge", []string{route("routes: [{match: '!PathPrefix(`/.well-known/acme-challenge/`)'}]")}, []string{
		"error: IngressRoute cache/a spec.tls: is missing, and not every route redirects to https",
	}},
	{"ingress-tls", "a certificate of nobody's", []string{ingressOf("alb.ingress.kubernetes.io/certificate-arn: ''", "rules: [{host: a.example.com}]")}, []string{
		`error: Ingress cache/a spec.rules.0.host: is "a.example.com", for which spec.tls names no certificate`,
	}},
	{"ingress-tls", "a certificate of another controller's", []string{ingressOf("'alb.ingress.kubernetes.io/certificate-arn': 'arn:a', kubernetes.io/ingress.class: traefik", "rules: [{host: a.example.com}]")}, []string{
		`error: Ingress cache/a spec.rules.0.host: is "a.example.com", for which spec.tls names no certificate`,
		"warning: Ingress cache/a metadata.annotations.traefik.ingress.kubernetes.io/router.entrypoints: does not keep the Ingress to websecure, so that Traefik may answer in plain text too",
	}},
	{"ingress-tls", "streams", []string{strings.Replace(route("routes: [{match: HostSNI(`*`)}]"), "IngressRoute", "IngressRouteTCP", 1), strings.Replace(route("tls: {}"), "IngressRoute", "IngressRouteTCP", 1)}, []string{
		"warning: IngressRouteTCP cache/a spec.tls: is missing, so that the stream is in plain text unless client and server encrypt it themselves",
		"error: IngressRouteTCP cache/a spec.tls.secretName: is missing, so that the certificate is Traefik's own",
	}},
	{"ingress-tls", "streams with a certificate", []string{strings.Replace(route("tls: {passthrough: true}"), "IngressRoute", "IngressRouteTCP", 1)}, nil},
	{"ingress-tls", "a route of the Gateway API", gateway("parentRefs: [{name: g}], rules: [{}]"), []string{
		"error: HTTPRoute cache/r spec.rules: answers in plain text on Gateway cache/g, and not every rule redirects to https",
	}},
	{"ingress-tls", "a Gateway without certificate", []string{"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: cache}\nspec: {listeners: [{protocol: HTTPS, tls: {}}]}\n"}, []string{
		"error: Gateway cache/g spec.listeners.0.tls.certificateRefs: is missing, so that there is no certificate",
	}},
	{"ingress-tls", "a route with a certificate of the Gateway API", gateway("parentRefs: [{name: g, sectionName: websecure}, {name: g, port: 443}], rules: [{}]"), nil},
	{"ingress-tls", "a redirect of the Gateway API", gateway("parentRefs: [{name: g}], rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]"), nil},

	{"pdb", "of everything", []string{deployment("a", "replicas: 2,", "image: a", ""), "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: cache}\nspec: {selector: {}, maxUnavailable: 0, unhealthyPodEvictionPolicy: AlwaysAllow}\n"}, []string{
		"error: PodDisruptionBudget cache/a spec.maxUnavailable: allows no eviction at all, so that no node can be drained",
	}},
	{"pdb", "of a PostgreSQL cluster", []string{"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: cache}\nspec: {instances: 3}\n", "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: cache}\nspec: {selector: {matchLabels: {cnpg.io/cluster: pg}}, minAvailable: 3, unhealthyPodEvictionPolicy: AlwaysAllow}\n"}, []string{
		"error: PodDisruptionBudget cache/a spec.minAvailable: keeps 3 pods, and there may be no more than 3, so that their nodes cannot be drained",
	}},
	{"pdb", "of all pods of a DaemonSet", []string{strings.Replace(deployment("a", "", "image: a", ""), "Deployment", "DaemonSet", 1), budgetOf("a", "a", "minAvailable: 100%, unhealthyPodEvictionPolicy: AlwaysAllow")}, []string{
		"error: PodDisruptionBudget cache/a spec.minAvailable: keeps all pods, so that their nodes cannot be drained",
	}},

	{"resources", "zero", []string{deployment("a", "", "resources: {requests: {cpu: 0, memory: '0Mi'}, limits: {memory: '0', ephemeral-storage: 1Gi}}", "")}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.resources.requests.cpu: is zero, so that the scheduler counts on none",
		"error: Deployment cache/a spec.template.spec.containers.0.resources.requests.memory: is zero, so that the scheduler counts on none",
		"error: Deployment cache/a spec.template.spec.containers.0.resources.limits.memory: is zero, so that a leak takes the memory of the whole node",
	}},
	{"resources", "of the pod as a whole", []string{deployment("a", "", "resources: {limits: {ephemeral-storage: 1Gi}}", "resources: {requests: {cpu: 1}, limits: {memory: 1Gi}},")}, nil},

	{"image-pinned", "volumes, and none", []string{deployment("a", "", "command: [a]", "volumes: [{image: {reference: 'data:latest'}}],")}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.image: is missing, and the API server takes no container without",
		`error: Deployment cache/a spec.template.spec.volumes.0.image.reference: has the tag "latest", which can move to another image`,
	}},

	{"connection-capacity", "with a reserve", []string{databaseWith("max_connections: '50'"), poolerWith("reserve_pool_size: '5'")}, []string{
		"warning: Cluster cache/pg spec.postgresql.parameters.max_connections: is 50, of which 3 are reserved, and up to 50 connections are opened: Pooler cache/pg-pooler-rw opens 50",
	}},
	{"connection-capacity", "by Jobs that begin with a migration", []string{databaseWith("max_connections: '25'"), "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: cache}\nspec: {parallelism: 3, template: {spec: {initContainers: [{name: c, env: [{name: ATTIC_SERVER_DATABASE_URL, valueFrom: {secretKeyRef: {name: pg-app, key: uri}}}]}], containers: [{name: d}]}}}\n"}, []string{
		"error: Cluster cache/pg spec.postgresql.parameters.max_connections: is 25, of which 3 are reserved, and at least 30 connections are opened: Job cache/a opens 30",
	}},

	{"service-account-token", "entitled in name", []string{deployment("a", "", "image: a", ""), role, binding("User", "a")}, []string{
		"warning: Deployment cache/a spec.template.spec.automountServiceAccountToken: lets the token of service account default be mounted, and no RoleBinding of this environment gives it a right",
	}},
	{"service-account-token", "entitled to a Role that is not there", []string{deployment("a", "", "image: a", ""), role, binding("ServiceAccount", "b")}, []string{
		"warning: Deployment cache/a spec.template.spec.automountServiceAccountToken: lets the token of service account default be mounted, and no RoleBinding of this environment gives it a right",
	}},
	{"service-account-token", "mounted by hand", []string{deployment("a", "", "image: a", projected)}, []string{
		"warning: Deployment cache/a spec.template.spec.volumes.0.projected.sources.0.serviceAccountToken: mounts a token of service account default for the API server, and no RoleBinding of this environment gives it a right",
	}},
	{"service-account-token", "entitled", []string{deployment("a", "", "image: a", projected), role, binding("ServiceAccount", "a")}, nil},

	{"cron-schedule", "no length of time, no zone", []string{cronJob("schedule: '@every banana', timeZone: 'Europe / Berlin'"), cronJob("schedule: '@every 0s', timeZone: Local")}, []string{
		`error: CronJob cache/a spec.timeZone: is "Europe / Berlin", which is not the name of a time zone`,
		`error: CronJob cache/a spec.schedule: is "@every banana", which is no length of time above a second`,
		`error: CronJob cache/a spec.timeZone: is "Local", which is not the name of a time zone`,
		`error: CronJob cache/a spec.schedule: is "@every 0s", which is no length of time above a second`,
	}},
	{"cron-schedule", "a length of time and zones", []string{cronJob("schedule: '@every 90m', timeZone: America/Argentina/Buenos_Aires"), cronJob("schedule: '@daily', timeZone: Etc/GMT+1")}, nil},

	{"reference-exists", "keys and ports that are not there", []string{
		settingsOf("a", "  a: b\n"),
		deployment("a", "", "ports: [{name: web, containerPort: 80}], env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: b}}}, {name: B, valueFrom: {configMapKeyRef: {name: a, key: c, optional: true}}}]", "volumes: [{configMap: {name: a, items: [{key: a}, {key: d}]}}],"),
		"apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: cache}\nspec: {selector: {app: a}, ports: [{port: 80, targetPort: http}, {port: 81, targetPort: web}, {port: 82, targetPort: 82}]}\n",
	}, []string{
		`error: Deployment cache/a spec.template.spec.containers.0.env.0.valueFrom.configMapKeyRef.name: names ConfigMap cache/a, which has no key "b"`,
		`error: Deployment cache/a spec.template.spec.volumes.0.configMap.name: names ConfigMap cache/a, which has no key "d"`,
		`error: Service cache/a spec.ports.0.targetPort: is "http", a name that no port of the pods it selects has`,
	}},
}
