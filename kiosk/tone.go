package kiosk

import (
	"context"
	"slices"
)

// Tones are the sounds by which a register says that a sale was paid, so that neighbours can tell
// their registers apart. The first is that of a register nobody has chosen one for.
var Tones = []string{"two", "bell", "chord", "knock"}

// ToneOf is the tone of a register.
func (r Register) ToneOf() string {
	if r.Tone == "" {
		return Tones[0]
	}
	return r.Tone
}

// SetTone chooses the tone of the actor's register; one that is not in Tones is [Invalid].
func (s *Shop) SetTone(ctx context.Context, by Actor, tone string) error {
	if !slices.Contains(Tones, tone) {
		return &Error{Code: Invalid, Key: string(Invalid), Field: "tone"}
	}
	return s.change(ctx, by.Register, func(tx Tx) error {
		r, err := tx.Register(by.Register)
		if err != nil || r.ToneOf() == tone {
			return err
		}
		r.Tone = tone
		if err := tx.PutRegister(r); err != nil {
			return err
		}
		return tx.Append(Event{
			Stream: by.Register, Kind: "register.tone", Subject: by.Register, Actor: by.Staff, At: s.now(), Data: tone,
		})
	})
}
