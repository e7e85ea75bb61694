package estate

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/tokenset"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/secretfile"
	"gitlab.com/attic-cache/atticgen/internal/token"
)

// PublicRef is where the server reads the public half from.
func (s *Set) PublicRef() v1alpha1.SecretKeyRef {
	ref := s.SigningKey().SecretKeyRef
	return v1alpha1.SecretKeyRef{SecretName: cmp.Or(ref.SecretName, s.Names.Secrets()), Key: cmp.Or(ref.Key, tokenset.KeyPublic)}
}

// NextPublicRef is where the second server reads the public half of the key that
// is to take over.
func (s *Set) NextPublicRef() v1alpha1.SecretKeyRef {
	var ref v1alpha1.SecretKeyRef
	if n := s.SigningKey().Next; n != nil {
		ref = n.SecretKeyRef
	}
	return v1alpha1.SecretKeyRef{SecretName: cmp.Or(ref.SecretName, s.Names.Secrets()), Key: cmp.Or(ref.Key, tokenset.KeyNextPublic)}
}

// PrivateRef is where the private half is kept, where it is kept in Git.
func (s *Set) PrivateRef() v1alpha1.SecretKeyRef {
	var ref v1alpha1.SecretKeyRef
	if p := s.SigningKey().Private; p != nil {
		ref = *p
	}
	return v1alpha1.SecretKeyRef{SecretName: cmp.Or(ref.SecretName, s.Names.SigningKey()), Key: cmp.Or(ref.Key, tokenset.KeyPrivate)}
}

// PrivateKeyFile is the private half of the signing key, where it is kept in Git.
func (s *Set) PrivateKeyFile() string { return s.SecretFile(s.PrivateRef().SecretName) }

// ReadPrivateKey is the private half of a key as the folder has it, for whoever
// can open it. An empty ID means the key that is in use.
func (o *Overlay) ReadPrivateKey(ctx context.Context, b secretfile.Backend, s *Set, id string) (*token.PrivateKey, error) {
	ref, shown := s.PrivateRef(), o.Display(s.PrivateKeyFile())
	secret, found, err := o.Read(ctx, b, s, ref.SecretName)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%s: is not there", shown)
	}
	for _, name := range []string{ref.Key, ref.Key + tokenset.Next} {
		value := secret.Data[name]
		if len(value) == 0 {
			continue
		}
		key, err := token.ParsePrivate(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", shown, name, err)
		}
		if id == "" || key.Public().ID() == id {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%s: has no key with the id %s; name its file with --key", shown, id)
}

// PublicKey is the public half of the signing key as the folder has it; nil where
// it has none.
func (o *Overlay) PublicKey(s *Set) (*token.PublicKey, error) { return o.publicKey(s.PublicKeyFile()) }

// NextPublicKey is that of the key that is to take over; nil where there is none.
func (o *Overlay) NextPublicKey(s *Set) (*token.PublicKey, error) {
	return o.publicKey(s.NextPublicKeyFile())
}

func (o *Overlay) publicKey(rel string) (*token.PublicKey, error) {
	data := o.File(rel)
	if data == nil {
		return nil, nil
	}
	key, err := token.ParsePublic(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Display(rel), err)
	}
	return key, nil
}

// Signer is the ID of the key that new tokens are signed with: the one that is to
// take over as soon as it has signed any. It is empty where the folder has no key.
func (o *Overlay) Signer(s *Set) (string, error) {
	present, err := o.PublicKey(s)
	if err != nil {
		return "", err
	}
	coming, err := o.NextPublicKey(s)
	if err != nil {
		return "", err
	}
	record, err := o.Record(s)
	if err != nil {
		return "", err
	}
	switch {
	case coming != nil && slices.ContainsFunc(record.Entries(), func(e issued.Entry) bool { return e.KeyID == coming.ID() }):
		return coming.ID(), nil
	case present != nil:
		return present.ID(), nil
	}
	return "", nil
}
