package tokenset

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/cachename"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

const (
	// mostTokens is how many fit into one Secret and into one plan.
	mostTokens = 200
	// mostCaches keeps a token, which is sent with every request, well within
	// what servers take in a header.
	mostCaches = 16
	// mostDescription is in characters.
	mostDescription = 200

	day = 24 * time.Hour
	// leastLead is the least time in which a pipeline can rotate a token.
	leastLead = time.Hour
	// mostValidity bounds the bound.
	mostValidity = 3650 * day
)

var tokenName = validate.NewForm(`[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?`, 63)

// Validate checks a spec with its defaults filled in and reports everything
// that is wrong with it.
func Validate(t v1alpha1.TokenSet) []validate.Problem {
	p, spec := &validate.Problems{}, field.NewPath("spec")
	placement.ValidateMetadata(p, t.Metadata, "attic")
	ValidateSpec(p, spec, t.Spec.TokenSetSpec)
	switch {
	case t.Spec.Revocation == Enforce:
		p.Add(spec.Child("revocation"), "is enforce, and a TokenSet has no routes that a server could guard", "write it in spec.tokens of the AtticCache, or remove it")
	case t.Spec.Authz != nil:
		p.Add(spec.Child("authz"), "is the server of an AtticCache's routes, and a TokenSet has none", "write it in spec.tokens of the AtticCache, or remove it")
	}
	secrets.Validate(p, spec.Child("secrets"), *t.Spec.Secrets, NeededSecrets(t))
	placement.Validate(p, spec, shared(t.Spec))
	return p.List()
}

// ValidateSpec checks a defaulted spec.
func ValidateSpec(p *validate.Problems, path *field.Path, s v1alpha1.TokenSetSpec) {
	p.Duration(path.Child("maxValidity"), string(s.MaxValidity), day, mostValidity)
	if most := length(s.MaxValidity); most > length(DefaultMaxValidity) && most <= mostValidity {
		p.Warn(path.Child("maxValidity"), fmt.Sprintf("is %s, and a token that leaks works until its end", validate.Quote(string(s.MaxValidity))),
			"write "+DefaultMaxValidity+" or less")
	}
	p.OneOf(path.Child("revocation"), s.Revocation, Record, Enforce)
	validateBound(p, path, s)
	tokens := path.Child("tokens")
	switch {
	case len(s.Tokens) == 0 && s.RootToken == nil:
		p.Add(tokens, "is missing", "name a token, as in gitlab-myrepo: {type: read-write, caches: {main: {}}}")
	case len(s.Tokens) > mostTokens:
		p.Add(tokens, fmt.Sprintf("has %d tokens, more than a Secret holds", len(s.Tokens)), fmt.Sprintf("write at most %d; use patterns, or a TokenSet of another name for the rest", mostTokens))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Tokens)) {
		validateName(p, tokens.Key(name), name, s.Tokens)
		validateToken(p, path, tokens.Key(name), s.Tokens[name], s.MaxValidity)
	}
	if root := s.RootToken; root != nil {
		at := path.Child("rootToken")
		p.Note(at, "is full access to every cache", "keep it off the cluster, and remove it when it is not used")
		validateTimes(p, path, at, times{root.Validity, root.RotateBefore, s.MaxValidity, Manual})
	}
}

func validateName(p *validate.Problems, path *field.Path, name string, all map[string]v1alpha1.Token) {
	switch {
	case !tokenName.Matches(name):
		p.Add(path, "is not a name for a token", "use at most 63 letters, digits, -, _ and dots, starting and ending with a letter or digit")
	case strings.EqualFold(name, RootName):
		p.Add(path, "is the name of the root token", "write rootToken: {} beside tokens for it, or choose another name")
	}
	// Tokens become files, too, on disks that do not tell A from a.
	for _, other := range slices.Sorted(maps.Keys(all)) {
		if other < name && strings.EqualFold(other, name) {
			p.Add(path, fmt.Sprintf("differs from %s in upper and lower case alone", validate.Quote(other)), "choose another name for one of them")
		}
	}
}

func validateToken(p *validate.Problems, spec, path *field.Path, token v1alpha1.Token, most v1alpha1.Duration) {
	of, known := typeOf(token.Type)
	if !known {
		// What is written beside it is still checked, as far as it needs no type.
		p.OneOf(path.Child("type"), token.Type, typeNames()...)
	}
	validateCaches(p, path.Child("caches"), token, of)
	validateTimes(p, spec, path, times{token.Validity, token.RotateBefore, most, of.Rotation})
	if !isLine(token.Description) {
		p.Add(path.Child("description"), fmt.Sprintf("is %s", validate.Quote(token.Description)), fmt.Sprintf("write one line of at most %d characters", mostDescription))
	}
}

func typeNames() []string {
	var names []string
	for _, t := range Types() {
		names = append(names, t.Name)
	}
	return names
}

