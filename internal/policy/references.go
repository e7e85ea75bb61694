package policy

import (
	"fmt"
	"slices"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/manifest"
)

// reference is a field of one object that names another.
type reference struct {
	from manifest.ID
	at   value
	to   manifest.ID
	// key of a Secret or ConfigMap that is read; empty if all are.
	key string
}

// missing finds references to objects that nothing renders and no controller
// makes. Secrets are [awaited] instead: they are rightly not in a repository.
func missing(in Input) []Finding {
	present := presentIn(in.Objects)
	elsewhere := deliveries(in.Objects)
	said := map[string]bool{}
	found := append(missingKeys(in.Objects), missingPorts(in.Objects)...)
	for _, r := range references(in.Objects) {
		field := r.from.String() + " " + strings.Join(r.at.path, " ")
		if said[field] {
			continue
		}
		said[field] = true
		if r.to.Kind == "Secret" || present[r.to] {
			continue
		}
		f := Finding{
			Object: r.from, Path: r.at.path,
			Message: fmt.Sprintf("names %s, which this environment does not render", r.to),
			Hint:    hintFor(r),
		}
		// A claim's data is often older than what uses it, operators make Services,
		// and what is in another namespace is often another team's.
		if r.to.Kind == "PersistentVolumeClaim" || r.to.Kind == "Service" || r.to.Namespace != r.from.Namespace {
			f.Severity = diag.Warning
		}
		if by, ok := into(elsewhere, r.to.Namespace); ok {
			f = f.unless(by)
		}
		found = append(found, f)
	}
	return found
}

// hintFor is what to do about an object that is not rendered.
func hintFor(r reference) string {
	if r.to.Kind == "ConfigMap" && naming.IsRevokedTokens(r.to.Name) {
		return "name the folder secrets under resources of the overlay; `atticgen token revoke` and `atticgen token issue` write the list there, an empty one too. " +
			"Without it no pod of the server that reads it starts, and once none is left, every request is refused"
	}
	return "check the name, or add the object; if it is made elsewhere, waive this with where as the reason"
}

// awaited lists the Secrets that somebody must have made before the environment
// works, each once, with the keys that are read.
func awaited(in Input) []Finding {
	present := presentIn(in.Objects)
	elsewhere := deliveries(in.Objects)
	var first []reference
	keys := map[manifest.ID][]string{}
	for _, r := range references(in.Objects) {
		if r.to.Kind != "Secret" || present[r.to] {
			continue
		}
		if _, said := keys[r.to]; !said {
			first = append(first, r)
			keys[r.to] = nil
		}
		if r.key != "" && !slices.Contains(keys[r.to], r.key) {
			keys[r.to] = append(keys[r.to], r.key)
		}
	}
	var found []Finding
	for _, r := range first {
		with := ""
		if all := slices.Sorted(slices.Values(keys[r.to])); len(all) > 0 {
			with = " with key " + strings.Join(all, ", ")
			if len(all) > 1 {
				with = " with keys " + strings.Join(all, ", ")
			}
		}
		f := Finding{
			Object: r.from, Path: r.at.path,
			Message: fmt.Sprintf("names %s, which must be there%s: nothing here makes it", r.to, with),
			Hint:    "make it, or add a SealedSecret, an ExternalSecret or one that SOPS has encrypted",
		}
		if by, ok := into(elsewhere, r.to.Namespace); ok {
			f.Severity = diag.Note
			f = f.unless(by)
		}
		found = append(found, f)
	}
	return found
}

// presentIn are the objects of an environment, and those that controllers make
// from them.
func presentIn(objects []manifest.Object) map[manifest.ID]bool {
	all := map[manifest.ID]bool{}
	for _, o := range objects {
		all[o.ID] = true
		secret := func(name string) {
			if name != "" {
				all[manifest.ID{Kind: "Secret", Namespace: o.Namespace, Name: name}] = true
			}
		}
		spec := root(o).at("spec")
		switch o.Group + "/" + o.Kind {
		case groupPostgres + "/Cluster":
			for _, suffix := range []string{"-app", "-superuser", "-ca", "-server", "-replication"} {
				secret(o.Name + suffix)
			}
			for _, suffix := range []string{"-rw", "-ro", "-r"} {
				all[manifest.ID{Kind: "Service", Namespace: o.Namespace, Name: o.Name + suffix}] = true
			}
		case groupPostgres + "/Pooler":
			all[manifest.ID{Kind: "Service", Namespace: o.Namespace, Name: o.Name}] = true
		case "cert-manager.io/Certificate":
			secret(spec.at("secretName").text())
		case "bitnami.com/SealedSecret":
			secret(o.Name)
		case "external-secrets.io/ExternalSecret":
			if name := spec.at("target", "name").text(); name != "" {
				secret(name)
			} else {
				secret(o.Name)
			}
		case "networking.k8s.io/Ingress":
			annotations := root(o).at("metadata", "annotations")
			if annotations.at("cert-manager.io/cluster-issuer").exists() || annotations.at("cert-manager.io/issuer").exists() {
				for _, entry := range spec.at("tls").items() {
					secret(entry.at("secretName").text())
				}
			}
		}
	}
	return all
}

// references are those of all objects whose fields are known.
func references(objects []manifest.Object) []reference {
	var all []reference
	for _, w := range workloads(objects) {
		all = append(all, podReferences(w)...)
	}
	for _, o := range objects {
		all = append(all, objectReferences(o)...)
	}
	return all
}

// podReferences are those of a workload's pods.
func podReferences(w workload) []reference {
	var all []reference
	add := func(kind string, of value, key string) {
		at := of.at(key)
		if at.text() != "" && !of.at("optional").is(true) {
			to := manifest.ID{Kind: kind, Namespace: w.Namespace, Name: at.text()}
			all = append(all, reference{w.ID, at, to, of.at("key").text()})
			for _, item := range of.at("items").items() {
				all = append(all, reference{w.ID, at, to, item.at("key").text()})
			}
		}
	}
	if w.pod().at("serviceAccountName").text() != "default" {
		add("ServiceAccount", w.pod(), "serviceAccountName")
	}
	for _, secret := range w.pod().at("imagePullSecrets").items() {
		add("Secret", secret, "name")
	}
	for _, c := range w.allContainers() {
		for _, v := range c.at("env").items() {
			add("ConfigMap", v.at("valueFrom", "configMapKeyRef"), "name")
			add("Secret", v.at("valueFrom", "secretKeyRef"), "name")
		}
		for _, from := range c.at("envFrom").items() {
			add("ConfigMap", from.at("configMapRef"), "name")
			add("Secret", from.at("secretRef"), "name")
		}
	}
	for _, volume := range w.volumes() {
		add("ConfigMap", volume.at("configMap"), "name")
		add("Secret", volume.at("secret"), "secretName")
		add("PersistentVolumeClaim", volume.at("persistentVolumeClaim"), "claimName")
		for _, source := range volume.at("projected", "sources").items() {
			add("ConfigMap", source.at("configMap"), "name")
			add("Secret", source.at("secret"), "name")
		}
	}
	// Kubernetes puts these into every namespace.
	return slices.DeleteFunc(all, func(r reference) bool {
		return r.to.Kind == "ConfigMap" && (r.to.Name == "kube-root-ca.crt" || r.to.Name == "openshift-service-ca.crt")
	})
}
