// Package policy checks rendered objects for what must never reach an
// environment, whichever way they came about: from a spec, a patch or a file
// that an overlay adds.
//
// Every check is a [Rule]. A few are held to whenever something is rendered,
// by [Check]; all of them, by whoever asks for [Rules].
package policy

import "gitlab.com/attic-cache/atticgen/internal/diag"

// Rules are all that there are, in the order in which they are documented.
func Rules() []Rule {
	return []Rule{
		{
			ID:       "environment-not-empty",
			Title:    "An environment has objects",
			Why:      "a controller that prunes would delete everything that runs",
			Fix:      "name at least one spec under generators of the overlay",
			Severity: diag.Error,
			AtRender: true,
			Check:    empty,
		},
		{
			ID:       "object-once",
			Title:    "Every object stands once",
			Why:      "of two objects with one name the one that is applied last wins, at each reconciliation another",
			Fix:      "give the specs different names or namespaces, and let one spec alone create a namespace",
			Severity: diag.Error,
			AtRender: true,
			Check:    repeated,
		},
		{
			ID:       "spec-expanded",
			Title:    "Specs are expanded, not applied",
			Why:      "no cluster knows their kinds",
			Fix:      "name the file under generators instead of resources",
			Severity: diag.Error,
			AtRender: true,
			Check:    unexpanded,
		},
		{
			ID:       "backup-own-place",
			Title:    "Every PostgreSQL cluster backs up to a place of its own",
			Why:      "two clusters that archive into one folder make both backups useless",
			Fix:      "set bucket under backup to a bucket of its own",
			Severity: diag.Error,
			AtRender: true,
			Check:    sharedBackups,
		},
		{
			ID:       "backup-own-bucket",
			Title:    "Backups are not where NARs are",
			Why:      "whoever may delete from the one may then delete the other",
			Fix:      "set bucket under backup to a bucket of its own",
			Severity: diag.Error,
			AtRender: true,
			Check:    mixedBuckets,
		},
		{
			ID:       "bucket-made-once",
			Title:    "One spec alone makes a bucket",
			Why:      "each of two would undo what the other sets",
			Fix:      "set mode: none under provisioning in one of the specs, or give each a bucket of its own",
			Severity: diag.Error,
			AtRender: true,
			Check:    sharedBuckets,
		},
		{
			ID:       "host-once",
			Title:    "One Ingress alone answers for a host and path",
			Why:      "which of two gets a request is for the ingress controller to say, and can change",
			Fix:      "give each cache a spec.hostname, and each service a spec.ingress.host or path, of its own",
			Severity: diag.Error,
			AtRender: true,
			Check:    sharedHosts,
		},
		{
			ID:       "operator-names",
			Title:    "No object has a name that CloudNativePG gives to its own",
			Why:      "the operator would write over it, delete it, or never get its cluster ready",
			Fix:      "give the service or the PostgresCluster another name",
			Severity: diag.Error,
			AtRender: true,
			Check:    takenByOperator,
		},
		{
			ID:       "pod-security",
			Title:    "Namespaces admit the pods that are rendered into them",
			Why:      "Pod Security refuses the others, so that a Deployment is applied and never gets a pod",
			Fix:      "mend what the pod asks for, put it into another namespace, or lower podSecurity of this one",
			Severity: diag.Error,
			AtRender: true,
			Check:    refusedPods,
		},
		{
			ID:       "plain-secret",
			Title:    "No Secret is in plain text",
			Why:      "whoever can read the repository, now or later, can read its values",
			Fix:      "encrypt it with SOPS, or use a SealedSecret or an ExternalSecret",
			Severity: diag.Error,
			AtRender: true,
			Check:    plainSecrets,
		},
		{
			ID:       "database-reachable",
			Title:    "Pods can connect to the PostgreSQL clusters that they name",
			Why:      "a typing error in a name, or a missing label, would show only when the pods fail",
			Fix:      "check the name, and spec.allowedPodLabels or spec.allowedPeers of the PostgresCluster",
			Severity: diag.Warning,
			AtRender: true,
			Check:    unreachableDatabases,
		},
		{
			ID:       "namespace-written",
			Title:    "Objects that live in a namespace say which",
			Why:      "Flux and Argo CD each choose their own for one that does not",
			Fix:      "write metadata.namespace",
			Severity: diag.Warning,
			AtRender: true,
			Check:    homeless,
		},
		{
			ID:       "image-pinned",
			Title:    "Images are pinned by digest, commit hash or exact version",
			Why:      "what runs could change without a change in the repository, and pods of one Deployment could differ",
			Fix:      "write name@sha256:…, a commit hash or an exact version as the tag; no image may have the tag latest, or none",
			Severity: diag.Warning,
			AtRender: true,
			Check:    unpinned,
		},
	}
}
