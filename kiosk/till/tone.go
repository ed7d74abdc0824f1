package till

import (
	"context"
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Sounds are what a register is heard by.
type Sounds struct{ kernel *shop.Kernel }

// SetTone chooses the tone of the actor's register; one that is not in Tones is [kiosk.Invalid].
func (s *Sounds) SetTone(ctx context.Context, by kiosk.Actor, tone string) error {
	if !slices.Contains(kiosk.Tones, tone) {
		return &kiosk.Error{Code: kiosk.Invalid, Key: string(kiosk.Invalid), Field: "tone"}
	}
	return s.change(ctx, by, "register.tone", tone, func(r *kiosk.Register) bool {
		same := r.ToneOf() == tone
		r.Tone = tone
		return same
	})
}

// SetSpeech lets the displays of the actor's register say amount and "paid" aloud, or not any more.
func (s *Sounds) SetSpeech(ctx context.Context, by kiosk.Actor, speaks bool) error {
	data := "off"
	if speaks {
		data = "on"
	}
	return s.change(ctx, by, "register.speech", data, func(r *kiosk.Register) bool {
		same := r.Speaks == speaks
		r.Speaks = speaks
		return same
	})
}

// change changes the actor's register; set tells whether it was so before.
func (s *Sounds) change(ctx context.Context, by kiosk.Actor, event, data string, set func(*kiosk.Register) bool) error {
	return s.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		r, err := tx.Register(by.Register)
		if err != nil || set(&r) {
			return err
		}
		if err := tx.PutRegister(r); err != nil {
			return err
		}
		return tx.Append(kiosk.Event{
			Stream: by.Register, Kind: event, Subject: by.Register, Actor: by.Staff, At: s.kernel.Now(), Data: data,
		})
	})
}
