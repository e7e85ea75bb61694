package policy

import "strings"

func budgetOf(name, app, spec string) string {
	return "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: " + name + ", namespace: cache}\nspec: {selector: {matchLabels: {app: " + app + "}}, " + spec + "}\n"
}

func scaler(name, spec string) string {
	return "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: " + name + ", namespace: cache}\n" +
		"spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: " + name + "}, " + spec + "}\n"
}

const evictUnhealthy = ", unhealthyPodEvictionPolicy: AlwaysAllow"

var scaleCases = []ruleCase{
	{"pdb", "nothing may go", []string{deployment("a", "replicas: 3,", "image: a", ""), budgetOf("a", "a", "maxUnavailable: 0"+evictUnhealthy)}, []string{
		"error: PodDisruptionBudget cache/a spec.maxUnavailable: allows no eviction at all, so that no node can be drained",
	}},
	{"pdb", "no percent may go", []string{deployment("a", "replicas: 3,", "image: a", ""), budgetOf("a", "a", "maxUnavailable: 0%"+evictUnhealthy)}, []string{
		"error: PodDisruptionBudget cache/a spec.maxUnavailable: allows no eviction at all, so that no node can be drained",
	}},
	{"pdb", "all must stay", []string{deployment("a", "", "image: a", ""), scaler("a", "minReplicas: 2, maxReplicas: 9"), budgetOf("a", "a", "minAvailable: 2"+evictUnhealthy)}, []string{
		"error: PodDisruptionBudget cache/a spec.minAvailable: keeps 2 pods, and there may be no more than 2, so that their nodes cannot be drained",
	}},
	{"pdb", "all must stay, after rounding", []string{deployment("a", "replicas: 2,", "image: a", ""), budgetOf("a", "a", "minAvailable: 51%"+evictUnhealthy)}, []string{
		"error: PodDisruptionBudget cache/a spec.minAvailable: keeps 2 pods, and there may be no more than 2, so that their nodes cannot be drained",
	}},
	{"pdb", "two for one", []string{deployment("a", "replicas: 2,", "image: a", ""), budgetOf("a", "a", "maxUnavailable: 1"+evictUnhealthy), budgetOf("b", "a", "maxUnavailable: 1"+evictUnhealthy)}, []string{
		"error: PodDisruptionBudget cache/b spec.selector: selects pods of Deployment cache/a, as PodDisruptionBudget cache/a does, and Kubernetes evicts no pod that has two budgets",
	}},
	{"pdb", "the unhealthy stay", []string{deployment("a", "replicas: 2,", "image: a", ""), budgetOf("a", "a", "maxUnavailable: 1")}, []string{
		"warning: PodDisruptionBudget cache/a spec.unhealthyPodEvictionPolicy: is not AlwaysAllow, so that pods which never get ready keep their nodes from being drained",
	}},
	{"pdb", "none", []string{
		deployment("a", "replicas: 2,", "image: a", ""), deployment("one", "", "image: a", ""),
		"apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata: {name: pooler, namespace: cache}\nspec: {instances: 3, cluster: {name: pg}}\n",
	}, []string{
		"warning: Deployment cache/a: has 2 pods or more and no PodDisruptionBudget, so that draining nodes may stop all of them at once",
		"warning: Pooler cache/pooler: has 3 pods or more and no PodDisruptionBudget, so that draining nodes may stop all of them at once",
	}},
	{"pdb", "good", []string{
		deployment("a", "replicas: 3,", "image: a", ""), budgetOf("a", "a", "minAvailable: 50%"+evictUnhealthy), deployment("b", "", "image: a", ""), budgetOf("b", "b", "maxUnavailable: 1%"+evictUnhealthy),
		deployment("c", "", "image: a", ""), scaler("c", "minReplicas: 3, maxReplicas: 9"), budgetOf("c", "c", "minAvailable: 2"+evictUnhealthy),
	}, nil},
	{"hpa", "no target", []string{scaler("a", "minReplicas: 2, maxReplicas: 4")}, []string{
		"error: HorizontalPodAutoscaler cache/a spec.scaleTargetRef: is Deployment cache/a, which this environment does not render",
	}},
	{"hpa", "replicas beside it", []string{deployment("a", "replicas: 3,", "image: a", ""), scaler("a", "minReplicas: 2, maxReplicas: 4")}, []string{
		"error: Deployment cache/a spec.replicas: stands beside HorizontalPodAutoscaler cache/a, which it undoes whenever the environment is applied",
	}},
	{"hpa", "upside down", []string{deployment("a", "", "image: a", ""), scaler("a", "minReplicas: 5, maxReplicas: 4")}, []string{
		"error: HorizontalPodAutoscaler cache/a spec.maxReplicas: is 4, below minReplicas 5",
	}},
	{"hpa", "only one", []string{deployment("a", "", "image: a", ""), scaler("a", "maxReplicas: 4")}, []string{
		"warning: HorizontalPodAutoscaler cache/a spec.minReplicas: is 1: nobody answers while that pod is replaced",
	}},
	{"hpa", "nothing to compare with", []string{
		deployment("a", "", "resources: {requests: {cpu: 1}}", ""),
		scaler("a", "minReplicas: 2, maxReplicas: 4, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}, {type: Resource, resource: {name: memory, target: {type: Utilization}}}]"),
	}, []string{
		"error: Deployment cache/a spec.template.spec.containers.0.resources.requests.memory: is missing, of which the autoscaler needs to know a share",
	}},
	{"hpa", "two of them", []string{
		deployment("a", "", "image: a", ""), scaler("a", "minReplicas: 2, maxReplicas: 4"),
		"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: b, namespace: cache}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, minReplicas: 2, maxReplicas: 4}\n",
	}, []string{
		"error: HorizontalPodAutoscaler cache/b spec.scaleTargetRef: is Deployment cache/a, as that of HorizontalPodAutoscaler cache/a is",
	}},
	{"hpa", "good", []string{
		deployment("a", "", "resources: {limits: {memory: 1Gi}}", ""),
		scaler("a", "minReplicas: 2, maxReplicas: 4, metrics: [{type: ContainerResource, containerResource: {name: memory, container: c, target: {type: Utilization}}}, {type: Resource, resource: {name: cpu, target: {type: AverageValue}}}]"),
	}, nil},
}

