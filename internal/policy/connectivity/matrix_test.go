package connectivity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gitlab.com/attic-cache/atticgen/internal/manifest"
	"gitlab.com/attic-cache/atticgen/internal/policy/connectivity"
)

// matrix is the table as a page.
func matrix(objects []manifest.Object) string {
	return connectivity.Matrix(objects).Markdown("Who may reach whom")
}

// edited changes the text of one object, or leaves the object out.
func edited(t *testing.T, objects []manifest.Object, id, before, after string) []manifest.Object {
	t.Helper()
	objects = slices.Clone(objects)
	i := slices.IndexFunc(objects, func(o manifest.Object) bool { return o.String() == id })
	if i < 0 {
		t.Fatalf("there is no %s", id)
	}
	if before == "" {
		return slices.Delete(objects, i, i+1)
	}
	text := string(objects[i].YAML())
	if strings.Count(text, before) != 1 {
		t.Fatalf("%s does not have this once:\n%s\nin:\n%s", id, before, text)
	}
	objects[i] = parse(t, strings.Replace(text, before, after, 1))[0]
	return objects
}

// changed are the lines that one text has and the other lacks, each side sorted.
func changed(before, after string) []string {
	var lines []string
	for _, side := range []struct{ sign, text, other string }{{"-", before, after}, {"+", after, before}} {
		other := strings.Split(side.other, "\n")
		for line := range strings.SplitSeq(side.text, "\n") {
			if !slices.Contains(other, line) {
				lines = append(lines, side.sign+line)
			}
		}
	}
	return lines
}

