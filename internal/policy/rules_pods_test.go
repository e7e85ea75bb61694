package policy

const probe = "{httpGet: {path: /, port: 8080}}"

var podCases = []ruleCase{
	{"probes", "not ready, but served", []string{service("a", "a"), deployment("a", "", "ports: [{containerPort: 80}]", "")}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.readinessProbe: is missing, so that Service a sends requests to pods that are not ready yet",
	}},
	{"probes", "alike", []string{deployment("a", "", "livenessProbe: "+probe+", readinessProbe: "+probe, "")}, []string{
		"warning: Deployment cache/a spec.template.spec.containers.0.livenessProbe: is the same as readinessProbe, so that a container that is only busy is restarted",
	}},
	{"probes", "good", []string{service("a", "a"), deployment("a", "", "ports: [{containerPort: 80}], readinessProbe: "+probe+", livenessProbe: {tcpSocket: {port: 80}}", "")}, nil},
	{"probes", "beside one that is asked", []string{service("a", "a"), deployment("a", "", "ports: [{containerPort: 80}], readinessProbe: "+probe+"}, {name: metrics, ports: [{containerPort: 81}]", "")}, nil},
	{"probes", "not served", []string{service("a", "b"), deployment("a", "", "ports: [{containerPort: 80}]", "")}, nil},
	{"probes", "without ports", []string{service("a", "a"), deployment("a", "", "image: a", "")}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.readinessProbe: is missing, so that Service a sends requests to pods that are not ready yet",
	}},
	{"probes", "only beside one that is asked", []string{service("a", "a"), deployment("a", "", "ports: [{containerPort: 80}]}, {name: metrics, ports: [{containerPort: 81}], readinessProbe: "+probe, "")}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.readinessProbe: is missing, so that Service a sends requests to pods that are not ready yet",
	}},
	{"probes", "by a sidecar", []string{service("a", "a"), deployment("a", "", "image: a", "initContainers: [{name: proxy, restartPolicy: Always, ports: [{containerPort: 80}], readinessProbe: "+probe+"}],")}, nil},
	{"probes", "by a gate", []string{service("a", "a"), deployment("a", "", "ports: [{containerPort: 80}]", "readinessGates: [{conditionType: a}],")}, nil},
	{"probes", "a Job", []string{service("a", "a"), "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: cache}\nspec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{ports: [{containerPort: 80}]}]}}}\n"}, nil},
	{"resources", "none", []string{deployment("a", "", "image: a", "")}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.resources.requests.cpu: is missing, so that the scheduler counts on none",
		"error: Deployment cache/a spec.template.spec.containers.0.resources.requests.memory: is missing, so that the scheduler counts on none",
		"error: Deployment cache/a spec.template.spec.containers.0.resources.limits.memory: is missing, so that a leak takes the memory of the whole node",
		"warning: Deployment cache/a spec.template.spec.containers.0.resources.requests.ephemeral-storage: is missing, so that the scheduler counts on none",
		"warning: Deployment cache/a spec.template.spec.containers.0.resources.limits.ephemeral-storage: is missing, so that logs and files can fill the node's disk",
	}},
	{"resources", "requests above limits", []string{deployment("a", "", "resources: {requests: {cpu: 2, memory: 1Gi}, limits: {cpu: 500m, memory: 512Mi, ephemeral-storage: 1Gi}}", "")}, []string{
		`error: Deployment cache/a spec.template.spec.containers.0.resources.requests.cpu: is "2", above the limit "500m"`,
		`error: Deployment cache/a spec.template.spec.containers.0.resources.requests.memory: is "1Gi", above the limit "512Mi"`,
	}},
	{"resources", "limits count as requests", []string{deployment("a", "", "resources: {limits: {cpu: 1, memory: 1Gi, ephemeral-storage: 1Gi}}", "")}, nil},
	{"resources", "of PostgreSQL", []string{
		"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: a}\nspec: {resources: {requests: {cpu: 1, memory: 1Gi}}}\n",
		"apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata: {name: pg, namespace: a}\nspec: {}\n",
		"apiVersion: barmancloud.cnpg.io/v1\nkind: ObjectStore\nmetadata: {name: pg, namespace: a}\nspec: {instanceSidecarConfiguration: {resources: {limits: {cpu: 1}, requests: {memory: 1}}}}\n",
	}, []string{
		"error: Cluster a/pg spec.resources.limits.memory: is missing, so that a leak takes the memory of the whole node",
		"error: Pooler a/pg spec.template: says nothing of the resources of PgBouncer, which may take all that a node has",
		"error: ObjectStore a/pg spec.instanceSidecarConfiguration.resources.limits.memory: is missing, so that a leak takes the memory of the whole node",
	}},
	{"duplicate-env", "twice", []string{deployment("a", "", "env: [{name: A, value: a}, {name: B}, {name: A, value: b}]", "")}, []string{
		`error: Deployment cache/a spec.template.spec.containers.0.env.2.name: is "A", which stands twice`,
	}},
	{"duplicate-env", "once in each of two", []string{deployment("a", "", "env: [{name: A}]", "initContainers: [{env: [{name: A}]}],")}, nil},
	{"service-account-token", "mounted for nothing", []string{
		deployment("a", "", "image: a", ""), deployment("b", "", "image: a", "serviceAccountName: b, automountServiceAccountToken: true,"),
		"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: b, namespace: cache}\n",
	}, []string{
		"warning: Deployment cache/a spec.template.spec.automountServiceAccountToken: lets the token of service account default be mounted, and no RoleBinding of this environment gives it a right",
		"warning: Deployment cache/b spec.template.spec.automountServiceAccountToken: lets the token of service account b be mounted, and no RoleBinding of this environment gives it a right",
		"warning: ServiceAccount cache/b automountServiceAccountToken: is not false, and no RoleBinding of this environment gives the service account a right",
	}},
	{"service-account-token", "mounted for something, or not", []string{
		deployment("a", "", "image: a", "automountServiceAccountToken: false,"), deployment("b", "", "image: a", "serviceAccountName: b,"), deployment("c", "", "image: a", "serviceAccountName: c,"),
		"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: b, namespace: cache}\n",
		"apiVersion: v1\nkind: ServiceAccount\nautomountServiceAccountToken: false\nmetadata: {name: c, namespace: cache}\n",
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nsubjects: [{kind: ServiceAccount, name: b, namespace: cache}]\n",
	}, nil},
	{"own-namespace", "nobody's", []string{
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: kube-system}\n",
	}, []string{
		"warning: ConfigMap default/a metadata.namespace: is default, which no policy protects and everybody's mistakes end up in",
		"warning: Pod kube-system/a metadata.namespace: is kube-system, which is Kubernetes' own and exempt from many policies",
	}},
	{"own-namespace", "what has to be there", []string{role, "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a, namespace: kube-system}\n"}, nil},
	{"cron-schedule", "nonsense", []string{
		"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, namespace: cache}\nspec: {schedule: '0 0 30 2 *'}\n",
		"apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: a, namespace: cache}\nspec: {schedule: '0 0 * * *'}\n",
	}, []string{
		`error: CronJob cache/a spec.schedule: is "0 0 30 2 *", which never comes`,
		`error: ScheduledBackup cache/a spec.schedule: is "0 0 * * *", which does not have six fields`,
	}},
	{"cron-schedule", "good", []string{
		"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, namespace: cache}\nspec: {schedule: '*/5 * * * *'}\n",
		"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: b, namespace: cache}\nspec: {schedule: '@daily'}\n",
		"apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: a, namespace: cache}\nspec: {schedule: '0 0 0 * * *'}\n",
	}, nil},
}
