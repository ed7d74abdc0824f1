package reconcile

import (
	"context"

	"qrkiosk/kiosk"
)

// stopAsking ends the question for those whose time is over. One that was answered meanwhile, or
// cancelled, is left alone.
func (rc *Reconciler) stopAsking(ctx context.Context, sales []*kiosk.Sale) {
	for _, sale := range sales {
		_, err := rc.kernel.Tip(ctx, sale.Register, sale.ID, 0, kiosk.ActorClock)
		if err != nil && kiosk.CodeOf(err) != kiosk.Conflict {
			rc.kernel.Complain(ctx, "a sale cannot go on without a tip", err)
		}
	}
}
