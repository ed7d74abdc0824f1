package till

import (
	"context"
	"slices"

	"qrkiosk/kiosk"
)

// SetTone chooses the tone of the actor's register; one that is not in Tones is [kiosk.Invalid].
func (t *Till) SetTone(ctx context.Context, by kiosk.Actor, tone string) error {
	if !slices.Contains(kiosk.Tones, tone) {
		return &kiosk.Error{Code: kiosk.Invalid, Key: string(kiosk.Invalid), Field: "tone"}
	}
	return t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		r, err := tx.Register(by.Register)
		if err != nil || r.ToneOf() == tone {
			return err
		}
		r.Tone = tone
		if err := tx.PutRegister(r); err != nil {
			return err
		}
		return tx.Append(kiosk.Event{
			Stream: by.Register, Kind: "register.tone", Subject: by.Register, Actor: by.Staff, At: t.kernel.Now(), Data: tone,
		})
	})
}