func atticTo(name, spec, url string) string {
	return deployment(name, spec, "env: [{name: URI, valueFrom: {secretKeyRef: {name: pg-app, key: uri}}}, {name: ATTIC_SERVER_DATABASE_URL, value: '"+url+"'}]", "")
}

// sharing marks the pods of a Deployment as those of a server that takes a part of
// another's requests.
func sharing(deployment string) string {
	return strings.Replace(deployment, "template: {metadata: {", "template: {metadata: {annotations: {atticgen.dev/shares-load-of: a}, ", 1)
}

func databaseWith(parameters string) string {
	return "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: cache}\nspec: {postgresql: {parameters: {" + parameters + "}}}\n"
}

func poolerWith(parameters string) string {
	return "apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata: {name: pg-pooler-rw, namespace: cache}\nspec: {instances: 2, cluster: {name: pg}, pgbouncer: {parameters: {" + parameters + "}}}\n"
}

var connectionCases = []ruleCase{
	{"connection-capacity", "too many at once", []string{databaseWith(""), atticTo("a", "replicas: 10,", "$(URI)?sslmode=require"), atticTo("gc", "strategy: {type: Recreate},", "postgres://$(U):$(P)@pg-rw.cache.svc:5432/attic")}, []string{
		"error: Cluster cache/pg spec.postgresql.parameters.max_connections: is 100, of which 3 are reserved, and at least 110 connections are opened: Deployment cache/a opens 100, Deployment cache/gc opens 10",
	}},
	{"connection-capacity", "too many in a rollout", []string{databaseWith("max_connections: '53'"), atticTo("a", "", "$(URI)"), scaler("a", "minReplicas: 2, maxReplicas: 4")}, nil},
	{"connection-capacity", "too many in a larger rollout", []string{databaseWith("max_connections: '53', reserved_connections: '1'"), atticTo("a", "", "$(URI)"), scaler("a", "minReplicas: 2, maxReplicas: 4")}, []string{
		"warning: Cluster cache/pg spec.postgresql.parameters.max_connections: is 53, of which 4 are reserved, and up to 50 connections are opened: Deployment cache/a opens 50",
	}},
	{"connection-capacity", "too many of two that share their requests", []string{databaseWith("max_connections: '70'"), atticTo("a", "replicas: 4,", "$(URI)"), sharing(atticTo("a-next", "replicas: 2,", "$(URI)"))}, []string{
		"info: Cluster cache/pg spec.postgresql.parameters.max_connections: is 70, of which 3 are reserved, and up to 80 connections are opened: Deployment cache/a opens 50, Deployment cache/a-next opens 30",
	}},
	{"connection-capacity", "too many of one of them", []string{databaseWith("max_connections: '70'"), atticTo("a", "replicas: 1,", "$(URI)"), scaler("a", "minReplicas: 1, maxReplicas: 8"), sharing(atticTo("a-next", "replicas: 2,", "$(URI)"))}, []string{
		"warning: Cluster cache/pg spec.postgresql.parameters.max_connections: is 70, of which 3 are reserved, and up to 130 connections are opened: Deployment cache/a opens 100, Deployment cache/a-next opens 30",
	}},
	{"connection-capacity", "pools too large", []string{databaseWith("max_connections: '60'"), poolerWith("default_pool_size: '30'")}, []string{
		"error: Cluster cache/pg spec.postgresql.parameters.max_connections: is 60, of which 3 are reserved, and at least 60 connections are opened: Pooler cache/pg-pooler-rw opens 60",
	}},
	{"connection-capacity", "too many for a pooler", []string{databaseWith(""), poolerWith("max_client_conn: '20'"), atticTo("a", "replicas: 5,", "postgresql://$(U):$(P)@pg-pooler-rw.cache.svc:5432/attic")}, []string{
		"error: Pooler cache/pg-pooler-rw spec.pgbouncer.parameters.max_client_conn: is 20 for each of 2 instances, and at least 50 connections are opened: Deployment cache/a opens 50",
	}},
	{"connection-capacity", "through a pooler", []string{databaseWith(""), poolerWith("max_client_conn: '1000'"), atticTo("a", "replicas: 50,", "postgresql://$(U):$(P)@pg-pooler-rw.cache.svc:5432/attic")}, nil},
	{"connection-capacity", "elsewhere", []string{databaseWith("max_connections: '5'"), atticTo("a", "replicas: 50,", "postgres://db.example.com/attic")}, nil},
}