func isLine(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= mostDescription &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// times are those of one token, and what bounds them. Those of an unknown type
// may be empty.
type times struct {
	validity, rotateBefore, most v1alpha1.Duration
	rotation                     string
}

func validateTimes(p *validate.Problems, spec, path *field.Path, t times) {
	validateValidity(p, spec.Child("maxValidity"), path.Child("validity"), t)
	validateLead(p, path.Child("rotateBefore"), t)
}

func validateValidity(p *validate.Problems, bound, path *field.Path, t times) {
	validity, err := validate.ParseDuration(string(t.validity))
	switch most := length(t.most); {
	case t.validity == "":
	case err != nil:
		p.Duration(path, string(t.validity), day, mostValidity)
	case validity < day:
		p.Add(path, fmt.Sprintf("is %s, less than a day", validate.Quote(string(t.validity))), "write days or months, as in 90d (m is minutes)")
	case most >= day && validity > most:
		p.Add(path, fmt.Sprintf("is %s%s, more than %s allows", validate.Quote(string(t.validity)), inDays(validity), bound), fmt.Sprintf("write %s or less, or raise %s", t.most, bound))
	}
}

func validateLead(p *validate.Problems, path *field.Path, t times) {
	validity := length(t.validity)
	lead, err := validate.ParseDuration(string(t.rotateBefore))
	switch {
	case t.rotateBefore == "":
	case err != nil:
		p.Duration(path, string(t.rotateBefore), leastLead, mostValidity)
	case lead < leastLead:
		p.Add(path, fmt.Sprintf("is %s, so the token would end before it is rotated", validate.Quote(string(t.rotateBefore))), "write an hour or more, better days, as in 14d")
	case validity >= day && lead >= validity:
		p.Add(path, fmt.Sprintf("is %s, no less than its validity of %s: it would be due as soon as it is issued", validate.Quote(string(t.rotateBefore)), t.validity),
			"write less, as in "+half(validity))
	case validity >= day && lead > validity/2 && lead >= day:
		p.Warn(path, fmt.Sprintf("is %s, more than half of its validity of %s, so that it is issued anew every %s", validate.Quote(string(t.rotateBefore)), t.validity, readable(validity-lead)),
			"write "+half(validity)+" or less")
	case lead < day && t.rotation == Scheduled:
		p.Warn(path, fmt.Sprintf("is %s, and a pipeline that runs once a day may come too late", validate.Quote(string(t.rotateBefore))), "write a day or more, or run the pipeline more often")
	}
}

// readable is a duration in whole days, or in whole hours where it has no day.
func readable(d time.Duration) string {
	if d >= day {
		return validate.Humane(d.Truncate(day))
	}
	return validate.Humane(max(d.Truncate(time.Hour), time.Hour))
}

// half is a half that a person would write.
func half(validity time.Duration) string { return readable(validity / 2) }

// inDays is an addition to durations whose units are not whole days: a year is
// 365.25.
func inDays(d time.Duration) string {
	if d%day == 0 {
		return ""
	}
	return " (" + strconv.FormatFloat(d.Hours()/24, 'f', -1, 64) + " days)"
}

func validateCaches(p *validate.Problems, path *field.Path, token v1alpha1.Token, of Type) {
	switch {
	case len(token.Caches) == 0:
		p.Add(path, "is missing", `write what the token is for, as in {main: {}} or {"team-*": {}}`)
	case len(token.Caches) > mostCaches:
		p.Add(path, fmt.Sprintf("has %d names and patterns, and they are sent with every request", len(token.Caches)), fmt.Sprintf("write at most %d; use patterns, as in \"team-*\"", mostCaches))
	}
	patterns := slices.Sorted(maps.Keys(token.Caches))
	for i, pattern := range patterns {
		at := path.Key(pattern)
		if !cachename.IsPattern(pattern) {
			p.Add(at, "is not a name or pattern that Attic takes for caches", cachename.PatternHint)
		}
		validatePermissions(p, at.Child("permissions"), token.Caches[pattern].Permissions, of)
		if of.Name == Admin && cachename.IsWildcard(pattern) {
			p.Note(at, fmt.Sprintf("is a pattern in a token of type admin: %s in whatever it matches, now and later", access(token.Caches[pattern].Permissions)),
				"name the caches where they are known")
		}
		if other := ambiguous(token.Caches, patterns[:i], pattern); other != "" {
			p.Add(at, fmt.Sprintf("matches caches that %s matches too, with other permissions, and Attic goes by only one of them", validate.Quote(other)),
				"give both the same permissions, write names instead, or make two tokens")
		}
	}
}

// access is what permissions give together.
func access(permissions []string) string {
	if len(permissions) >= len(Permissions()) {
		return "full access"
	}
	return strings.Join(permissions, ", ")
}

// ambiguous is one of the patterns before that shares caches with this one and
// gives other permissions for them. A name is never ambiguous: Attic prefers it.
func ambiguous(caches map[string]v1alpha1.TokenCache, before []string, pattern string) string {
	if !cachename.IsPattern(pattern) || !cachename.IsWildcard(pattern) {
		return ""
	}
	for _, other := range before {
		if cachename.IsPattern(other) && cachename.IsWildcard(other) && cachename.Overlap(other, pattern) &&
			!slices.Equal(slices.Sorted(slices.Values(caches[other].Permissions)), slices.Sorted(slices.Values(caches[pattern].Permissions))) {
			return other
		}
	}
	return ""
}

func validatePermissions(p *validate.Problems, path *field.Path, permissions []string, of Type) {
	if len(permissions) == 0 && of.Name != "" {
		p.Add(path, "is empty", "remove the line for what the type gives, or name at least one")
	}
	for i, permission := range permissions {
		switch {
		case !slices.Contains(Permissions(), permission):
			p.OneOf(path.Index(i), permission, Permissions()...)
		case of.Name != "" && !slices.Contains(of.AtMost, permission):
			p.Add(path.Index(i), fmt.Sprintf("is %s, which tokens of type %s cannot have", permission, of.Name),
				fmt.Sprintf("remove it, or write type: %s", least(permission).Name))
		}
	}
	p.Unique(path, permissions)
	if len(permissions) > 0 && !slices.Contains(permissions, Pull) {
		p.Warn(path, "lacks pull, without which Attic's client cannot ask for the settings of a cache that is not public", "add pull, unless all these caches are public")
	}
}

// least is the type that may do least of those that can have a permission.
func least(permission string) Type {
	for _, t := range Types() {
		if slices.Contains(t.AtMost, permission) {
			return t
		}
	}
	return Type{}
}
