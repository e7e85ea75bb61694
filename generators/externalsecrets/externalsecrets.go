// Package externalsecrets has the parts of the External Secrets operator's custom
// resources that are generated here. The operator's own module brings a client of
// every store that there is; field names and forms are those of the CRDs that
// version 1.3 ships.
package externalsecrets

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Versions of the kinds.
const (
	APIVersion     = "external-secrets.io/v1"
	APIVersionPush = "external-secrets.io/v1alpha1"
)

// Values of fields.
const (
	// CreationOwner has the operator make a Secret, which goes with its
	// ExternalSecret.
	CreationOwner = "Owner"
	// DeletionRetain leaves a Secret as it is when the store has it no longer.
	DeletionRetain = "Retain"
	// DeletionDelete removes from the store what a PushSecret has put there, when
	// that goes, and DeletionNone leaves it there.
	DeletionDelete = "Delete"
	DeletionNone   = "None"
	// ConversionDefault and None are what the API server fills in where they are
	// left out. They are written, for a list that the server has changed differs
	// from the one in Git for ever.
	ConversionDefault = "Default"
	None              = "None"
)

// ExternalSecret has a Secret made from what is in a store.
type ExternalSecret struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// Spec is what is fetched, and into which Secret.
	Spec ExternalSecretSpec `json:"spec"`
}

// ExternalSecretSpec is what is fetched, and into which Secret.
type ExternalSecretSpec struct {
	// RefreshInterval is how often the store is asked.
	RefreshInterval string `json:"refreshInterval"`
	// SecretStoreRef names the store.
	SecretStoreRef StoreRef `json:"secretStoreRef"`
	// Target is the Secret.
	Target Target `json:"target"`
	// Data is one entry for each of its keys.
	Data []Data `json:"data"`
}

// StoreRef names a store.
type StoreRef struct {
	// Name of the store.
	Name string `json:"name"`
	// Kind is SecretStore or ClusterSecretStore.
	Kind string `json:"kind"`
}

// Target is a Secret that is made.
type Target struct {
	// Name of the Secret.
	Name string `json:"name"`
	// CreationPolicy is whose the Secret is.
	CreationPolicy string `json:"creationPolicy"`
	// DeletionPolicy is what happens when the store has it no longer.
	DeletionPolicy string `json:"deletionPolicy"`
	// Template is what the Secret is like; nil is an ordinary one.
	Template *Template `json:"template,omitempty"`
}

// Template is what a Secret is like beyond its data.
type Template struct {
	// Type of the Secret.
	Type string `json:"type"`
}

// Data is one key of a Secret.
type Data struct {
	// SecretKey is the key.
	SecretKey string `json:"secretKey"`
	// RemoteRef is where its value is.
	RemoteRef RemoteRef `json:"remoteRef"`
}

// RemoteRef is where a value is in a store.
type RemoteRef struct {
	// Key is the name in the store.
	Key string `json:"key"`
	// Property is what is taken of it; empty takes all.
	Property string `json:"property,omitempty"`
	// ConversionStrategy, DecodingStrategy and MetadataPolicy are those that the
	// API server fills in.
	ConversionStrategy string `json:"conversionStrategy"`
	DecodingStrategy   string `json:"decodingStrategy"`
	MetadataPolicy     string `json:"metadataPolicy"`
}

// PushSecret has a Secret copied into a store.
type PushSecret struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	// Spec is what is copied, and where to.
	Spec PushSecretSpec `json:"spec"`
}

// PushSecretSpec is what is copied, and where to.
type PushSecretSpec struct {
	// DeletionPolicy is what happens in the store when the PushSecret goes.
	DeletionPolicy string `json:"deletionPolicy"`
	// SecretStoreRefs name the stores.
	SecretStoreRefs []StoreRef `json:"secretStoreRefs"`
	// Selector names the Secret.
	Selector Selector `json:"selector"`
	// Data is one entry for each key, or one for all of them.
	Data []PushData `json:"data"`
}

// Selector names what is copied.
type Selector struct {
	// Secret that is copied.
	Secret SecretRef `json:"secret"`
}

// SecretRef names a Secret in the namespace of what names it.
type SecretRef struct {
	// Name of the Secret.
	Name string `json:"name"`
}

// PushData is what is copied to one place.
type PushData struct {
	// Match is what, and where to.
	Match Match `json:"match"`
	// ConversionStrategy is the one that the API server fills in.
	ConversionStrategy string `json:"conversionStrategy"`
}

// Match is a key of a Secret, and its place in a store.
type Match struct {
	// SecretKey is the key; empty is all of them, as one JSON object.
	SecretKey string `json:"secretKey,omitempty"`
	// RemoteRef is the place.
	RemoteRef PushRef `json:"remoteRef"`
}

// PushRef is a place in a store.
type PushRef struct {
	// RemoteKey is the name in the store.
	RemoteKey string `json:"remoteKey"`
	// Property that is set within it; empty replaces all.
	Property string `json:"property,omitempty"`
}

// NewExternalSecret names an ExternalSecret.
func NewExternalSecret(meta metav1.ObjectMeta, spec ExternalSecretSpec) *ExternalSecret {
	return &ExternalSecret{
		TypeMeta:   metav1.TypeMeta{APIVersion: APIVersion, Kind: "ExternalSecret"},
		ObjectMeta: meta,
		Spec:       spec,
	}
}

// NewPushSecret names a PushSecret.
func NewPushSecret(meta metav1.ObjectMeta, spec PushSecretSpec) *PushSecret {
	return &PushSecret{
		TypeMeta:   metav1.TypeMeta{APIVersion: APIVersionPush, Kind: "PushSecret"},
		ObjectMeta: meta,
		Spec:       spec,
	}
}
