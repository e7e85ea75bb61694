package verify

import (
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
	ruleOverlay     = "overlay"
	ruleDrift       = "drift"
	ruleApart       = "environments-apart"
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

// Drift tells whether a rule is about environments that are out of date, and
// nothing worse.
func Drift(rule string) bool { return rule == ruleDrift }

// Rules are all that environments are held to, in the order in which they are
// documented.
func Rules() []report.RuleInfo {
	all := ownRules()
	for _, r := range policy.Rules() {
		all = append(all, report.RuleInfo{ID: r.ID, Title: r.Title, Why: r.Why, Fix: r.Fix, Severity: r.Severity})
	}
	return all
}

func ownRules() []report.RuleInfo {
	return []report.RuleInfo{
		{
			ID: ruleUnreadable, Severity: diag.Error,
			Title: "Every file is one object in strict YAML",
			Why:   "Anchors, duplicate keys and several documents mean one thing to one parser and another to the next, so that nobody can say what a controller would apply.",
			Fix:   "Run `atticgen render`, which writes the file anew.",
		},
		{
			ID: ruleKustomization, Severity: diag.Error,
			Title: "A kustomization of an environment only lists resources",
			Why:   "Patches, prefixes and generators would make a controller apply something else than what is committed and was checked.",
			Fix:   "Move what the kustomization does into the overlay, and run `atticgen render`.",
		},
		{
			ID: ruleMissingFile, Severity: diag.Error,
			Title: "Everything that a kustomization lists is there",
			Why:   "A controller applies nothing at all of an environment that names a file which is missing, a symbolic link, on a network or outside the folder.",
			Fix:   "Run `atticgen render`, and commit everything that it writes; `git status --ignored` shows what .gitignore keeps out.",
		},
		{
			ID: ruleStaleFile, Severity: diag.Warning,
			Title: "Every manifest in an environment is listed in a kustomization",
			Why:   "What is not listed is not applied, though it looks as if it were. A tool that applies whole folders would apply it.",
			Fix:   "Remove the file, or name it under resources of the overlay and run `atticgen render`.",
		},
		{
			ID: ruleOverlay, Severity: diag.Error,
			Title: "Every environment has an overlay that renders",
			Why:   "An environment whose overlay is gone or does not render cannot be changed by review, and nobody knows whether it is up to date.",
			Fix:   "Mend the overlay, restore it, or remove the folder of the environment.",
		},
		{
			ID: ruleDrift, Severity: diag.Error,
			Title: "An environment is what its overlay renders to",
			Why:   "A change by hand is lost with the next render, and a change of base or overlay that was not rendered never reaches the cluster.",
			Fix:   "Run `atticgen render` and commit the result; make changes in base or overlays.",
		},
		{
			ID: ruleApart, Severity: diag.Warning,
			Title: "Environments have databases, buckets and hosts of their own",
			Why:   "Two clusters that back up to one place spoil each other's backups, which is an error; a bucket or a hostname in two environments is mostly a copy that was not finished.",
			Fix:   "Set the field that the finding names in one of the overlays.",
		},
		{
			ID: ruleDecode, Severity: diag.Error,
			Title: "Objects have the fields and types of their kind",
			Why:   "The API server refuses a value of another type, and drops a field that it does not know, so that what was set is never in force.",
			Fix:   "Correct the field in the overlay; where the cluster has a newer version of the kind than atticgen knows, waive the finding.",
		},
		{
			ID: ruleUnknownKind, Severity: diag.Note,
			Title: "Which kinds were not decoded",
			Why:   "Atticgen has no types of these kinds, or SOPS has encrypted the values, so that fields were not checked.",
			Fix:   "Name schemas of the custom resource definitions with `--schema-location`.",
		},
		{
			ID: ruleRemoved, Severity: diag.Error,
			Title: "API versions are still served",
			Why:   "The API server answers with an error, and the controller applies nothing of the stage.",
			Fix:   "Write the apiVersion that the finding names.",
		},
		{
			ID: ruleDeprecated, Severity: diag.Warning,
			Title: "API versions are not deprecated",
			Why:   "A later version of Kubernetes no longer serves them, and upgrading the cluster breaks the environment.",
			Fix:   "Write the apiVersion that the finding names.",
		},
		{
			ID: ruleTooNew, Severity: diag.Error,
			Title: "API versions are already served",
			Why:   "The API server of an older Kubernetes does not know them, and the controller applies nothing of the stage.",
			Fix:   "Write an older apiVersion, or upgrade the cluster and say so with `--kubernetes-version`.",
		},
		{
			ID: ruleUnknownAPI, Severity: diag.Error,
			Title: "Kinds of Kubernetes' own API groups exist",
			Why:   "The API server refuses a kind or version that is misspelt, or was removed long ago.",
			Fix:   "Write the kind or apiVersion that the finding names.",
		},
		{
			ID: ruleSchema, Severity: diag.Error,
			Title: "Objects fit the schemas at --schema-location",
			Why:   "The API server refuses what breaks the schema of its kind.",
			Fix:   "Correct the field in the overlay, or the schema if it is of another version.",
		},
		{
			ID: ruleNoSchema, Severity: diag.Note,
			Title: "Which kinds have no schema",
			Why:   "None of the schema locations has a schema of these kinds, so that they were held to none.",
			Fix:   "Add the schemas, or another `--schema-location`.",
		},
		{
			ID: ruleExpired, Severity: diag.Error,
			Title: "No waiver has expired",
			Why:   "A waiver is an exception for a time, and somebody has to decide again.",
			Fix:   "Mend what was waived and remove the waiver, or give it a new reason and date.",
		},
		{
			ID: ruleUnused, Severity: diag.Warning,
			Title: "Every waiver is needed",
			Why:   "A waiver that nothing needs any more would hide the next such finding.",
			Fix:   "Remove the waiver, or correct it if it was meant for a finding that is still there.",
		},
	}
}
