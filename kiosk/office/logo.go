package office

import (
	"context"

	"qrkiosk/kiosk"
)

// The keys of messages about uploads.
const (
	KeyUploadForm   = "office-upload-form"
	KeyUploadPixels = "office-upload-pixels"
	KeyUploadBytes  = "office-upload-bytes"
)

// logoOwner is the list a stall's logo belongs to, beside that of the pictures of its displays.
func logoOwner(stall string) string { return "logo " + stall }

// SetLogo gives a stall another logo; nil takes it away. The errors are those of [Office.AddPicture].
func (o *Office) SetLogo(ctx context.Context, by kiosk.OfficeActor, stall string, raw []byte) error {
	var p kiosk.Picture
	if raw != nil {
		var err error
		if p, err = o.newPicture(by, stall, logoOwner(stall), "logo", raw); err != nil {
			return err
		}
	}
	_, err := o.changeStall(ctx, by, stall, func(tx kiosk.Tx, st *kiosk.Stall) error {
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
