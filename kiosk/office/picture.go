package office

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	_ "image/jpeg"
	_ "image/png"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// AddPicture adds a JPEG or PNG of at most [kiosk.PictureBytes] and 4096 pixels a side to a stall. Others
// are [kiosk.Invalid]; the thirteenth is [kiosk.Conflict].
func (o *Office) AddPicture(ctx context.Context, by kiosk.OfficeActor, stall, name string, raw []byte) (kiosk.Picture, error) {
	p, err := o.newPicture(by, stall, stall, name, raw)
	if err != nil {
		return p, err
	}
	return p, o.changePictures(ctx, shop.Trail(by, "picture.add", p.ID, 0, nil, p.Record()), stall, func(tx kiosk.Tx) error {
		there, err := tx.Pictures(stall)
		if err == nil && len(there) >= kiosk.PicturesKept {
			err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyPictureMany}
		}
		if err != nil {
			return err
		}
		return tx.PutPicture(p, raw)
	})
}

// newPicture makes a picture of a clerk's stall; owner is the list it belongs to.
func (o *Office) newPicture(by kiosk.OfficeActor, stall, owner, name string, raw []byte) (kiosk.Picture, error) {
	p := kiosk.Picture{Stall: owner, Name: name, At: o.kernel.Now()}
	if err := by.MustHead(stall); err != nil {
		return p, err
	}
	if err := p.Read(raw); err != nil {
		return p, err
	}
	sum := sha256.Sum256(append([]byte(owner+"\x00"), raw...))
	p.ID = hex.EncodeToString(sum[:16])
	return p, nil
}

// RemovePicture takes a picture of a stall away.
func (o *Office) RemovePicture(ctx context.Context, by kiosk.OfficeActor, stall, id string) error {
	if err := by.MustHead(stall); err != nil {
		return err
	}
	return o.changePictures(ctx, shop.Trail(by, "picture.remove", id, 0, nil, nil), stall, func(tx kiosk.Tx) error {
		p, _, err := tx.Picture(id)
		if err == nil && p.Stall != stall {
			err = &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
		}
		if err != nil {
			return err
		}
		return tx.RemovePicture(id)
	})
}

func (o *Office) changePictures(ctx context.Context, e kiosk.Event, stall string, decide func(kiosk.Tx) error) error {
	var registers []kiosk.Register
	err := o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
		if registers, err = tx.Registers(stall); err != nil {
			return err
		}
		if err := decide(tx); err != nil {
			return err
		}
		e.At = o.kernel.Now()
		return tx.Append(e)
	})
	if err == nil {
		o.ringAll(registers)
	}
	return err
}

// Pictures lists the pictures of a stall.
func (o *Office) Pictures(ctx context.Context, stall string) ([]kiosk.Picture, error) {
	var list []kiosk.Picture
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		list, err = r.Pictures(stall)
		return err
	})
	return list, err
}

// Picture reads a picture and its file; an unknown ID is [kiosk.NotFound].
func (o *Office) Picture(ctx context.Context, id string) (kiosk.Picture, []byte, error) {
	var p kiosk.Picture
	var raw []byte
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		p, raw, err = r.Picture(id)
		return err
	})
	return p, raw, err
}
