package kiosk

import "context"

// The keys of messages about uploads.
const (
	KeyUploadForm   = "office-upload-form"
	KeyUploadPixels = "office-upload-pixels"
	KeyUploadBytes  = "office-upload-bytes"
)

// logoOwner is the list a stall's logo belongs to, beside that of the pictures of its displays.
func logoOwner(stall string) string { return "logo " + stall }

// SetLogo gives a stall another logo; nil takes it away. The errors are those of [Shop.AddPicture].
func (s *Shop) SetLogo(ctx context.Context, by Clerk, stall string, raw []byte) error {
	var p Picture
	if raw != nil {
		var err error
		if p, err = s.newPicture(by, stall, logoOwner(stall), "logo", raw); err != nil {
			return err
		}
	}
	_, err := s.changeStall(ctx, by, stall, func(tx Tx, st *Stall) error {
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
