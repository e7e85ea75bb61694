// Package library is a small set of spec types with everything that the
// reference knows how to read.
package library

// Library is a building with books: shelves, desks and a cat.
type Library struct {
	// APIVersion is always example.com/v1. Required.
	APIVersion string `json:"apiVersion"`
	// Kind is always Library. Required.
	Kind string `json:"kind"`
	// Metadata is what names the library. Required.
	Metadata Metadata `json:"metadata"`
	// Spec is what differs from the defaults. Required.
	Spec Spec `json:"spec"`
}

// Metadata is a name.
type Metadata struct {
	// Name is the library's name. Required.
	Name string `json:"name"`
}

// Spec says what is in the library.
type Spec struct {
	Opening `json:",inline"`

	// Sign over the door, as in "Please | enter" or <name>_door. A sign that
	// *nobody* reads is no sign.
	//
	// It is painted once. Default: "The library" (the reference's sign).
	Sign string `json:"sign,omitempty"`

	// Books by title. Default: none.
	Books map[string]Book `json:"books,omitempty"`

	// Desks are where people read. Default: none (people stand).
	Desks []Desk `json:"desks,omitempty"`

	// Lamp is over every desk. Default: 40 lumen and warm.
	Lamp *Lamp `json:"lamp,omitempty"`

	// Spare is the lamp that replaces it. Default: not wanted (darkness).
	Spare *Lamp `json:"spare,omitempty"`

	// CatNames are called out in the evening, see spec.sign. Default: Tom and
	// Minka.
	CatNames []string `json:"catNames,omitempty"`

	// Cats is the largest number of cats. Default: 2.
	Cats IntOrPercent `json:"cats,omitempty"`

	// Hidden is not for YAML.
	Hidden string `json:"-"`
	secret string
}

// Opening is when the doors are open.
type Opening struct {
	// OpenHours lasts from the morning on. Default: 8h (as everywhere).
	OpenHours Duration `json:"openHours,omitempty"`
}

// Book is one title.
type Book struct {
	// Copies on the shelf. Default: 1.
	Copies *int32 `json:"copies,omitempty"`
	// Lend is whether it may leave the house. Default: true.
	Lend *bool `json:"lend,omitempty"`
}

// Desk is a place to read.
type Desk struct {
	// Seats around it. Required.
	Seats int64 `json:"seats"`
}

// Lamp is a source of light.
type Lamp struct {
	// Light it gives.
	Light Light `json:"light,omitempty"`
}

// Light is brightness and colour.
type Light struct {
	// Lumen is how bright it is, in lumen.
	Lumen Quantity `json:"lumen,omitempty"`
	// Colour is warm or cold. Default: warm.
	Colour string `json:"colour,omitempty"`
}

type (
	// Quantity is a number with a unit, as in 40lm.
	Quantity string
	// Duration is a length of time, as in 8h.
	Duration string
	// IntOrPercent is 2 or 50%.
	IntOrPercent string
)
