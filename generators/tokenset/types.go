package tokenset

import "gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"

// Types of tokens.
const (
	ReadOnly  = "read-only"
	ReadWrite = "read-write"
	Service   = "service"
	Admin     = "admin"
)

// Permissions that a token can have in a cache.
const (
	Pull               = "pull"
	Push               = "push"
	Delete             = "delete"
	CreateCache        = "createCache"
	ConfigureCache     = "configureCache"
	ConfigureRetention = "configureRetention"
	DestroyCache       = "destroyCache"
)

// Ways in which tokens are rotated.
const (
	// Scheduled tokens are issued anew by a pipeline that runs on a schedule.
	Scheduled = "scheduled"
	// Manual ones are issued anew by a person, who is told when it is time.
	Manual = "manual"
)

// What becomes of the list of revoked tokens.
const (
	// Record keeps it, and nobody asks it.
	Record = "record"
	// Enforce has a server ask it about each request.
	Enforce = "enforce"
)

// Type is what tokens of one type have in common.
type Type struct {
	// Name as it is written in a spec.
	Name string
	// Reference is what the reference's rotation schedule calls such tokens.
	Reference string
	// Default and AtMost are the permissions when none are written, and the most
	// that can be.
	Default, AtMost []string
	// Validity is how long a token is valid, and RotateBefore how long before its
	// end it is rotated.
	Validity, RotateBefore v1alpha1.Duration
	// Rotation is Scheduled or Manual.
	Rotation string
}

// Types are all types of tokens, those that may do least first. The times are
// those of the reference's rotation schedule. A service token lives for a year
// where nobody watches, so what takes data away is left to admins.
func Types() []Type {
	return []Type{
		{
			Name: ReadOnly, Reference: "Read-Only Tokens", Default: []string{Pull}, AtMost: []string{Pull},
			Validity: "90d", RotateBefore: "14d", Rotation: Scheduled,
		},
		{
			Name: ReadWrite, Reference: "CI Tokens", Default: []string{Pull, Push}, AtMost: []string{Pull, Push},
			Validity: "90d", RotateBefore: "14d", Rotation: Scheduled,
		},
		{
			Name: Service, Reference: "Service Tokens", Default: []string{Pull},
			AtMost:   []string{Pull, Push, CreateCache, ConfigureCache, ConfigureRetention},
			Validity: "365d", RotateBefore: "30d", Rotation: Scheduled,
		},
		{
			Name: Admin, Reference: "Root Token", Default: Permissions(), AtMost: Permissions(),
			Validity: "180d", RotateBefore: "30d", Rotation: Manual,
		},
	}
}

// Permissions are all permissions there are.
func Permissions() []string {
	return []string{Pull, Push, Delete, CreateCache, ConfigureCache, ConfigureRetention, DestroyCache}
}

// typeOf is the type of a name; false when there is none.
func typeOf(name string) (Type, bool) {
	for _, t := range Types() {
		if t.Name == name {
			return t, true
		}
	}
	return Type{}, false
}

// claim is what a permission is called in a token.
func claim(permission string) string {
	switch permission {
	case Pull:
		return "r"
	case Push:
		return "w"
	case Delete:
		return "d"
	case CreateCache:
		return "cc"
	case ConfigureCache:
		return "cr"
	case ConfigureRetention:
		return "cq"
	case DestroyCache:
		return "cd"
	default:
		return ""
	}
}
