package kiosk

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"unicode/utf8"
)

// Picture is what a stall's displays show while nothing is sold. Its ID is a hash of what it holds,
// so that a browser may keep it for ever.
type Picture struct {
	ID     string
	Stall  string
	Name   string // what it shows, for those who do not see it
	Kind   string // content type
	Width  int
	Height int
	At     int64 // Unix milliseconds
}

// PictureReader finds pictures.
type PictureReader interface {
	// Pictures lists those of a stall, in the order of their IDs.
	Pictures(stall string) ([]Picture, error)
	Picture(id string) (Picture, []byte, error)
}

const (
	pictureBytes   = 600 << 10
	pictureLongest = 4096 // pixels of a side
	PicturesKept   = 12   // of one stall
)

// The keys of messages about pictures.
const (
	KeyPictureKind = "picture-kind"
	KeyPictureSize = "picture-size"
	KeyPictureMany = "picture-many"
	KeyPictureName = "picture-name"
)

// PictureBytes is how large the file of a picture may be.
const PictureBytes = pictureBytes

// Record is what the trail says of it.
func (p *Picture) Record() map[string]any { return map[string]any{"Stall": p.Stall, "Name": p.Name} }

// Read takes from a file what it says of itself; only its head is looked at.
func (p *Picture) Read(raw []byte) error {
	if p.Name == "" || utf8.RuneCountInString(p.Name) > NameLongest || !PlainText(p.Name) {
		return &Error{Code: Invalid, Key: KeyPictureName, Field: "name"}
	}
	if len(raw) > pictureBytes {
		return &Error{Code: Invalid, Key: KeyPictureSize, Field: "picture"}
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return &Error{Code: Invalid, Key: KeyPictureKind, Field: "picture", Err: err}
	}
	if c.Width < 1 || c.Height < 1 || c.Width > pictureLongest || c.Height > pictureLongest {
		return &Error{Code: Invalid, Key: KeyPictureSize, Field: "picture"}
	}
	p.Kind, p.Width, p.Height = "image/"+kind, c.Width, c.Height
	return nil
}
