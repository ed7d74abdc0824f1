package kiosk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // what cameras make
	_ "image/png"  // what people draw
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
	picturesKept   = 12   // of one stall
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

// AddPicture adds a JPEG or PNG of at most [PictureBytes] and 4096 pixels a side to a stall. Others
// are [Invalid]; the thirteenth is [Conflict].
func (s *Shop) AddPicture(ctx context.Context, by Clerk, stall, name string, raw []byte) (Picture, error) {
	p, err := s.newPicture(by, stall, stall, name, raw)
	if err != nil {
		return p, err
	}
	return p, s.changePictures(ctx, trail(by, "picture.add", p.ID, 0, nil, p.record()), stall, func(tx Tx) error {
		there, err := tx.Pictures(stall)
		if err == nil && len(there) >= picturesKept {
			err = &Error{Code: Conflict, Key: KeyPictureMany}
		}
		if err != nil {
			return err
		}
		return tx.PutPicture(p, raw)
	})
}

// newPicture makes a picture of a clerk's stall; owner is the list it belongs to.
func (s *Shop) newPicture(by Clerk, stall, owner, name string, raw []byte) (Picture, error) {
	p := Picture{Stall: owner, Name: name, At: s.now()}
	if err := by.heads(stall); err != nil {
		return p, err
	}
	if err := p.read(raw); err != nil {
		return p, err
	}
	sum := sha256.Sum256(append([]byte(owner+"\x00"), raw...))
	p.ID = hex.EncodeToString(sum[:16])
	return p, nil
}

func (p *Picture) record() map[string]any { return map[string]any{"Stall": p.Stall, "Name": p.Name} }

// read takes from a file what it says of itself; only its head is looked at.
func (p *Picture) read(raw []byte) error {
	if p.Name == "" || utf8.RuneCountInString(p.Name) > nameLongest || !plainText(p.Name) {
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

// RemovePicture takes a picture of a stall away.
func (s *Shop) RemovePicture(ctx context.Context, by Clerk, stall, id string) error {
	if err := by.heads(stall); err != nil {
		return err
	}
	return s.changePictures(ctx, trail(by, "picture.remove", id, 0, nil, nil), stall, func(tx Tx) error {
		p, _, err := tx.Picture(id)
		if err == nil && p.Stall != stall {
			err = &Error{Code: NotFound, Key: string(NotFound)}
		}
		if err != nil {
			return err
		}
		return tx.RemovePicture(id)
	})
}

func (s *Shop) changePictures(ctx context.Context, e Event, stall string, decide func(Tx) error) error {
	var registers []Register
	err := s.change(ctx, OfficeStream, func(tx Tx) (err error) {
		if registers, err = tx.Registers(stall); err != nil {
			return err
		}
		if err := decide(tx); err != nil {
			return err
		}
		e.At = s.now()
		return tx.Append(e)
	})
	if err == nil {
		s.ringAll(registers)
	}
	return err
}

// Pictures lists the pictures of a stall.
func (s *Shop) Pictures(ctx context.Context, stall string) ([]Picture, error) {
	var list []Picture
	err := s.store.View(ctx, func(r Reader) (err error) {
		list, err = r.Pictures(stall)
		return err
	})
	return list, err
}

// Picture reads a picture and its file; an unknown ID is [NotFound].
func (s *Shop) Picture(ctx context.Context, id string) (Picture, []byte, error) {
	var p Picture
	var raw []byte
	err := s.store.View(ctx, func(r Reader) (err error) {
		p, raw, err = r.Picture(id)
		return err
	})
	return p, raw, err
}
