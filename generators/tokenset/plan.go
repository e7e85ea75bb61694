package tokenset

import (
	"encoding/json"
	"strings"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
)

// Plan is which tokens there are to be. It holds nothing secret.
type Plan struct {
	// Backend is where the tokens are kept, unless somebody else sees to that.
	Backend string `json:"backend,omitempty"`
	// Certificate and Scope are how they are sealed, where they are.
	Certificate string `json:"certificate,omitempty"`
	Scope       string `json:"scope,omitempty"`
	// Issuer and Audiences are what all tokens carry as iss and aud; empty is
	// neither.
	Issuer    string   `json:"issuer,omitempty"`
	Audiences []string `json:"audiences,omitempty"`
	// Tokens by their names, which are also their subjects.
	Tokens map[string]PlannedToken `json:"tokens"`
}

// PlannedToken is one token of a plan.
type PlannedToken struct {
	// Type and Description are as in the spec.
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
	// Claims are what the token holds under https://jwt.attic.rs/v1.
	Claims Claims `json:"claims"`
	// ValiditySeconds is how long the token is valid from when it is issued, and
	// RotateBeforeSeconds how long before its end it is due.
	ValiditySeconds     int64 `json:"validitySeconds"`
	RotateBeforeSeconds int64 `json:"rotateBeforeSeconds"`
	// Rotation is Scheduled or Manual.
	Rotation string `json:"rotation"`
	// Secret is the name of the Secret that the token belongs into, under its own
	// name as the key.
	Secret string `json:"secret"`
}

// Claims are what a token may do, in Attic's own form: by the name or pattern of
// caches, each permission as 1.
type Claims struct {
	Caches map[string]map[string]int `json:"caches"`
}

// PlanOf is the plan of a defaulted and checked spec.
func PlanOf(names naming.Set, s v1alpha1.TokenSetSpec) Plan {
	plan := Plan{Issuer: s.Issuer, Audiences: s.Audiences, Tokens: map[string]PlannedToken{}}
	for name, token := range s.Tokens {
		plan.Tokens[name] = planned(names, token)
	}
	if s.RootToken != nil {
		plan.Tokens[RootName] = planned(names, rootToken(*s.RootToken))
	}
	return plan
}

// keptIn is the plan with where its tokens are kept, so that whoever reviews it
// sees that.
func (p Plan) keptIn(s v1alpha1.Secrets) Plan {
	if s.Backend != secrets.Existing {
		p.Backend = s.Backend
	}
	if s.Backend == secrets.Sealed {
		p.Certificate, p.Scope = s.SealedSecrets.Certificate, s.SealedSecrets.Scope
	}
	return p
}

func planned(names naming.Set, token v1alpha1.Token) PlannedToken {
	of, _ := typeOf(token.Type)
	claims := Claims{Caches: map[string]map[string]int{}}
	for pattern, cache := range token.Caches {
		claims.Caches[pattern] = map[string]int{}
		for _, permission := range cache.Permissions {
			claims.Caches[pattern][claim(permission)] = 1
		}
	}
	secret := names.CITokens()
	if of.Name == Admin {
		// Who may read the tokens of pipelines must not find this one among them.
		secret = names.RootTokens()
	}
	return PlannedToken{
		Type:                of.Name,
		Description:         token.Description,
		Claims:              claims,
		ValiditySeconds:     int64(length(token.Validity).Seconds()),
		RotateBeforeSeconds: int64(length(token.RotateBefore).Seconds()),
		Rotation:            of.Rotation,
		Secret:              secret,
	}
}

// rootToken is the root token as one of type admin.
func rootToken(root v1alpha1.RootToken) v1alpha1.Token {
	return v1alpha1.Token{
		Type:         Admin,
		Description:  "Everything in every cache",
		Caches:       map[string]v1alpha1.TokenCache{"*": {Permissions: Permissions()}},
		Validity:     root.Validity,
		RotateBefore: root.RotateBefore,
	}
}

// text is the plan as its ConfigMap holds it.
func (p Plan) text() string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false) // People read it, and no page holds it.
	// Maps are encoded in the order of their keys.
	if err := encoder.Encode(p); err != nil {
		panic(err) // texts and numbers always encode
	}
	return text.String()
}
