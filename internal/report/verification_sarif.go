package report

import (
	"io"
	"net/url"
	"strings"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

const (
	sarifSchema  = "https://json.schemastore.org/sarif-2.1.0.json"
	sarifVersion = "2.1.0"
	homepage     = "https://gitlab.com/attic-cache/atticgen"
	// sourceRoot is how SARIF's readers call the root of a repository.
	sourceRoot = "%SRCROOT%"
	// fingerprintName has a version, for the day on which they are made of
	// something else.
	fingerprintName = "atticgen/v1"
)

// The parts of SARIF that GitHub and GitLab read. The libraries there are write
// every field of the standard, and their checker would be in the program.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool      `json:"tool"`
		ColumnKind string         `json:"columnKind"`
		Results    []sarifResult  `json:"results"`
		Properties map[string]any `json:"properties"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string       `json:"id"`
		Short         *sarifText   `json:"shortDescription,omitempty"`
		Full          *sarifText   `json:"fullDescription,omitempty"`
		Help          *sarifText   `json:"help,omitempty"`
		Configuration sarifDefault `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI     string `json:"uri"`
		URIBase string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		Name          string `json:"name"`
		QualifiedName string `json:"fullyQualifiedName"`
		Kind          string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
)

func writeSARIF(w io.Writer, v Verification) error {
	rules := v.Rules
	for _, e := range v.Environments {
		rules = asked(rules, e)
	}
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "atticgen", InformationURI: homepage, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		Properties: map[string]any{"kubernetes": diag.Escape(v.Kubernetes)},
	}
	index := map[string]int{}
	for i, r := range rules {
		index[r.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(r))
	}
	for _, e := range v.Environments {
		fingerprints := e.fingerprints()
		for i, f := range e.Findings {
			result := sarifResult{
				RuleID: diag.Escape(f.Rule), RuleIndex: index[f.Rule], Level: sarifLevel(f.Severity),
				Message:      sarifText{Text: strings.Join(append([]string{f.sentence()}, f.diffLines()...), "\n")},
				Locations:    []sarifLocation{e.sarifLocation(f)},
				Fingerprints: map[string]string{fingerprintName: fingerprints[i]},
				Suppressions: []sarifSuppression{},
			}
			if f.Waived != nil {
				result.Suppressions = append(result.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: f.Waived.String()})
			}
			run.Results = append(run.Results, result)
		}
	}
	return encode(w, sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}})
}

func sarifRuleOf(r RuleInfo) sarifRule {
	rule := sarifRule{ID: diag.Escape(r.ID), Configuration: sarifDefault{sarifLevel(r.Severity)}}
	if r.Title != "" {
		rule.Short = &sarifText{Text: withStop(diag.Escape(r.Title))}
		rule.Full = &sarifText{Text: withStop(diag.Escape("Otherwise: " + r.Why))}
		rule.Help = &sarifText{Text: diag.Escape(explained(r)), Markdown: prose(explained(r))}
	}
	return rule
}

func sarifLevel(s diag.Severity) string {
	switch s {
	case diag.Note:
		return "note"
	case diag.Warning:
		return "warning"
	}
	return "error"
}

// sarifLocation is the first line if none is known: readers want one.
func (e VerifiedEnvironment) sarifLocation(f VerifiedFinding) sarifLocation {
	at := sarifLocation{Physical: sarifPhysical{
		Artifact: sarifArtifactOf(e.where(f)),
		Region:   sarifRegion{StartLine: max(f.Line, 1), StartColumn: max(f.Column, 0)},
	}}
	if f.Object != "" {
		at.Logical = append(at.Logical, sarifLogical{
			Name: diag.Escape(f.Object), QualifiedName: diag.Escape(join(": ", e.Name, f.subject())), Kind: "resource",
		})
	}
	return at
}

// sarifArtifactOf is a path as an address: below the root of the repository,
// unless it is elsewhere on the machine.
func sarifArtifactOf(file string) sarifArtifact {
	if strings.HasPrefix(file, "/") {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: file}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: file}).String(), URIBase: sourceRoot}
}
