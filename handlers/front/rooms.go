package front

import (
	"context"
	"sync"

	"qrkiosk/kiosk/office"
	"qrkiosk/kiosk/reconcile"
	"qrkiosk/kiosk/report"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/till"
)

// Rooms are the use cases behind the front, room by room.
type Rooms struct {
	Kernel     *shop.Kernel
	Till       *till.Till
	Reconciler *reconcile.Reconciler
	Office     *office.Office
	Reports    *report.Reports
}

// OpenRooms opens the house on its ports and furnishes every room. Errors are those of [shop.New].
func OpenRooms(ctx context.Context, c shop.Config) (*Rooms, error) {
	k, err := shop.New(ctx, c)
	if err != nil {
		return nil, err
	}
	return &Rooms{k, till.New(k), reconcile.New(k), office.New(k), report.New(k)}, nil
}

// Run does what has to be done in the background until ctx ends, and waits for it. One call per
// process.
func (r *Rooms) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { r.Office.Run(ctx) })
	r.Reconciler.Run(ctx)
	all.Wait()
}
