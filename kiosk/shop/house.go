package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// House returns what the office has set.
func (s *Kernel) House(ctx context.Context) (kiosk.House, error) {
	var h kiosk.House
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		h, err = r.House()
		return err
	})
	return h, err
}