// TestFaults breaks the policies of production one by one; the table says so.
func TestFaults(t *testing.T) {
	const policy = "NetworkPolicy nix-cache/attic-"
	objects := production(t)
	// The policy for DNS selects all pods too, so that each closes the namespace.
	withoutDNS := edited(t, objects, policy+"allow-dns", "", "")
	for name, c := range map[string]struct {
		objects []manifest.Object
		want    []string
	}{
		"no default deny": {edited(t, withoutDNS, policy+"default-deny", "", ""), []string{
			"-| all pods of nix-cache | k8s-app=kube-dns in kube-system | TCP 53; UDP 53 |",
			"+No policy governs these connections, so that all of them are open:",
			"+- to and from any other pod in nix-cache",
		}},
		"default deny of one direction": {edited(t, withoutDNS, policy+"default-deny", "- Ingress\n", ""), []string{
			"-| all pods of nix-cache | k8s-app=kube-dns in kube-system | TCP 53; UDP 53 |",
			"+No policy governs these connections, so that all of them are open:",
			"+- to any other pod in nix-cache",
		}},
		"no name can be looked up": {withoutDNS, []string{
			"-| all pods of nix-cache | k8s-app=kube-dns in kube-system | TCP 53; UDP 53 |",
		}},
		"a rule for everyone": {edited(t, objects, policy+"api", `  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: traefik
      podSelector:
        matchLabels:
          app.kubernetes.io/name: traefik
    ports:`, "  - from: []\n    ports:"), []string{
			"-| app.kubernetes.io/name=traefik in traefik | nix-cache/attic | TCP 8080 |",
			"+| any pod elsewhere, any address | nix-cache/attic | TCP 8080 |",
		}},
		"a rule for all ports": {edited(t, objects, policy+"acme-solver", "    ports:\n    - port: 8089\n      protocol: TCP\n", ""), []string{
			"-| app.kubernetes.io/name=traefik in traefik | acme.cert-manager.io/http01-solver=true in nix-cache | TCP 8089 |",
			"+| app.kubernetes.io/name=traefik in traefik | acme.cert-manager.io/http01-solver=true in nix-cache | any |",
		}},
		"a namespace by no label": {edited(t, objects, policy+"api", "        matchLabels:\n          kubernetes.io/metadata.name: traefik\n", "        {}\n"), []string{
			"-| app.kubernetes.io/name=traefik in traefik | nix-cache/attic | TCP 8080 |",
			"+| app.kubernetes.io/name=traefik in any namespace, app.kubernetes.io/name=traefik in traefik | nix-cache/attic | TCP 8080 |",
		}},
		"a typing error in whom a policy selects": {edited(t, objects, policy+"gc", "      app.kubernetes.io/name: attic-gc\n", "      app.kubernetes.io/name: attic-cg\n"), []string{
			"-| nix-cache/attic, nix-cache/attic-gc, nix-cache/attic-migrate | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw | TCP 5432 |",
			"-| nix-cache/attic, nix-cache/attic-gc, nix-cache/attic-migrate | the public internet | TCP 443 |",
			"+| nix-cache/attic, nix-cache/attic-migrate | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw | TCP 5432 |",
			"+| nix-cache/attic, nix-cache/attic-migrate, app.kubernetes.io/instance=attic-gc,app.kubernetes.io/name=attic-cg in nix-cache | the public internet | TCP 443 |",
			"+Open at one end alone, so that nothing gets through:",
			"+| nix-cache/attic-gc, app.kubernetes.io/instance=attic-gc,app.kubernetes.io/name=attic-cg in nix-cache | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw | TCP 5432 |",
		}},
		"a typing error in whom a rule names": {edited(t, objects, policy+"migrate", "cnpg.io/cluster: attic-pg\n", "cnpg.io/cluster: attic-gp\n"), []string{
			"-| nix-cache/attic, nix-cache/attic-gc, nix-cache/attic-migrate | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw | TCP 5432 |",
			"+| nix-cache/attic, nix-cache/attic-gc | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw | TCP 5432 |",
			"+Open at one end alone, so that nothing gets through:",
			"+| nix-cache/attic-migrate | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw, cnpg.io/cluster=attic-gp in nix-cache | TCP 5432 |",
		}},
		"one address too many": {edited(t, objects, policy+"api", "        - 172.16.0.0/12\n", ""), []string{
			"-| nix-cache/attic, nix-cache/attic-gc, nix-cache/attic-migrate | the public internet | TCP 443 |",
			"+| nix-cache/attic | the public internet, 172.16.0.0/12 | TCP 443 |",
			"+| nix-cache/attic-gc, nix-cache/attic-migrate | the public internet | TCP 443 |",
		}},
		"the network of the node": {edited(t, objects, "Deployment nix-cache/attic-gc", "      enableServiceLinks: false\n", "      hostNetwork: true\n"), []string{
			"-| nix-cache/attic, nix-cache/attic-gc, nix-cache/attic-migrate | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw | TCP 5432 |",
			"-| all pods of nix-cache | k8s-app=kube-dns in kube-system | TCP 53; UDP 53 |",
			"-| nix-cache/attic, nix-cache/attic-gc, nix-cache/attic-migrate | the public internet | TCP 443 |",
			"+| nix-cache/attic, nix-cache/attic-migrate, any other pod with app.kubernetes.io/instance=attic-gc,app.kubernetes.io/name=attic-gc in nix-cache | nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw | TCP 5432 |",
			"+| nix-cache/attic, nix-cache/attic-migrate, any other pod with app.kubernetes.io/instance=attic-gc,app.kubernetes.io/name=attic-gc in nix-cache | the public internet | TCP 443 |",
			"+| nix-cache/attic, nix-cache/attic-migrate, nix-cache/attic-pg, nix-cache/attic-pg-pooler-rw, any other pod in nix-cache, acme.cert-manager.io/http01-solver=true in nix-cache, any other pod with app.kubernetes.io/instance=attic-gc,app.kubernetes.io/name=attic-gc in nix-cache | k8s-app=kube-dns in kube-system | TCP 53; UDP 53 |",
			"+No policy governs these connections, so that all of them are open:",
			"+- to and from nix-cache/attic-gc, on the network of the node",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, changed(matrix(objects), matrix(c.objects))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMatrix has what the golden cases do not have.
func TestMatrix(t *testing.T) {
	pod := func(namespace, name string) string {
		first, _, _ := strings.Cut(name, ",")
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + first + ", namespace: " + namespace + ", labels: {app: " + name + "}}\nspec: {containers: [{name: a}]}\n"
	}
	const pg = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: default}\nspec: {inheritedMetadata: {labels: {team: a}}}\n"
	const head = "| From | To | Ports |\n| --- | --- | --- |\n"
	const half = "\nOpen at one end alone, so that nothing gets through:\n\n" + head
	const ungoverned = "No policy governs these connections, so that all of them are open:\n\n"
	for name, c := range map[string]struct{ objects, want string }{
		"nothing about pods": {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n", "There are no network policies.\n"},
		"all closed": {
			pod("default", "web") + "---\n" + policy("{podSelector: {}, policyTypes: [Ingress, Egress]}"),
			"No policy lets anything through.\n",
		},
		"a selector that contradicts itself": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}}]}]}"),
			"No policy lets anything through.\n",
		},
		"expressions": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [b, a]}]}, podSelector: {matchExpressions: [{key: app, operator: Exists}, {key: old, operator: DoesNotExist}]}}], ports: [{port: 80}]}]}"),
			head + "| app,!old in namespaces with team in (a,b) | any other pod in default | TCP 80 |\n",
		},
		"unknown labels of a namespace": {
			pod("other", "web") + "---\n" + policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}], ports: [{port: 80}]}]}"),
			head + "| any pod in namespaces with team=a | any other pod in default | TCP 80 |\n\n" +
				"Open only if namespaces that are not rendered have the labels that policies ask for:\n\n" + head +
				"| all pods of other | any other pod in default | TCP 80 |\n\n" + ungoverned + "- to and from all pods of other\n",
		},
		"a port of pods that are not known": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}], ports: [{port: http}, {port: 80}, {protocol: UDP}, {protocol: SCTP, port: 7, endPort: 9}]}]}"),
			head + "| any other pod in default | any pod in other | TCP 80, http; UDP any; SCTP 7–9 |\n",
		},
		"roles apart": {
			pg + "---\n" + policy("{podSelector: {matchLabels: {cnpg.io/instanceRole: primary, team: a}}, policyTypes: [Ingress, Egress], egress: [{to: [{podSelector: {matchLabels: {role: replica}}}], ports: [{port: postgresql}]}]}"),
			head + "| default/pg (primary) | default/pg (replica) | TCP 5432 |\n\n" + ungoverned + "- to and from default/pg (replica)\n- to and from default/pg (job)\n- to and from any other pod in default\n",
		},
		"namespaces by several names": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [tenant-b, tenant-a]}]}}]}]}"),
			head + "| any pod in tenant-a, any pod in tenant-b | any other pod in default | any |\n",
		},
		"namespaces to go to by several names": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: [{podSelector: {matchLabels: {app: a}}, namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [b, c]}]}}]}]}"),
			head + "| any other pod in default | app=a in b, app=a in c | any |\n",
		},
		"a namespace by its name and a label": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring, team: x}}}], ports: [{port: 80}]}]}"),
			"No policy lets anything through.\n\nOpen only if namespaces that are not rendered have the labels that policies ask for:\n\n" + head +
				"| any pod in monitoring | any other pod in default | TCP 80 |\n",
		},
		"a rendered namespace that lacks the label": {
			"apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n---\n" + policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default, team: x}}}]}]}"),
			"No policy lets anything through.\n",
		},
		"namespaces by other names": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [default, b]}]}}]}]}"),
			head + "| any pod in namespaces with kubernetes.io/metadata.name notin (b,default) | any other pod in default | any |\n",
		},
		"namespaces that have a name": {
			policy("{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}], ports: [{port: 80}]}]}"),
			head + "| any other pod in default, any pod elsewhere | any other pod in default | TCP 80 |\n\n" + ungoverned + "- from any other pod in default\n",
		},
		"namespaces that have none": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: DoesNotExist}]}}]}]}"),
			"No policy lets anything through.\n",
		},
		"namespaces by the lack of a label": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: a}}, namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [x]}]}}], ports: [{port: 80}]}]}"),
			head + "| app=a in namespaces with team notin (x) | any other pod in default | TCP 80 |\n",
		},
		"pods beside one of the environment": {
			pod("default", "p") + "---\n" + policy("{podSelector: {matchExpressions: [{key: app, operator: In, values: [p, evil]}]}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.7/32}}], ports: [{port: 80}]}]}"),
			head + "| 203.0.113.7/32 | default/p, app=evil in default | TCP 80 |\n\n" + ungoverned + "- to and from any other pod in default\n",
		},
		"pods with a label, whatever it says": {
			pod("default", "p") + "---\n" + policy("{podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.7/32}}], ports: [{port: 80}]}]}"),
			head + "| 203.0.113.7/32 | default/p, any other pod with app in default | TCP 80 |\n\n" + ungoverned + "- to and from any other pod in default\n",
		},
		"pods with one label of the environment's and any of another": {
			pod("default", "p, tier: web") + "---\n" + policy("{podSelector: {matchLabels: {app: p}, matchExpressions: [{key: tier, operator: Exists}]}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.7/32}}], ports: [{port: 80}]}]}"),
			head + "| 203.0.113.7/32 | default/p, any other pod with app=p,tier in default | TCP 80 |\n\n" + ungoverned + "- to and from any other pod in default\n",
		},
		"pods that no selector leaves out": {
			policy("{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [x]}]}, policyTypes: [Ingress, Egress]}"),
			"No policy lets anything through.\n\n" + ungoverned + "- to and from app=x in default\n",
		},
		"pods that two selectors find": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress]}") + "---\n" +
				policy("{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: b}}}]}]}") + "---\n" +
				policy("{podSelector: {matchLabels: {app: b}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {team: z}}}], ports: [{port: 80}]}]}"),
			head + "| app=a,team=z in default | app=b in default | TCP 80 |\n" + half +
				"| app=a in default | app=b in default | any |\n" +
				"| app=a,team=z in default | app=b in default | TCP 1–79, 81–65535; UDP any; SCTP any |\n" +
				"| team=z in default | app=b in default | TCP 80 |\n",
		},
		"a port by its name at one end": {
			policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}], egress: [{to: [{podSelector: {}}], ports: [{port: http}]}]}"),
			head + "| any other pod in default | any other pod in default | TCP 8080 |\n" +
				half + "| any other pod in default | any other pod in default | TCP http |\n",
		},
		"text that is no name": {
			"apiVersion: v1\nkind: Pod\nmetadata: {name: \"a|b\\nc\", namespace: default}\nspec: {containers: [{name: a}]}\n---\n" + policy("{podSelector: {matchLabels: {a: b}}}"),
			"No policy lets anything through.\n\n" + ungoverned + "- from a=b in default\n- to and from default/a\\|b\\x0ac\n- to and from any other pod in default\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			objects := parse(t, c.objects)
			got, _ := strings.CutPrefix(matrix(objects), "# Who may reach whom\n\n")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			slices.Reverse(objects)
			if got, _ := strings.CutPrefix(matrix(objects), "# Who may reach whom\n\n"); got != c.want {
				t.Errorf("in another order:\n%s", got)
			}
		})
	}
}

// TestTable has the form that programs read: without Markdown's escapes.
func TestTable(t *testing.T) {
	got := connectivity.Matrix(parse(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a|b\", namespace: default}\nspec: {containers: [{name: a}]}\n---\n"+
		policy("{podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}")))
	want := connectivity.Table{
		Open:           []connectivity.Connection{{From: []string{"10.0.0.0/8"}, To: []string{"a=b in default"}, Ports: "TCP 80"}},
		OpenIfLabelled: []connectivity.Connection{},
		OpenAtOneEnd:   []connectivity.Connection{},
		Ungoverned:     []string{"to and from default/a|b", "to and from any other pod in default"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
