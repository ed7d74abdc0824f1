package kiosktest

import (
	"context"
	"time"

	"qrkiosk/kiosk"
)

// PaidSale is a sale whose money is listed.
func (h *Installation) PaidSale(amount kiosk.Money) (*kiosk.Sale, int64) {
	h.T.Helper()
	sale := h.OnShow(amount)
	link := h.ShownLink().ID
	h.PayShown()
	h.Confirmed(sale, 30*time.Second)
	return h.Now(sale), link
}

// Refund decides on a refund, as a manager does.
func (h *Installation) Refund(sale *kiosk.Sale, amount kiosk.Money) error {
	_, err := h.Shop.Till.Refund(context.Background(), h.Actor, sale.ID, amount, "cold soup")
	return err
}

// Stage waits until the last refund of a sale has come so far.
func (h *Installation) Stage(sale *kiosk.Sale, want kiosk.RefundStage, limit time.Duration) {
	h.T.Helper()
	h.Until(string(want), limit, func() bool {
		s := h.Now(sale)
		return len(s.Refunds) > 0 && s.Stage(s.Refunds[len(s.Refunds)-1]) == want
	})
}

// Refund decides on a refund, as a manager does.
func (g mortalGateway) Refund(ctx context.Context, payID int64, amount kiosk.Money, full bool) error {
	if g.m.Dead() {
		return errDead
	}
	return g.Gateway.Refund(ctx, payID, amount, full)
}
