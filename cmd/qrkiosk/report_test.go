package main

import (
	"context"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// takings is the sum of what was booked on some days.
func (h *house) takings(first, last int64) (sum kiosk.Figures) {
	h.t.Helper()
	h.must(h.store.View(context.Background(), func(r kiosk.Reader) error {
		rows, err := r.Takings(kiosk.TakingsQuery{First: first, Last: last})
		for _, row := range rows {
			sum = sum.Plus(row.Figures)
		}
		return err
	}))
	return sum
}

func (h *house) x() kiosk.Report {
	h.t.Helper()
	x, err := h.shop.Reports.XReport(context.Background(), h.actor.Register)
	h.must(err)
	return x
}

// TestReport_pages: X, close with Z, the list, the file; late money for a sale of a closed shift
// stands in the next one, and the Z report stays as it was.
func TestReport_pages(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		says := func(path string, words ...string) string {
			t.Helper()
			r := g.get(path)
			for _, w := range words {
				if !strings.Contains(r.body, w) {
					t.Errorf("%s (%d) does not say %q:\n%s", path, r.status, w, r.body)
				}
			}
			return r.body
		}
		if body := says(views.PathShift, "X report", "Register closed"); strings.Contains(body, views.PathShiftClose) {
			t.Error("a closed register can be closed")
		}
		_, link := h.paidSale(1250)
		cancelled := h.onShow(900)
		late := h.shownLink().ID
		if r := g.post(views.PathShiftClose); r.status != 409 || !strings.Contains(r.body, "still in hand") {
			t.Errorf("closing with a sale in hand: %d", r.status)
		}
		h.sandbox.Set("pay-deleted", 1)
		h.cancel(cancelled)
		h.becomes(cancelled, kiosk.Cancelled, time.Minute)
		says(views.PathShift, "X report", "€12.50", "1 sale", "Close with Z report 1")
		r := g.post(views.PathShiftClose)
		if r.status != 303 || r.header.Get("Location") != views.PathShiftZ+"?no=1" {
			t.Fatalf("closing: %d to %s", r.status, r.header.Get("Location"))
		}
		frozen := says(views.PathShiftZ+"?no=1", "Z report 1", "€12.50", "Opened by Ada, closed by Ada")
		h.must(h.sandbox.Pay(late))
		h.becomes(cancelled, kiosk.Review, 15*time.Minute)
		h.must(h.refund(h.byNumber("B2-0001"), 1250))
		h.stage(h.byNumber("B2-0001"), kiosk.RefundFiled, time.Minute)
		h.must(h.sandbox.ApproveRefund(link))
		h.stage(h.byNumber("B2-0001"), kiosk.RefundSeen, 15*time.Minute)
		now := says(views.PathShiftZ+"?no=1", "Since then", "−€12.50")
		if before, _, _ := strings.Cut(frozen, "This register since"); !strings.HasPrefix(now, before) {
			t.Error("the Z report changed")
		}
		says(views.PathShift, "earlier shifts", "To review", cancelled.Number, "Z report 1")
		if e := h.x().Earlier(); e.Gross != 900 || e.Refunds != 1250 || e.Review != 900 || h.x().Figures != e {
			t.Errorf("about earlier shifts: %s", e)
		}
		file := g.get(views.PathShiftCSV + "?no=1")
		if file.header.Get("Content-Disposition") != `attachment; filename="b2-z-1.csv"` {
			t.Errorf("the file is %q", file.header.Get("Content-Disposition"))
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 8 || rows[1][8] != "12.50" {
			t.Errorf("%q, %v", rows, err)
		}
		for _, path := range []string{"?no=2", "?no=0", "?no=-1", "?no=x", "?no=99999999999999999999", ""} {
			if r := g.get(views.PathShiftZ + path); r.status != 404 {
				t.Errorf("%s: %d", path, r.status)
			}
		}
		h.sound()
	})
}
