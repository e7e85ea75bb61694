package verify

import (
	"slices"

	"gitlab.com/attic-cache/atticgen/internal/diag"
	"gitlab.com/attic-cache/atticgen/internal/policy"
	"gitlab.com/attic-cache/atticgen/internal/report"
)

// IDs of the rules that are not package policy's: they are about files, types
// and versions rather than about what objects ask for.
const (
	ruleUnreadable    = "unreadable"
	ruleKustomization = "kustomization"
	ruleMissingFile   = "missing-file"
	ruleStaleFile     = "stale-file"
	// Package policy has it, too; where nothing is there, read says why.
	ruleEmpty       = "environment-not-empty"
	ruleUnasked     = "rules-not-asked"
	ruleOverlay     = "overlay"
	ruleDrift       = "drift"
	ruleApart       = "environments-apart"
	rulePromised    = "secret-in-git"
	ruleDecode      = "decode"
	ruleUnknownKind = "unknown-kind"
	ruleRemoved     = "api-removed"
	ruleDeprecated  = "api-deprecated"
	ruleTooNew      = "api-too-new"
	ruleUnknownAPI  = "api-unknown"
	ruleSchema      = "schema"
	ruleNoSchema    = "schema-missing"
	ruleExpired     = "waiver-expired"
	ruleUnused      = "waiver-unused"
)

// unwaivable are the rules without which nothing else that is reported is
// certain, and those about waivers.
func unwaivable() []string {
	return []string{ruleUnreadable, ruleKustomization, ruleMissingFile, ruleStaleFile, ruleEmpty, ruleOverlay, ruleDrift, ruleExpired, ruleUnused}
}

// Waivable tells whether a waiver can accept what breaks a rule.
func Waivable(rule string) bool { return !slices.Contains(unwaivable(), rule) }

// Rules are all that environments are held to, in the order in which they are
// documented.
func Rules() []report.RuleInfo {
	all := ownRules()
	for _, r := range policy.Rules() {
		all = append(all, report.RuleInfo{ID: r.ID, Title: r.Title, Why: r.Why, Fix: r.Fix, Severity: r.Severity, Others: r.Others})
	}
	for i, r := range all {
		all[i].Unwaivable = !Waivable(r.ID)
	}
	return all
}

