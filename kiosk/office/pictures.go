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

// The keys of messages about uploads.
const (
	KeyUploadForm   = "office-upload-form"
	KeyUploadPixels = "office-upload-pixels"
	KeyUploadBytes  = "office-upload-bytes"
)

// Pictures are the logos of stalls and what their displays show while nothing is sold.
type Pictures struct {
	kernel *shop.Kernel
	store  kiosk.Store
	stalls *Stalls
}

// logoOwner is the list a stall's logo belongs to, beside that of the pictures of its displays.
func logoOwner(stall string) string { return "logo " + stall }

// SetLogo gives a stall another logo; nil takes it away. The errors are those of [Pictures.Add].
func (pc *Pictures) SetLogo(ctx context.Context, by kiosk.OfficeActor, stall string, raw []byte) error {
	var p kiosk.Picture
	if raw != nil {
		var err error
		if p, err = pc.newPicture(by, stall, logoOwner(stall), "logo", raw); err != nil {
			return err
		}
	}
	_, err := pc.stalls.change(ctx, by, stall, func(tx kiosk.Tx, st *kiosk.Stall) error {
		if st.Logo != "" && st.Logo != p.ID {
			if err := tx.RemovePicture(st.Logo); err != nil {
				return err
			}
		}
		st.Logo, st.LogoWidth, st.LogoHeight = p.ID, p.Width, p.Height
		if p.ID == "" {
			return nil
		}
		return tx.PutPicture(p, raw)
	})
	return err
}

// Add adds a JPEG or PNG of at most [kiosk.PictureBytes] and 4096 pixels a side to a stall. Others
// are [kiosk.Invalid]; the thirteenth is [kiosk.Conflict].
func (pc *Pictures) Add(ctx context.Context, by kiosk.OfficeActor, stall, name string, raw []byte) (kiosk.Picture, error) {
	p, err := pc.newPicture(by, stall, stall, name, raw)
	if err != nil {
		return p, err
	}
	return p, pc.change(ctx, shop.Trail(by, "picture.add", p.ID, 0, nil, p.Record()), stall, func(tx kiosk.Tx) error {
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
func (pc *Pictures) newPicture(by kiosk.OfficeActor, stall, owner, name string, raw []byte) (kiosk.Picture, error) {
	p := kiosk.Picture{Stall: owner, Name: name, At: pc.kernel.Now()}
	if err := by.CheckMayChange(stall); err != nil {
		return p, err
	}
	if err := p.Read(raw); err != nil {
		return p, err
	}
	sum := sha256.Sum256(append([]byte(owner+"\x00"), raw...))
	p.ID = hex.EncodeToString(sum[:16])
	return p, nil
}

// Remove takes a picture of a stall away.
func (pc *Pictures) Remove(ctx context.Context, by kiosk.OfficeActor, stall, id string) error {
	if err := by.CheckMayChange(stall); err != nil {
		return err
	}
	return pc.change(ctx, shop.Trail(by, "picture.remove", id, 0, nil, nil), stall, func(tx kiosk.Tx) error {
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

func (pc *Pictures) change(ctx context.Context, e kiosk.Event, stall string, decide func(kiosk.Tx) error) error {
	var registers []kiosk.Register
	err := pc.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
		if registers, err = tx.Registers(stall); err != nil {
			return err
		}
		if err := decide(tx); err != nil {
			return err
		}
		e.At = pc.kernel.Now()
		return tx.Append(e)
	})
	if err == nil {
		pc.kernel.RingAll(registers)
	}
	return err
}

// Of lists the pictures of a stall.
func (pc *Pictures) Of(ctx context.Context, stall string) ([]kiosk.Picture, error) {
	var list []kiosk.Picture
	err := pc.store.View(ctx, func(r kiosk.Reader) (err error) {
		list, err = r.Pictures(stall)
		return err
	})
	return list, err
}

// Picture reads a picture and its file; an unknown ID is [kiosk.NotFound].
func (pc *Pictures) Picture(ctx context.Context, id string) (kiosk.Picture, []byte, error) {
	var p kiosk.Picture
	var raw []byte
	err := pc.store.View(ctx, func(r kiosk.Reader) (err error) {
		p, raw, err = r.Picture(id)
		return err
	})
	return p, raw, err
}
