package atticcache

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/defaulting"
	"gitlab.com/attic-cache/atticgen/generators/hardened"
	"gitlab.com/attic-cache/atticgen/generators/hpadeployment"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/naming"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/generators/traefik"
	"gitlab.com/attic-cache/atticgen/generators/validate"
)

func defaultSigningKey(key *v1alpha1.SigningKey, names naming.Set) {
	defaulting.Value(&key.SecretName, names.Secrets())
	defaulting.Value(&key.Key, envPublicKey)
	if private := key.Private; private != nil {
		defaulting.Value(&private.SecretName, names.SigningKey())
		defaulting.Value(&private.Key, envPrivateKey)
	}
	if next := key.Next; next != nil {
		defaulting.Value(&next.SecretName, names.Secrets())
		defaulting.Value(&next.Key, tokenset.KeyNextPublic)
	}
}

func validateSigningKey(p *validate.Problems, path *field.Path, key v1alpha1.SigningKey) {
	validateSecretKey(p, path, key.SecretKeyRef)
	if key.KeyID != "" {
		validateKeyID(p, path.Child("keyID"), key.KeyID)
	}
	if private := path.Child("private"); key.Private != nil {
		validateSecretKey(p, private, *key.Private)
		p.Note(private, "puts the private half of the signing key into the pods of the API: whoever gets into one can make every token", "remove it, unless atticadm make-token has to work there")
	}
	if key.Next != nil {
		validateNextKey(p, path.Child("next"), key)
	}
}

func validateNextKey(p *validate.Problems, path *field.Path, key v1alpha1.SigningKey) {
	next, id := *key.Next, path.Child("keyID")
	validateSecretKey(p, path, next.SecretKeyRef)
	if next.SecretKeyRef == key.SecretKeyRef {
		p.Add(path.Child("key"), "is that of spec.signingKey, so that both servers would have the same key", "write where the next key is, or remove it for "+tokenset.KeyNextPublic)
	}
	switch next.KeyID {
	case "":
		p.Add(id, "is missing, and requests are told apart by it", tokenset.KeyIDHint)
	case key.KeyID:
		p.Note(id, "is that of spec.signingKey: the key has taken over", "remove spec.signingKey.next when every pod of the API has started with it")
	default:
		validateKeyID(p, id, next.KeyID)
	}
}

func validateKeyID(p *validate.Problems, path *field.Path, id string) {
	if !tokenset.IsKeyID(id) {
		p.Add(path, fmt.Sprintf("is %s, which is not the id of a key", validate.Quote(id)), tokenset.KeyIDHint)
	}
}

// nextServer never has the private half: while a key takes over, it is with
// whoever issues tokens.
func (c cache) nextServer() server {
	next := c.spec.SigningKey.Next
	return server{
		name:    c.names.Next(),
		keyID:   next.KeyID,
		key:     fromSecret(envPublicKey, next.SecretKeyRef),
		scaling: nextScaling(c.spec.API.Scaling),
	}
}

// AnnotationSharesLoad is on pods that take a part of another Deployment's requests,
// so that both are hardly at their most at one time. Its value is the other's name.
const AnnotationSharesLoad = "atticgen.dev/shares-load-of"

// nextKey is the second server and what lets it talk. All of it is applied, and
// pruned, together with the routes to it: were a policy or the account in the
// stage before, it would be gone while requests still come. So the account is the
// API's, and what PostgreSQL lets in is a policy beside PostgreSQL's own.
func (c cache) nextKey() []meta.Object {
	if c.spec.SigningKey.Next == nil {
		return nil
	}
	s := c.nextServer()
	options := c.apiServer(s)
	options.Account.Existing = true
	options.Pod.Annotations = meta.Merged(options.Pod.Annotations, map[string]string{AnnotationSharesLoad: c.names.API()})
	policy := func(name string, pods map[string]string, in, out []hardened.Rule) meta.Object {
		of := c.policyOf("")
		of.Name, of.Wave = name, meta.WaveServing
		return hardened.Policy(c.scope, of, metav1.LabelSelector{MatchLabels: pods}, in, out)
	}
	postgres := c.names.Postgres()
	return append([]meta.Object{
		policy(s.name, s.selector(), c.toAPI(), c.egress()),
		policy(postgres.With("next"), map[string]string{naming.LabelCNPGCluster: postgres.Name}, []hardened.Rule{{
			Peers: []networkingv1.NetworkPolicyPeer{hardened.Pods(s.selector())},
			TCP:   []int32{naming.PortPostgres},
		}}, nil),
	}, hpadeployment.Objects(options)...)
}

// nextMinReplicas is what a server needs to outlive a node. That of the next key
// begins and ends without a request, and has the autoscaler for what lies between.
const nextMinReplicas = 2

// nextScaling is that of the API, for all requests may come to its server, but
// begins lower, so that fewer connections to the database are opened for nothing.
// The budget fits any number of replicas.
func nextScaling(s v1alpha1.Scaling) v1alpha1.Scaling {
	s.MinReplicas = new(min(*s.MinReplicas, nextMinReplicas))
	s.PodDisruptionBudget = &v1alpha1.PodDisruptionBudget{MaxUnavailable: "1"}
	return s
}

// nextAbove is how much higher the priority of a route to the next key's server
// is: still below that of the next operation.
const nextAbove = 50

// nextRoute takes the requests with a token of the next key out of those of
// another route. It stands in the same IngressRoute, whose name is what metrics
// tell operations by. The id of a key is checked and cannot end the backquotes.
func (c cache) nextRoute(present traefik.Route) traefik.Route {
	next := present
	next.Match += " && HeaderRegexp(`Authorization`, `" + namesKey(c.spec.SigningKey.Next.KeyID) + "`)"
	next.Priority += nextAbove
	next.Services = []traefik.Service{{Name: c.names.Next(), Port: naming.PortNameHTTP}}
	return next
}

// namesKey is a regular expression for the values of the header Authorization
// that carry a token of a key, in the two forms that Attic reads: Bearer and the
// token, or Basic and base64 of user name, colon and token. Attic takes the scheme
// in any case of letters and exactly one space.
func namesKey(keyID string) string {
	token := tokenset.HeaderSegment(keyID) + "."
	return `^(?:(?i:bearer) ` + regexp.QuoteMeta(token) + `|(?i:basic) ` + inBase64(":"+token) + `)`
}

// inBase64 is a regular expression for base64 of something with text in it. Base64
// makes four characters of three bytes, so it depends on the length of what comes
// before in which of three forms the text appears.
func inBase64(text string) string {
	var forms []string
	for before := range 3 {
		forms = append(forms, form(text, before))
	}
	return fmt.Sprintf(`(?:.{4}){0,%d}(?:%s)`, longestUser/3, strings.Join(forms, "|"))
}

// longestUser is the longest user name in which the key is looked for, in bytes.
// Names mean nothing to Attic and are mostly empty; without a bound, each request
// with a token of the present key would be searched to its end.
const longestUser = 255

// form is what is certain of base64 of text after that many bytes of the first
// three. Characters which also hold bits of its neighbours may be any.
func form(text string, before int) string {
	const bitsOfByte, bitsOfCharacter = 8, 6
	encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + text))
	first := (before*bitsOfByte + bitsOfCharacter - 1) / bitsOfCharacter
	last := (before + len(text)) * bitsOfByte / bitsOfCharacter
	return strings.Repeat(".", first) + regexp.QuoteMeta(encoded[first:last])
}
