package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// How often the gateway's lists are read, in milliseconds: as often as a customer's patience asks for and
// sixty calls a minute for the whole account allow.
const (
	WatchAtOnce = 1000 // sales looked at in one sweep
)

// WatchedSales reads the sales that are not at rest, or whose links ended after since.
func (s *Kernel) WatchedSales(ctx context.Context, since int64) ([]*kiosk.Sale, error) {
	var sales []*kiosk.Sale
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		sales, err = r.Watched(since, WatchAtOnce)
		return err
	})
	return sales, err
}
