package policy

import "gitlab.com/attic-cache/atticgen/internal/manifest"

// needlessTokens finds pods and service accounts whose token is mounted though
// nothing that is rendered gives it any right.
func needlessTokens(in Input) []Finding {
	entitled := map[manifest.ID]bool{}
	roles := map[manifest.ID]bool{}
	for _, o := range in.Objects {
		roles[o.ID] = true
	}
	accounts := map[manifest.ID]value{}
	for _, o := range in.Objects {
		switch {
		case o.Group == "rbac.authorization.k8s.io" && (o.Kind == "RoleBinding" || o.Kind == "ClusterRoleBinding"):
			for _, subject := range root(o).at("subjects").items() {
				if subject.at("kind").text() == "ServiceAccount" && gives(o, roles) {
					entitled[account(subject.at("namespace").text(), subject.at("name").text())] = true
				}
			}
		case o.Group == "" && o.Kind == "ServiceAccount":
			accounts[o.ID] = root(o)
		}
	}
	const hint = "write automountServiceAccountToken: false; if it is given rights elsewhere, waive this with where as the reason"
	var found []Finding
	for _, w := range workloads(in.Objects) {
		name := w.pod().at("serviceAccountName").text()
		if name == "" {
			name = "default"
		}
		id := account(w.Namespace, name)
		mount := w.pod().at("automountServiceAccountToken")
		off := mount.is(false) || !mount.exists() && accounts[id].at("automountServiceAccountToken").is(false)
		for _, volume := range w.volumes() {
			for _, source := range volume.at("projected", "sources").items() {
				// One for somebody else is of no use with the API server.
				if token := source.at("serviceAccountToken"); token.exists() && token.at("audience").text() == "" && !entitled[id] {
					found = append(found, w.find(token, "mounts a token of service account "+name+" for the API server, and no RoleBinding of this environment gives it a right", "write the audience that it is for, or remove it; if it is given rights elsewhere, waive this with where as the reason"))
				}
			}
		}
		if !off && !entitled[id] {
			found = append(found, w.find(mount, "lets the token of service account "+name+" be mounted, and no RoleBinding of this environment gives it a right", hint))
		}
	}
	for _, o := range in.Objects {
		if at := root(o).at("automountServiceAccountToken"); o.Group == "" && o.Kind == "ServiceAccount" && !at.is(false) && !entitled[o.ID] {
			found = append(found, Finding{
				Object: o.ID, Path: at.path,
				Message: "is not false, and no RoleBinding of this environment gives the service account a right", Hint: hint,
			})
		}
	}
	return found
}

// gives tells whether a binding gives a right: one to a Role that is missing from
// its namespace does not. Of a ClusterRole, many of which are Kubernetes' own or
// a chart's, nobody can say that here.
func gives(binding manifest.Object, roles map[manifest.ID]bool) bool {
	ref := root(binding).at("roleRef")
	return ref.at("kind").text() != "Role" || roles[manifest.ID{Group: binding.Group, Kind: "Role", Namespace: binding.Namespace, Name: ref.at("name").text()}]
}

func account(namespace, name string) manifest.ID {
	return manifest.ID{Kind: "ServiceAccount", Namespace: namespace, Name: name}
}
