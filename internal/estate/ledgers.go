package estate

import (
	"gitlab.com/attic-cache/atticgen/generators/api/v1alpha1"
	"gitlab.com/attic-cache/atticgen/generators/meta"
	"gitlab.com/attic-cache/atticgen/generators/placement"
	"gitlab.com/attic-cache/atticgen/internal/issued"
	"gitlab.com/attic-cache/atticgen/internal/revocation"
)

// Record is the record of issued tokens, empty where there is none.
func (o *Overlay) Record(s *Set) (issued.Record, error) {
	data := o.File(s.IssuedFile())
	if data == nil {
		return issued.Record{}, nil
	}
	record, diags := issued.ReadConfigMap(o.Display(s.IssuedFile()), data)
	return record, diags.Err()
}

// PutRecord changes the record.
func (o *Overlay) PutRecord(s *Set, r issued.Record) error {
	data, err := r.ConfigMap(s.scope)
	if err == nil {
		o.Put(s.IssuedFile(), data)
	}
	return err
}

// Revoked is the list of revoked tokens, empty where there is none.
func (o *Overlay) Revoked(s *Set) (revocation.List, error) {
	data := o.File(s.RevokedFile())
	if data == nil {
		return revocation.List{}, nil
	}
	list, diags := revocation.ReadConfigMap(o.Display(s.RevokedFile()), data)
	return list, diags.Err()
}

// PutRevoked changes the list.
func (o *Overlay) PutRevoked(s *Set, l revocation.List) error {
	data, err := l.ConfigMap(s.scope)
	if err == nil {
		o.Put(s.RevokedFile(), data)
	}
	return err
}

// EnsureLedgers makes the record and the list exist: the server that refuses
// revoked tokens wants the list, though it may be empty.
func (o *Overlay) EnsureLedgers(s *Set) error {
	if o.File(s.IssuedFile()) == nil {
		if err := o.PutRecord(s, issued.Record{}); err != nil {
			return err
		}
	}
	if o.File(s.RevokedFile()) == nil {
		return o.PutRevoked(s, revocation.List{})
	}
	return nil
}

// scopeOf is the metadata that the objects of a spec have in common.
func scopeOf(cache *v1alpha1.AtticCache, tokens *v1alpha1.TokenSet) meta.Scope {
	if cache != nil {
		return placement.Scope(cache.Metadata, cache.Spec.Placement)
	}
	return placement.Scope(tokens.Metadata, v1alpha1.Placement{Labels: tokens.Spec.Labels, Annotations: tokens.Spec.Annotations})
}
