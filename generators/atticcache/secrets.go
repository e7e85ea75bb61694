package atticcache

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/objectstore"
	"gitlab.com/attic-cache/atticgen/generators/secrets"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
)

// NeededSecrets are the Secrets that somebody has to make for a cache, of a spec
// with its defaults filled in. Those that controllers make are not among them:
// CloudNativePG's, and the certificate of the ingress.
func NeededSecrets(full v1alpha1.AtticCache) []secrets.Needed {
	names, s := namesOf(full), full.Spec
	key := s.SigningKey
	needed := []secrets.Needed{
		{Name: key.SecretName, Keys: []string{key.Key}, Purpose: "public half of the signing key"},
		credentials(s.Storage.CredentialsSecret, "object store of the cache"),
	}
	if key.Next != nil {
		needed = append(needed, secrets.Needed{Name: key.Next.SecretName, Keys: []string{key.Next.Key}, Purpose: "public half of the next signing key"})
	}
	private := tokenset.NeededKey(names)
	if key.Private != nil {
		private.Name, private.Keys, private.Kept = key.Private.SecretName, []string{key.Private.Key}, false
	}
	needed = append(needed, private)
	if job := s.Storage.Provisioning.Job; job != nil && s.Storage.Provisioning.Mode == objectstore.ModeJob {
		needed = append(needed, credentials(job.CredentialsSecret, "making the bucket"))
	}
	if backup := s.Postgres.Backup; *backup.Enabled {
		needed = append(needed, credentials(backup.CredentialsSecret, "backups of PostgreSQL"))
	}
	if recovery := s.Postgres.Recovery; recovery != nil {
		needed = append(needed, credentials(recovery.CredentialsSecret, "recovery of PostgreSQL"))
	}
	if token := s.CacheJob.TokenSecret; len(s.Caches) > 0 {
		_, planned := jobToken(names, s)
		needed = append(needed, secrets.Needed{Name: token.SecretName, Keys: []string{token.Key}, Purpose: "token of the Job that applies the caches", Tokens: planned})
	}
	for _, name := range s.ImagePullSecrets {
		needed = append(needed, secrets.Needed{Name: name, Keys: []string{secrets.KeyRegistry}, Type: secrets.TypeRegistry, Purpose: "pulling images"})
	}
	if s.Tokens != nil {
		needed = append(needed, tokenset.NeededTokens(names, *s.Tokens)...)
	}
	return secrets.Merged(needed)
}

// credentials is a Secret with an access key of an object store.
func credentials(name, purpose string) secrets.Needed {
	return secrets.Needed{Name: name, Keys: []string{objectstore.KeyAccessKeyID, objectstore.KeySecretAccessKey}, Purpose: purpose}
}

// secrets are what has Secrets fetched, and copied elsewhere.
func (c cache) secrets() []meta.Object {
	return secrets.Objects(secrets.Options{App: appAttic, Scope: c.scope, Spec: *c.spec.Secrets, Needed: c.needed})
}
