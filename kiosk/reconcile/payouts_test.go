package reconcile_test

import (
	"context"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// TestBooks_payouts: sales of a day, one of them sent back, with and without split terms. Two
// nights later every payout of the gateway agrees with our rows to the cent, the statement of the
// stall is what the gateway's own book says, and nothing is to come.
func TestBooks_payouts(t *testing.T) {
	for name, terms := range map[string][]kiosk.Share{"plain": nil, "split": {{Token: "baker", Percent: 8900}}} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Baker", Key: "key-of-the-baker-in-tests", RecipientToken: "baker", UserID: "u-baker"}))
				if terms != nil {
					h.Sandbox.Set(sandbox.PayInsOwnPart, -1)
				}
				trade(h)
				time.Sleep(52 * time.Hour) // two of the gateway's nights, and our own question behind them
				agree(h, terms != nil)
			}, func(h *kiosktest.Installation) {
				h.Settings = func(s *kiosk.Stall) { s.SplitTerms = terms }
			})
		})
	}
}

// trade sells five times and sends one of them back.
func trade(h *kiosktest.Installation) {
	h.T.Helper()
	var link int64
	for _, cents := range []kiosk.Money{1250, 333, 4999, 100, 10_000} {
		_, link = h.PaidSale(cents)
	}
	sent := h.ByNumber("B2-0005")
	h.Must(h.Refund(sent, sent.Total()))
	h.Stage(h.ByNumber("B2-0005"), kiosk.RefundFiled, time.Minute)
	h.Must(h.Sandbox.ApproveRefund(link))
	h.Stage(h.ByNumber("B2-0005"), kiosk.RefundSeen, 15*time.Minute)
}

// agree compares every book with every other.
func agree(h *kiosktest.Installation, split bool) {
	h.T.Helper()
	ctx, today := context.Background(), h.Shop.Reports.Today("")
	first, last := kiosk.DayName(today-7), kiosk.DayName(today)
	matches, err := h.Shop.Reconciler.Payouts(ctx, first, last)
	h.Must(err)
	var paid kiosk.Money
	for _, m := range matches {
		paid += m.Paid
		if m.Difference() != 0 || m.Waits() || m.Ours.Open != 0 {
			h.T.Errorf("day %s: %+v", m.Day, m)
		}
	}
	st, err := h.Shop.Reports.Statement(ctx, h.Last().Stall, today-7, today)
	h.Must(err)
	own := h.Sandbox.Money()[0]
	if paid != own.PaidOut || own.Waiting != 0 || paid == 0 {
		h.T.Errorf("paid out %v, the gateway says %v and %v waiting", paid, own.PaidOut, own.Waiting)
	}
	if st.ToCome != 0 || st.Figures.Fee+st.Figures.FeePSP != own.Fees || st.Figures.Unconfirmed != 0 {
		h.T.Errorf("to come %v, fees %v (the gateway: %v), %s", st.ToCome, st.Figures.Fee+st.Figures.FeePSP, own.Fees, st.Figures)
	}
	if !split && st.StaysOnAccount() != own.PaidOut {
		h.T.Errorf("%v stays, the gateway says %v", st.StaysOnAccount(), own.PaidOut)
	}
	if st.Figures.Gross != 16_682 || st.Figures.Refunds != 10_000 {
		h.T.Errorf("figures %s", st.Figures)
	}
}
