package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// OfficeSettings returns what the office has set.
func (s *Kernel) OfficeSettings(ctx context.Context) (kiosk.OfficeSettings, error) {
	var h kiosk.OfficeSettings
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		h, err = r.OfficeSettings()
		return err
	})
	return h, err
}
