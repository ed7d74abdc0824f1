package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// Stall finds a stall; an unknown one is [kiosk.NotFound].
func (s *Kernel) Stall(ctx context.Context, id string) (kiosk.Stall, error) {
	var stall kiosk.Stall
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		stall, err = r.Stall(id)
		return err
	})
	return stall, err
}

// StallOf finds the stall of a register; an unknown register is [kiosk.NotFound].
func (s *Kernel) StallOf(ctx context.Context, register string) (kiosk.Stall, error) {
	var stall kiosk.Stall
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		_, stall, _, err = RegisterAndStall(r, register)
		return err
	})
	return stall, err
}