func ownRules() []report.RuleInfo {
	return []report.RuleInfo{
		{
			ID: ruleUnreadable, Severity: diag.Error,
			Title: "Every file is one object in strict YAML",
			Why:   "anchors, duplicate keys and several documents mean one thing to one parser and another to the next, so that nobody can say what a controller would apply",
			Fix:   "run `atticgen render`, which writes the file anew",
		},
		{
			ID: ruleKustomization, Severity: diag.Error,
			Title: "A kustomization of an environment only lists resources",
			Why:   "patches, prefixes and generators would make a controller apply something else than what is committed and was checked",
			Fix:   "move what the kustomization does into the overlay, and run `atticgen render`",
		},
		{
			ID: ruleMissingFile, Severity: diag.Error,
			Title: "Everything that a kustomization lists is there",
			Why:   "a controller applies nothing at all of an environment that names a file which is missing, a symbolic link, on a network or outside the folder",
			Fix:   "run `atticgen render`, and commit everything that it writes; `git status --ignored` shows what .gitignore keeps out",
		},
		{
			ID: ruleStaleFile, Severity: diag.Warning,
			Title: "Every manifest in an environment is listed in a kustomization",
			Why:   "what is not listed is not applied, though it looks as if it were; a tool that applies whole folders would apply it",
			Fix:   "remove the file, or name it under resources of the overlay and run `atticgen render`",
		},
		{
			ID: ruleUnasked, Severity: diag.Note,
			Title: "Which rules were not asked, because a file cannot be read or is not there",
			Why:   "what the file has would seem to be missing wherever other objects name or need it",
			Fix:   "mend what `unreadable` and `missing-file` found; then the other rules are asked, too",
		},
		{
			ID: ruleOverlay, Severity: diag.Error,
			Title: "Every folder beside the environments has an overlay that renders",
			Why:   "an environment without an overlay, or whose overlay is gone or does not render, cannot be changed by review, and nobody knows whether it is up to date; a controller applies it all the same",
			Fix:   "write an overlay, mend or restore it, or remove the folder",
		},
		{
			ID: ruleDrift, Severity: diag.Error,
			Title: "An environment is what its overlay renders to",
			Why:   "a change by hand is lost with the next render, and a change of base or overlay that was not rendered, or an environment that never was, does not reach the cluster",
			Fix:   "run `atticgen render` and commit the result; make changes in base or overlays",
		},
		{
			ID: ruleApart, Severity: diag.Warning,
			Others: map[diag.Severity]string{diag.Error: "where it is the place of backups"},
			Title:  "Environments have databases, buckets and hosts of their own",
			Why:    "two clusters that back up to one place spoil each other's backups, which is an error; a bucket or a hostname in two environments is mostly a copy that was not finished",
			Fix:    "set the field that the finding names in one of the overlays",
		},
		{
			ID: rulePromised, Severity: diag.Error,
			Title: "Secrets that a spec keeps in Git are in the environment",
			Why:   "with the backend sops or sealedSecrets, Git is the only place that the cluster gets them from: pods wait for what is not there, and a controller that prunes deletes a Secret that was there before",
			Fix:   "name the folder `secrets` under `resources` of the overlay, or write the Secret with `atticgen token keygen`, `atticgen token issue` or `atticgen secret set`, and run `atticgen render`",
		},
		{
			ID: ruleDecode, Severity: diag.Error,
			Title: "Objects have the fields and types of their kind",
			Why:   "the API server refuses a value of another type, and drops a field that it does not know, so that what was set is never in force",
			Fix:   "correct the field in the overlay; where the cluster has a newer version of the kind than atticgen knows, waive the finding",
		},
		{
			ID: ruleUnknownKind, Severity: diag.Note,
			Title: "Which kinds were not decoded",
			Why:   "atticgen has no types of these kinds, or SOPS has encrypted the values, so that fields were not checked",
			Fix:   "name schemas of the custom resource definitions with `--schema-location`",
		},
		{
			ID: ruleRemoved, Severity: diag.Error,
			Title: "API versions are still served",
			Why:   "the API server answers with an error, and the controller applies nothing of the stage",
			Fix:   "write the apiVersion that the finding names",
		},
		{
			ID: ruleDeprecated, Severity: diag.Warning,
			Title: "API versions are not deprecated",
			Why:   "a later version of Kubernetes no longer serves them, and upgrading the cluster breaks the environment",
			Fix:   "write the apiVersion that the finding names",
		},
		{
			ID: ruleTooNew, Severity: diag.Error,
			Title: "API versions are already served",
			Why:   "the API server of an older Kubernetes does not know them, and the controller applies nothing of the stage; fields are not held to the version, so that an older API server may drop one that came later",
			Fix:   "write an older apiVersion, or upgrade the cluster and say so with `--kubernetes-version`",
		},
		{
			ID: ruleUnknownAPI, Severity: diag.Error,
			Title: "Kinds of Kubernetes' own API groups exist",
			Why:   "the API server refuses a kind or version that is misspelt, or was removed long ago",
			Fix:   "write the kind or apiVersion that the finding names",
		},
		{
			ID: ruleSchema, Severity: diag.Error,
			Title: "Objects fit the schemas at --schema-location",
			Why:   "the API server refuses what breaks the schema of its kind",
			Fix:   "correct the field in the overlay, or the schema if it is of another version",
		},
		{
			ID: ruleNoSchema, Severity: diag.Note,
			Title: "Which kinds have no schema",
			Why:   "none of the schema locations has a schema of these kinds, so that they were held to none",
			Fix:   "add the schemas, or another `--schema-location`",
		},
		{
			ID: ruleExpired, Severity: diag.Error,
			Others: map[diag.Severity]string{diag.Note: "where that is at most two weeks away"},
			Title:  "No waiver has expired, or is about to",
			Why:    "a waiver is an exception for a time, and somebody has to decide again",
			Fix:    "mend what was waived and remove the waiver, or decide again and give it a new reason and date",
		},
		{
			ID: ruleUnused, Severity: diag.Warning,
			Title: "Every waiver is needed",
			Why:   "a waiver that nothing needs any more would hide the next such finding",
			Fix:   "remove the waiver, or correct it if it was meant for a finding that is still there",
		},
	}
}
