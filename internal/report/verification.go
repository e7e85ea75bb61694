package report

import (
	"time"

	"gitlab.com/attic-cache/atticgen/internal/diag"
)

// Verification is what one run of all rules over environments has found.
type Verification struct {
	// Environments that were looked at, those without findings too.
	Environments []VerifiedEnvironment
	// Rules that were asked, those that hold everywhere too.
	Rules []RuleInfo
	// Kubernetes is the version that the environments were held to, as in 1.37.
	Kubernetes string
	// Date is the day that waivers were held to.
	Date time.Time
	// FailOn is the least severe finding that fails the run; empty means Error.
	FailOn diag.Severity
}

// VerifiedEnvironment is what was found in one environment.
type VerifiedEnvironment struct {
	// Name of the environment, and the folder it is in, as the user would write
	// it: with slashes, from the root of the repository.
	Name, Folder string
	// Objects is how many the rules have seen.
	Objects int
	// Unasked are the rules that the environment was not held to, each with why.
	Unasked map[string]string
	// Findings are in no particular order.
	Findings []VerifiedFinding
}

// RuleInfo is what readers of a report are told of a rule.
type RuleInfo struct {
	// ID is in lower case with hyphens, and stays what it is.
	ID string
	// Title says in one line what must hold, Why what goes wrong otherwise, and
	// Fix what to change.
	Title, Why, Fix string
	// Severity of what breaks it, if Others does not say otherwise.
	Severity diag.Severity
	// Others are the other severities that findings can have, each with when, as
	// in "where it may be so with the most pods".
	Others map[diag.Severity]string
	// Unwaivable says that no waiver accepts what breaks it.
	Unwaivable bool
}

// VerifiedFinding is one place that breaks a rule. Everything but Rule and
// Message may be empty.
type VerifiedFinding struct {
	// Rule is the ID of what is broken.
	Rule string
	// Severity of this finding; empty means Error.
	Severity diag.Severity
	// Object that breaks the rule, as in Deployment nix-cache/attic.
	Object string
	// Field is its path, as in spec.replicas.
	Field string
	// File that the object is in, from the root of the repository, with the
	// place of the field; 0 is unknown.
	File         string
	Line, Column int
	// Message says what is wrong; it reads on from the field, as in "is empty".
	Message string
	// Hint says what to write instead.
	Hint string
	// Diff shows what differs, in the unified format, where the finding is that
	// something does. It is cut when it is long, has no control characters but
	// line breaks, and nothing of Secrets.
	Diff string
	// OutOfDate says that what is there is not what is rendered now, and that
	// nothing else is wrong.
	OutOfDate bool
	// Waived says who may break the rule for now; nil is nobody.
	Waived *Waiver
}

// Waiver is why a finding is accepted, and until when.
type Waiver struct {
	// Reason, in the words of whoever wrote the waiver.
	Reason string
	// Expires is the last day on which it holds; zero is never.
	Expires time.Time
}
